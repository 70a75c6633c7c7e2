package storetest

import (
	"errors"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

var entryTests = map[string]func(*testing.T, announcement.Repository){
	"events are read as they were stored, by calendar, day and name": func(t *testing.T, r announcement.Repository) {
		add(t, r, announcement.NewFeed("d031", monday), announcement.NewFeed("d032", monday))
		late, early, same, other := entry("d031", "a", 11), entry("d031", "b", 9), entry("d031", "c", 9), entry("d032", "a", 11)
		late.Cancelled, early.Provisional, same.Hours, other.Sequence = true, true, "", 7
		revise(t, r, workday.Date{}, other, late, same, early)
		expect(t, "all", []announcement.Entry{early, same, late, other}, entries(t, r))
		for from, want := range map[int][]announcement.Entry{9: {early, same, late}, 10: {late}, 12: nil} {
			got, err := r.EntriesOf(t.Context(), "d031", march(from))
			if err != nil {
				t.Fatalf("EntriesOf: %v", err)
			}
			expect(t, "from "+march(from).String(), want, got)
		}
		if got, err := r.EntriesOf(t.Context(), "nobody", march(1)); err != nil || len(got) != 0 {
			t.Errorf("of nobody: %+v, error %v", got, err)
		}
	},
	"an event is replaced by its next version": func(t *testing.T, r announcement.Repository) {
		add(t, r, announcement.NewFeed("d031", monday))
		first := entry("d031", "a", 10)
		revise(t, r, workday.Date{}, first)
		next := entry("d031", "a", 12)
		next.Sequence, next.Modified, next.Cancelled, next.Summary = 1, announcement.Instant(monday.Add(time.Hour)), true, "另一个"
		revise(t, r, workday.Date{}, next)
		expect(t, "all", []announcement.Entry{next}, entries(t, r))
	},
	"what is long past is forgotten": func(t *testing.T, r announcement.Repository) {
		add(t, r, announcement.NewFeed("d031", monday))
		past, kept := entry("d031", "a", 9), entry("d031", "b", 10)
		revise(t, r, workday.Date{}, past, kept)
		revise(t, r, march(10))
		expect(t, "all", []announcement.Entry{kept}, entries(t, r))
	},
	"for a calendar that does not exist nothing is stored": func(t *testing.T, r announcement.Repository) {
		add(t, r, announcement.NewFeed("d031", monday))
		revise(t, r, workday.Date{}, entry("d031", "past", 1))
		err := r.ReviseEntries(t.Context(), []announcement.Entry{entry("d031", "a", 10), entry("d099", "a", 10)}, march(5))
		if !errors.Is(err, announcement.ErrNoFeed) {
			t.Errorf("%v, want ErrNoFeed", err)
		}
		expect(t, "all", []announcement.Entry{entry("d031", "past", 1)}, entries(t, r))
	},
}

func entry(feed, uid string, day int) announcement.Entry {
	return announcement.Entry{
		Feed: feed, UID: uid, Modified: announcement.Instant(monday),
		Event: announcement.Event{Date: march(day), Hours: "09:00-11:00", Summary: "接待日", Description: "张三\n李四", Location: "联络站"},
	}
}

func revise(t *testing.T, r announcement.Repository, forgetBefore workday.Date, revised ...announcement.Entry) {
	t.Helper()
	if err := r.ReviseEntries(t.Context(), revised, forgetBefore); err != nil {
		t.Fatalf("ReviseEntries: %v", err)
	}
}

func entries(t *testing.T, r announcement.Repository) []announcement.Entry {
	t.Helper()
	all, err := r.Entries(t.Context())
	if err != nil {
		t.Fatalf("Entries: %v", err)
	}
	return all
}
