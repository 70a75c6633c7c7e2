package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/layout"
)

const (
	repository = "../../.."
	archive    = "liaison-0.1.0.tar.gz"
)

// The scripts themselves are run, on small programs in the place of ours.

func TestTheSameSourcesGiveTheSameFilesInAnyFolder(t *testing.T) {
	first, second := tree(t, dist(t)), tree(t, makeDist(t, t.TempDir()))
	if !maps.Equal(first, second) {
		t.Errorf("the outputs differ:\n%v\n%v", first, second)
	}
	if first["/liaison-0.1.0.tar.gz"] == "" || first["/images/index.json"] == "" {
		t.Errorf("the output holds %v", slices.Sorted(maps.Keys(first)))
	}
}

func TestOnlyTheIntakeGetsCertificates(t *testing.T) {
	for _, image := range images(t, filepath.Join(dist(t), "images")) {
		for _, platform := range []string{"linux/amd64", "linux/arm64/v8"} {
			if has := contentOf(t, imageFor(t, image, platform), "etc/ssl/certs/ca-certificates.crt") != nil; has != (image.name == "liaison-intake") {
				t.Errorf("%s for %s: certificates %v", image.name, platform, has)
			}
		}
	}
}

func TestTheBundleHoldsWhatACountyNeeds(t *testing.T) {
	bundle := unpack(t)
	files := tree(t, bundle)
	arch := runtime.GOARCH
	for _, wanted := range []string{
		"load.sh", "README.md", "LICENSE", "install.yaml", "images/index.json", "charts/liaison-operator-0.1.0.tgz", "charts/liaison-station-0.1.0.tgz",
		"crds/liaison.township.dev_liaisonstations.yaml", "samples/zhongduo.yaml", "samples/jixian.xlsx", "docs/runbooks/README.md", "docs/operations.md", "docs/county-repository/flux/county.yaml",
		"charts/README.md", "charts/liaison-station/Chart.yaml", "config/crd/bases", "config/samples", "config/prometheus", "config/grafana",
		"bin/kubectl-liaison-linux-" + arch, "bin/ociimage-linux-" + arch,
	} {
		if files["/"+wanted] == "" {
			t.Errorf("it holds no %s", wanted)
		}
	}
	sums := readFile(t, filepath.Join(bundle, "SHA256SUMS"))
	for path := range files {
		// What lies in config is another name of a folder whose files are checked.
		if path != "/SHA256SUMS" && filepath.Dir(path) != "/config" && path != "/config/crd/bases" && !strings.Contains(sums, "  "+path[1:]+"\n") {
			t.Errorf("%s has no checksum", path)
		}
	}
	for _, image := range images(t, filepath.Join(bundle, "images")) {
		if pinned := "liaison.township.dev/" + image.name + ":0.1.0@" + image.digest.String(); !strings.Contains(readFile(t, filepath.Join(bundle, "install.yaml")), pinned) {
			t.Errorf("install.yaml does not name %s", pinned)
		}
	}
}

// The page is what a county follows, so the test follows it too: into a registry, with what load.sh then says to do.
func TestACountyThatFollowsThePageGetsItsImages(t *testing.T) {
	there := plainRegistry(t)
	folder := t.TempDir()
	for _, name := range []string{archive, archive + ".sha256"} {
		write(t, filepath.Join(folder, name), readFile(t, filepath.Join(dist(t), name)))
	}
	commands := block(t, filepath.Join(repository, "docs", "air-gapped.md"), "## Load the images")
	commands = strings.ReplaceAll(commands, "registry.example.gov.cn:5000", there.host)
	if printed, err := shell(t, folder, commands); err == nil || !strings.Contains(printed, "needs --insecure") {
		t.Errorf("without --insecure: %v\n%s", err, printed)
	}
	printed, err := shell(t, folder, strings.ReplaceAll(commands, "./load.sh", "./load.sh --insecure"))
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	_, helm, _ := strings.Cut(printed, "Install with Helm:")
	helm, sed, _ := strings.Cut(helm, "or without it:")
	byHelm := must(t, strings.NewReplacer("helm upgrade --install", tool(t, "helm")+" template", "--create-namespace", "").Replace(helm))
	bySed := must(t, strings.TrimSuffix(strings.TrimSpace(sed), "| kubectl apply --server-side -f -"))
	for _, image := range images(t, filepath.Join(folder, "liaison-0.1.0", "images")) {
		there.holds(image, "/liaison")
		pinned := there.host + "/liaison/" + image.name + ":0.1.0@" + image.digest.String()
		if !strings.Contains(byHelm, pinned) {
			t.Errorf("Helm installs no %s:\n%s", pinned, helm)
		}
		if !strings.Contains(bySed, pinned) {
			t.Errorf("without Helm no %s is installed:\n%s", pinned, sed)
		}
	}
}

func TestANodeImportsTheImages(t *testing.T) {
	bundle := unpack(t)
	folder := t.TempDir()
	write(t, filepath.Join(folder, "ctr"), "#!/bin/sh\necho \"ctr $1 $2 $3 $4\"\ncp \"$5\" "+folder+"/imported.tar\n")
	if err := os.Chmod(filepath.Join(folder, "ctr"), 0o755); err != nil {
		t.Fatal(err)
	}
	printed, err := shell(t, bundle, "./load.sh --containerd", "PATH="+folder+":"+os.Getenv("PATH"))
	if err != nil || !strings.Contains(printed, "ctr -n k8s.io images import") {
		t.Fatalf("%v\n%s", err, printed)
	}
	names := namesIn(t, untar(t, filepath.Join(folder, "imported.tar")))
	for _, image := range images(t, filepath.Join(bundle, "images")) {
		for _, wanted := range []string{":0.1.0", "@" + image.digest.String()} {
			if !slices.Contains(names, "liaison.township.dev/"+image.name+wanted) {
				t.Errorf("the node knows %v, and not %s%s", names, image.name, wanted)
			}
		}
		if !strings.Contains(printed, "image.registry=liaison.township.dev,") || !strings.Contains(printed, "image.digest="+image.digest.String()) {
			t.Errorf("it does not say how to install %s:\n%s", image.name, printed)
		}
	}
}

func TestADamagedFileIsFoundAndNamed(t *testing.T) {
	bundle := unpack(t)
	if printed, err := shell(t, bundle, "./load.sh --check"); err != nil || printed != "the bundle is whole\n" {
		t.Fatalf("%v\n%s", err, printed)
	}
	blob := filepath.Join("images", "blobs", "sha256", images(t, filepath.Join(bundle, "images"))[0].digest.Hex)
	damage := filepath.Join(bundle, blob)
	content := []byte(readFile(t, damage))
	content[len(content)/2] ^= 1
	write(t, damage, string(content))
	if err := os.Remove(filepath.Join(bundle, "LICENSE")); err != nil {
		t.Fatal(err)
	}
	for _, how := range []string{"--check", "--registry 127.0.0.1:1", "--containerd"} {
		printed, err := shell(t, bundle, "./load.sh "+how)
		if err == nil {
			t.Errorf("%s takes a damaged bundle", how)
		}
		for _, says := range []string{blob + ": FAILED", "LICENSE: FAILED", "the bundle is damaged or incomplete: copy it here again"} {
			if !strings.Contains(printed, says) {
				t.Errorf("%s does not say %q:\n%s", how, says, printed)
			}
		}
		if strings.Contains(printed, "install.yaml") {
			t.Errorf("%s names what is whole:\n%s", how, printed)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	bundle := unpack(t)
	for args, says := range map[string]string{
		"":                       "say where the images go",
		"--registry":             "--registry needs a value",
		"--push":                 "--push is not known",
		"--containerd":           "there is no ctr here",
		"--registry=harbor/ours": "must begin with a host that has a dot or a port",
	} {
		t.Run(args, func(t *testing.T) {
			if printed, err := shell(t, bundle, "./load.sh "+args, "PATH="+pathWithoutContainerd(t)); err == nil || !strings.Contains(printed, says) {
				t.Errorf("%v, want it to say %q:\n%s", err, says, printed)
			}
		})
	}
}

// dist is what the scripts behind `make bundle` write, made once for all tests.
func dist(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(scratch, "dist")
	if _, err := os.Stat(folder); err != nil {
		makeDist(t, folder)
	}
	return filepath.Join(folder, "dist")
}

// makeDist runs the scripts in the order of `make bundle`, on programs of one line, and returns what they fill. The images are for both
// architectures; the bundle's own programs are for this machine's, because compiling for another takes minutes.
func makeDist(t *testing.T, folder string) string {
	t.Helper()
	write(t, filepath.Join(folder, "go.mod"), "module township.dev/liaison\n\ngo 1.26.0\n")
	for _, name := range []string{"operator", "intake", "kubectl-liaison"} {
		write(t, filepath.Join(folder, "cmd", name, "main.go"), "package main\n\nvar version string\n\nfunc main() { println(\""+name+"\", version) }\n")
	}
	write(t, filepath.Join(folder, "hack", "images.sh"), readFile(t, filepath.Join(repository, "hack", "images.sh")))
	output, hack := filepath.Join(folder, "dist"), filepath.Join(repository, "hack")
	environment := []string{
		"OCIIMAGE=" + ownProgram(t), "HELM=" + tool(t, "helm"), "KUBECTL=" + tool(t, "kubectl"), "REVISION=" + commit, "SOURCE_DATE_EPOCH=1795680000",
	}
	must(t, "bash "+folder+"/hack/images.sh 0.1.0 "+output, append(environment, "ARCHS=amd64 arm64")...)
	must(t, "bash "+hack+"/dist.sh "+output+"/install.yaml $(bash "+hack+"/image-references.sh liaison.township.dev 0.1.0 "+output+"/images)", environment...)
	must(t, "bash "+hack+"/bundle.sh 0.1.0 "+output, append(environment, "ARCHS="+runtime.GOARCH)...)
	return output
}

// tool is a program that the development cluster brings, or the one that its variable names.
func tool(t *testing.T, name string) string {
	t.Helper()
	binary := os.Getenv(strings.ToUpper(name))
	if binary == "" {
		binary = filepath.Join(repository, "bin", "k8s", name)
	}
	absolute, err := filepath.Abs(binary)
	if err == nil {
		_, err = os.Stat(absolute)
	}
	if err != nil {
		t.Fatalf("there is no %s at %s: build it with hack/build-localcluster.sh, or set %s: %v", name, binary, strings.ToUpper(name), err)
	}
	return absolute
}

func must(t *testing.T, script string, environment ...string) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	printed, err := shell(t, folder, script, environment...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, printed)
	}
	return printed
}

// shell runs a script as sh does and returns all it prints.
func shell(t *testing.T, folder, script string, environment ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-euc", script)
	command.Dir = folder
	command.Env = append(os.Environ(), environment...)
	printed, err := command.CombinedOutput()
	return string(printed), err
}

// block is the first shell block below a heading of a page.
func block(t *testing.T, page, heading string) string {
	t.Helper()
	_, below, _ := strings.Cut(readFile(t, page), heading+"\n")
	_, commands, _ := strings.Cut(below, "```sh\n")
	commands, _, closed := strings.Cut(commands, "```")
	if !closed {
		t.Fatalf("%s has no shell block below %q", page, heading)
	}
	return commands
}

func pathWithoutContainerd(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"sh", "sed", "cat", "dirname", "grep", "sha256sum", "uname", "mktemp", "rm", "tar"} {
		program, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(program, filepath.Join(folder, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// namesIn are the names that containerd gives to the images of a layout.
func namesIn(t *testing.T, folder string) []string {
	t.Helper()
	path, err := layout.FromPath(folder)
	if err != nil {
		t.Fatal(err)
	}
	index, err := path.ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, described := range manifest.Manifests {
		names = append(names, described.Annotations[containerdName])
	}
	return names
}

// unpack puts the bundle into an empty folder.
func unpack(t *testing.T) string {
	t.Helper()
	return filepath.Join(untar(t, filepath.Join(dist(t), archive)), "liaison-0.1.0")
}

func untar(t *testing.T, file string) string {
	t.Helper()
	folder := t.TempDir()
	must(t, "tar -C "+folder+" -xf "+file)
	return folder
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
