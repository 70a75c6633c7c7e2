package charts

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// nullBase is a file of values with which the chart renders all that it can, so that every value is read.
func nullBase(t *testing.T, chart string) string {
	t.Helper()
	if chart == stationChart {
		return minimal
	}
	base := filepath.Join(t.TempDir(), "base.yaml")
	write(t, base, "{replicas: 2, networkPolicy: {enabled: true}, dashboards: {enabled: true, folder: Liaison}}")
	return base
}

// A key whose every line below is commented out is null, and Helm then takes it from the values, with what it has by default.
func TestWhatIsEmptyMayBeNull(t *testing.T) {
	required := []string{"township", "staff", "topics"}
	for _, chart := range []string{operatorChart, stationChart} {
		base, folder := nullBase(t, chart), withNotes(t, chart)
		byDefault, complaint := renderedWith(t, folder, base)
		if complaint != "" {
			t.Fatal(complaint)
		}
		for _, path := range emptyIn(valuesIn(t, filepath.Join(chart, "values.yaml"))) {
			rendered, complaint := renderedWith(t, folder, base, "--set-json", path+"=null")
			if chart == stationChart && slices.Contains(required, path) {
				if !strings.Contains(complaint, "missing property '"+path+"'") {
					t.Errorf("%s: without %s it says %q", chart, path, complaint)
				}
				continue
			}
			if complaint != "" {
				t.Errorf("%s refuses %s: null: %s", chart, path, complaint)
			} else if diff := cmp.Diff(byDefault, rendered); diff != "" {
				t.Errorf("%s: %s: null renders something else (-default +null):\n%s", chart, path, diff)
			}
		}
	}
}

// With it go the defaults below it, without which the chart cannot render: that is told by the schema, which names the key.
func TestWhatHasDefaultsBelowItIsRefusedWhenNull(t *testing.T) {
	ofKubernetes := []string{"resources", "resources.requests", "resources.limits", "metrics.serviceMonitor.tlsConfig"}
	for _, chart := range []string{operatorChart, stationChart} {
		base := nullBase(t, chart)
		for _, path := range foldersIn(valuesIn(t, filepath.Join(chart, "values.yaml"))) {
			_, complaint := renderedWith(t, chart, base, "--set-json", path+"=null")
			if chart == operatorChart && slices.Contains(ofKubernetes, path) {
				if complaint != "" {
					t.Errorf("%s: %s cannot be removed: %s", chart, path, complaint)
				}
				continue
			}
			name := path[strings.LastIndex(path, ".")+1:]
			if !strings.Contains(complaint, "missing property '"+name+"'") {
				t.Errorf("%s: without %s it says %q", chart, path, complaint)
			}
		}
	}
}

func renderedWith(t *testing.T, chart, base string, args ...string) (printed, complaint string) {
	t.Helper()
	return helm(t, slices.Concat([]string{"template", "release", chart, "--namespace", "there", "--values", base}, withMonitoring, args)...)
}

// emptyIn are the paths of the maps and lists that hold nothing.
func emptyIn(all values) []string {
	var paths []string
	for path, value := range all {
		switch value := value.(type) {
		case map[string]any:
			paths = append(paths, path)
		case []any:
			if len(value) == 0 {
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths
}

// foldersIn are the paths of the maps that hold something.
func foldersIn(all values) []string {
	folders := map[string]bool{}
	for path := range all {
		for end := strings.LastIndex(path, "."); end > 0; end = strings.LastIndex(path[:end], ".") {
			folders[path[:end]] = true
		}
	}
	return slices.Sorted(maps.Keys(folders))
}
