package desk

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// cabinet keeps cases in the order they came, and notes what it was asked. It is no database: it finds what the tests ask for.
type cabinet struct {
	codes    []casework.Code
	cases    map[casework.Code]casework.Case
	history  map[casework.Code][]casework.Entry
	contacts map[casework.Code]casework.Contact
	secrets  map[casework.Code]casework.Secret
	photos   map[casework.Code][]casework.Photo
	keys     map[string]casework.Code
	visits   map[workday.Date]casework.VisitCount
	asked    []casework.Listing
}

func newCabinet() *cabinet {
	return &cabinet{
		cases: map[casework.Code]casework.Case{}, history: map[casework.Code][]casework.Entry{}, contacts: map[casework.Code]casework.Contact{},
		secrets: map[casework.Code]casework.Secret{}, photos: map[casework.Code][]casework.Photo{}, keys: map[string]casework.Code{},
		visits: map[workday.Date]casework.VisitCount{},
	}
}

func (c *cabinet) Submit(_ context.Context, s casework.Submission) (casework.Receipt, error) {
	if code, known := c.keys[s.Key]; known && s.Key != "" {
		return casework.Receipt{Case: c.cases[code], Secret: c.secrets[code], Replayed: true}, nil
	}
	code := s.Case.Code
	c.codes = append(c.codes, code)
	c.keys[s.Key], c.contacts[code], c.secrets[code], c.photos[code] = code, s.Contact, s.Secret, s.Photos
	c.keep(s.Case, s.Event)
	return casework.Receipt{Case: s.Case, Secret: s.Secret}, nil
}

func (c *cabinet) keep(changed casework.Case, e casework.Event) {
	c.cases[changed.Code] = changed
	c.history[changed.Code] = append(c.history[changed.Code], casework.Entry{Event: e, StaffName: map[int64]string{1: wang.Name, 2: li.Name, 3: deputy.Name}[e.Actor.Staff]})
}

// answeredEarlier has the answer be that much older than the office's clock, which stands still.
func (c *cabinet) answeredEarlier(code casework.Code, by time.Duration) {
	changed := c.cases[code]
	changed.Answer.At = changed.Answer.At.Add(-by)
	c.cases[code] = changed
}

func (c *cabinet) Case(_ context.Context, code casework.Code) (casework.Case, error) {
	found, known := c.cases[code]
	if !known {
		return casework.Case{}, casework.ErrNoCase
	}
	return found, nil
}

func (c *cabinet) Unlock(ctx context.Context, code casework.Code, _ casework.Secret) (casework.Case, error) {
	return c.Case(ctx, code)
}

func (c *cabinet) Secret(_ context.Context, code casework.Code) (casework.Secret, error) {
	return c.secrets[code], nil
}

func (c *cabinet) Contact(_ context.Context, code casework.Code) (casework.Contact, error) {
	return c.contacts[code], nil
}

func (c *cabinet) Photo(_ context.Context, code casework.Code, n int) (casework.Photo, error) {
	if n > len(c.photos[code]) {
		return casework.Photo{}, casework.ErrNoPhoto
	}
	return c.photos[code][n-1], nil
}

func (c *cabinet) History(_ context.Context, code casework.Code) ([]casework.Entry, error) {
	return slices.Clone(c.history[code]), nil
}

func (c *cabinet) Change(ctx context.Context, code casework.Code, change func(casework.Case) (casework.Case, casework.Event, error)) (casework.Case, error) {
	now, err := c.Case(ctx, code)
	if err != nil {
		return casework.Case{}, err
	}
	changed, event, err := change(now)
	if err != nil {
		return casework.Case{}, err
	}
	c.keep(changed, event)
	return changed, nil
}

func (c *cabinet) Merge(ctx context.Context, code, into casework.Code, change func(c, into casework.Case) (casework.Merging, error)) (casework.Merging, error) {
	from, err := c.Case(ctx, code)
	if err != nil {
		return casework.Merging{}, err
	}
	other, err := c.Case(ctx, into)
	if err != nil {
		return casework.Merging{}, err
	}
	merging, err := change(from, other)
	if err != nil {
		return casework.Merging{}, err
	}
	c.keep(merging.From, merging.FromEvent)
	c.keep(merging.Into, merging.IntoEvent)
	return merging, nil
}

func (c *cabinet) Reporters(_ context.Context, code casework.Code) (joined []casework.Case, _ error) {
	for _, other := range c.codes {
		if c.cases[other].MergedInto == code {
			joined = append(joined, c.cases[other])
		}
	}
	return joined, nil
}

func (c *cabinet) List(_ context.Context, l casework.Listing) (casework.Page, error) {
	c.asked = append(c.asked, l)
	skip := 0
	if l.After != "" {
		var err error
		if skip, err = strconv.Atoi(string(l.After)); err != nil {
			return casework.Page{}, casework.ErrBadCursor
		}
	}
	var found []casework.Summary
	for _, code := range c.codes {
		if one := c.cases[code]; c.fits(l.Filter, one) {
			found = append(found, summary(one))
		}
	}
	if l.Order == casework.Newest {
		slices.Reverse(found)
	} else {
		slices.SortStableFunc(found, func(a, b casework.Summary) int { return a.Due.Compare(b.Due) })
	}
	page := casework.Page{Cases: found[min(skip, len(found)):]}
	if len(page.Cases) > l.Limit {
		page.Cases, page.Next = page.Cases[:l.Limit], casework.Cursor(strconv.Itoa(skip+l.Limit))
	}
	return page, nil
}

func (c *cabinet) fits(f casework.Filter, one casework.Case) bool {
	return (f.Stage == "" || (f.Stage == casework.StagePending) == one.Pending()) && (f.Route == "" || f.Route == one.Route) &&
		(f.Topic == "" || f.Topic == one.Topic) && (f.Village == "" || f.Village == one.Village) && (f.Timing != casework.TimingOverdue || one.Overdue(f.Today)) &&
		(f.DueFrom.IsZero() || !one.Clock.Due.Before(f.DueFrom)) && (f.DueTo.IsZero() || !one.Clock.Due.After(f.DueTo)) &&
		(!f.Scope.Limited || slices.Contains(f.Scope.Villages, one.Village)) && strings.Contains(one.Text, f.Search) &&
		(f.Phone == "" || c.contacts[one.Code].Phone == f.Phone) && !one.ReceivedAt.Before(f.ReceivedFrom)
}

func summary(c casework.Case) casework.Summary {
	return casework.Summary{
		Code: c.Code, Topic: c.Topic, Village: c.Village, Excerpt: beginning(c.Text), State: c.State, Route: c.Route, Unit: c.Assignment.Unit, Formal: c.Formal(),
		Reopened: c.Reopened, Urges: c.Urges, Photos: c.Photos, Result: c.Answer.Result, Rating: c.Rating.Value, ReceivedAt: c.ReceivedAt, Due: c.Clock.Due,
	}
}

func (c *cabinet) Each(context.Context, casework.Filter) iter.Seq2[casework.Case, error] {
	return func(func(casework.Case, error) bool) {}
}

func (c *cabinet) Statistics(context.Context, casework.Period, casework.Scope) (casework.Statistics, error) {
	return casework.Statistics{}, nil
}

func (c *cabinet) Backlog(_ context.Context, today workday.Date) (casework.Backlog, error) {
	var all casework.RouteBacklog
	for _, one := range c.cases {
		if one.Pending() {
			all.Pending++
		}
		if one.Overdue(today) {
			all.Overdue++
		}
	}
	return casework.Backlog{Routes: map[casework.Route]casework.RouteBacklog{casework.Unclassified: all}}, nil
}

func (c *cabinet) RecordVisit(_ context.Context, v casework.Visit, _ casework.Actor, key string) (bool, error) {
	if _, known := c.keys["visit "+key]; known {
		return true, nil
	}
	c.keys["visit "+key] = ""
	n := c.visits[v.Date]
	c.visits[v.Date] = casework.VisitCount{Visits: n.Visits + 1, People: n.People + v.People}
	return false, nil
}

func (c *cabinet) VisitsOn(_ context.Context, day workday.Date) (casework.VisitCount, error) {
	return c.visits[day], nil
}

// raised is a suggestion that came in a while before ten o'clock.
type raised struct {
	village, text string
	contact       casework.Contact
	ago           time.Duration
	photos        []casework.Photo
}

// raise puts a suggestion about roads into the cabinet and returns its code.
func (o *office) raise(s raised) casework.Code {
	o.t.Helper()
	code := casework.Code(strings.Repeat("0", 10) + strconv.Itoa(10+len(o.cases.codes)))
	suggestion := casework.Suggestion{Topic: "道路交通", Village: s.village, Text: s.text, Name: s.contact.Name, Phone: s.contact.Phone}
	how := casework.Entering{Code: code, Secret: "ABCD2345", Source: casework.FromSite, By: casework.Actor{Role: casework.Resident}, Photos: s.photos}
	if _, err := o.cases.Submit(o.t.Context(), o.documents().Rules.Enter(suggestion, how, tenOClock.Add(-s.ago))); err != nil {
		o.t.Fatal(err)
	}
	return code
}

// comes lets the case come further by the moves, made by the administrator just now.
func (o *office) comes(code casework.Code, moves ...casework.Move) casework.Code {
	o.t.Helper()
	for _, move := range moves {
		_, err := o.cases.Change(o.t.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return o.documents().Rules.Apply(c, move, wang.Actor(), tenOClock)
		})
		if err != nil {
			o.t.Fatal(err)
		}
	}
	return code
}

// Moves that lead from one state to the next.
var (
	toTownship = casework.Classify{Route: casework.Township, Reason: "乡里能办"}
	toRoads    = casework.Assign{Unit: "乡公路站"}
	answered   = casework.GiveAnswer{Result: casework.ResolvedA, Text: "已经修好。"}
	told       = casework.RecordFeedback{Channel: casework.ByPhone, Text: "打电话告知"}
	wholeWay   = []casework.Move{toTownship, toRoads, casework.Start{}, answered, told, casework.Close{}}
)

var _ Repository = (*cabinet)(nil)

func (c *cabinet) lastAsked(t *testing.T) casework.Filter {
	t.Helper()
	if len(c.asked) == 0 {
		t.Fatal("nothing was asked")
	}
	return c.asked[0].Filter
}
