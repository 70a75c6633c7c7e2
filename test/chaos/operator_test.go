package chaos

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"township.dev/liaison/test/controlplane"
)

// operatorNamespace is the one that config/rbac names.
const operatorNamespace = "liaison-system"

// operators are the processes that the Deployment would run: one, or two that contend for the lease.
type operators struct {
	t          *testing.T
	kubeconfig string
	folder     string
	elect      bool
	image      int
	replicas   []*replica
}

// replica is one place in the Deployment, and the process that fills it.
type replica struct {
	process *exec.Cmd
	ended   chan struct{}
	metrics string
	log     string
	// down for a while.
	down bool
}

func newOperators(t *testing.T, server string) *operators {
	t.Helper()
	o := &operators{t: t, folder: t.TempDir(), image: 1, replicas: []*replica{{}}}
	account := rest.CopyConfig(cluster.Config)
	account.Host = server
	account.Impersonate = rest.ImpersonationConfig{
		UserName: "system:serviceaccount:" + operatorNamespace + ":liaison-operator",
		Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:" + operatorNamespace, "system:authenticated"},
	}
	o.kubeconfig = controlplane.WriteKubeconfig(t, account, o.folder, "")
	t.Cleanup(func() {
		for _, r := range o.replicas {
			r.kill()
		}
	})
	return o
}

// ensure that every replica runs, as the Deployment would: an operator may end by itself, when it loses the lease for example.
func (o *operators) ensure() {
	o.t.Helper()
	for n, r := range o.replicas {
		if r.down || r.running() {
			continue
		}
		if err := o.start(n, r); err != nil {
			o.t.Fatalf("starting the operator: %v", err)
		}
	}
}

func (o *operators) start(n int, r *replica) error {
	r.metrics, r.log = controlplane.FreeAddress(o.t), filepath.Join(o.folder, fmt.Sprintf("operator-%d.log", n))
	log, err := os.OpenFile(r.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// Not under the test's context: it ends before the cleanups that tell how it was.
	r.process = exec.Command(binary,
		"--operator-namespace="+operatorNamespace, fmt.Sprintf("--intake-image=example.test/intake:%d", o.image), "--backlog-interval=1s",
		"--rollout-max-unavailable=50%", "--rollout-soak=1s", fmt.Sprintf("--leader-elect=%t", o.elect),
		"--metrics-secure=false", "--metrics-bind-address="+r.metrics, "--health-probe-bind-address=0")
	r.process.Env = append(os.Environ(), "KUBECONFIG="+o.kubeconfig)
	r.process.Stdout, r.process.Stderr = log, log
	if err := r.process.Start(); err != nil {
		return err
	}
	r.ended = make(chan struct{})
	go func(process *exec.Cmd, ended chan<- struct{}) {
		_ = process.Wait() // how it ended is in its log
		close(ended)
	}(r.process, r.ended)
	return nil
}

func (r *replica) running() bool {
	if r.process == nil {
		return false
	}
	select {
	case <-r.ended:
		r.process = nil
		return false
	default:
		return true
	}
}

// stop the process as its pod's deletion would. How long it takes is its own business; ensure waits for it.
func (r *replica) stop() {
	if r.running() {
		_ = r.process.Process.Signal(syscall.SIGTERM) // who has ended in this moment cannot be told so
	}
}

// kill the process, and wait until it has ended.
func (r *replica) kill() {
	if r.running() {
		_ = r.process.Process.Kill()
		<-r.ended
		r.process = nil
	}
}

// release what it may hold, and end.
func (r *replica) release() {
	r.stop()
	if !r.running() {
		return
	}
	select {
	case <-r.ended:
		r.process = nil
	case <-time.After(2 * time.Second):
		r.kill()
	}
}

// one operator works, without election.
func (o *operators) one() { o.run(1) }

// two operators contend for the lease.
func (o *operators) two() { o.run(2) }

func (o *operators) run(replicas int) {
	for _, r := range o.replicas {
		r.release()
	}
	o.elect = replicas > 1
	o.replicas = make([]*replica, replicas)
	for n := range o.replicas {
		o.replicas[n] = &replica{}
	}
	o.ensure()
}

// said reads everything the operators ever logged.
func (o *operators) said() string {
	files, err := filepath.Glob(filepath.Join(o.folder, "*.log"))
	if err != nil {
		o.t.Fatal(err)
	}
	var all bytes.Buffer
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			o.t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}

// scrape returns the metrics of the only operator.
func (o *operators) scrape(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+o.replicas[0].metrics+"/metrics", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

var reconciled = regexp.MustCompile(`(?m)^controller_runtime_reconcile_total\{controller="station",result="[a-z_]+"\} ([0-9]+)$`)

// hasLookedAt waits until the operator, just started, has looked at that many stations.
func (o *operators) hasLookedAt(stations int) {
	o.t.Helper()
	controlplane.Eventually(o.t, "the operator has looked at every station", func(ctx context.Context) error {
		o.ensure()
		text, err := o.scrape(ctx)
		if err != nil {
			return err
		}
		sum := 0
		for _, match := range reconciled.FindAllStringSubmatch(text, -1) {
			n, err := strconv.Atoi(match[1])
			if err != nil {
				return err
			}
			sum += n
		}
		if sum < stations {
			return fmt.Errorf("%d reconciles", sum)
		}
		return nil
	})
}

// samples of the families whose names begin so, one a line.
func samples(exposition, prefix string) []string {
	var found []string
	for sample := range strings.SplitSeq(exposition, "\n") {
		if strings.HasPrefix(sample, prefix) {
			found = append(found, sample)
		}
	}
	return found
}
