package layouts

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"township.dev/liaison/test/controlplane"
)

// foreign is a module with kinds of others. It is read where Go keeps modules and is no dependency: nothing of it is compiled into a test.
type foreign struct {
	module, version, sum string
	// crds are the files that have the kinds; where the module has none, they are made from its types, as their owner makes them.
	crds []string
}

// foreigners are Argo CD 3.3 and the controllers of Flux 2.8.
var foreigners = []foreign{
	{"github.com/argoproj/argo-cd/v3", "v3.3.0", "h1:9UlruTd5cC/MyvorTXgAIblfZTy63MF5FYvvoAaUvwU=", []string{
		"manifests/crds/application-crd.yaml", "manifests/crds/applicationset-crd.yaml",
	}},
	{"github.com/fluxcd/source-controller/api", "v1.8.2", "h1:i0/6BeNCn+zRfX+gKh4PsFF2NBzBhwXt0wPImVlZObg=", nil},
	{"github.com/fluxcd/kustomize-controller/api", "v1.8.2", "h1:LcFUjJccwNrhCo7pQBBneLAlHfZZcb58bWB2LnyFwag=", nil},
	{"github.com/fluxcd/helm-controller/api", "v1.5.2", "h1:3xeFPcsvibingV32y8MRj040ydZIPOMCTToMXOkhtUo=", nil},
}

// installForeignKinds lets the API server take what is meant for Argo CD and Flux, as strictly as theirs do.
func installForeignKinds(t *testing.T) {
	t.Helper()
	var crds []string
	for _, f := range foreigners {
		crds = append(crds, f.kinds(t)...)
	}
	installed, err := envtest.InstallCRDs(cluster.Config, controlplane.Kinds(crds...))
	if err != nil {
		t.Fatalf("installing the kinds of Argo CD and Flux: %v", err)
	}
	t.Cleanup(func() {
		if err := envtest.UninstallCRDs(cluster.Config, envtest.CRDInstallOptions{CRDs: installed}); err != nil {
			t.Errorf("removing the kinds of Argo CD and Flux: %v", err)
		}
	})
}

// kinds are paths of files, or of folders, with the CRDs.
func (f foreign) kinds(t *testing.T) []string {
	t.Helper()
	folder, err := f.download(t)
	if err != nil {
		t.Skipf("\n*** NOT HELD AGAINST ARGO CD AND FLUX: the module %s %s, which has the kinds, is not to be had here: %v", f.module, f.version, err)
	}
	if f.crds == nil {
		return []string{generated(t, folder)}
	}
	var files []string
	for _, file := range f.crds {
		files = append(files, filepath.Join(folder, file))
	}
	return files
}

// download is done once on a machine: Go keeps modules.
func (f foreign) download(t *testing.T) (folder string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", f.module+"@"+f.version)
	command.Dir = t.TempDir() // outside of our own module, of which it becomes no part
	command.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
	printed, failed := command.Output()
	var got struct{ Dir, Sum, Error string }
	switch err := json.Unmarshal(printed, &got); {
	case got.Error != "":
		return "", errors.New(got.Error)
	case err != nil || failed != nil:
		return "", fmt.Errorf("go mod download: %w", errors.Join(failed, err))
	case got.Sum != f.sum:
		t.Fatalf("the checksum of %s %s is %s, want %s", f.module, f.version, got.Sum, f.sum)
	}
	return got.Dir, nil
}

// generated is a folder with the CRDs of a module of API types.
func generated(t *testing.T, module string) string {
	t.Helper()
	generator, folder := absolute(t, filepath.Join(root, "bin", "controller-gen")), t.TempDir()
	if _, err := os.Stat(generator); err != nil {
		t.Fatalf("there is no controller-gen: build it with make tools: %v", err)
	}
	needed := exec.CommandContext(t.Context(), "go", "mod", "download")
	needed.Dir = module
	needed.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	if out, err := needed.CombinedOutput(); err != nil {
		t.Skipf("\n*** NOT HELD AGAINST ARGO CD AND FLUX: what %s needs is not to be had here: %v\n%s", module, err, out)
	}
	command := exec.CommandContext(t.Context(), generator, "crd", "paths=./...", "output:crd:dir="+folder)
	command.Dir = module
	command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOWORK=off")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("making the CRDs of %s: %v\n%s", module, err, out)
	}
	return folder
}

func TestForeignKindsAreAccountedFor(t *testing.T) {
	page := read(t, filepath.Join(root, "docs", "dependencies.md"))
	for _, f := range foreigners {
		if !strings.Contains(page, "| "+f.module+" "+f.version+" |") {
			t.Errorf("docs/dependencies.md does not say why the tests read %s %s", f.module, f.version)
		}
	}
}
