package statedir

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"township.dev/liaison/hack/localcluster/internal/ports"
)

func TestDefaultIsAtTheTopOfTheCheckout(t *testing.T) {
	checkout := t.TempDir()
	below := filepath.Join(checkout, "hack", "localcluster")
	makeFolder(t, below)
	if err := os.WriteFile(filepath.Join(checkout, ".git"), nil, 0o644); err != nil { // a file in a worktree
		t.Fatal(err)
	}
	want := filepath.Join(checkout, DefaultName)
	for _, dir := range []string{checkout, below} {
		if got := Default(dir); got != want {
			t.Errorf("from %s: got %s, want %s", dir, got, want)
		}
	}
}

func TestCreateTwiceIsTheSameFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	first := create(t, path)
	if err := first.WriteSettings(Settings{Ports: ports.Set{APIServer: 20443}}); err != nil {
		t.Fatal(err)
	}
	settings, err := create(t, path).ReadSettings()
	if err != nil {
		t.Fatal(err)
	}
	if settings.Ports.APIServer != 20443 {
		t.Errorf("the settings are lost: %+v", settings)
	}
}

func TestALinkToTheFolderIsTheSameCluster(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	direct := create(t, path)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if linked := create(t, link); linked.Root() != direct.Root() {
		t.Errorf("through a link the cluster is %s, directly %s", linked.Root(), direct.Root())
	}
}

func TestSecretsAreClosedToOthers(t *testing.T) {
	folder := create(t, filepath.Join(t.TempDir(), "state"))
	for _, path := range []string{folder.PKI(""), folder.Etcd()} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %o, want 700", path, info.Mode().Perm())
		}
	}
}

func TestForeignFoldersAreRefused(t *testing.T) {
	foreign := t.TempDir()
	writeFile(t, filepath.Join(foreign, "thesis.tex"), "")

	if _, err := Create(foreign); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("Create on a folder of somebody's: %v", err)
	}
	if _, err := Open(foreign); err == nil || !strings.Contains(err.Error(), "not a state folder") {
		t.Errorf("Open on a folder of somebody's: %v", err)
	}
}

func TestAnotherProgramsSettingsAreRefused(t *testing.T) {
	foreign := t.TempDir()
	writeFile(t, filepath.Join(foreign, settingsFile), `{"kind": "something else"}`)
	if _, err := Open(foreign); err == nil || !strings.Contains(err.Error(), "something else") {
		t.Errorf("got %v", err)
	}
}

func TestOpenTellsThatThereIsNothing(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, ErrNoCluster) {
		t.Errorf("got %v", err)
	}
}

func TestPurgeRemovesTheFolder(t *testing.T) {
	folder := create(t, filepath.Join(t.TempDir(), "state"))
	writeFile(t, folder.in(".record.json-123"), "") // an interrupted write
	if err := folder.Purge(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder.Root()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
}

func TestPurgeTouchesNothingBesideStrangers(t *testing.T) {
	folder := create(t, filepath.Join(t.TempDir(), "state"))
	writeFile(t, folder.in("notes.txt"), "mine")
	if err := folder.Purge(); err == nil || !strings.Contains(err.Error(), "notes.txt") {
		t.Errorf("got %v", err)
	}
	if _, err := Open(folder.Root()); err != nil {
		t.Errorf("the cluster was harmed: %v", err)
	}
}

func TestLockKeepsOthersWaiting(t *testing.T) {
	folder := create(t, filepath.Join(t.TempDir(), "state"))
	release := lock(t, folder, func() { t.Error("the first should not wait") })

	waiting, acquired := make(chan bool), make(chan bool)
	go func() {
		lock(t, folder, func() { close(waiting) })()
		close(acquired)
	}()
	<-waiting
	release()
	<-acquired
}

func TestMountsBelow(t *testing.T) {
	table := strings.Join([]string{
		`22 1 254:0 / / rw,relatime - ext4 /dev/vda rw`,
		`30 22 0:25 / /home/li/.localcluster/pods/a\040b rw - tmpfs tmpfs rw`,
		`31 30 0:26 / /home/li/.localcluster/pods/a\040b/tmp rw - tmpfs tmpfs rw`,
		`32 22 0:27 / /home/li/.localcluster-other rw - tmpfs tmpfs rw`,
	}, "\n")
	got := strings.Join(mountsBelow("/home/li/.localcluster", table), "|")
	want := "/home/li/.localcluster/pods/a b|/home/li/.localcluster/pods/a b/tmp"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func create(t *testing.T, path string) Folder {
	t.Helper()
	folder, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

func lock(t *testing.T, folder Folder, waiting func()) (release func()) {
	release, err := folder.Lock(waiting)
	if err != nil {
		t.Error(err)
		return func() {}
	}
	return release
}

func makeFolder(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
