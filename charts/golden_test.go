package charts

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// What each example renders, in a cluster that has the Prometheus Operator's kinds, stands in testdata for people to read:
// `go test ./charts -run Golden -update` renews it.
func TestGoldenExamples(t *testing.T) {
	var want []string
	for _, chart := range []string{operatorChart, stationChart} {
		folder := withNotes(t, chart)
		for _, example := range exampleValues(t, chart) {
			golden := filepath.Join("testdata", chart, strings.Replace(filepath.Base(example), "-values", "", 1))
			want = append(want, golden)
			t.Run(golden, func(t *testing.T) {
				printed, complaint := helm(t, slices.Concat([]string{"template", "release", folder, "--namespace", "there", "--values", example}, withMonitoring)...)
				if complaint != "" {
					t.Fatal(complaint)
				}
				sameAsGolden(t, golden, readable(t, printed))
			})
		}
	}
	found, err := filepath.Glob(filepath.Join("testdata", "liaison-*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("testdata has other files than ci/ has examples (-ci +testdata):\n%s", diff)
	}
}

func sameAsGolden(t *testing.T, golden string, rendered []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o750); err != nil {
			t.Fatal(err)
		}
		write(t, golden, string(rendered))
	}
	if diff := cmp.Diff(string(read(t, golden)), string(rendered)); diff != "" {
		t.Errorf("other objects are rendered; if that is meant, run go test ./charts -run Golden -update (-golden +rendered):\n%s", diff)
	}
}

// readable is what was rendered, strictly read, in the order of its keys, without what is long and copied from files/: other tests
// hold that against its original.
func readable(t *testing.T, printed string) []byte {
	t.Helper()
	var all bytes.Buffer
	reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(printed)))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all.Bytes()
		}
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]any
		if err := yaml.UnmarshalStrict(document, &object); err != nil {
			t.Fatalf("%v\n%s", err, document)
		}
		if object == nil {
			continue // nothing but comments
		}
		shorten(t, object)
		shortened, err := yaml.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("---\n")
		all.Write(shortened)
	}
}

func shorten(t *testing.T, object map[string]any) {
	t.Helper()
	switch object["kind"] {
	case "CustomResourceDefinition":
		object["spec"] = "as in files/crds"
	case "PrometheusRule":
		object["spec"] = "as in files/rules.yaml"
	case "ClusterRole", "Role":
		var generated map[string]any
		if err := yaml.Unmarshal(read(t, operatorChart, "files", "role.yaml"), &generated); err != nil {
			t.Fatal(err)
		}
		if cmp.Equal(object["rules"], generated["rules"]) {
			object["rules"] = "as in files/role.yaml"
		}
	case "Secret":
		object["data"] = "by chance"
	case "ConfigMap":
		data := object["data"].(map[string]any)
		for key := range data {
			if strings.HasSuffix(key, ".json") {
				data[key] = "as in files/dashboards"
			}
		}
	}
}
