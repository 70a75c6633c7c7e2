package announcement_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

// plan of the reception of the tenth, announced three days before.
func plan(change ...func(*announcement.Planned)) announcement.Plan {
	planned := announcement.Planned{Reception: tenth(), AnnounceOn: october(7)}
	for _, c := range change {
		c(&planned)
	}
	return announcement.Plan{
		Receptions: []announcement.Planned{planned}, Covered: announcement.Span{From: october(1), Until: october(31)}, Location: shanxi,
	}
}

func never(p *announcement.Planned)      { p.AnnounceOn = workday.Date{} }
func moved(p *announcement.Planned)      { p.Date, p.PostponedFrom = october(12), october(10) }
func otherTopic(p *announcement.Planned) { p.Topic = "环境卫生" }
func cancelled(p *announcement.Planned) {
	p.Cancelled, p.Deputies, p.Leaders, p.Hours = true, nil, nil, ""
}

func without() announcement.Plan {
	p := plan()
	p.Receptions = nil
	return p
}

// told is what people may have heard: kind and state of each message, oldest first, all as the plan has it then.
type told struct {
	kind  announcement.Kind
	state announcement.State
	plan  announcement.Plan
}

func deliveries(all []told) (ds []announcement.Delivery) {
	for i, m := range all {
		d := delivery(m.state)
		d.Revision, d.Kind = i+1, m.kind
		d.EventID = fmt.Sprintf("%s.r%d", d.Reception.UID, d.Revision)
		if len(m.plan.Receptions) > 0 {
			d.Reception = m.plan.Receptions[0].Reception
			d.Begins = d.Reception.Begins(shanxi)
		}
		d.Doubtful = m.state == announcement.Unknown
		ds = append(ds, d)
	}
	return ds
}

const (
	isAnnounced = announcement.Announced
	isChanged   = announcement.Changed
	isCancelled = announcement.Cancelled
)

func TestWhatIsToldOfAReceptionAndWhen(t *testing.T) {
	day := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.October, day, hour, minute, 0, 0, shanxi)
	}
	delivered := []told{{isAnnounced, announcement.Delivered, plan()}}
	for name, c := range map[string]struct {
		plan   announcement.Plan
		told   []told
		now    time.Time
		record []announcement.Kind
		giveUp []int
	}{
		"before its day of announcement, nothing":  {plan: plan(), now: day(6, 12, 0)},
		"on that day before eight, nothing":        {plan: plan(), now: day(7, 7, 59)},
		"from eight on, that it takes place":       {plan: plan(), now: day(7, 8, 0), record: []announcement.Kind{isAnnounced}},
		"late, still":                              {plan: plan(), now: day(10, 8, 59), record: []announcement.Kind{isAnnounced}},
		"once it has begun, nothing":               {plan: plan(), now: day(10, 9, 0)},
		"one that is never announced, nothing":     {plan: plan(never), now: day(9, 8, 0)},
		"one that was cancelled before, nothing":   {plan: plan(cancelled), now: day(8, 8, 0)},
		"what was told, not again":                 {plan: plan(), told: delivered, now: day(8, 8, 0)},
		"what waits, not again":                    {plan: plan(), told: []told{{isAnnounced, announcement.Refused, plan()}}, now: day(8, 8, 0)},
		"what may have arrived, not again":         {plan: plan(), told: []told{{isAnnounced, announcement.Unknown, plan()}}, now: day(8, 8, 0)},
		"another topic":                            {plan: plan(otherTopic), told: delivered, now: day(8, 6, 0), record: []announcement.Kind{isChanged}},
		"another topic, where it is in doubt":      {plan: plan(otherTopic), told: []told{{isAnnounced, announcement.Unknown, plan()}}, now: day(8, 8, 0), record: []announcement.Kind{isChanged}},
		"another topic, once it has begun":         {plan: plan(otherTopic), told: delivered, now: day(10, 9, 0)},
		"another day":                              {plan: plan(moved), told: delivered, now: day(8, 8, 0), record: []announcement.Kind{isChanged}},
		"another day, on the day it was for":       {plan: plan(moved), told: delivered, now: day(10, 9, 30), record: []announcement.Kind{isChanged}},
		"another topic, which nobody heard before": {plan: plan(otherTopic), told: []told{{isAnnounced, announcement.Refused, plan()}}, now: day(8, 8, 0), record: []announcement.Kind{isAnnounced}, giveUp: []int{1}},
		"a change that was taken back unheard":     {plan: plan(), told: []told{delivered[0], {isChanged, announcement.Recorded, plan(otherTopic)}}, now: day(8, 8, 0), giveUp: []int{2}},
		"a change that was taken back in doubt":    {plan: plan(), told: []told{delivered[0], {isChanged, announcement.Unknown, plan(otherTopic)}}, now: day(8, 8, 0), record: []announcement.Kind{isChanged}},
		"cancelled":                                {plan: plan(cancelled), told: delivered, now: day(8, 8, 0), record: []announcement.Kind{isCancelled}},
		"cancelled, told already":                  {plan: plan(cancelled), told: []told{delivered[0], {isCancelled, announcement.Refused, plan()}}, now: day(8, 8, 0)},
		"cancelled, once it has begun":             {plan: plan(cancelled), told: delivered, now: day(10, 9, 0)},
		"cancelled, which nobody heard of":         {plan: plan(cancelled), told: []told{{isAnnounced, announcement.Refused, plan()}}, now: day(8, 8, 0), giveUp: []int{1}},
		"gone from the schedule":                   {plan: without(), told: delivered, now: day(8, 8, 0), record: []announcement.Kind{isCancelled}},
		"gone, unheard":                            {plan: without(), told: []told{{isAnnounced, announcement.Recorded, plan()}}, now: day(8, 8, 0), giveUp: []int{1}},
		"gone, where the schedule says nothing":    {plan: announcement.Plan{Location: shanxi}, told: delivered, now: day(8, 8, 0)},
		"taken up again after it was cancelled":    {plan: plan(), told: []told{delivered[0], {isCancelled, announcement.Delivered, plan()}}, now: day(8, 8, 0), record: []announcement.Kind{isAnnounced}},
		"what is overdue is left to others":        {plan: plan(), told: []told{{isAnnounced, announcement.Refused, plan()}}, now: day(10, 9, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			known := deliveries(c.told)
			got := c.plan.Decide(known, c.now)
			var record []announcement.Kind
			for _, d := range got.Record {
				record = append(record, d.Kind)
				if d.Revision != len(known)+1 || d.EventID != fmt.Sprintf("reception-2026-10-10@zhongduo.ji.liaison.r%d", d.Revision) {
					t.Errorf("it is %s, revision %d", d.EventID, d.Revision)
				}
				if d.State != announcement.Recorded || !d.RecordedAt.Equal(c.now) || !d.Due(c.now) {
					t.Errorf("it does not wait to be sent: %+v", d)
				}
				if d.Kind == isCancelled && len(d.Reception.Deputies) != 2 {
					t.Error("it does not say which reception people were told of")
				}
			}
			var giveUp []int
			for _, d := range got.GiveUp {
				giveUp = append(giveUp, d.Revision)
			}
			if !slices.Equal(record, c.record) || !slices.Equal(giveUp, c.giveUp) {
				t.Errorf("records %v and gives up %v, want %v and %v", record, giveUp, c.record, c.giveUp)
			}
		})
	}
}

// A message sent again by hand is both heard, perhaps, and waiting: it stays while it is true.
func TestAMessageSentAgainByHandGoesOutUnlessItIsNoLongerTrue(t *testing.T) {
	again := deliveries([]told{{isAnnounced, announcement.Recorded, plan()}})
	again[0].Doubtful = true
	if got := plan().Decide(again, announced); len(got.GiveUp)+len(got.Record) != 0 {
		t.Errorf("though it is true: %+v", got)
	}
	got := plan(otherTopic).Decide(again, announced)
	if len(got.GiveUp) != 1 || len(got.Record) != 1 || got.Record[0].Kind != isChanged {
		t.Errorf("though people may have heard otherwise: %+v", got)
	}
}

// Whatever happens to messages and plans, in whatever order: asked twice the same, nothing is said the second time; at most
// one message about a reception waits; and nobody is told of a change or a cancellation who cannot have heard of the reception.
func TestDecisionsSettle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var known []announcement.Delivery
		now := announced.Add(-time.Hour)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "hours")) * time.Hour)
			p := rapid.SampledFrom([]announcement.Plan{plan(), plan(otherTopic), plan(moved), plan(cancelled), without()}).Draw(t, "plan")
			known = carryOut(t, known, p.Decide(known, now), now)
			if more := p.Decide(known, now); len(more.GiveUp)+len(more.Record) != 0 {
				t.Fatalf("asked again it says %+v", more)
			}
			checkTold(t, known, now)
			known = live(t, known, now)
		}
	})
}

func carryOut(t *rapid.T, known []announcement.Delivery, decided announcement.Decision, now time.Time) []announcement.Delivery {
	for _, old := range decided.GiveUp {
		i := slices.IndexFunc(known, func(d announcement.Delivery) bool { return d.EventID == old.EventID })
		given, err := known[i].GiveUp(announcement.Superseded, now)
		if err != nil {
			t.Fatal(err)
		}
		known[i] = given
	}
	return append(known, decided.Record...)
}

func checkTold(t *rapid.T, known []announcement.Delivery, now time.Time) {
	heard, waiting := false, 0
	for _, d := range known {
		if d.Due(now) || d.State == announcement.Refused && now.Before(d.Begins) {
			waiting++
			if d.Kind != isAnnounced && !heard {
				t.Fatalf("%s of what nobody has heard", d.Kind)
			}
		}
		heard = heard || d.State == announcement.Delivered || d.Doubtful
	}
	if waiting > 1 {
		t.Fatalf("%d messages wait at once", waiting)
	}
}

// live lets something happen to what waits.
func live(t *rapid.T, known []announcement.Delivery, now time.Time) []announcement.Delivery {
	for i, d := range known {
		if again, err := d.Again(now); err == nil && d.MayBeSentAgain(known, now) && rapid.Bool().Draw(t, "again") {
			known[i] = again
			continue
		}
		begun, err := d.Begin(now)
		if err != nil || !d.Due(now) {
			continue
		}
		switch rapid.IntRange(0, 3).Draw(t, "fate") {
		case 0:
			known[i], err = begun.Accept(now)
		case 1:
			known[i], err = begun.Refuse(announcement.Problem{}, now)
		case 2:
			known[i], err = begun.Lose(announcement.Problem{}, now)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return known
}
