// Package layouts runs what docs/county-repository says, as a county does, against a real API server and operator.
package layouts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/test/controlplane"
)

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

var (
	root       = filepath.Join("..", "..")
	repository = filepath.Join(root, "docs", "county-repository")
	samples    = filepath.Join(root, "config", "samples")
	townships  = []string{"baishansi", "checheng", "hukou", "jichang", "tunli", "wencheng", "zhongduo"}
)

// bundle is a folder with what a release has and the README speaks of.
func bundle(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	copied(t, repository, filepath.Join(folder, "docs", "county-repository"))
	copied(t, samples, filepath.Join(folder, "samples"))
	for _, chart := range []string{"liaison-operator", "liaison-station"} {
		run(t, folder, tool(t, "helm"), "package", absolute(t, filepath.Join(root, "charts", chart)), "--destination", "charts")
	}
	t.Setenv("KUBECTL", tool(t, "kubectl"))
	run(t, folder, absolute(t, filepath.Join(root, "hack", "dist.sh")), filepath.Join(folder, "install.yaml"), "r.example/liaison-operator:0.1.0", "r.example/liaison-intake:0.1.0")
	return folder
}

// copied reads through this process, so that go test knows its cached result to be old when a file has changed.
func copied(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	found, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// tool is one that localcluster builds.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := absolute(t, filepath.Join(root, "bin", "k8s", name))
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("there is no %s: build it with hack/build-localcluster.sh: %v", name, err)
	}
	return path
}

// run a program in a folder, with helm and kubectl in its path and the test's API server as its cluster, and return what it printed.
func run(t *testing.T, folder, program string, args ...string) string {
	t.Helper()
	printed, err := try(t, folder, program, args...)
	if err != nil {
		t.Fatal(err)
	}
	return printed
}

func try(t *testing.T, folder, program string, args ...string) (string, error) {
	t.Helper()
	home := t.TempDir()
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir, command.Stdout, command.Stderr = folder, &stdout, &stderr
	command.Env = append(os.Environ(), "KUBECONFIG="+cluster.Kubeconfig(t, home, "default"), "HOME="+home, "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home,
		"HELM_DATA_HOME="+home, "PATH="+filepath.Dir(tool(t, "kubectl"))+":"+os.Getenv("PATH"))
	if err := command.Run(); err != nil {
		return stdout.String(), fmt.Errorf("%s %v: %w\n%s%s", program, args, err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

var (
	section = regexp.MustCompile(`(?m)^## `)
	fenced  = regexp.MustCompile("(?s)```sh\n(.*?)```")
)

// guide is what the README's blocks of commands are for.
type guide struct{ unpack, plain, plainDiffers, helm, helmDiffers, argo, flux string }

// scripts are the README's, by the headings that they stand under.
func scripts(t *testing.T) guide {
	t.Helper()
	var found []string
	for _, part := range section.Split(read(t, filepath.Join(repository, "README.md")), -1) {
		heading, _, _ := strings.Cut(part, "\n")
		for _, block := range fenced.FindAllStringSubmatch(part, -1) {
			found = append(found, heading, block[1])
		}
	}
	var headings, blocks []string
	for pair := range slices.Chunk(found, 2) {
		headings, blocks = append(headings, pair[0]), append(blocks, pair[1])
	}
	if want := []string{"# A county's repository", "Plain YAML", "Plain YAML", "Helm", "Helm", "Argo CD", "Flux"}; !slices.Equal(headings, want) {
		t.Fatalf("the README has scripts under %q, want %q", headings, want)
	}
	return guide{blocks[0], blocks[1], blocks[2], blocks[3], blocks[4], blocks[5], blocks[6]}
}

func sh(t *testing.T, folder, script string) string {
	t.Helper()
	return run(t, folder, "sh", "-euc", script)
}

// eventuallyAll waits until each of the objects is judged so.
func eventuallyAll(t *testing.T, want verdict, objects ...client.Object) {
	t.Helper()
	for _, object := range objects {
		controlplane.Eventually(t, fmt.Sprintf("%T %s is %v", object, object.GetName(), want), func(ctx context.Context) error {
			if found := judge(ctx, t, object); found != want {
				return errors.New("it is " + strings.Join([]string{found.kstatus, found.argo}, " and "))
			}
			return nil
		})
	}
}
