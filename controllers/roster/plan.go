package roster

import (
	"context"
	"slices"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// plan asks who serves in the coming months. Past and announced days stay as they are published.
func plan(_ context.Context, _ *Reconciler, v *visit) {
	if v.halted {
		return
	}
	window := v.window()
	v.announcedUntil = window.AnnouncedUntil
	plans := duty.Plan(v.rules.Roster, v.calendar, window)
	// A month that had to be gone through for its closing ledgers only is not written again.
	v.plans = plans[len(plans)-v.months():]
}

// months to plan, the present one included: the horizon, and beyond it those that a longer horizon published, so that no plan on view grows stale.
func (v *visit) months() int {
	n := v.rules.HorizonMonths
	for v.has(v.present().Add(n)) {
		n++
	}
	return n
}

func (v *visit) has(of workday.Month) bool {
	_, ok := v.published[of]
	return ok
}

// window is the stretch to plan and what is decided in it.
func (v *visit) window() duty.Window {
	present := v.present()
	w := duty.Window{
		First: present, Months: v.months(), From: v.today,
		AnnouncedUntil: v.today.AddDays(v.rules.AnnounceDays),
		Published:      map[workday.Month][]duty.Shift{},
	}
	for of, month := range v.published {
		w.Published[of] = month.Shifts
		if month.AnnouncedUntil.After(w.AnnouncedUntil) {
			w.AnnouncedUntil = month.AnnouncedUntil
		}
	}
	if v.has(present) {
		w.Opening = v.published[present].Opening
		return w
	}
	// The present month opens as the last published one closed, however long ago that was.
	last, found := v.lastPublished()
	if !found {
		return w
	}
	w.Published[last.Month] = last.Shifts
	w.First, w.Opening = last.Month, last.Opening
	w.Months += present.MonthsSince(last.Month)
	if v.has(present.Add(1)) || v.before.PlannedUntil >= date(present.Last()) {
		// The present month's plan was there and is gone; its past days come back with it, because ledgers count them.
		w.From = present.First()
	}
	return w
}

// lastPublished is the newest published month before the present.
func (v *visit) lastPublished() (fromcrd.Published, bool) {
	if last := v.present().Add(-1); v.has(last) {
		return v.published[last].Published, true
	}
	for _, schedule := range slices.Backward(v.history) {
		if published, err := fromcrd.PublishedOf(schedule); err == nil {
			return published, true
		}
	}
	return fromcrd.Published{}, false
}
