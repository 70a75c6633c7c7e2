package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"township.dev/liaison/hack/localcluster/internal/statedir"
)

func TestHelpSaysWhatItIsNotFor(t *testing.T) {
	out, err := run(t, "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"FOR DEVELOPMENT AND TESTS ONLY", "not for production", "etcd, kubectl"} {
		if !strings.Contains(out, want) {
			t.Errorf("the help lacks %q:\n%s", want, out)
		}
	}
}

func TestWithoutAClusterTheVerbsHintAtUp(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for _, verb := range []string{"status", "kubeconfig"} {
		if _, err := run(t, verb, "--dir", none); err == nil || !strings.Contains(err.Error(), "`localcluster up` makes one") {
			t.Errorf("%s: %v", verb, err)
		}
	}
}

func TestDownOfNothingIsNoError(t *testing.T) {
	for _, args := range [][]string{{"down"}, {"down", "--purge"}} {
		out, err := run(t, append(args, "--dir", filepath.Join(t.TempDir(), "none"))...)
		if err != nil || !strings.Contains(out, "nothing to stop") {
			t.Errorf("%v: %v, %q", args, err, out)
		}
	}
}

func TestSomebodysFolderIsLeftAlone(t *testing.T) {
	foreign := t.TempDir()
	thesis := filepath.Join(foreign, "thesis.tex")
	if err := os.WriteFile(thesis, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"up"}, {"down"}, {"down", "--purge"}, {"status"}, {"kubeconfig"}} {
		if _, err := run(t, append(args, "--dir", foreign)...); err == nil || !strings.Contains(err.Error(), "not a state folder") {
			t.Errorf("%v: %v", args, err)
		}
	}
	if content, err := os.ReadFile(thesis); err != nil || string(content) != "mine" {
		t.Errorf("the folder was touched: %q, %v", content, err)
	}
}

func TestAWrongNodeStopsUpBeforeItBegins(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	for want, args := range map[string][]string{
		`there is no node of kind "virtual"`: {"--node", "virtual"},
		"use `localcluster load`":            {"--node", "real", "--image", "shop=" + os.Args[0]},
	} {
		if _, err := run(t, append([]string{"up", "--dir", dir}, args...)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", args, err)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a state folder was made: %v", err)
	}
}

func TestOnlyARealNodeTakesImages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if _, err := statedir.Create(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "load", "images.tar", "--dir", dir); err == nil || !strings.Contains(err.Error(), "only a real node takes images") {
		t.Errorf("got %v", err)
	}
}

func TestAWrongImageStopsUpBeforeItBegins(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	_, err := run(t, "up", "--dir", dir, "--image", "shop=no/such/binary")
	if err == nil || !strings.Contains(err.Error(), "build it first") {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("a state folder was made: %v", err)
	}
}

func TestKubeconfig(t *testing.T) {
	folder, err := statedir.Create(filepath.Join(t.TempDir(), "state"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run(t, "kubeconfig", "--dir", folder.Root()); err == nil || !strings.Contains(err.Error(), "never started") {
		t.Errorf("before the first start: %v", err)
	}
	if err := os.WriteFile(folder.Kubeconfig(), []byte("kind: Config\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for flag, want := range map[string]string{"--raw=false": folder.Kubeconfig() + "\n", "--raw": "kind: Config\n"} {
		if out, err := run(t, "kubeconfig", "--dir", folder.Root(), flag); err != nil || out != want {
			t.Errorf("%s: %q, %v", flag, out, err)
		}
	}
}

func run(t *testing.T, args ...string) (output string, err error) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot([]string{"etcd", "kubectl"})
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err = root.ExecuteContext(t.Context())
	return out.String(), err
}
