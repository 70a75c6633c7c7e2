package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"k8s.io/utils/clock"

	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/parts"
	"township.dev/liaison/hack/localcluster/internal/process"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

var everyPart = []string{
	parts.Etcd, parts.APIServer, parts.ControllerManager, parts.Scheduler, parts.Node, supervisorName,
}

func TestUpStartsEveryPartAndDownLeavesNone(t *testing.T) {
	c := newCluster(t)
	c.up()
	if got, want := c.running(), sorted(everyPart); !slices.Equal(got, want) {
		t.Errorf("running are %v, want %v", got, want)
	}
	if table, err := c.status(); err != nil {
		t.Errorf("status: %v\n%s", err, table)
	}

	c.down()
	if left := c.running(); len(left) > 0 {
		t.Errorf("still running are %v", left)
	}
	if _, err := c.status(); !errors.Is(err, ErrNotWhole) {
		t.Errorf("status of a stopped cluster: %v", err)
	}
}

func TestUpLeavesARunningClusterAlone(t *testing.T) {
	c := newCluster(t)
	c.up()
	before := c.pids()
	c.up(images.Image{Repository: "shop", Binary: "/bin/shop"})
	if after := c.pids(); !slices.Equal(before, after) {
		t.Errorf("processes changed from %v to %v", before, after)
	}
	if list := c.read(c.Folder.Images()); !strings.Contains(list, "/bin/shop") {
		t.Errorf("the new image is not in the list: %s", list)
	}
}

func TestASecondUpReusesPortsAndKeys(t *testing.T) {
	c := newCluster(t)
	c.up()
	first, authority := c.settings(), c.read(c.Folder.PKI("ca.crt"))
	c.down()
	c.up()
	if second := c.settings(); second != first {
		t.Errorf("settings changed from %+v to %+v", first, second)
	}
	if c.read(c.Folder.PKI("ca.crt")) != authority {
		t.Error("the cluster has another authority")
	}
}

func TestAClusterKeepsItsKindOfNode(t *testing.T) {
	c := newCluster(t)
	c.up()
	c.down()
	err := c.Up(t.Context(), Wanted{Node: statedir.RealNode})
	if err == nil || !strings.Contains(err.Error(), "has a process node and cannot get a real one") {
		t.Errorf("got %v", err)
	}
	if kind := c.settings().Node; kind != statedir.ProcessNode {
		t.Errorf("the node is of kind %q now", kind)
	}
}

func TestATakenPortIsReplacedAndTold(t *testing.T) {
	c := newCluster(t)
	c.up()
	before := c.settings().Ports.APIServer
	c.down()
	taken, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", before))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()

	c.up()
	after := c.settings().Ports.APIServer
	if after == before {
		t.Errorf("the API server still has port %d", before)
	}
	if server := fmt.Sprintf("https://127.0.0.1:%d", after); !strings.Contains(c.read(c.Folder.Kubeconfig()), server) {
		t.Errorf("the kubeconfig does not lead to %s", server)
	}
	if told := fmt.Sprintf("port %d is taken", before); !strings.Contains(c.out.String(), told) {
		t.Errorf("nothing was said of it:\n%s", c.out)
	}
}

func TestAKilledPartIsShownUntilTheNextUp(t *testing.T) {
	c := newCluster(t)
	c.up()
	c.kill(parts.Scheduler)
	c.awaitStatus("killed by signal 9", "I am kube-scheduler")
	if got := c.running(); slices.Contains(got, parts.Scheduler) {
		t.Errorf("it was restarted silently: %v", got)
	}

	c.out.Reset()
	c.up()
	if !strings.Contains(c.out.String(), "kube-scheduler had ended by itself (killed by signal 9") {
		t.Errorf("up hides what had happened:\n%s", c.out)
	}
	if table, err := c.status(); err != nil {
		t.Errorf("status: %v\n%s", err, table)
	}
}

func TestUpFailsWithTheLastWordsOfAPartThatFails(t *testing.T) {
	c := newCluster(t)
	c.breakPart(parts.ControllerManager)
	err := c.Up(t.Context(), Wanted{})
	if err == nil || !strings.Contains(err.Error(), parts.ControllerManager) || !strings.Contains(err.Error(), "I am broken") {
		t.Errorf("got %v", err)
	}
	c.down()
	if table, _ := c.status(); !strings.Contains(table, "I am broken") {
		t.Errorf("status has forgotten it:\n%s", table)
	}
}

func TestAFailedStartLeavesNothingRunning(t *testing.T) {
	c := newCluster(t)
	c.breakPart(parts.APIServer)
	if err := c.Up(t.Context(), Wanted{}); err == nil {
		t.Fatal("the start should fail")
	}
	c.awaitNothingRunning()
}

func TestAKilledSupervisorTakesItsPartsAlong(t *testing.T) {
	c := newCluster(t)
	c.up()
	c.kill(supervisorName)
	c.awaitNothingRunning()
	if table, err := c.status(); !errors.Is(err, ErrNotWhole) || !strings.Contains(table, "gone without stopping the cluster") {
		t.Errorf("status: %v\n%s", err, table)
	}
	c.up()
}

func TestDownEndsWhatIsLeftWithoutASupervisor(t *testing.T) {
	c := newCluster(t)
	stray := &exec.Cmd{Path: "/proc/self/exe", Args: []string{parts.NodeProgram}, Env: process.Mark(c.Folder.Root(), parts.Node), Dir: c.Folder.Root()}
	if err := stray.Start(); err != nil {
		t.Fatal(err)
	}
	c.down()
	_ = stray.Wait()
	if status := stray.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
		t.Errorf("it ended with %v", stray.ProcessState)
	}
}

func TestPurgeStopsAndRemoves(t *testing.T) {
	c := newCluster(t)
	c.up()
	if err := c.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := c.running(); len(left) > 0 {
		t.Errorf("still running are %v", left)
	}
	if _, err := os.Stat(c.Folder.Root()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the state is still there: %v", err)
	}
}

// tried is a cluster under test. It is stopped when the test ends.
type tried struct {
	Cluster
	t   *testing.T
	out *bytes.Buffer
}

func newCluster(t *testing.T) tried {
	t.Helper()
	folder, err := statedir.Create(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	out := &bytes.Buffer{}
	c := tried{Cluster: Cluster{Folder: folder, Out: out, Clock: clock.RealClock{}}, t: t, out: out}
	t.Cleanup(func() {
		if _, err := os.Stat(folder.Root()); err != nil {
			return // purged
		}
		// The test's own context has ended by now.
		if err := c.Down(context.Background()); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	})
	return c
}

func (c tried) up(given ...images.Image) {
	c.t.Helper()
	if err := c.Up(c.t.Context(), Wanted{Images: given}); err != nil {
		c.t.Fatalf("up: %v\n%s", err, c.out)
	}
}

func (c tried) down() {
	c.t.Helper()
	if err := c.Down(c.t.Context()); err != nil {
		c.t.Fatalf("down: %v\n%s", err, c.out)
	}
}

func (c tried) status() (table string, err error) {
	var out strings.Builder
	err = c.Status(c.t.Context(), &out)
	return out.String(), err
}

// awaitStatus looks until the table holds all of the texts: a killed part has ended a moment before its
// supervisor has written so.
func (c tried) awaitStatus(texts ...string) {
	c.t.Helper()
	for c.t.Context().Err() == nil {
		table, err := c.status()
		missing := slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(table, text) })
		if !missing {
			if !errors.Is(err, ErrNotWhole) {
				c.t.Errorf("status returns %v", err)
			}
			return
		}
	}
}

func (c tried) awaitNothingRunning() {
	for c.t.Context().Err() == nil && len(c.running()) > 0 {
	}
}

func (c tried) processes() []process.Process {
	c.t.Helper()
	found, err := process.Find(c.Folder.Root())
	if err != nil {
		c.t.Fatal(err)
	}
	return found
}

func (c tried) running() []string {
	var names []string
	for _, each := range c.processes() {
		names = append(names, each.Part)
	}
	return sorted(names)
}

func (c tried) pids() []int {
	var pids []int
	for _, each := range c.processes() {
		pids = append(pids, each.PID)
	}
	return sorted(pids)
}

func (c tried) kill(part string) {
	c.t.Helper()
	for _, each := range c.processes() {
		if each.Part == part {
			if err := each.Signal(syscall.SIGKILL); err != nil {
				c.t.Fatal(err)
			}
		}
	}
}

func (c tried) breakPart(program string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.Folder.Root(), breaker(program)), nil, 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c tried) settings() statedir.Settings {
	c.t.Helper()
	settings, err := c.Folder.ReadSettings()
	if err != nil {
		c.t.Fatal(err)
	}
	return settings
}

func (c tried) read(file string) string {
	c.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(content)
}

func sorted[T string | int](values []T) []T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted
}
