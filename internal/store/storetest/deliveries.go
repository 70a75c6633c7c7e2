package storetest

import (
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

var deliveryTests = map[string]func(*testing.T, announcement.Repository){
	"a message is read as it was recorded": func(t *testing.T, r announcement.Repository) {
		full, bare := message("a", 1, 10), message("b", 1, 10)
		full.Reception.PostponedFrom, full.Reception.Provisional = march(8), true
		full.Kind, full.State, full.Attempts, full.Doubtful = announcement.Changed, announcement.Refused, 3, true
		full.Problem = announcement.Problem{Reason: announcement.RefusedByStatus, Number: 503}
		full.AttemptedAt, full.SettledAt, full.RetryAt = announcement.Instant(monday), announcement.Instant(monday.Add(time.Second)), announcement.Instant(monday.Add(time.Minute))
		bare.Reception = announcement.Reception{UID: bare.Reception.UID, Date: march(10)}
		bare.RecordedAt = full.RecordedAt.Add(time.Millisecond)
		record(t, r, full, bare)
		expect(t, "read", []announcement.Delivery{full, bare}, read(t, r, workday.Date{}))
	},
	"messages come by day and then as they were recorded, from the day on": func(t *testing.T, r announcement.Repository) {
		first, second, early := message("a", 1, 10), message("a", 2, 10), message("b", 1, 9)
		second.RecordedAt = first.RecordedAt.Add(time.Second)
		record(t, r, second, first, early)
		expect(t, "all", []announcement.Delivery{early, first, second}, read(t, r, march(9)))
		expect(t, "from the 10th", []announcement.Delivery{first, second}, read(t, r, march(10)))
		expect(t, "from the 11th", []announcement.Delivery(nil), read(t, r, march(11)))
	},
	"an event id belongs to one message, and a revision too": func(t *testing.T, r announcement.Repository) {
		record(t, r, message("a", 1, 10))
		sameID := message("a", 2, 10)
		sameID.EventID = message("a", 1, 10).EventID
		sameRevision := message("a", 1, 10)
		sameRevision.EventID = "another"
		for _, d := range []announcement.Delivery{sameID, sameRevision} {
			if err := r.RecordDelivery(t.Context(), d); !errors.Is(err, announcement.ErrEventTaken) {
				t.Errorf("%s: %v, want ErrEventTaken", d.EventID, err)
			}
		}
		if n := len(read(t, r, workday.Date{})); n != 1 {
			t.Errorf("%d messages, want 1", n)
		}
	},
	"every step of a message is read as it was stored": func(t *testing.T, r announcement.Repository) {
		d := message("a", 1, 10)
		record(t, r, d)
		why := announcement.Problem{Reason: announcement.RefusedByCode, Number: -40058}
		for i, step := range []func(announcement.Delivery, time.Time) (announcement.Delivery, error){
			announcement.Delivery.Begin,
			func(d announcement.Delivery, now time.Time) (announcement.Delivery, error) { return d.Refuse(why, now) },
			announcement.Delivery.Begin,
			func(d announcement.Delivery, now time.Time) (announcement.Delivery, error) { return d.Lose(why, now) },
			announcement.Delivery.Again,
			announcement.Delivery.Begin,
			announcement.Delivery.Accept,
		} {
			now := monday.Add(time.Duration(i) * time.Hour)
			moved, err := r.ChangeDelivery(t.Context(), d.EventID, func(d announcement.Delivery) (announcement.Delivery, error) { return step(d, now) })
			if err != nil {
				t.Fatalf("step %d: %v", i, err)
			}
			expect(t, "step "+strconv.Itoa(i), []announcement.Delivery{moved}, read(t, r, workday.Date{}))
		}
	},
	"a refused step stores nothing and comes back as it is": func(t *testing.T, r announcement.Repository) {
		d := message("a", 1, 10)
		record(t, r, d)
		_, err := r.ChangeDelivery(t.Context(), d.EventID, func(d announcement.Delivery) (announcement.Delivery, error) { return d.Accept(monday) })
		var refused *announcement.StepError
		if !errors.As(err, &refused) || refused.From != announcement.Recorded || !errors.Is(err, announcement.ErrNotAllowed) {
			t.Errorf("%v, want a StepError", err)
		}
		expect(t, "after", []announcement.Delivery{d}, read(t, r, workday.Date{}))
	},
	"a message that does not exist cannot change": func(t *testing.T, r announcement.Repository) {
		_, err := r.ChangeDelivery(t.Context(), "none", func(announcement.Delivery) (announcement.Delivery, error) {
			t.Error("change was called")
			return announcement.Delivery{}, nil
		})
		if !errors.Is(err, announcement.ErrNoDelivery) {
			t.Errorf("%v, want ErrNoDelivery", err)
		}
	},
	"of many who begin an attempt, one does": func(t *testing.T, r announcement.Repository) {
		d := message("a", 1, 10)
		record(t, r, d)
		var begun atomic.Int32
		together(8, func(int) {
			_, err := r.ChangeDelivery(t.Context(), d.EventID, func(d announcement.Delivery) (announcement.Delivery, error) { return d.Begin(monday) })
			switch {
			case err == nil:
				begun.Add(1)
			case !errors.Is(err, announcement.ErrNotAllowed):
				t.Errorf("ChangeDelivery: %v", err)
			}
		})
		if n := begun.Load(); n != 1 {
			t.Errorf("%d attempts began", n)
		}
		if got := read(t, r, workday.Date{})[0]; got.Attempts != 1 || got.State != announcement.Sending {
			t.Errorf("%+v", got)
		}
	},
}

// message about a reception of a day in March, waiting to be sent.
func message(uid string, revision, day int) announcement.Delivery {
	return announcement.Delivery{
		EventID: uid + ".r" + strconv.Itoa(revision), Revision: revision, Kind: announcement.Announced, State: announcement.Recorded,
		Reception: announcement.Reception{
			UID: uid, Date: march(day), Hours: "09:00-11:00", Place: "联络站", Topic: "道路交通",
			Deputies: []announcement.Deputy{{Name: "张三", Level: "County"}}, Leaders: []announcement.Leader{{Name: "王五", Title: "副乡长"}},
		},
		Text: "【代表接待日】\n道路交通", Begins: march(day).In(shanxi).Add(9 * time.Hour).UTC(), RecordedAt: announcement.Instant(monday),
	}
}

func record(t *testing.T, r announcement.Repository, all ...announcement.Delivery) {
	t.Helper()
	for _, d := range all {
		if err := r.RecordDelivery(t.Context(), d); err != nil {
			t.Fatalf("RecordDelivery: %v", err)
		}
	}
}

func read(t *testing.T, r announcement.Repository, from workday.Date) []announcement.Delivery {
	t.Helper()
	all, err := r.Deliveries(t.Context(), from)
	if err != nil {
		t.Fatalf("Deliveries: %v", err)
	}
	return all
}
