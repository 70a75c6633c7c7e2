// Package charts holds the Helm charts and, in its tests, what is promised about them: what they render is valid, what contradicts
// itself is refused with a sentence, and what is copied from generated files is still the same.
package charts

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/test/controlplane"
)

const (
	operatorChart = "liaison-operator"
	stationChart  = "liaison-station"
)

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// helm runs the helm that localcluster builds, or the one in HELM. It returns what helm printed and, if it failed, what it complained about.
func helm(t *testing.T, args ...string) (printed, complaint string) {
	t.Helper()
	binary := helmBinary(t)
	notice(t, operatorChart, stationChart)
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), binary, args...)
	command.Stdout, command.Stderr = &stdout, &stderr
	home := t.TempDir()
	command.Env = append(os.Environ(), "HELM_CACHE_HOME="+home, "HELM_CONFIG_HOME="+home, "HELM_DATA_HOME="+home)
	if err := command.Run(); err != nil {
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
			t.Fatalf("running helm: %v", err)
		}
		return stdout.String(), stderr.String()
	}
	return stdout.String(), ""
}

func helmBinary(t *testing.T) string {
	t.Helper()
	binary := os.Getenv("HELM")
	if binary == "" {
		binary = filepath.Join("..", "bin", "k8s", "helm")
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("there is no helm at %s: build it with hack/build-localcluster.sh, or set HELM: %v", binary, err)
	}
	return binary
}

// notice looks at every file in the folders, so that go test knows its cached result to be old when one has changed: what another
// process reads it does not see.
func notice(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
			if err == nil {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// render returns the objects of a release, decoded strictly: an unknown or doubled field fails the test.
func render(t *testing.T, chart string, args ...string) []client.Object {
	t.Helper()
	printed, complaint := helm(t, append([]string{"template", "release", chart, "--namespace", "there"}, args...)...)
	if complaint != "" {
		t.Fatalf("helm template %s %v: %s", chart, args, complaint)
	}
	return decode(t, []byte(printed))
}

func decode(t *testing.T, documents []byte) []client.Object {
	t.Helper()
	decoder := serializer.NewCodecFactory(scheme(), serializer.EnableStrict).UniversalDeserializer()
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(documents)))
	var objects []client.Object
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return objects
		}
		if err != nil {
			t.Fatal(err)
		}
		var content any
		if err := yaml.Unmarshal(document, &content); err == nil && content == nil {
			continue // nothing but comments
		}
		object, _, err := decoder.Decode(document, nil, nil)
		if err != nil {
			t.Fatalf("the document is not a valid object: %v\n%s", err, document)
		}
		objects = append(objects, object.(client.Object))
	}
}

func scheme() *runtime.Scheme {
	s := controlplane.NewScheme()
	utilruntime.Must(apiextensionsv1.AddToScheme(s))
	// Not the whole group: the operator has a PodMonitor of its own.
	s.AddKnownTypes(monitoringv1.SchemeGroupVersion, &monitoringv1.PrometheusRule{}, &monitoringv1.ServiceMonitor{})
	return s
}

// the finds the one object of that type and name.
func the[T client.Object](t *testing.T, objects []client.Object, name string) T {
	t.Helper()
	for _, object := range objects {
		if found, ok := object.(T); ok && found.GetName() == name {
			return found
		}
	}
	var none T
	t.Fatalf("no %T named %s was rendered", none, name)
	return none
}

// only finds the one object of that type.
func only[T client.Object](t *testing.T, objects []client.Object) T {
	t.Helper()
	var found []T
	for _, object := range objects {
		if one, ok := object.(T); ok {
			found = append(found, one)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d such objects were rendered, want one", len(found))
	}
	return found[0]
}

func count[T client.Object](objects []client.Object) int {
	n := 0
	for _, object := range objects {
		if _, ok := object.(T); ok {
			n++
		}
	}
	return n
}

func exampleValues(t *testing.T, chart string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(chart, "ci", "*-values.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("chart %s has no examples in ci/ (%v)", chart, err)
	}
	return files
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}
