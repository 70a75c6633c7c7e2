package manifest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/manifest"
)

func TestDocumentsAreFoundHoweverTheyAreWritten(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"one", "kind: A\n", []string{"A at f.yaml"}},
		{"several, an empty one and a comment between", "---\nkind: A\n---\n# nothing\n---\n\n--- # here\nkind: B\n", []string{"A at f.yaml, document 1", "B at f.yaml, document 2"}},
		{"an object on the line of the dashes", "--- {kind: A}\n", []string{"A at f.yaml"}},
		{"lines that end as on Windows, behind Notepad's mark", "\uFEFFkind: A\r\n---\r\nkind: B\r\n", []string{"A at f.yaml, document 1", "B at f.yaml, document 2"}},
		{"dashes inside a text", "kind: A\nspec: |\n  ---\n  kind: C\n", []string{"A at f.yaml"}},
		{"JSON", "{\n\t\"kind\": \"A\"\n}\n", []string{"A at f.yaml"}},
		{"a list", "kind: List\nitems:\n  - kind: A\n  - kind: B\n", []string{"A at f.yaml, items[0]", "B at f.yaml, items[1]"}},
		{"a list of one kind", "kind: AList\nitems: [{spec: {}}, {kind: A}]\n", []string{"A at f.yaml, items[0]", "A at f.yaml, items[1]"}},
		{"a list in the second document", "kind: A\n---\nkind: List\nitems: [{kind: B}]\n", []string{"A at f.yaml, document 1", "B at f.yaml, document 2, items[0]"}},
		{"a list that is empty", "kind: List\nitems: []\n", nil},
		{"nothing", "# only a comment\n", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			documents, faults := read(t, test.text)
			if len(faults) > 0 {
				t.Fatalf("faults: %v", faults)
			}
			var got []string
			for _, d := range documents {
				got = append(got, d.Kind+" at "+d.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("documents (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeReadIsToldAndTheRestIsRead(t *testing.T) {
	tests := []struct {
		name, text string
		says       []string
		read       int
	}{
		{"no YAML", "kind: A\n---\nkind: [\n", []string{"f.yaml: cannot be read", "line 3"}, 1},
		{"no object", "kind: A\n---\n- kind: B\n", []string{"the document of line 3 is no object"}, 1},
		{"a document behind the end of another", "kind: A\n...\nkind: B\n", []string{"line 1", "begin each document with a line ---"}, 0},
		{"no kind", "kind: A\n---\nspec: {}\n", []string{"f.yaml, document 2: kind: must be given", "(line 3)"}, 1},
		{"an element of a list that is nothing", "kind: List\nitems: [null, {kind: A}]\n", []string{"f.yaml, items[0]: kind: must be given"}, 1},
		{"an encoding of old", "kind: A\nname: \xd6\xd0\n", []string{"not UTF-8", "GBK", "save it as UTF-8"}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			documents, faults := read(t, test.text)
			if len(faults) != 1 || len(documents) != test.read {
				t.Fatalf("%d documents, faults %v; want %d and one", len(documents), faults, test.read)
			}
			for _, part := range test.says {
				if !strings.Contains(faults[0].String(), part) {
					t.Errorf("the fault %q does not say %q", faults[0], part)
				}
			}
		})
	}
}

func TestFoldersHoldFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.yaml", "a.yml", "c.json", "notes.txt"} {
		write(t, filepath.Join(dir, name), "{kind: A}")
	}
	if err := os.Mkdir(filepath.Join(dir, "deeper.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	documents, faults := manifest.Read([]string{dir}, nil)
	var got []string
	for _, d := range documents {
		got = append(got, filepath.Base(d.File))
	}
	if want := []string{"a.yml", "b.yaml", "c.json"}; len(faults) > 0 || !slices.Equal(got, want) {
		t.Errorf("read %v with faults %v, want %v", got, faults, want)
	}
}

func TestWhatIsNotThereIsTold(t *testing.T) {
	empty := t.TempDir()
	tests := []struct {
		names []string
		says  string
	}{
		{[]string{filepath.Join(empty, "roster.yaml")}, "roster.yaml: no such file or directory"},
		{[]string{empty}, "the folder holds no file that ends in .yaml, .yml or .json"},
		{[]string{"-", "-"}, "standard input: can be read once"},
	}
	for _, test := range tests {
		_, faults := manifest.Read(test.names, strings.NewReader("kind: A"))
		if len(faults) != 1 || !strings.Contains(faults[0].String(), test.says) {
			t.Errorf("faults of %v: %v, want one that says %q", test.names, faults, test.says)
		}
	}
}

const mistaken = `kind: DeputyRoster
metadata:
  name: hexi
spec:
  receptions: {schedule: {dayOfMonth: 10}}
  deputies:
    - {id: d01, name: 甲, level: County, phone: 13900000031}
    - id: d02
      name: 乙
      levle: Township
      name: 丙
      leave: {from: 2026-01-01, until: 2026-01-02}
  duty: WorkingDays
  horizonMonths: "3"
  leaders: [{id: l01, name: 丁, areas: [产业, 3]}]
  reception: {schedule: {dayOfMonth: 10.5}, deputies: 99999999999, minCountyDeputies: yes}
`

// Everything that is wrong is told at once, with its place; what is right is kept.
func TestMistakesAreToldWithTheirPlace(t *testing.T) {
	documents, faults := read(t, mistaken)
	if len(faults) > 0 || len(documents) != 1 {
		t.Fatalf("%d documents, faults %v", len(documents), faults)
	}
	var roster v1alpha1.DeputyRoster
	var got []string
	for _, fault := range documents[0].Decode(&roster) {
		got = append(got, fault.String())
	}
	want := []string{
		"f.yaml: spec.deputies[1].name: stands twice, on line 9 as well; remove one of them (line 11)",
		"f.yaml: spec.deputies[0].phone: is a number and must be text; put it in quotes (line 7)",
		"f.yaml: spec.deputies[1].leave: is an object and must be a list; write it as [a, b] or with a dash before each element (line 12)",
		"f.yaml: spec.deputies[1].levle: unknown field; correct its name or remove it. " +
			"Known here: from, group, id, leave, level, name, phone, publishPhone, specialties, status, until, village (line 10)",
		"f.yaml: spec.duty: is text and must be an object with fields of its own (line 13)",
		"f.yaml: spec.horizonMonths: is text and must be a whole number without quotes (line 14)",
		"f.yaml: spec.leaders[0].areas[1]: is a number and must be text; put it in quotes (line 15)",
		"f.yaml: spec.reception.deputies: is a number and must be a whole number of ordinary size (line 16)",
		"f.yaml: spec.reception.minCountyDeputies: is true or false and must be a whole number without quotes (line 16)",
		"f.yaml: spec.reception.schedule.dayOfMonth: is a number and must be a whole number of ordinary size (line 16)",
		"f.yaml: spec.receptions: unknown field; correct its name or remove it. " +
			"Known here: additionalReceptions, deputies, duty, historyMonths, horizonMonths, leaders, overrides, reception, timeZone (line 5)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if roster.Name != "hexi" || len(roster.Spec.Deputies) != 2 || roster.Spec.Deputies[0].Name != "甲" || roster.Spec.Deputies[0].Phone != "" {
		t.Errorf("kept %+v", roster.Spec)
	}
	for field, line := range map[string]int{"spec.deputies[1].from": 8, "spec.deputies[1].name": 9, "spec.timeZone": 4, "status": 1} {
		if got := documents[0].Line(field); got != line {
			t.Errorf("%s is on line %d, want %d", field, got, line)
		}
	}
}

func TestVersionOfTheAPIMayBeLeftOutAndNotBeAnother(t *testing.T) {
	for text, want := range map[string]int{
		"kind: HolidayCalendar\n": 0,
		"kind: HolidayCalendar\napiVersion: liaison.township.dev/v1alpha1\n": 0,
		"kind: HolidayCalendar\napiVersion: liaison.township.dev/v1\n":       1,
	} {
		documents, _ := read(t, text)
		if faults := documents[0].Decode(&v1alpha1.HolidayCalendar{}); len(faults) != want {
			t.Errorf("%q has the faults %v, want %d", text, faults, want)
		}
	}
}

func TestWhatTheServerWritesIsKnown(t *testing.T) {
	documents, _ := read(t, `
kind: HolidayCalendar
apiVersion: liaison.township.dev/v1alpha1
metadata:
  creationTimestamp: "2026-01-02T03:04:05Z"
  managedFields: [{manager: kubectl, fieldsV1: {"f:spec": {}}, time: "2026-01-02T03:04:05Z"}]
  labels: {a: b}
  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a, uid: b, controller: true}]
spec: {years: [{year: 2027, offDays: [{date: 2027-01-01, name: 元旦}]}]}
`)
	var calendar v1alpha1.HolidayCalendar
	if faults := documents[0].Decode(&calendar); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
	if calendar.Spec.Years[0].OffDays[0].Date != "2027-01-01" || calendar.CreationTimestamp.Year() != 2026 {
		t.Errorf("read %+v", calendar)
	}
}

func TestTimeStampThatIsNone(t *testing.T) {
	documents, _ := read(t, "kind: HolidayCalendar\nmetadata: {creationTimestamp: yesterday}\n")
	if faults := documents[0].Decode(&v1alpha1.HolidayCalendar{}); len(faults) != 1 || !strings.Contains(faults[0].Message, "yesterday") {
		t.Errorf("faults: %v", faults)
	}
}

// Anchors save a person from writing 55 deputies in full.
func TestAnchorsAndMerges(t *testing.T) {
	documents, faults := read(t, `
kind: DeputyRoster
spec:
  deputies:
    - &first {id: d01, name: 甲, level: Township, leave: [&away {from: 2026-01-01, until: 2026-01-02}]}
    - <<: *first
      id: d02
      leave: [*away]
`)
	if len(faults) > 0 {
		t.Fatalf("faults: %v", faults)
	}
	var roster v1alpha1.DeputyRoster
	if faults := documents[0].Decode(&roster); len(faults) > 0 {
		t.Fatalf("faults: %v", faults)
	}
	if d := roster.Spec.Deputies[1]; d.ID != "d02" || d.Name != "甲" || d.Leave[0].Until != "2026-01-02" {
		t.Errorf("read %+v", d)
	}
	if line := documents[0].Line("spec.deputies[1].id"); line != 7 {
		t.Errorf("spec.deputies[1].id is on line %d, want 7", line)
	}
}

func TestAliasesThatExplodeAreRefused(t *testing.T) {
	text := "kind: A\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for _, level := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"} {
		below := "*a" + string(level[0]-1)
		text += "a" + level + ": &a" + level + " [" + strings.Repeat(below+", ", 9) + below + "]\n"
	}
	if documents, faults := read(t, text); len(documents) > 0 || len(faults) != 1 {
		t.Errorf("%d documents and faults %v, want one fault", len(documents), faults)
	}
}

func TestDefaultName(t *testing.T) {
	for file, want := range map[string]string{
		"rosters/Zhong Duo_2026.yaml": "zhong-duo-2026",
		"中垛.yaml":                     "roster",
		"-":                           "roster",
		"-a-.yml":                     "a",
		strings.Repeat("a", 39) + "-" + strings.Repeat("b", 9): strings.Repeat("a", 39),
	} {
		if got := manifest.DefaultName(file, "roster"); got != want {
			t.Errorf("DefaultName(%q) = %q, want %q", file, got, want)
		}
	}
}

// read reads a file f.yaml with the text.
func read(t *testing.T, text string) ([]*manifest.Document, []manifest.Fault) {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "f.yaml", text)
	return manifest.Read([]string{"f.yaml"}, nil)
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
