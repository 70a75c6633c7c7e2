package announcement

import (
	"slices"
	"strconv"
	"time"
)

// Plan is what the schedule says of receptions now.
type Plan struct {
	Receptions []Planned
	// Covered are the days the schedule speaks of: a reception that is missing there does not take place. Of other days it says nothing.
	Covered  Span
	Location *time.Location
}

// Decision is what to do about the messages of a plan.
type Decision struct {
	// GiveUp holds deliveries that wait and are Superseded.
	GiveUp []Delivery
	// Record holds new deliveries that still lack their Text.
	Record []Delivery
}

// Decide compares what people may have heard with what is planned. known are the deliveries so far about every reception of
// which something may still be told. Each reception has at most one message waiting afterwards; asked again after its
// answer was carried out, it has nothing more to say. Overdue deliveries are left to whoever gives them up.
func (p Plan) Decide(known []Delivery, now time.Time) Decision {
	var all Decision
	told := map[string][]Delivery{}
	for _, d := range known {
		told[d.Reception.UID] = append(told[d.Reception.UID], d)
	}
	planned := map[string]bool{}
	for _, reception := range p.Receptions {
		planned[reception.UID] = true
		all.add(p.about(reception, told[reception.UID], now))
	}
	for _, d := range known {
		uid := d.Reception.UID
		if !planned[uid] && p.Covered.Contains(last(told[uid]).Reception.Date) {
			planned[uid] = true // once for all its deliveries
			all.add(p.about(Planned{Reception: d.Reception, Cancelled: true}, told[uid], now))
		}
	}
	return all
}

func (all *Decision) add(d Decision) {
	all.GiveUp = append(all.GiveUp, d.GiveUp...)
	all.Record = append(all.Record, d.Record...)
}

// about decides for one reception. told may be in any order.
func (p Plan) about(reception Planned, told []Delivery, now time.Time) Decision {
	var heard *Delivery
	for _, d := range byRevision(told) {
		if d.heard() {
			heard = &d
		}
	}
	news := p.news(reception, heard, now)
	var decided Decision
	answered := news == nil
	for _, d := range told {
		switch {
		case !d.waiting(), d.Overdue(now):
		case news != nil && news.sameMessage(d):
			answered = true
		case news == nil && heard != nil && d.EventID == heard.EventID: // sent again by hand, and still true
		default:
			decided.GiveUp = append(decided.GiveUp, d)
		}
	}
	if !answered {
		news.Revision = last(told).Revision + 1
		news.EventID = eventID(reception.UID, news.Revision)
		news.State, news.RecordedAt = Recorded, Instant(now)
		decided.Record = append(decided.Record, *news)
	}
	return decided
}

// news is what people must be told who have heard the given message last, nil for nothing.
func (p Plan) news(reception Planned, heard *Delivery, now time.Time) *Delivery {
	if reception.Cancelled {
		if heard == nil || heard.Kind == Cancelled || !now.Before(heard.Begins) {
			return nil
		}
		return &Delivery{Kind: Cancelled, Reception: heard.Reception, Begins: heard.Begins}
	}
	begins := reception.Begins(p.Location)
	if !now.Before(begins) {
		return nil
	}
	message := &Delivery{Kind: Announced, Reception: reception.Reception, Begins: begins}
	if heard == nil || heard.Kind == Cancelled {
		if from, ever := reception.announceFrom(p.Location); !ever || now.Before(from) {
			return nil
		}
		return message
	}
	if heard.Reception.SameFor(reception.Reception) {
		return nil
	}
	message.Kind = Changed
	return message
}

// sameMessage reports whether a delivery that waits tells the same.
func (d Delivery) sameMessage(waiting Delivery) bool {
	return d.Kind == waiting.Kind && d.Reception.SameFor(waiting.Reception)
}

// eventID of a message about a reception. It may stand in a header and in an address.
func eventID(uid string, revision int) string { return uid + ".r" + strconv.Itoa(revision) }

func byRevision(told []Delivery) []Delivery {
	return slices.SortedFunc(slices.Values(told), func(a, b Delivery) int { return a.Revision - b.Revision })
}

// last of the deliveries by revision; the zero value when there are none.
func last(told []Delivery) (d Delivery) {
	for _, other := range told {
		if other.Revision > d.Revision {
			d = other
		}
	}
	return d
}
