package machine

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

func TestEveryBlankInTheProgramsFilesIsFilled(t *testing.T) {
	folder, err := statedir.Create(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{Folder: folder, Settings: statedir.Settings{Ports: ports.Set{Node: 20006}}, NodeName: "north"}
	values := cfg.values()
	entries, err := templates.ReadDir("files")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		template, err := templates.ReadFile("files/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		os.Expand(string(template), func(name string) string {
			if values[name] == "" {
				t.Errorf("%s leaves %s open", entry.Name(), name)
			}
			return ""
		})
	}
	if err := writeFiles(cfg); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(file(folder, "kubelet.yaml"))
	if err != nil || !strings.Contains(string(written), "port: 20006\n") {
		t.Errorf("the kubelet's file is (%v)\n%s", err, written)
	}
}

func TestCheckNamesWhatIsMissingAndTheRemedy(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := hasPrograms(t.Context())
	for _, want := range []string{"containerd", "runc", "apt-get install " + Packages} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to name %q", err, want)
		}
	}
}

func TestTheStateCannotLieWhereTheNodeHasItsOwn(t *testing.T) {
	for root, want := range map[string]bool{
		"/var/lib": false, "/var/lib/cluster": false, "/run/cluster": false, "/var/log/cluster": false,
		"/var/libraries": true, "/srv/run": true, "/tmp/state": true,
	} {
		if err := outsideHidden(root); (err == nil) != want {
			t.Errorf("%s: %v", root, err)
		}
	}
}

func TestControlGroupsAreRemovedFromTheInside(t *testing.T) {
	group := filepath.Join(t.TempDir(), "pods")
	if err := os.MkdirAll(filepath.Join(group, "pod", "container"), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to do
		if err := removeGroup(group); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(group); !os.IsNotExist(err) {
		t.Errorf("the group is still there: %v", err)
	}
}

func TestDoorsLeadToTheAPIServer(t *testing.T) {
	server, door := listen(t), listen(t)
	go func() {
		caller, err := server.Accept()
		if err == nil {
			_, _ = io.Copy(caller, caller)
			_ = caller.Close()
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	relayed := make(chan error)
	go func() {
		relayed <- doors{listeners: []net.Listener{door}, leadTo: server.Addr().String()}.relay(ctx)
	}()

	caller, err := net.Dial("tcp", door.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := caller.Write([]byte("anybody there?")); err != nil {
		t.Fatal(err)
	}
	heard := make([]byte, len("anybody there?"))
	if _, err := io.ReadFull(caller, heard); err != nil || string(heard) != "anybody there?" {
		t.Errorf("heard %q (%v)", heard, err)
	}
	cancel()
	if err := <-relayed; err != nil {
		t.Errorf("asked to end, it says %v", err)
	}
	if _, err := caller.Read(heard); err == nil {
		t.Error("the connection outlived the relay")
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}
