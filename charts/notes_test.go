package charts

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// withNotes is a copy of a chart that renders what it says after an installation, too: helm template leaves that out, and helm install
// cannot be told what the cluster has.
func withNotes(t *testing.T, chart string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), chart)
	if err := os.CopyFS(folder, os.DirFS(chart)); err != nil {
		t.Fatal(err)
	}
	templates := filepath.Join(folder, "templates")
	write(t, filepath.Join(templates, "_notes.tpl"), `{{ define "notes" }}`+string(read(t, templates, "NOTES.txt"))+`{{ end }}`)
	write(t, filepath.Join(templates, "notes.yaml"),
		"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: notes\ndata:\n  notes: |\n    {{- include \"notes\" . | nindent 4 }}\n")
	return folder
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func notes(t *testing.T, chart string, args ...string) string {
	t.Helper()
	rendered := render(t, withNotes(t, chart), slices.Concat([]string{"--show-only", "templates/notes.yaml"}, args)...)
	return the[*corev1.ConfigMap](t, rendered, "notes").Data["notes"]
}

// The first commands that whoever installs the operator finds: they run in a checkout as they stand there.
func TestTheNotesOfTheOperatorLeadToAStationsValues(t *testing.T) {
	says := notes(t, operatorChart)
	if !strings.Contains(says, "charts/liaison-station-0.1.0.tgz") {
		t.Errorf("whoever has a bundle finds no chart:\n%s", says)
	}
	script := regexp.MustCompile(`(?m)^  (chart=|helm show )[^\n]*`).FindAllString(says, -1)
	folder := t.TempDir()
	if err := os.Symlink(absolute(t, "."), filepath.Join(folder, "charts")); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "sh", "-ec", strings.Join(script, "\n"))
	command.Dir = folder
	command.Env = append(os.Environ(), "PATH="+filepath.Dir(absolute(t, helmBinary(t)))+":"+os.Getenv("PATH"))
	if printed, err := command.CombinedOutput(); err != nil {
		t.Fatalf("the commands of the notes fail: %v\n%s\n%s", err, printed, strings.Join(script, "\n"))
	}
	if values := read(t, folder, "zhongduo.yaml"); string(values) != string(read(t, stationChart, "values.yaml"))+"\n" {
		t.Errorf("what stands in zhongduo.yaml are not the chart's values:\n%s", values)
	}
}

func TestTheNotesOfTheOperatorSendStationsWhereItServes(t *testing.T) {
	says := notes(t, operatorChart, "--set", "watchNamespaces={daning,puxian},crds.enabled=false")
	for _, sentence := range []string{`helm install zhongduo "$chart" --namespace daning`, "kubectl get liaisonstations --namespace daning\n", "only the namespaces daning, puxian"} {
		if !strings.Contains(says, sentence) {
			t.Errorf("the notes do not say %q:\n%s", sentence, says)
		}
	}
}

func TestTheNotesSayThatALinkInAnAlertLeadsNowhere(t *testing.T) {
	const hint = "the link in each alert leads nowhere"
	for name, c := range map[string]struct {
		args []string
		told bool
	}{
		"a folder":                 {withMonitoring, true},
		"an address":               {slices.Concat(withMonitoring, []string{"--set", "metrics.rules.runbookURL=https://it.example/runbooks"}), false},
		"no alerts":                {slices.Concat(withMonitoring, []string{"--set", "metrics.rules.enabled=false"}), false},
		"no kinds to put alert in": {nil, false},
	} {
		if says := notes(t, operatorChart, c.args...); strings.Contains(says, hint) != c.told {
			t.Errorf("%s: told is %v, want %v:\n%s", name, !c.told, c.told, says)
		}
	}
}
