package monitoring

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// unitTests is what this package has to know of a file of promtool's unit tests.
type unitTests struct {
	Tests []struct {
		AlertRuleTest []struct {
			Alertname string `json:"alertname"`
			ExpAlerts []any  `json:"exp_alerts"`
		} `json:"alert_rule_test"`
		PromQLExprTest []struct {
			Expr       string `json:"expr"`
			ExpSamples []any  `json:"exp_samples"`
		} `json:"promql_expr_test"`
	} `json:"tests"`
}

func TestRulesDoWhatTheirUnitTestsSay(t *testing.T) {
	rules(t) // so that go test knows which file the result depends on
	for _, file := range testFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			read(t, file)
			if printed, err := promtool(t.Context(), t, "test", "rules", file); err != nil {
				t.Errorf("promtool test rules: %v\n%s", err, printed)
			}
		})
	}
}

// An alert that was only ever seen firing may fire always, and one that was only seen silent may never.
func TestEachAlertIsSeenFiringAndSilent(t *testing.T) {
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, file := range testFiles(t) {
		for _, test := range loadTests(t, file).Tests {
			for _, check := range test.AlertRuleTest {
				if len(check.ExpAlerts) > 0 {
					fires[check.Alertname] = true
				} else {
					silent[check.Alertname] = true
				}
			}
		}
	}
	declared := map[string]bool{}
	for _, name := range names(alerts(t)) {
		declared[name] = true
	}
	if diff := cmp.Diff(declared, fires); diff != "" {
		t.Errorf("these alerts are not seen firing, or are tested and not declared (-declared +fire):\n%s", diff)
	}
	if diff := cmp.Diff(declared, silent); diff != "" {
		t.Errorf("these alerts are not seen silent, or are tested and not declared (-declared +silent):\n%s", diff)
	}
}

func TestEachRecordIsSeenWithAValue(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range testFiles(t) {
		for _, test := range loadTests(t, file).Tests {
			for _, check := range test.PromQLExprTest {
				seen[check.Expr] = seen[check.Expr] || len(check.ExpSamples) > 0
			}
		}
	}
	for _, name := range names(records(t)) {
		if !seen[name] {
			t.Errorf("no unit test asks for %s", name)
		}
	}
}

func testFiles(t *testing.T) []string {
	t.Helper()
	return glob(t, filepath.Join(folder, "tests", "*.yaml"))
}

// loadTests leaves out what this package need not know; promtool itself refuses a field that it does not.
func loadTests(t *testing.T, file string) (tests unitTests) {
	t.Helper()
	if err := yaml.Unmarshal(read(t, file), &tests); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return tests
}
