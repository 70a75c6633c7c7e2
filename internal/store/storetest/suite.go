// Package storetest is what every database behind casework.Repository and announcement.Repository must do. One suite,
// whatever the database.
package storetest

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// Open returns an empty repository that the test closes. Every call is a database of its own.
type Open func(t *testing.T) casework.Repository

// Run holds a repository to what casework promises of it.
func Run(t *testing.T, open Open) {
	groups := []struct {
		name  string
		tests map[string]func(*testing.T, *station)
	}{
		{"Submit", submitTests},
		{"Change", changeTests},
		{"List", listTests},
		{"Filter", filterTests},
		{"Statistics", statisticsTests},
		{"Merge", mergeTests},
		{"Life", lifeTests},
		{"Secret", secretTests},
		{"Photos", photoTests},
		{"Keeping", keepingTests},
		{"Log", logTests},
		{"Backlog", backlogTests},
		{"Visits", visitTests},
		{"Staff", staffTests},
		{"Account", accountTests},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, name := range slices.Sorted(maps.Keys(group.tests)) {
				t.Run(name, func(t *testing.T) { group.tests[name](t, newStation(t, open)) })
			}
		})
	}
}

// station is a repository with a clock that the test sets and rules by which cases move.
type station struct {
	*testing.T
	casework.Repository
	rules casework.Rules
	now   time.Time
}

// Monday, 9 March 2026, 09:30:00.123 in Shanxi. No holiday is near.
var monday = time.Date(2026, time.March, 9, 1, 30, 0, int(123*time.Millisecond), time.UTC)

var shanxi = time.FixedZone("CST", 8*60*60)

// administrator acts as nobody in particular: the log takes a role without an account.
var administrator = casework.Actor{Role: casework.Administrator}

func newStation(t *testing.T, open Open) *station {
	calendar, err := workday.NewCalendar(workday.Published()...)
	if err != nil {
		t.Fatal(err)
	}
	return &station{
		T: t, Repository: open(t), now: monday,
		rules: casework.Rules{Deadlines: casework.DefaultDeadlines(), Calendar: calendar, Location: shanxi},
	}
}

func (s *station) pass(d time.Duration) { s.now = s.now.Add(d) }

const days = 24 * time.Hour

func (s *station) today() workday.Date { return s.rules.Today(s.now) }

// road is a suggestion with everything filled in.
var road = casework.Suggestion{Topic: "道路交通", Village: "白额村", Text: "田间路被冲毁，秋收前请修好。", Name: "王小明", Phone: "139 0000 0031"}

func (s *station) submission(suggestion casework.Suggestion, key string) casework.Submission {
	return s.rules.Receive(suggestion, casework.NewCode(), key, s.now)
}

// bring submits, and returns the case and whether it was there already.
func (s *station) bring(ctx context.Context, submission casework.Submission) (casework.Case, bool, error) {
	receipt, err := s.Submit(ctx, submission)
	return receipt.Case, receipt.Replayed, err
}

// receive stores the suggestion and returns its case.
func (s *station) receive(suggestion casework.Suggestion) casework.Case {
	s.Helper()
	c, replayed, err := s.bring(s.Context(), s.submission(suggestion, ""))
	if err != nil || replayed {
		s.Fatalf("Submit: replayed %t, error %v", replayed, err)
	}
	return c
}

// move applies the moves one after the other and returns the case.
func (s *station) move(code casework.Code, moves ...casework.Move) casework.Case {
	s.Helper()
	var c casework.Case
	for _, m := range moves {
		var err error
		if c, err = s.Change(s.Context(), code, s.applying(m)); err != nil {
			s.Fatalf("%s: %v", m.Action(), err)
		}
	}
	return c
}

func (s *station) applying(m casework.Move) func(casework.Case) (casework.Case, casework.Event, error) {
	return func(c casework.Case) (casework.Case, casework.Event, error) {
		return s.rules.Apply(c, m, administrator, s.now)
	}
}

// read returns the case as it is stored.
func (s *station) read(code casework.Code) casework.Case {
	s.Helper()
	c, err := s.Case(s.Context(), code)
	if err != nil {
		s.Fatalf("Case(%s): %v", code, err)
	}
	return c
}

func (s *station) backlog() casework.Backlog {
	s.Helper()
	b, err := s.Backlog(s.Context(), s.today())
	if err != nil {
		s.Fatalf("Backlog: %v", err)
	}
	return b
}

func classify(r casework.Route) casework.Move {
	return casework.Classify{Route: r, Reason: "乡里没有修路的经费"}
}

func answer(r casework.Result) casework.Move {
	return casework.GiveAnswer{Result: r, Text: "县交通局已列入今年计划。"}
}

var told = casework.RecordFeedback{Channel: casework.ByPhone, Text: "已电话告知，表示满意。"}

// difference of two values, empty when they are equal.
func difference(want, got any) string {
	return cmp.Diff(want, got, cmpopts.EquateComparable(workday.Date{}))
}
