// Package monitoring keeps what is promised of the recording rules and alerts in config/prometheus: Prometheus takes them, each alert fires when it
// should and not otherwise, they ask for nothing that is not exported, and whoever is alerted finds a page that says what to do.
package monitoring

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"sigs.k8s.io/yaml"
)

var (
	root      = filepath.Join("..", "..")
	folder    = filepath.Join(root, "config", "prometheus")
	rulesFile = filepath.Join(folder, "rules.yaml")
)

func TestPrometheusTakesTheRules(t *testing.T) {
	load[monitoringv1.PrometheusRuleSpec](t, rulesFile) // so that go test knows which file the result depends on
	if printed, err := promtool(t.Context(), t, "check", "rules", "--lint=all", "--lint-fatal", rulesFile); err != nil {
		t.Errorf("promtool check rules: %v\n%s", err, printed)
	}
}

func TestThePrometheusRuleIsMadeFromTheRules(t *testing.T) {
	made := load[monitoringv1.PrometheusRule](t, filepath.Join(folder, "prometheusrule.yaml"))
	if diff := cmp.Diff(load[monitoringv1.PrometheusRuleSpec](t, rulesFile), made.Spec); diff != "" {
		t.Errorf("prometheusrule.yaml is not what rules.yaml says; run make manifests (-rules +made):\n%s", diff)
	}
}

// Whoever is alerted is told how urgent it is, what it is about, and where to read on.
func TestAlertsTellWhatToDo(t *testing.T) {
	for _, alert := range alerts(t) {
		t.Run(alert.Alert, func(t *testing.T) {
			if severity := alert.Labels["severity"]; !slices.Contains([]string{"critical", "warning", "info"}, severity) {
				t.Errorf("the severity is %q, want critical, warning or info", severity)
			}
			for _, annotation := range []string{"summary", "description"} {
				if alert.Annotations[annotation] == "" {
					t.Errorf("there is no %s", annotation)
				}
			}
			if want := "docs/runbooks/" + alert.Alert + ".md"; alert.Annotations["runbook_url"] != want {
				t.Errorf("runbook_url is %q, want %q", alert.Annotations["runbook_url"], want)
			}
		})
	}
}

// sections are what every runbook answers.
var sections = []string{"## What residents feel", "## How to look", "## What to do", "## When it is over"}

func TestEachAlertHasARunbookAndEachRunbookAnAlert(t *testing.T) {
	var pages []string
	for _, page := range glob(t, filepath.Join(root, "docs", "runbooks", "Liaison*.md")) {
		pages = append(pages, strings.TrimSuffix(filepath.Base(page), ".md"))
		content := string(read(t, page))
		for _, section := range sections {
			if !strings.Contains(content, "\n"+section+"\n") {
				t.Errorf("%s has no section %q", page, section)
			}
		}
	}
	if diff := cmp.Diff(names(alerts(t)), pages); diff != "" {
		t.Errorf("alerts and runbooks differ (-alerts +runbooks):\n%s", diff)
	}
}

// The list of runbooks is where somebody looks who knows no name yet.
func TestTheListOfRunbooksHasEachAlertWithItsSeverity(t *testing.T) {
	list := string(read(t, filepath.Join(root, "docs", "runbooks", "README.md")))
	for _, alert := range alerts(t) {
		row := fmt.Sprintf("\n| [%s](%s.md) | %s | ", alert.Alert, alert.Alert, alert.Labels["severity"])
		if !strings.Contains(list, row) {
			t.Errorf("docs/runbooks/README.md has no row that begins %q", strings.TrimSpace(row))
		}
	}
}

// promtool runs the one that `make tools` builds, or the one in PROMTOOL, and returns what it printed.
func promtool(ctx context.Context, t *testing.T, args ...string) (printed string, err error) {
	t.Helper()
	binary := os.Getenv("PROMTOOL")
	if binary == "" {
		binary = filepath.Join(root, "bin", "promtool")
	}
	if _, err := os.Stat(binary); err != nil {
		t.Fatalf("there is no promtool at %s: build it with make tools, or set PROMTOOL: %v", binary, err)
	}
	var output bytes.Buffer
	command := exec.CommandContext(ctx, binary, args...)
	command.Stdout, command.Stderr = &output, &output
	err = command.Run()
	return output.String(), err
}

func rules(t *testing.T) (all []monitoringv1.Rule) {
	t.Helper()
	for _, group := range load[monitoringv1.PrometheusRuleSpec](t, rulesFile).Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func alerts(t *testing.T) []monitoringv1.Rule {
	t.Helper()
	return slices.DeleteFunc(rules(t), func(r monitoringv1.Rule) bool { return r.Alert == "" })
}

func records(t *testing.T) []monitoringv1.Rule {
	t.Helper()
	return slices.DeleteFunc(rules(t), func(r monitoringv1.Rule) bool { return r.Record == "" })
}

// names of rules, sorted.
func names(of []monitoringv1.Rule) (sorted []string) {
	for _, rule := range of {
		sorted = append(sorted, rule.Alert+rule.Record)
	}
	slices.Sort(sorted)
	return sorted
}

// load decodes a file strictly: a field that is not known, or stands twice, fails the test.
func load[T any](t *testing.T, file string) (value T) {
	t.Helper()
	if err := yaml.UnmarshalStrict(read(t, file), &value); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return value
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no file is named %s (%v)", pattern, err)
	}
	return files
}
