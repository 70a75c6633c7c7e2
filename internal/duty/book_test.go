package duty_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

var update = flag.Bool("update", false, "rewrite the duty books in testdata")

// Each archive holds a roster, at times the notices in force, and the duty book (值班表) that follows: what a station would hang on its wall.
func TestDutyBooks(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no duty books in testdata (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := readScript(t, section(archive, "roster"), section(archive, "holidays"))
			book := writeBook(duty.Plan(s.roster, s.calendar, s.window))
			if *update {
				rewrite(t, file, archive, book)
				return
			}
			if diff := cmp.Diff(section(archive, "book"), book); diff != "" {
				t.Errorf("the book differs (-want +got); if it is right, run go test ./internal/duty -update:\n%s", diff)
			}
		})
	}
}

func section(archive *txtar.Archive, name string) string {
	for _, file := range archive.Files {
		if file.Name == name {
			return string(file.Data)
		}
	}
	return ""
}

func rewrite(t *testing.T, file string, archive *txtar.Archive, book string) {
	t.Helper()
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "book" })
	archive.Files = append(archive.Files, txtar.File{Name: "book", Data: []byte(book)})
	if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// writeBook prints a plan as the rota on the wall, with the turns of each month counted below it.
func writeBook(plans []duty.MonthPlan) string {
	var b strings.Builder
	for _, plan := range plans {
		fmt.Fprintf(&b, "%s%s\n", plan.Month, mark(plan.Provisional, "  (provisional)"))
		for _, shift := range plan.Shifts {
			fmt.Fprintf(&b, "  %s\n", line(shift))
		}
		fmt.Fprintf(&b, "  turns: reception %s; duty %s; leaders %s\n",
			tally(plan.Closing.Reception), tally(plan.Closing.Duty), tally(plan.Closing.Leader))
	}
	return b.String()
}

func line(s duty.Shift) string {
	kind := map[duty.Kind]string{duty.Reception: "接待", duty.Duty: "值班"}[s.Kind]
	parts := append([]string{s.Date.String(), s.Date.Weekday().String()[:3], kind}, s.Deputies...)
	if len(s.Leaders) > 0 {
		parts = append(append(parts, "+"), s.Leaders...)
	}
	if s.Topic != "" {
		parts = append(parts, s.Topic)
	}
	if !s.PostponedFrom.IsZero() {
		parts = append(parts, fmt.Sprintf("(from %s)", s.PostponedFrom))
	}
	if s.Uncovered > 0 {
		parts = append(parts, fmt.Sprintf("(%d uncovered)", s.Uncovered))
	}
	return strings.Join(parts, " ") + mark(s.Provisional, " ?")
}

func mark(set bool, text string) string {
	if set {
		return text
	}
	return ""
}

// tally counts how many people have how many turns: 7×2 70×1 is seven people with two turns and seventy with one.
func tally(ledger duty.Ledger) string {
	people := map[int]int{}
	for _, account := range ledger {
		people[account.Turns]++
	}
	var turns []int
	for n := range people {
		turns = append(turns, n)
	}
	slices.Sort(turns)
	slices.Reverse(turns)
	parts := []string{}
	for _, n := range turns {
		parts = append(parts, fmt.Sprintf("%d×%d", people[n], n))
	}
	if len(parts) == 0 {
		return "–"
	}
	return strings.Join(parts, " ")
}

// script is the input of a duty book.
type script struct {
	roster   duty.Roster
	calendar *workday.Calendar
	window   duty.Window
}

// readScript reads a roster written in lines (each verb is a case below) and notices written as lines "off|work DATE NAME".
func readScript(t *testing.T, roster, holidays string) *script {
	t.Helper()
	s := &script{}
	for _, text := range strings.Split(strings.TrimSpace(roster), "\n") {
		s.read(t, strings.Fields(text))
	}
	s.calendar = readCalendar(t, holidays)
	return s
}

func (s *script) read(t *testing.T, words []string) {
	t.Helper()
	switch verb, args := words[0], words[1:]; verb {
	case "deputies": // N
		for n := range number(t, args[0]) {
			s.roster.Deputies = append(s.roster.Deputies, duty.Deputy{ID: fmt.Sprintf("d%02d", n+1), Serving: true})
		}
	case "leaders": // N
		for n := range number(t, args[0]) {
			s.roster.Leaders = append(s.roster.Leaders, duty.Leader{ID: fmt.Sprintf("l%02d", n+1)})
		}
	case "leave": // ID FROM UNTIL
		d := s.deputy(t, args[0])
		d.Leave = append(d.Leave, duty.Span{From: date(t, args[1]), Until: date(t, args[2])})
	case "from": // ID DATE
		s.deputy(t, args[0]).From = date(t, args[1])
	case "until": // ID DATE
		s.deputy(t, args[0]).Until = date(t, args[1])
	case "suspended": // ID
		s.deputy(t, args[0]).Serving = false
	case "reception": // DAY POSTPONE DEPUTIES LEADERS TOPIC…
		s.roster.Receptions = []duty.ReceptionRule{{
			Days: duty.DaysOfMonth{number(t, args[0])}, Postpone: postponement(t, args[1]),
			Deputies: number(t, args[2]), Leaders: number(t, args[3]), Topics: args[4:],
		}}
	case "duty": // WorkingDays|EveryDay DEPUTIES
		s.roster.Duty = &duty.DutyRule{EveryDay: args[0] == "EveryDay", Deputies: number(t, args[1])}
	case "plan": // FROM MONTHS
		s.window.From = date(t, args[0])
		s.window.First, s.window.Months = workday.MonthOf(s.window.From), number(t, args[1])
	default:
		t.Fatalf("unknown line in the roster: %q", words)
	}
}

func (s *script) deputy(t *testing.T, id string) *duty.Deputy {
	t.Helper()
	for i := range s.roster.Deputies {
		if s.roster.Deputies[i].ID == id {
			return &s.roster.Deputies[i]
		}
	}
	t.Fatalf("no deputy %s", id)
	return nil
}

func postponement(t *testing.T, name string) duty.Postponement {
	t.Helper()
	rule, ok := map[string]duty.Postponement{
		"NonWorkingDay": duty.PostponeNonWorking, "PublicHoliday": duty.PostponePublicHoliday, "Never": duty.PostponeNever,
	}[name]
	if !ok {
		t.Fatalf("unknown postponement %q", name)
	}
	return rule
}

// readCalendar returns the published years with the notices written in lines added to them.
func readCalendar(t *testing.T, holidays string) *workday.Calendar {
	t.Helper()
	years := workday.Published()
	var added workday.Year
	for _, text := range strings.Split(strings.TrimSpace(holidays), "\n") {
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if words[0] == "year" {
			added.Year = number(t, words[1])
			continue
		}
		day := workday.Day{Date: date(t, words[1]), Name: words[2]}
		if words[0] == "work" {
			added.WorkDays = append(added.WorkDays, day)
		} else {
			added.OffDays = append(added.OffDays, day)
		}
	}
	if added.Year != 0 {
		years = append(years, added)
	}
	calendar, err := workday.NewCalendar(years...)
	if err != nil {
		t.Fatal(err)
	}
	return calendar
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func date(t *testing.T, s string) workday.Date {
	t.Helper()
	d, err := workday.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
