package chaos

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"township.dev/liaison/test/controlplane"
)

// operator is a process that reaches the API server through the line.
type operator struct {
	t          *testing.T
	kubeconfig string
	namespace  string
	metrics    string
	command    *exec.Cmd
	log        *os.File
}

func newOperator(t *testing.T, namespace, server string) *operator {
	t.Helper()
	config := clientcmdapi.NewConfig()
	config.Clusters["c"] = &clientcmdapi.Cluster{Server: "https://" + server, CertificateAuthorityData: cluster.Config.CAData}
	config.AuthInfos["u"] = &clientcmdapi.AuthInfo{ClientCertificateData: cluster.Config.CertData, ClientKeyData: cluster.Config.KeyData}
	config.Contexts["x"] = &clientcmdapi.Context{Cluster: "c", AuthInfo: "u"}
	config.CurrentContext = "x"
	folder := t.TempDir()
	o := &operator{t: t, kubeconfig: filepath.Join(folder, "kubeconfig"), namespace: namespace}
	if err := clientcmd.WriteToFile(*config, o.kubeconfig); err != nil {
		t.Fatal(err)
	}
	var err error
	if o.log, err = os.Create(filepath.Join(folder, "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.kill(); o.tellPanics() })
	return o
}

func (o *operator) start() {
	o.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.t.Fatal(err)
	}
	o.metrics = listener.Addr().String()
	_ = listener.Close()
	o.command = exec.Command(binary, "--operator-namespace="+o.namespace, "--intake-image=example.test/intake:1", "--backlog-interval=1s",
		"--metrics-secure=false", "--metrics-bind-address="+o.metrics, "--health-probe-bind-address=0")
	o.command.Env = append(os.Environ(), "KUBECONFIG="+o.kubeconfig)
	o.command.Stderr = o.log
	if err := o.command.Start(); err != nil {
		o.t.Fatal(err)
	}
}

// kill as the kernel would.
func (o *operator) kill() {
	if o.command != nil {
		_ = o.command.Process.Kill()
		_ = o.command.Wait()
		o.command = nil
	}
}

// ensure that it runs: it may have ended by itself when the API server could not be reached for long.
func (o *operator) ensure() {
	if o.command == nil || o.command.Process.Signal(syscall.Signal(0)) != nil {
		o.kill()
		o.start()
	}
}

// tellPanics fails the test when the operator has panicked: nothing that comes over the line may do that.
func (o *operator) tellPanics() {
	if _, err := o.log.Seek(0, io.SeekStart); err != nil {
		o.t.Error(err)
		return
	}
	lines := bufio.NewScanner(o.log)
	lines.Buffer(nil, 1<<20)
	var last []string
	for lines.Scan() {
		if strings.Contains(lines.Text(), "panic") {
			o.t.Errorf("the operator's log: %s", lines.Text())
		}
		last = append(last, lines.Text())
	}
	if o.t.Failed() {
		o.t.Logf("the end of the operator's log:\n%s", strings.Join(last[max(0, len(last)-40):], "\n"))
	}
}

var reconciled = regexp.MustCompile(`controller_runtime_reconcile_total\{controller="station",result="[a-z_]+"\} ([0-9]+)`)

// scrape returns the metrics.
func (o *operator) scrape(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+o.metrics+"/metrics", nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// hasLookedAt waits until the operator, just started, has looked at that many stations.
func (o *operator) hasLookedAt(stations int) {
	o.t.Helper()
	controlplane.Eventually(o.t, "the operator has looked at every station", func(ctx context.Context) error {
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

// line is the wire between operator and API server. It can be cut, and be slow.
type line struct {
	listener net.Listener
	server   string

	mu    sync.Mutex
	dead  bool
	delay time.Duration
	open  map[net.Conn]bool
}

func newLine(t *testing.T, host string) *line {
	t.Helper()
	server, _, err := rest.DefaultServerURL(host, "", schema.GroupVersion{}, true)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, server: server.Host, open: map[net.Conn]bool{}}
	go l.accept()
	t.Cleanup(func() { _ = listener.Close(); l.cut() })
	return l
}

func (l *line) address() string { return l.listener.Addr().String() }

func (l *line) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		go l.carry(near)
	}
}

func (l *line) carry(near net.Conn) {
	defer func() { _ = near.Close() }()
	if l.isDead() {
		return
	}
	far, err := net.Dial("tcp", l.server)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	l.keep(near, far)
	done := make(chan bool, 2)
	for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
		go func() { l.copy(to, from); done <- true }()
	}
	<-done
	l.drop(near, far)
}

func (l *line) copy(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if slow := l.slowness(); slow > 0 {
				<-time.After(slow)
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *line) isDead() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dead
}

func (l *line) slowness() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.delay
}

func (l *line) keep(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		l.open[c] = true
	}
}

func (l *line) drop(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		delete(l.open, c)
		_ = c.Close()
	}
}

// cut every connection; new ones can be made.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.Close()
	}
	clear(l.open)
}

// set how the line is from now on.
func (l *line) set(dead bool, delay time.Duration) {
	l.mu.Lock()
	l.dead, l.delay = dead, delay
	l.mu.Unlock()
	if dead {
		l.cut()
	}
}
