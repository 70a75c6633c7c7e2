package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

	"township.dev/liaison/internal/cli"
	"township.dev/liaison/internal/workday"
)

const documentedWorkbook = `# 中垛乡
中垛乡人大代表名册
@merge A1:E1
编号 | 姓名 | 代表层级 | 村/选区 | 手机
d001 | 张三 | 县 | 白额村 | n:13900000031
d002 | 李四 | 乡 | 中垛村 | 139 0000 0032
# 车城乡
姓名 | 代表层级
王五 | 乡
# 分管领导
姓名 | 职务
王乡长 | 乡长
`

// The examples for rosters and calendars work as the page has them, one after the other.
func TestExamplesOfTheDocumentationWork(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	notice, err := os.ReadFile(filepath.Join("calendar", "testdata", "2026.txt"))
	if err != nil {
		t.Fatal(err)
	}
	commands := documentedCommands(string(page))
	if len(commands) < 8 {
		t.Fatalf("only %d examples were found", len(commands))
	}
	script := &txtar.Archive{
		Comment: []byte("workbook 名册.xlsx 名册.txt\n" + strings.Join(commands, "")),
		Files: []txtar.File{
			{Name: "名册.txt", Data: []byte(documentedWorkbook)}, {Name: "notice-2026.txt", Data: notice}, {Name: "holidays.ics", Data: []byte(subscription())},
		},
	}
	file := filepath.Join(t.TempDir(), "examples.txtar")
	if err := os.WriteFile(file, txtar.Format(script), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Setup: func(env *testscript.Env) error {
			env.Setenv("NOW", "2026-10-06T20:00:00Z")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"workbook": workbook},
	})
}

// documentedCommands are the indented lines of the page that are whole commands, as lines of a script: those with brackets or dots say how a command is used.
// Examples of duty preview are left to its scripts, but for one of an imported roster.
func documentedCommands(page string) []string {
	_, page, _ = strings.Cut(page, "## roster import")
	var commands []string
	for line := range strings.Lines(page) {
		command, indented := strings.CutPrefix(line, "    kubectl-liaison ")
		if !indented || strings.ContainsAny(command, "[…|") {
			continue
		}
		command, file, redirected := strings.Cut(strings.TrimSpace(command), " > ")
		commands = append(commands, "exec kubectl-liaison "+command+"\n")
		if redirected {
			commands = append(commands, fmt.Sprintf("cp stdout %s\n", file))
		}
	}
	return commands
}

// Who looks for a verb reads the table at the top.
func TestTheTableOfTheDocumentationHasEveryVerb(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "cli.md"))
	if err != nil {
		t.Fatal(err)
	}
	table, _, _ := strings.Cut(string(page), "\n## ")
	var listed []string
	for _, row := range regexp.MustCompile(`(?m)^\| (?:\[([a-z ]+)\]\(#[a-z-]+\)|([a-z]+)) \| .+ \| (?:yes|no)[a-z, ]* \|$`).FindAllStringSubmatch(table, -1) {
		listed = append(listed, row[1]+row[2])
	}
	slices.Sort(listed)
	if diff := cmp.Diff(verbs(t), listed); diff != "" {
		t.Errorf("the table of docs/cli.md is not what there is (-there +listed):\n%s", diff)
	}
}

// verbs that the command has below it, by its own help; completion, which has one for each shell, counts as one.
func verbs(t *testing.T, command ...string) (all []string) {
	t.Helper()
	var help, faults bytes.Buffer
	if code := cli.Run(cli.Environment{Args: append(command, "--help"), Out: &help, Err: &faults}); code != 0 {
		t.Fatalf("the help of %q ended with %d: %s", command, code, faults.String())
	}
	_, commands, group := strings.Cut(help.String(), "\nAvailable Commands:\n")
	if !group || slices.Equal(command, []string{"completion"}) {
		return []string{strings.Join(command, " ")}
	}
	commands, _, _ = strings.Cut(commands, "\n\n")
	for line := range strings.Lines(commands) {
		if name := strings.Fields(line)[0]; name != "help" {
			all = append(all, verbs(t, append(slices.Clone(command), name)...)...)
		}
	}
	return all
}

// subscription is the built-in holidays as a calendar.
func subscription() string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//CN\n")
	write := func(days []workday.Day, mark string) {
		for _, day := range days {
			fmt.Fprintf(&b, "BEGIN:VEVENT\nUID:%s\nDTSTART;VALUE=DATE:%s\nSUMMARY:%s（%s）\nEND:VEVENT\n", day.Date, strings.ReplaceAll(day.Date.String(), "-", ""), day.Name, mark)
		}
	}
	for _, year := range workday.Published() {
		write(year.OffDays, "休")
		write(year.WorkDays, "班")
	}
	b.WriteString("END:VCALENDAR\n")
	return b.String()
}
