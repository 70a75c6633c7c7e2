package charts

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// values at their paths: those of a map are walked through, and what a list holds stands under the list's path with [].
type values map[string]any

func valuesIn(t *testing.T, files ...string) values {
	t.Helper()
	all := values{}
	for _, file := range files {
		var content map[string]any
		if err := yaml.UnmarshalStrict(read(t, file), &content); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all.take("", content)
	}
	return all
}

func (all values) take(path string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			all.take(strings.TrimPrefix(path+"."+key, "."), inner)
		}
		if len(value) > 0 {
			return
		}
	case []any:
		for _, inner := range value {
			if _, isMap := inner.(map[string]any); isMap {
				all.take(path+"[]", inner)
			}
		}
	}
	all[path] = value
}

// has says whether there is a value at the path, or below it.
func (all values) has(path string) bool {
	for at := range all {
		if at == path || strings.HasPrefix(at, path+".") {
			return true
		}
	}
	return false
}

// pathsIn a schema are those of the values that it names, down to where it takes any name.
func pathsIn(path string, node map[string]any) []string {
	named, _ := node["properties"].(map[string]any)
	if items, isList := node["items"].(map[string]any); isList && items["properties"] != nil {
		return pathsIn(path+"[]", items)
	}
	if len(named) == 0 || node["additionalProperties"] != false || slices.Contains(slices.Collect(maps.Values(named)), any(false)) {
		return []string{path}
	}
	var paths []string
	for key, inner := range named {
		paths = append(paths, pathsIn(strings.TrimPrefix(path+"."+key, "."), inner.(map[string]any))...)
	}
	slices.Sort(paths)
	return paths
}

func schemaPaths(t *testing.T, chart string) []string {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(read(t, chart, "values.schema.json"), &root); err != nil {
		t.Fatal(err)
	}
	return pathsIn("", root)
}

// The operator's schema is written by hand, so it is held against the values it is for.
func TestTheOperatorsSchemaKnowsTheValuesThereAre(t *testing.T) {
	unset := map[string]string{
		"global":                                        "of a parent chart",
		"resources.claims":                              "what Kubernetes takes beside requests and limits",
		"imagePullSecrets[].name":                       "the list is empty",
		"networkPolicy.metricsFrom[].ipBlock":           "the list is empty",
		"networkPolicy.metricsFrom[].podSelector":       "the list is empty",
		"networkPolicy.metricsFrom[].namespaceSelector": "the list is empty",
	}
	set, paths := valuesIn(t, filepath.Join(operatorChart, "values.yaml")), schemaPaths(t, operatorChart)
	for _, path := range paths {
		excuse := unset[path]
		if strings.HasPrefix(path, "intake.defaults.") {
			excuse = "made from the API, and the map is empty"
		}
		if set.has(path) == (excuse != "") {
			t.Errorf("%s: the schema knows it; in values.yaml is %v; excused by %q", path, set.has(path), excuse)
		}
	}
	for path := range set {
		if !slices.ContainsFunc(paths, func(known string) bool {
			return path == known || strings.HasPrefix(path, known+".") || strings.HasPrefix(known, path+"[]") || strings.HasPrefix(known, path+".")
		}) {
			t.Errorf("values.yaml has %s, which the schema does not know", path)
		}
	}
}

// What the examples leave out no golden file shows.
func TestTheExamplesSetEveryValue(t *testing.T) {
	excused := map[string]string{
		"global":           "of a parent chart",
		"resources.claims": "of an operator that needs a device",
	}
	for _, chart := range []string{operatorChart, stationChart} {
		set := valuesIn(t, exampleValues(t, chart)...)
		for _, path := range schemaPaths(t, chart) {
			if !set.has(path) && !set.has(ofOtherReceptions(path)) && excused[path] == "" {
				t.Errorf("%s: no file in ci/ sets %s", chart, path)
			}
		}
	}
}

// ofOtherReceptions is the same field of the other rules for receptions: one rule has one schedule.
func ofOtherReceptions(path string) string {
	const first, further = "roster.reception.", "roster.additionalReceptions[]."
	if rest, ok := strings.CutPrefix(path, first); ok {
		return further + rest
	}
	if rest, ok := strings.CutPrefix(path, further); ok {
		return first + rest
	}
	return path
}

// A value that changes nothing and is not refused either would be a promise that nobody keeps.
func TestEveryValueOfTheOperatorDoesSomething(t *testing.T) {
	base := filepath.Join(t.TempDir(), "base.yaml")
	write(t, base, "{replicas: 2, networkPolicy: {enabled: true}, dashboards: {enabled: true, folder: Liaison}}")
	everyValueCounts(t, operatorChart, base, map[string]string{
		"replicas":                             `1`,
		"networkPolicy.enabled":                `false`,
		"dashboards.enabled":                   `false`,
		"image.digest":                         `"sha256:` + strings.Repeat("a", 64) + `"`,
		"intake.image.digest":                  `"sha256:` + strings.Repeat("b", 64) + `"`,
		"intake.defaults":                      `{"labels": {"a": "b"}}`,
		"image.pullPolicy":                     `"Never"`,
		"imagePullSecrets":                     `[{"name": "own"}]`,
		"rollout.maxUnavailable":               `3`,
		"rollout.soak":                         `"1m"`,
		"backlog.interval":                     `"1m"`,
		"log.level":                            `"debug"`,
		"log.format":                           `"console"`,
		"metrics.serviceMonitor.interval":      `"1m"`,
		"metrics.serviceMonitor.scrapeTimeout": `"1m"`,
		"metrics.podMonitor.interval":          `"5m"`,
		"metrics.rules.disabled":               `["LiaisonStationUnused"]`,
		"metrics.rules.unusedWeeks":            `8`,
		"networkPolicy.metricsFrom":            `[{"podSelector": {}}]`,
		"tolerations":                          `[{"key": "a"}]`,
		"topologySpreadConstraints":            `[{"maxSkew": 1}]`,
		"affinity":                             `{"podAffinity": {}}`,
		"extraArgs":                            `["--log-level=info"]`,
	})
}

func TestEveryValueOfTheStationDoesSomething(t *testing.T) {
	everyValueCounts(t, stationChart, filepath.Join(stationChart, "ci", "everything-values.yaml"), map[string]string{
		"township":      `{"name": "中垛乡", "code": "141028204", "county": "x"}`,
		"contact":       `{"phone": "110000"}`,
		"staff":         `{"head": {"name": "x"}, "administrators": [{"username": "other", "name": "x"}]}`,
		"announcements": `{"webhook": {"urlSecretRef": {"name": "other"}}}`,
		"casework":      `{"retentionYears": 20}`,
		"site":          `{"introduction": "x"}`,
		"open311":       `{"requireKey": false}`,
		"intake":        `{"host": "x.example"}`,
		"reclaimPolicy": `"Retain"`,
		"suspend":       `false`,

		"roster.deputies":             `[]`,
		"roster.leaders":              `[]`,
		"roster.reception":            `{"schedule": {"dayOfMonth": 3}}`,
		"roster.additionalReceptions": `[]`,
		"roster.overrides":            `[]`,
		"roster.horizonMonths":        `6`,
		"roster.timeZone":             `"Asia/Shanghai"`,

		"test.imagePullSecrets": `[{"name": "own"}]`,
		"test.tolerations":      `[{"key": "a"}]`,
	})
}

// saidByTheChart stands in what helm prints when one of the chart's own checks refuses the values, and not the schema.
const saidByTheChart = "execution error at"

// everyValueCounts changes one value of values.yaml after the other, in a release with the values in base: by the change that the table names, or as its type allows.
func everyValueCounts(t *testing.T, chart, base string, changes map[string]string) {
	t.Helper()
	rendered := func(args ...string) (printed, complaint string) {
		return helm(t, slices.Concat([]string{"template", "release", chart, "--namespace", "there", "--values", base}, withMonitoring, args)...)
	}
	before, complaint := rendered()
	if complaint != "" {
		t.Fatal(complaint)
	}
	known := valuesIn(t, filepath.Join(chart, "values.yaml"))
	for path := range changes {
		if _, ok := known[path]; !ok {
			t.Errorf("there is no value %s to change", path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(known)) {
		change := changes[path]
		if change == "" {
			change = changed(known[path])
		}
		after, complaint := rendered("--set-json", path+"="+change)
		if complaint != "" && !strings.Contains(complaint, saidByTheChart) {
			t.Errorf("%s=%s is no value that the chart has an answer for; name another in the test: %s", path, change, complaint)
		}
		if after == before {
			t.Errorf("%s=%s changes nothing", path, change)
		}
	}
}

// changed is, as JSON, another value of the same type.
func changed(value any) string {
	switch value := value.(type) {
	case bool:
		if value {
			return "false"
		}
		return "true"
	case float64:
		return "1234"
	case map[string]any:
		return `{"a": "b"}`
	case []any:
		return `["other"]`
	}
	return `"other"`
}

func TestValuesAreFoundWhereTheyStand(t *testing.T) {
	found := values{}
	found.take("", map[string]any{"a": map[string]any{"b": 1.0, "c": map[string]any{}}, "d": []any{map[string]any{"e": true}}})
	want := []string{"a.b", "a.c", "d", "d[].e"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(found))); diff != "" {
		t.Errorf("other paths (-want +got):\n%s", diff)
	}
}
