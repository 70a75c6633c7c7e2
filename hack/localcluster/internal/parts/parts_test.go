package parts

import (
	"slices"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
	"township.dev/liaison/hack/localcluster/internal/supervise"
)

var chosen = ports.Set{Etcd: 20001, EtcdPeer: 20002, APIServer: 20003, ControllerManager: 20004, Scheduler: 20005, Node: 20006}

func TestStages(t *testing.T) {
	var order []string
	for _, stage := range stages(t, statedir.ProcessNode) {
		order = append(order, strings.Join(names(stage), "+"))
	}
	want := []string{"etcd", "kube-apiserver", "kube-controller-manager+kube-scheduler+node"}
	if !slices.Equal(order, want) {
		t.Errorf("the parts start in the order %v, want %v", order, want)
	}
}

func TestTheNodeHasTimeToEndItsPods(t *testing.T) {
	const defaultGrace = 30 * time.Second
	if got := part(t, Node).StopWithin; got <= defaultGrace {
		t.Errorf("the node is killed after %s, while a pod may take %s to end", got, defaultGrace)
	}
}

func TestEverythingListensOnLoopbackOnly(t *testing.T) {
	for name, listens := range map[string][]string{
		Etcd:              {"--listen-client-urls=https://127.0.0.1:20001", "--listen-peer-urls=https://127.0.0.1:20002"},
		APIServer:         {"--bind-address=127.0.0.1", "--secure-port=20003"},
		ControllerManager: {"--bind-address=127.0.0.1", "--secure-port=20004"},
		Scheduler:         {"--bind-address=127.0.0.1", "--secure-port=20005"},
	} {
		for _, flag := range listens {
			if !slices.Contains(part(t, name).Args, flag) {
				t.Errorf("%s lacks %s", name, flag)
			}
		}
	}
}

func TestNobodyIsServedUnknown(t *testing.T) {
	for name, flags := range map[string][]string{
		Etcd:      {"--client-cert-auth=true", "--peer-client-cert-auth=true"},
		APIServer: {"--anonymous-auth=false", "--authorization-mode=Node,RBAC"},
	} {
		for _, flag := range flags {
			if !slices.Contains(part(t, name).Args, flag) {
				t.Errorf("%s lacks %s", name, flag)
			}
		}
	}
}

func TestNodeReady(t *testing.T) {
	started := time.Date(2026, time.March, 2, 9, 0, 0, 700e6, time.UTC)
	for _, c := range []struct{ name, conditions, lacks string }{
		{"ready within the second of its start", `{"type":"Ready","status":"True","lastHeartbeatTime":"2026-03-02T09:00:00Z"}`, ""},
		{"another condition first", `{"type":"DiskPressure","status":"False"},{"type":"Ready","status":"True","lastHeartbeatTime":"2026-03-02T09:00:01Z"}`, ""},
		{"left from an earlier run", `{"type":"Ready","status":"True","lastHeartbeatTime":"2026-03-02T08:59:59Z"}`, "not reported since its start"},
		{"not ready", `{"type":"Ready","status":"False","message":"no namespaces","lastHeartbeatTime":"2026-03-02T09:00:01Z"}`, "no namespaces"},
		{"no condition", ``, "no condition Ready"},
	} {
		err := nodeReady([]byte(`{"status":{"conditions":[`+c.conditions+`]}}`), started)
		switch {
		case c.lacks == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.lacks != "" && (err == nil || !strings.Contains(err.Error(), c.lacks)):
			t.Errorf("%s: got %v, want %q", c.name, err, c.lacks)
		}
	}
}

func TestWhatARealNodeNeedsOfTheControlPlane(t *testing.T) {
	for _, c := range []struct {
		node        statedir.NodeKind
		part        string
		has, hasNot string
	}{
		{statedir.ProcessNode, APIServer, "--endpoint-reconciler-type=none", "--advertise-address=10.98.0.2"},
		{statedir.RealNode, APIServer, "--advertise-address=10.98.0.2", "--endpoint-reconciler-type=none"},
		{statedir.ProcessNode, ControllerManager, "--controllers=*,-endpoints-controller,-endpointslice-controller,-endpointslice-mirroring-controller", "--controllers=*"},
		{statedir.RealNode, ControllerManager, "--controllers=*", ""},
	} {
		args := partOf(t, c.node, c.part).Args
		if !slices.Contains(args, c.has) || slices.Contains(args, c.hasNot) {
			t.Errorf("with a %s node %s has %v, want %s and not %s", c.node, c.part, args, c.has, c.hasNot)
		}
	}
}

func stages(t *testing.T, node statedir.NodeKind) [][]supervise.Part {
	t.Helper()
	folder, err := statedir.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := pki.Ensure(folder, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	stages, err := Stages(folder, statedir.Settings{Ports: chosen, Node: node})
	if err != nil {
		t.Fatal(err)
	}
	return stages
}

func part(t *testing.T, name string) supervise.Part {
	t.Helper()
	return partOf(t, statedir.ProcessNode, name)
}

func partOf(t *testing.T, node statedir.NodeKind, name string) supervise.Part {
	t.Helper()
	all := slices.Concat(stages(t, node)...)
	return all[slices.Index(names(all), name)]
}

func names(parts []supervise.Part) []string {
	var names []string
	for _, part := range parts {
		names = append(names, part.Name)
	}
	return names
}
