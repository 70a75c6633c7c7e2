package roster

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// exported is the sheet of a roster.
func exported(t rapid.TB, as string, roster []byte) []byte {
	t.Helper()
	var out, err bytes.Buffer
	e := &exporting{file: manifest.Stdin, output: show.NewFormat(as), in: bytes.NewReader(roster), out: &out, err: &err}
	if failed := e.run(); failed != nil {
		t.Fatalf("export: %v\n%s\n%s", failed, err.String(), roster)
	}
	return out.Bytes()
}

// imported imports a sheet, into a roster where a file is named.
func imported(sheet []byte, into string) (written []byte, said string, code int) {
	var out, err bytes.Buffer
	i := &importing{file: manifest.Stdin, into: into, output: show.NewFormat(show.YAML), in: bytes.NewReader(sheet), out: &out, err: &err}
	ended := exit.Of(i.run())
	if ended.Err != nil {
		fmt.Fprintf(&err, "error: %s\n", ended.Err)
	}
	return out.Bytes(), err.String(), ended.Code
}

// specOf reads a roster as strictly as an API server.
func specOf(t rapid.TB, written []byte) v1alpha1.DeputyRosterSpec {
	t.Helper()
	var roster v1alpha1.DeputyRoster
	if err := yaml.UnmarshalStrict(written, &roster); err != nil {
		t.Fatalf("%v in\n%s", err, written)
	}
	if _, problems := fromcrd.RosterOf(&roster.Spec); len(problems.Faults()) > 0 {
		t.Fatalf("problems: %s in\n%s", problems.Faults(), written)
	}
	return roster.Spec
}

func encoded(t rapid.TB, spec *v1alpha1.DeputyRosterSpec) []byte {
	t.Helper()
	text, err := manifest.Object{APIVersion: v1alpha1.GroupVersion.String(), Kind: rosterKind, Metadata: manifest.Metadata{Name: "a"}, Spec: spec}.YAML()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// awkward are texts that a spreadsheet might take for something else.
var awkward = []string{"=1+1", "+1", "-1", "@a", "'=1", "\"=1\"", "007", "1e5", "2026-03-01", "TRUE", "是", "#N/A ", "a, b", "一、二", "a;b", "a|b", "a\"b", "_x0041_", "<b>&amp;", "合计", "备注：x", "姓名", "🚧", "—", "null", "~", "*"}

func drawText(label string, most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		text := tidy(rapid.OneOf(rapid.SampledFrom(awkward), rapid.StringN(0, most, -1), rapid.StringMatching(`[\p{Han}]{1,8}`)).Draw(t, label))
		if runes := []rune(text); len(runes) > most {
			text = tidy(string(runes[:most]))
		}
		if text == "#N/A" { // which stands for a formula that failed
			return ""
		}
		return text
	})
}

func drawName(t *rapid.T, n int) string {
	// Names differ, as they need not: who is who is another test's.
	return tidyName(drawText("name", 20).Draw(t, "name") + fmt.Sprintf("甲%d", n))
}

func drawList(t *rapid.T, label string) []string {
	var list []string
	for _, text := range rapid.SliceOfNDistinct(drawText(label, 30), 0, 5, rapid.ID[string]).Draw(t, label) {
		if text != "" {
			list = append(list, text)
		}
	}
	return list
}

func drawDate(t *rapid.T, label string) workday.Date {
	return workday.NewDate(1890, 1, 1).AddDays(rapid.IntRange(0, 90_000).Draw(t, label))
}

func drawDeputy(t *rapid.T, n int) v1alpha1.Deputy {
	deputy := v1alpha1.Deputy{
		ID: fmt.Sprintf("d%03d", n), Name: drawName(t, n),
		Level:       rapid.SampledFrom([]v1alpha1.DeputyLevel{v1alpha1.DeputyCounty, v1alpha1.DeputyTownship}).Draw(t, "level"),
		Village:     drawText("village", 30).Draw(t, "village"),
		Group:       drawText("group", 30).Draw(t, "group"),
		Specialties: drawList(t, "specialties"),
		Phone: rapid.SampledFrom([]string{"", fmt.Sprintf("139%08d", n), fmt.Sprintf("+86 139-0000-%04d", n), fmt.Sprintf("0357-%07d", n), fmt.Sprintf("100 0000 %04d", n)}).
			Draw(t, "phone"),
		Status: rapid.SampledFrom([]v1alpha1.DeputyStatus{"", v1alpha1.DeputySuspended, v1alpha1.DeputyTerminated}).Draw(t, "status"),
	}
	deputy.PublishPhone = deputy.Phone != "" && rapid.Bool().Draw(t, "publish")
	if rapid.Bool().Draw(t, "begins") {
		deputy.From = v1alpha1.Date(drawDate(t, "from").String())
	}
	if until := drawDate(t, "until").String(); rapid.Bool().Draw(t, "ends") && until >= string(deputy.From) {
		deputy.Until = v1alpha1.Date(until)
	}
	return deputy
}

func drawRoster(t *rapid.T) *v1alpha1.DeputyRosterSpec {
	spec := &v1alpha1.DeputyRosterSpec{}
	for n := range rapid.IntRange(1, 6).Draw(t, "deputies") {
		spec.Deputies = append(spec.Deputies, drawDeputy(t, n+1))
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "leaders") {
		spec.Leaders = append(spec.Leaders, v1alpha1.Leader{
			ID: fmt.Sprintf("l%02d", n+1), Name: drawName(t, n), Title: drawText("title", 30).Draw(t, "title"), Areas: drawList(t, "areas"),
		})
	}
	return spec
}

// What a sheet holds of a roster comes back from it as it was.
func TestImportOfAnExportIsTheRoster(t *testing.T) {
	into := filepath.Join(t.TempDir(), "roster.yaml")
	for _, as := range []string{show.XLSX, show.CSV} {
		t.Run(as, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				spec := drawRoster(t)
				sheet := exported(t, as, encoded(t, spec))
				written, said, code := imported(sheet, "")
				if code != exit.Done {
					t.Fatalf("exit code %d:\n%s", code, said)
				}
				if diff := cmp.Diff(*spec, specOf(t, written)); diff != "" {
					t.Fatalf("(-roster +import of its export):\n%s", diff)
				}
				// With everything that has no column, into the roster itself.
				spec.Deputies[0].Leave = []v1alpha1.Leave{{From: "2026-03-01", Until: "2026-03-08", Reason: "学习"}}
				spec.Duty = &v1alpha1.Duty{Days: v1alpha1.DutyEveryDay, DeputiesPerDay: 1}
				spec.TimeZone = "Asia/Urumqi"
				whole := encoded(t, spec)
				if err := os.WriteFile(into, whole, 0o600); err != nil {
					t.Fatal(err)
				}
				again, said, code := imported(exported(t, as, whole), into)
				if code != exit.Done || said != "" {
					t.Fatalf("exit code %d:\n%s", code, said)
				}
				if diff := cmp.Diff(string(whole), string(again)); diff != "" {
					t.Fatalf("(-roster +import of its export into it):\n%s", diff)
				}
			})
		})
	}
}

// Without ids in the sheet, everyone keeps their own as long as phone or village tell who they are, in whatever order the sheet has them.
func TestIDsAreStable(t *testing.T) {
	into := filepath.Join(t.TempDir(), "roster.yaml")
	rapid.Check(t, func(t *rapid.T) {
		spec := &v1alpha1.DeputyRosterSpec{}
		for n := range rapid.IntRange(1, 8).Draw(t, "deputies") {
			spec.Deputies = append(spec.Deputies, v1alpha1.Deputy{
				ID: fmt.Sprintf("d%03d", rapid.IntRange(1, 9).Draw(t, "gap")+10*n), Level: v1alpha1.DeputyTownship,
				Name: rapid.SampledFrom([]string{"张三", "李四"}).Draw(t, "name"), Phone: fmt.Sprintf("139%08d", n),
			})
		}
		if err := os.WriteFile(into, encoded(t, spec), 0o600); err != nil {
			t.Fatal(err)
		}
		var sheet strings.Builder
		sheet.WriteString("姓名,级别,手机\n")
		listed := map[string]bool{}
		for _, deputy := range rapid.Permutation(spec.Deputies).Draw(t, "order") {
			if rapid.IntRange(0, 3).Draw(t, "left") == 0 && len(listed) > 0 {
				continue
			}
			listed[deputy.ID] = true
			fmt.Fprintf(&sheet, "%s,乡,%s\n", deputy.Name, deputy.Phone)
		}
		sheet.WriteString("王五,乡,13900000099\n")
		written, said, code := imported([]byte(sheet.String()), into)
		if code != exit.Done {
			t.Fatalf("exit code %d:\n%s", code, said)
		}
		want := spec.DeepCopy()
		highest := 0
		for i := range want.Deputies {
			deputy := &want.Deputies[i]
			if !listed[deputy.ID] {
				deputy.Status = v1alpha1.DeputyTerminated
			}
			var number int
			if _, err := fmt.Sscanf(deputy.ID, "d%d", &number); err != nil {
				t.Fatal(err)
			}
			highest = max(highest, number)
		}
		want.Deputies = append(want.Deputies, v1alpha1.Deputy{ID: fmt.Sprintf("d%03d", highest+1), Name: "王五", Level: v1alpha1.DeputyTownship, Phone: "13900000099"})
		if diff := cmp.Diff(*want, specOf(t, written)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

// FuzzImport: whatever a file holds, what is written is a roster that an API server takes.
func FuzzImport(f *testing.F) {
	for _, seed := range []string{
		"姓名,级别\n张三,县\n", "\uFEFF编号,姓名,级别,手机,起,止\r\nd001,张三,乡,13900000031,2026-03-01,2031-02-28\r\n合计,1人\r\n",
		"Name;Level;Specialties\nA B;County;a, b\n", "类别\t姓名\t级别\t职务\n领导\t甲\t\t乡长\n代表\t乙\t乡\t\n",
	} {
		f.Add([]byte(seed))
	}
	roster := encoded(f, &v1alpha1.DeputyRosterSpec{Deputies: []v1alpha1.Deputy{{ID: "d001", Name: "张三", Level: "County"}}})
	into := filepath.Join(f.TempDir(), "roster.yaml")
	if err := os.WriteFile(into, roster, 0o600); err != nil {
		f.Fatal(err)
	}
	f.Add(exported(f, show.XLSX, roster))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, existing := range []string{"", into} {
			written, said, code := imported(data, existing)
			switch code {
			case exit.Done:
				specOf(t, written)
			case exit.BadInput:
				if len(written) > 0 || !strings.Contains(said, "error: ") {
					t.Errorf("told %q, written:\n%s", said, written)
				}
			default:
				t.Errorf("exit code %d, told %q", code, said)
			}
		}
	})
}
