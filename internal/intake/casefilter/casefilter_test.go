package casefilter_test

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/workday"
)

var (
	shanghai = time.FixedZone("CST", 8*60*60)
	rules    = casework.Rules{Location: shanghai}
	today    = workday.NewDate(2026, time.November, 12)
)

func parse(t testing.TB, query string) (casework.Filter, []string) {
	t.Helper()
	asked, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	filter, form := casefilter.Parse(asked, rules, today, casework.Scope{})
	var problems []string
	for _, p := range form.Problems {
		problems = append(problems, p.Error())
	}
	return filter, problems
}

func TestWhatAnAddressAsksFor(t *testing.T) {
	day := func(d int) workday.Date { return workday.NewDate(2026, time.November, d) }
	pending := casework.Filter{Stage: casework.StagePending}
	with := func(change func(*casework.Filter)) casework.Filter {
		f := pending
		change(&f)
		return f
	}
	for query, want := range map[string]casework.Filter{
		"":              pending,
		"stage=pending": pending,
		"stage=ended":   {Stage: casework.StageEnded},
		"stage=all":     {},
		"route=county&topic=道路交通&village=白额村&unit=县交通局": with(func(f *casework.Filter) {
			f.Route, f.Topic, f.Village, f.Unit = casework.County, "道路交通", "白额村", "县交通局"
		}),
		"route=unclassified&source=open311": with(func(f *casework.Filter) { f.Route, f.Source = casework.Unclassified, casework.FromOpen311 }),
		"timing=overdue":                    with(func(f *casework.Filter) { f.Timing = casework.TimingOverdue }),
		// What only an ended case can have is not looked for among those that wait.
		"timing=planned":              {Timing: casework.TimingPlanned},
		"rating=not_satisfied":        {Rating: casework.NotSatisfied},
		"released=1":                  {Released: true},
		"state=withdrawn":             {State: casework.Withdrawn},
		"state=assigned&no_village=1": with(func(f *casework.Filter) { f.State, f.NoVillage = casework.Assigned, true }),
		"ended_from=2026-11-01&ended_to=2026-11-02&result=A": {EndedFrom: day(1), EndedTo: day(2), Result: casework.ResolvedA},
		"formal=1&reopened=1&urged=1&due_from=2026-11-12&due_to=2026-11-13": with(func(f *casework.Filter) {
			f.Formal, f.Reopened, f.Urged, f.DueFrom, f.DueTo = true, true, true, day(12), day(13)
		}),
		// Both days count, by the station's clock.
		"received_from=2026-11-01&received_to=2026-11-02": with(func(f *casework.Filter) {
			f.ReceivedFrom, f.ReceivedTo = time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC), time.Date(2026, 11, 2, 16, 0, 0, 0, time.UTC)
		}),
		"q=+修路+":           with(func(f *casework.Filter) { f.Search = "修路" }),
		"q=13912345678":    with(func(f *casework.Filter) { f.Phone = "13912345678" }),
		"q=0357-7920000":   with(func(f *casework.Filter) { f.Phone = "0357-7920000" }),
		"q=%2B86 139 1234": with(func(f *casework.Filter) { f.Phone = "+86 139 1234" }),
		"q=１３９１２３４５６７８":    with(func(f *casework.Filter) { f.Phone = "１３９１２３４５６７８" }),
		"q=2026":           with(func(f *casework.Filter) { f.Search = "2026" }),
		"q=G20高速1234567":   with(func(f *casework.Filter) { f.Search = "G20高速1234567" }),
		"unknown=field":    pending,
	} {
		want.Today = today
		if got, problems := parse(t, query); !reflect.DeepEqual(got, want) || problems != nil {
			t.Errorf("%q is read as %+v (%v), want %+v", query, got, problems, want)
		}
	}
}

func TestWhatCannotBeReadIsSaidAndFiltersNothing(t *testing.T) {
	long := strings.Repeat("路", 101)
	for query, want := range map[string]string{
		"stage=gone": "unknown_choice at stage", "route=nowhere": "unknown_choice at route", "result=E": "unknown_choice at result",
		"timing=never": "unknown_choice at timing", "rating=1": "unknown_choice at rating", "source=pigeon": "unknown_choice at source",
		"received_from=1.11.": "unreadable_date at received_from", "due_to=2026-02-30": "unreadable_date at due_to",
		"q=" + long: "too_long at q", "topic=" + long: "too_long at topic",
	} {
		got, problems := parse(t, query)
		if !reflect.DeepEqual(got, casework.Filter{Stage: casework.StagePending, Today: today}) || len(problems) != 1 || problems[0] != want {
			t.Errorf("%q is read as %+v with %v, want %s", query, got, problems, want)
		}
	}
}

func TestWhoDoesNotSeeEverythingFindsNobodyByPhone(t *testing.T) {
	filter, _ := casefilter.Parse(url.Values{"q": {"13912345678"}}, rules, today, casework.Scope{Limited: true})
	if filter.Phone != "" || filter.Search != "13912345678" || !filter.Scope.Limited {
		t.Errorf("read as %+v", filter)
	}
}

func TestTheFormShowsTheStageThatIsLookedAt(t *testing.T) {
	for query, want := range map[string]string{"": "", "stage=ended": "ended", "timing=planned": "all", "stage=pending&rating=satisfied": "all", "stage=ended&timing=late": "ended"} {
		asked, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, form := casefilter.Parse(asked, rules, today, casework.Scope{}); form.Value("stage") != want {
			t.Errorf("%q shows %q, want %q", query, form.Value("stage"), want)
		}
	}
}

func TestAnAddressOfTheQueue(t *testing.T) {
	for want, f := range map[string]casework.Filter{
		"/desk":                             {Stage: casework.StagePending},
		"/desk?stage=all":                   {},
		"/desk?route=county&timing=overdue": {Stage: casework.StagePending, Route: casework.County, Timing: casework.TimingOverdue},
		"/desk?q=a%26stage%3Dall":           {Stage: casework.StagePending, Search: "a&stage=all"},
	} {
		if got := casefilter.Address(f, rules); got != want {
			t.Errorf("%+v leads to %s, want %s", f, got, want)
		}
	}
}

// fields that may stand in an address, with what may stand in them.
var fields = map[string][]string{
	"stage": {"pending", "ended", "all"}, "state": {"withdrawn", "assigned", "gone"}, "no_village": {"1"}, "route": {"unclassified", "county", "explain", "?"}, "topic": {"道路交通", " a&b=c ", "\xff"},
	"village": {"白额村"}, "unit": {"县交通局", "100%"}, "source": {"site", "phone"}, "result": {"A", "B", "E"}, "rating": {"satisfied"},
	"timing": {"overdue", "soon", "on_time", "late", "planned"}, "received_from": {"2026-01-01", "2024-02-29", "x"},
	"received_to": {"2026-12-31", "9999-12-31"}, "ended_from": {"2026-11-01"}, "ended_to": {"2026-11-30"}, "due_from": {"2026-11-12"}, "due_to": {"0001-01-01", "2026-11-13"},
	"formal": {"1", "0"}, "reopened": {"1"}, "urged": {"1"}, "released": {"1"}, "q": {"修路", "13912345678", "+86 139-1234-5678", "ABCD-EFGH-JKMN", "%"},
}

func TestAFilterComesBackFromItsAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := url.Values{}
		for field, values := range fields {
			if rapid.Bool().Draw(t, field+" is set") {
				asked.Set(field, rapid.SampledFrom(values).Draw(t, field))
			}
		}
		comesBack(t, asked, rapid.SampledFrom([]*time.Location{nil, time.UTC, shanghai}).Draw(t, "location"))
	})
}

func FuzzParse(f *testing.F) {
	f.Add("stage=all&route=county&received_from=2026-11-01&q=13912345678")
	f.Add("q=%ff&topic=%00&due_to=0000-00-00")
	f.Fuzz(func(t *testing.T, query string) {
		asked, err := url.ParseQuery(query)
		if err != nil {
			t.Skip()
		}
		comesBack(t, asked, shanghai)
	})
}

func comesBack(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, asked url.Values, location *time.Location,
) {
	t.Helper()
	rules := casework.Rules{Location: location}
	for _, scope := range []casework.Scope{{}, {Limited: true, Villages: []string{"白额村"}}} {
		once, _ := casefilter.Parse(asked, rules, today, scope)
		again, form := casefilter.Parse(casefilter.Query(once, rules), rules, today, scope)
		if !reflect.DeepEqual(once, again) || !form.OK() {
			t.Fatalf("%v is read as %+v and comes back as %+v with %v", asked, once, again, form.Problems)
		}
	}
}
