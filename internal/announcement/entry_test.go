package announcement_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

func entry(feed, uid string, day int) announcement.Entry {
	return announcement.Entry{Feed: feed, UID: uid, Event: announcement.Event{
		Date: october(day), Hours: "09:00-11:00", Summary: "接待日", Description: "张三", Location: "联络站",
	}}
}

// at is the entry in its version of that number, made then.
func at(e announcement.Entry, sequence int, modified time.Time) announcement.Entry {
	e.Sequence, e.Modified = sequence, announcement.Instant(modified)
	return e
}

func off(e announcement.Entry) announcement.Entry {
	e.Cancelled = true
	return e
}

func with(e announcement.Entry, change func(*announcement.Event)) announcement.Entry {
	change(&e.Event)
	return e
}

func TestWhatBecomesOfAnEventInACalendar(t *testing.T) {
	before := announced.Add(-24 * time.Hour)
	later, past := entry("d1", "r", 10), entry("d1", "r", 6)
	month := announcement.Span{From: october(1), Until: october(31)}
	shownLater := []announcement.Entry{at(later, 3, before)}
	elsewhere := with(later, func(e *announcement.Event) { e.Date = workday.NewDate(2026, time.October, 12) })
	provisional := with(later, func(e *announcement.Event) { e.Provisional = true })
	emptied := with(off(later), func(e *announcement.Event) { e.Hours, e.Description = "", "" })
	for name, c := range map[string]struct {
		shown, wanted []announcement.Entry
		covered       announcement.Span
		want          []announcement.Entry
	}{
		"new":                              {nil, []announcement.Entry{later}, month, []announcement.Entry{at(later, 0, announced)}},
		"new, of a day that is past":       {nil, []announcement.Entry{past}, month, nil},
		"as it was":                        {shownLater, []announcement.Entry{later}, month, nil},
		"moved":                            {shownLater, []announcement.Entry{elsewhere}, month, []announcement.Entry{at(elsewhere, 4, announced)}},
		"no longer certain":                {shownLater, []announcement.Entry{provisional}, month, []announcement.Entry{at(provisional, 4, announced)}},
		"cancelled":                        {shownLater, []announcement.Entry{emptied}, month, []announcement.Entry{at(off(later), 4, announced)}},
		"cancelled from the beginning":     {nil, []announcement.Entry{emptied}, month, []announcement.Entry{at(emptied, 0, announced)}},
		"gone":                             {shownLater, nil, month, []announcement.Entry{at(off(later), 4, announced)}},
		"gone, and cancelled before":       {[]announcement.Entry{at(off(later), 4, before)}, nil, month, nil},
		"gone where nothing is said of it": {shownLater, nil, announcement.Span{}, nil},
		"gone, of a day that is past":      {[]announcement.Entry{at(past, 0, before)}, nil, month, nil},
		"other, of a day that is past":     {[]announcement.Entry{at(past, 0, before)}, []announcement.Entry{with(past, func(e *announcement.Event) { e.Summary = "x" })}, month, nil},
		"back again":                       {[]announcement.Entry{at(off(later), 4, before)}, []announcement.Entry{later}, month, []announcement.Entry{at(later, 5, announced)}},
		"gone from one calendar of two": {
			[]announcement.Entry{at(later, 0, before), at(entry("d2", "r", 10), 0, before)}, []announcement.Entry{entry("d2", "r", 10)}, month,
			[]announcement.Entry{at(off(later), 1, announced)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := announcement.Revise(c.shown, c.wanted, c.covered, workday.DateOf(announced), announced)
			if diff := cmp.Diff(c.want, got, cmpopts.EquateComparable(workday.Date{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever the schedule says from one day to the next, a version never goes down and what has not changed keeps it; and the
// same said twice changes nothing.
func TestVersionsOnlyGrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		covered := announcement.Span{From: october(1), Until: october(31)}
		shown := map[string]announcement.Entry{}
		now := announced
		for range rapid.IntRange(1, 8).Draw(t, "days") {
			now = now.Add(24 * time.Hour)
			today := workday.DateOf(now)
			var wanted []announcement.Entry
			for _, uid := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3, rapid.ID).Draw(t, "uids") {
				e := entry("d1", uid, rapid.IntRange(1, 31).Draw(t, "day"))
				e.Cancelled = rapid.Bool().Draw(t, "cancelled")
				wanted = append(wanted, e)
			}
			for _, e := range announcement.Revise(values(shown), wanted, covered, today, now) {
				was, known := shown[e.UID]
				if known && (e.Sequence != was.Sequence+1 || e.Event == was.Event) || !known && e.Sequence != 0 {
					t.Fatalf("%+v became %+v", was, e)
				}
				shown[e.UID] = e
			}
			if more := announcement.Revise(values(shown), wanted, covered, today, now); len(more) != 0 {
				t.Fatalf("said again, it changes %+v", more)
			}
		}
	})
}

func values(m map[string]announcement.Entry) (all []announcement.Entry) {
	for _, e := range m {
		all = append(all, e)
	}
	return all
}

func TestATokenCannotBeGuessed(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		f := announcement.NewFeed(announcement.StationFeed, announced)
		// 26 characters of 32 are 130 bits.
		if len(f.Token) < 26 || seen[f.Token] {
			t.Fatalf("%q", f.Token)
		}
		seen[f.Token] = true
	}
}
