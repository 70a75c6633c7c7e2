package apivalidation

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli"
)

// run runs kubectl-liaison and returns what it writes.
func run(t *testing.T, args ...string) []byte {
	t.Helper()
	var out, told bytes.Buffer
	if code := cli.Run(cli.Environment{Args: args, In: strings.NewReader(""), Out: &out, Err: &told}); code != 0 {
		t.Fatalf("kubectl-liaison %s: exit code %d\n%s", strings.Join(args, " "), code, told.String())
	}
	return out.Bytes()
}

// accept asks the API server whether it takes what the file holds.
func accept(t *testing.T, file string) {
	t.Helper()
	found := documents(t, file)
	for _, document := range found {
		document.SetNamespace("default")
		if err := api.Create(t.Context(), document, client.DryRunAll); err != nil {
			t.Errorf("%s: %v", document.GetKind(), err)
		}
	}
	if len(found) != 1 {
		t.Errorf("%d documents", len(found))
	}
}

func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// The seven townships go out to a sheet and come back, alone and into themselves.
func TestImportedRostersAreAccepted(t *testing.T) {
	for _, sample := range samples(t) {
		t.Run(sample.roster.Name, func(t *testing.T) {
			content, err := yaml.Marshal(rosterOf(t, &sample.roster))
			if err != nil {
				t.Fatal(err)
			}
			source := write(t, "roster.yaml", content)
			for _, form := range []string{"xlsx", "csv"} {
				sheet := write(t, "名册."+form, run(t, "roster", "export", source, "-o", form))
				accept(t, write(t, "new.yaml", run(t, "roster", "import", sheet, "--name", "new")))
				united := write(t, "united.yaml", run(t, "roster", "import", sheet, "--into", source))
				accept(t, united)
				var back v1alpha1.DeputyRoster
				if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(documents(t, united)[0].Object, &back, true); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(sample.roster.Spec, back.Spec); diff != "" {
					t.Errorf("%s (-sample +import):\n%s", form, diff)
				}
			}
		})
	}
}

// rosterOf is the roster as a file has it.
func rosterOf(t *testing.T, roster *v1alpha1.DeputyRoster) map[string]any {
	t.Helper()
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(roster)
	if err != nil {
		t.Fatal(err)
	}
	delete(object, "status")
	return object
}

func TestImportedCalendarsAreAccepted(t *testing.T) {
	notices, err := filepath.Glob(filepath.Join("..", "..", "internal", "cli", "calendar", "testdata", "*.txt"))
	if err != nil || len(notices) != 3 {
		t.Fatalf("%d notices, %v", len(notices), err)
	}
	for _, notice := range notices {
		accept(t, write(t, "calendar.yaml", run(t, "calendar", "import", notice)))
	}
}
