package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"township.dev/liaison/internal/store"
)

// keep runs a subcommand on the station's folders and returns what it printed.
func (m *mount) keep(t *testing.T, command string, arguments ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	args := append([]string{command, "--secrets-dir", m.secrets, "--data-dir", m.data}, arguments...)
	err := run(t.Context(), args, func(string) string { return "" }, &out)
	return out.String(), err
}

// What county IT does in the station's pod, and after the disaster.
func TestBackupRestoreVerify(t *testing.T) {
	m := newMount(t)
	file := filepath.Join(t.TempDir(), "backup.db")
	s := start(t, m)
	first := open(t, s.public).suggest("白额村田间路被冲毁，三轮车进不去。")
	if said, err := m.keep(t, "backup", file); err != nil || !strings.Contains(said, file) {
		t.Fatalf("%q, error %v", said, err)
	}
	streamed, err := m.keep(t, "backup", "-")
	must(t, err)
	second := open(t, s.public).suggest("请在村口装一盏路灯。")
	if said, err := m.keep(t, "verify"); err != nil || !strings.Contains(said, "2 cases") {
		t.Errorf("%q, error %v", said, err)
	}
	if _, err := m.keep(t, "restore", file); err == nil || !strings.Contains(err.Error(), "stop the other process") {
		t.Errorf("restoring while the service runs: %v", err)
	}
	must(t, s.stop())
	var out bytes.Buffer
	err = arguments{
		args: []string{"--secrets-dir", m.secrets, "--data-dir", m.data, "-"}, getenv: func(string) string { return "" },
		in: strings.NewReader(streamed), out: &out,
	}.restore(t.Context())
	said := out.String()
	if err != nil || !strings.Contains(said, "1 cases are back") || !strings.Contains(said, "is kept as") || !strings.Contains(said, "recovery codes are those of the backup") {
		t.Fatalf("%q, error %v", said, err)
	}
	s = start(t, m)
	first.opens(open(t, s.public))
	open(t, s.public).visit(second.address()).arrives(404, "/status")
}

// The day for which there are backups.
func TestADamagedDatabaseIsReplaced(t *testing.T) {
	m := newMount(t)
	file := filepath.Join(t.TempDir(), "backup.db")
	must(t, start(t, m).stop())
	_, err := m.keep(t, "backup", file)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(m.data, "liaison.db"), []byte("what the disk has left of it"), 0o600))
	if _, err := m.keep(t, "verify"); err == nil {
		t.Error("the damage is not seen")
	}
	if said, err := m.keep(t, "restore", file); err != nil || !strings.Contains(said, "is damaged: it is kept as it was found") || !strings.Contains(said, "forget liaison.db.before-") {
		t.Errorf("%q, error %v", said, err)
	}
	_, err = m.keep(t, "verify")
	must(t, err)
	start(t, m)
}

// What a restore keeps takes room on the station's volume until somebody says that it may go.
func TestKeptDatabasesAreForgottenWhileTheServiceRuns(t *testing.T) {
	m := newMount(t)
	file := filepath.Join(t.TempDir(), "backup.db")
	must(t, start(t, m).stop())
	if said, err := m.keep(t, "kept"); err != nil || said != "no restore has kept a database here\n" {
		t.Errorf("%q, error %v", said, err)
	}
	_, err := m.keep(t, "backup", file)
	must(t, err)
	restored, err := m.keep(t, "restore", file)
	must(t, err)
	said := strings.Fields(restored)
	name := said[len(said)-1]
	if !strings.Contains(restored, filepath.Join(m.data, name)+", and takes room") || !strings.HasSuffix(restored, ": liaison-intake forget "+name+"\n") {
		t.Errorf("the restore does not tell what it keeps, nor how to be rid of it: %q", restored)
	}
	start(t, m)
	listed, err := m.keep(t, "kept")
	must(t, err)
	if row := strings.Fields(strings.SplitAfter(listed, "\n")[1]); row[0] != name || row[2] != "MiB" || !strings.HasPrefix(row[3], "20") {
		t.Errorf("it lists %q", listed)
	}
	for given, want := range map[string]string{
		"liaison.db": "liaison-intake kept lists", "liaison.db-wal": "liaison-intake kept lists", filepath.Join(m.data, name): "without its folder",
	} {
		if _, err := m.keep(t, "forget", given); !errors.Is(err, store.ErrNotKept) || !strings.Contains(err.Error(), want) {
			t.Errorf("forget %s: %v, want %q", given, err, want)
		}
	}
	if said, err := m.keep(t, "forget", name); err != nil || !strings.HasPrefix(said, name+" is removed, which frees ") {
		t.Errorf("%q, error %v", said, err)
	}
	if said, err := m.keep(t, "kept"); err != nil || said != "no restore has kept a database here\n" {
		t.Errorf("%q, error %v", said, err)
	}
	_, err = m.keep(t, "verify")
	must(t, err)
}

// lookout is who a backup is written to. It notes what stands in the folder at the first byte, and breaks off.
type lookout struct {
	folder string
	found  []string
}

var errBrokeOff = errors.New("the connection broke")

func (l *lookout) Write([]byte) (int, error) {
	entries, err := os.ReadDir(l.folder)
	for _, entry := range entries {
		l.found = append(l.found, entry.Name())
	}
	return 0, errors.Join(errBrokeOff, err)
}

// A process that writes to nobody may end without another word: so the copy must be gone before the first byte is written.
func TestABackupThatNobodyReadsLeavesNothingOnTheVolume(t *testing.T) {
	m := newMount(t)
	start(t, m)
	out := &lookout{folder: m.data}
	err := run(t.Context(), []string{"backup", "--secrets-dir", m.secrets, "--data-dir", m.data, "-"}, func(string) string { return "" }, out)
	if !errors.Is(err, errBrokeOff) {
		t.Fatal(err)
	}
	if !slices.Contains(out.found, "liaison.db") {
		t.Fatalf("it looks at %v", out.found)
	}
	for _, name := range out.found {
		if strings.HasPrefix(name, store.ScratchBackup) {
			t.Errorf("%s stands there while the copy is written", name)
		}
	}
}

func TestARestoreLeavesNothingOfWhatItReceived(t *testing.T) {
	m := newMount(t)
	must(t, start(t, m).stop())
	for in, want := range map[io.Reader]string{
		strings.NewReader(""):            "checking standard input: it holds no station's database: it is empty",
		strings.NewReader("no database"): "no database at all",
		iotest.ErrReader(errBrokeOff):    "the connection broke",
	} {
		err := arguments{
			args: []string{"--secrets-dir", m.secrets, "--data-dir", m.data, "-"}, getenv: func(string) string { return "" }, in: in, out: io.Discard,
		}.restore(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if left, err := filepath.Glob(filepath.Join(m.data, "re*-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

func TestWhatKeepsASubcommandFromItsWorkIsTold(t *testing.T) {
	m := newMount(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"backup"}, "needs the name of a file"},
		{[]string{"restore"}, "needs the name of a file"},
		{[]string{"backup", "a", "b"}, "unexpected argument"},
		{[]string{"backup", filepath.Join(m.data, "backup.db")}, "there is no database"},
		{[]string{"restore", filepath.Join(m.data, "missing.db")}, "no such file"},
		{[]string{"kept", "all"}, "unexpected argument"},
		{[]string{"kept", "--data-dir", filepath.Join(m.data, "missing")}, "name another folder"},
		{[]string{"forget"}, "liaison-intake kept lists"},
		{[]string{"forget", "a", "b"}, "unexpected argument"},
		{[]string{"forget", "liaison.db.before-20261126T120000Z"}, "restore a backup first"},
		{[]string{"verify"}, "there is no database"},
		{[]string{"verify", "now"}, "unexpected argument"},
	} {
		if _, err := m.keep(t, c.args[0], c.args[1:]...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
}

func TestTheDemonstrationTellsWhereItIsAndWhoSignsIn(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	out := newRecord()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--demo", "--public-port", "0", "--internal-port", "0"}, func(string) string { return "" }, out)
	}()
	eventually(t, "it says how to end it", func() bool { return strings.Contains(out.String(), "Ctrl-C") })
	said := strings.Fields(out.String())
	address := said[3]
	page := open(t, address).sees("header", "中垛乡")
	page.visit("/handled").sees("main", "苹果修剪")
	username, password := "guanliyuan", ""
	for i, word := range said {
		if word == username {
			password = said[i+1]
		}
	}
	page.visit("/desk/sign-in").fill("main", "username", username, "password", password).arrives(200, "/desk/password")
	cancel()
	must(t, <-ended)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) != 0 {
		t.Errorf("it leaves %v, error %v", left, err)
	}
}
