package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
)

// operatorNamespace holds nothing.
const operatorNamespace = "liaison-system"

// operator is the process under test.
type operator struct {
	process *exec.Cmd
	ended   chan error
	metrics string
}

// startOperator returns once its caches are filled. Each intake is polled once in an interval.
func (r *runner) startOperator(ctx context.Context, interval time.Duration) (*operator, error) {
	metrics, probes, err := twoAddresses(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(r.options.state, "operator.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the operator's log: %w", err)
	}
	defer log.Close()
	process := exec.CommandContext(context.WithoutCancel(ctx), r.options.operator, // it ends by a signal
		"--operator-namespace="+operatorNamespace, "--kube-api-qps=100000", "--kube-api-burst=100000",
		"--metrics-secure=false", "--metrics-bind-address="+metrics, "--health-probe-bind-address="+probes,
		"--backlog-interval="+interval.String())
	process.Env = append(os.Environ(), "KUBECONFIG="+r.cluster.kubeconfig)
	process.Stdout, process.Stderr = log, log
	if err := process.Start(); err != nil {
		return nil, fmt.Errorf("starting the operator: %w", err)
	}
	o := &operator{process: process, ended: make(chan error, 1), metrics: "http://" + metrics + "/metrics"}
	go func() {
		o.ended <- process.Wait()
		close(o.ended)
	}()
	ready := "http://" + probes + "/readyz"
	err = wait.PollUntilContextTimeout(ctx, 100*time.Millisecond, 10*time.Minute, true, func(ctx context.Context) (bool, error) {
		select {
		case err := <-o.ended:
			return false, fmt.Errorf("the operator ended, see operator.log: %w", err)
		default:
		}
		return answersOK(ctx, ready), nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("waiting for the operator: %w", err), o.stop())
	}
	return o, nil
}

func answersOK(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// twoAddresses that are free at this moment.
func twoAddresses(ctx context.Context) (first, second string, err error) {
	var listen net.ListenConfig
	a, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", fmt.Errorf("finding a free port: %w", err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	b, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", fmt.Errorf("finding a free port: %w", err)
	}
	return a.Addr().String(), b.Addr().String(), b.Close()
}

func (o *operator) stop() error {
	if err := o.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping the operator: %w", err)
	}
	return <-o.ended
}

// usage is what the process has used so far.
type usage struct {
	// cpu in seconds; rss, and the most that it was, in bytes.
	cpu, rss, peak float64
}

// usage is read from /proc: asking the process itself would be work for it.
func (o *operator) usage() (usage, error) {
	folder := filepath.Join("/proc", strconv.Itoa(o.process.Process.Pid))
	stat, err := os.ReadFile(filepath.Join(folder, "stat"))
	if err != nil {
		return usage{}, fmt.Errorf("reading the operator's usage: %w", err)
	}
	// After the name, which is in parentheses, field 12 and 13 are the ticks in user and kernel mode, field 22 the resident pages.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var numbers [3]float64
	for i, field := range []int{11, 12, 21} {
		if numbers[i], err = strconv.ParseFloat(fields[field], 64); err != nil {
			return usage{}, fmt.Errorf("reading the operator's usage: %w", err)
		}
	}
	const ticksPerSecond = 100
	peak, err := highWater(filepath.Join(folder, "status"))
	return usage{cpu: (numbers[0] + numbers[1]) / ticksPerSecond, rss: numbers[2] * float64(os.Getpagesize()), peak: peak}, err
}

// highWater is the most that was resident, in bytes; proc_pid_status(5) has it as VmHWM.
func highWater(status string) (float64, error) {
	content, err := os.ReadFile(status)
	if err != nil {
		return 0, fmt.Errorf("reading the operator's peak: %w", err)
	}
	_, after, _ := strings.Cut(string(content), "VmHWM:")
	var kilobytes float64
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		return 0, fmt.Errorf("reading VmHWM in %s: %w", status, err)
	}
	return kilobytes * kib, nil
}

// scrape asks the operator for its metrics.
func (o *operator) scrape(ctx context.Context) (scraped, error) {
	return scrape(ctx, http.DefaultClient, o.metrics)
}
