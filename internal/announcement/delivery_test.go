package announcement_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
)

// announced is 7 October, 08:00, the first moment at which the reception of the tenth is announced.
var announced = time.Date(2026, time.October, 7, 8, 0, 0, 0, shanxi)

func delivery(state announcement.State) announcement.Delivery {
	return announcement.Delivery{
		EventID: "reception-2026-10-10@zhongduo.ji.liaison.r1", Revision: 1, Kind: announcement.Announced,
		Reception: tenth(), Begins: tenth().Begins(shanxi), State: state, Attempts: 1,
	}
}

// The steps as a person would write them on a wall; every step that is not here must be refused.
var allowed = map[string]announcement.State{
	"recorded begin":  announcement.Sending,
	"recorded giveup": announcement.GivenUp,
	"sending accept":  announcement.Delivered,
	"sending refuse":  announcement.Refused,
	"sending lose":    announcement.Unknown,
	"refused begin":   announcement.Sending,
	"refused giveup":  announcement.GivenUp,
	"refused again":   announcement.Recorded,
	"unknown again":   announcement.Recorded,
}

func TestEveryStateAndStep(t *testing.T) {
	why := announcement.Problem{Reason: announcement.RefusedByStatus, Number: 503}
	steps := map[string]func(announcement.Delivery, time.Time) (announcement.Delivery, error){
		"begin":  announcement.Delivery.Begin,
		"accept": announcement.Delivery.Accept,
		"refuse": func(d announcement.Delivery, now time.Time) (announcement.Delivery, error) { return d.Refuse(why, now) },
		"lose":   func(d announcement.Delivery, now time.Time) (announcement.Delivery, error) { return d.Lose(why, now) },
		"giveup": func(d announcement.Delivery, now time.Time) (announcement.Delivery, error) {
			return d.GiveUp(announcement.TooLate, now)
		},
		"again": announcement.Delivery.Again,
	}
	for _, state := range announcement.States() {
		for name, step := range steps {
			t.Run(name+" "+string(state), func(t *testing.T) {
				to, want := allowed[string(state)+" "+name]
				after, err := step(delivery(state), announced)
				switch {
				case want && (err != nil || after.State != to || !after.SettledAt.Equal(announced)):
					t.Errorf("became %s at %s, error %v, want %s", after.State, after.SettledAt, err, to)
				case !want && (!errors.Is(err, announcement.ErrNotAllowed) || after.State != state):
					t.Errorf("became %s, error %v, want ErrNotAllowed", after.State, err)
				}
			})
		}
	}
}

func TestNothingIsSentOnceTheReceptionHasBegun(t *testing.T) {
	for _, state := range announcement.States() {
		d := delivery(state)
		if d.Due(d.Begins) {
			t.Errorf("%s is due", state)
		}
		if _, err := d.Begin(d.Begins); !errors.Is(err, announcement.ErrNotAllowed) {
			t.Errorf("%s may begin: %v", state, err)
		}
		if _, err := d.Again(d.Begins); !errors.Is(err, announcement.ErrNotAllowed) {
			t.Errorf("%s may be sent again: %v", state, err)
		}
		waits := state == announcement.Recorded || state == announcement.Refused
		if d.Overdue(d.Begins) != waits || d.Overdue(d.Begins.Add(-time.Millisecond)) {
			t.Errorf("%s is overdue at another time", state)
		}
	}
}

func TestOnlyWhatWaitsIsDue(t *testing.T) {
	for _, state := range announcement.States() {
		want := state == announcement.Recorded || state == announcement.Refused
		if got := delivery(state).Due(announced); got != want {
			t.Errorf("%s: due %t, want %t", state, got, want)
		}
	}
}

func TestARefusedMessageWaitsLongerEachTimeAndAtMostAnHour(t *testing.T) {
	d, now := delivery(announcement.Recorded), announced
	d.Attempts = 0
	var waits []time.Duration
	for range 8 {
		begun, err := d.Begin(now)
		if err != nil {
			t.Fatal(err)
		}
		if d, err = begun.Refuse(announcement.Problem{Reason: announcement.NoConnection}, now); err != nil {
			t.Fatal(err)
		}
		waits = append(waits, d.RetryAt.Sub(now))
		if d.Due(d.RetryAt.Add(-time.Millisecond)) || !d.Due(d.RetryAt) {
			t.Errorf("after %d attempts it is due at another time than %s", d.Attempts, d.RetryAt)
		}
		now = d.RetryAt
	}
	want := []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour}
	if !slices.Equal(waits, want) {
		t.Errorf("waited %v, want %v", waits, want)
	}
}

func TestWhatMayHaveArrivedStaysInDoubt(t *testing.T) {
	d, err := delivery(announcement.Sending).Lose(announcement.Problem{Reason: announcement.NoAnswer}, announced)
	if err != nil || !d.Doubtful || d.Due(announced.Add(48*time.Hour)) {
		t.Fatalf("%+v, error %v", d, err)
	}
	again, err := d.Again(announced)
	if err != nil || again.EventID != d.EventID || !again.Doubtful || !again.Due(announced) || again.Problem != (announcement.Problem{}) {
		t.Errorf("sent again as %+v, error %v", again, err)
	}
}

func TestAMessageThatALaterOneReplacedIsNotSentAgain(t *testing.T) {
	first := delivery(announcement.Unknown)
	first.Doubtful = true
	for name, c := range map[string]struct {
		later announcement.State
		want  bool
	}{
		"none":             {"", true},
		"it waits":         {announcement.Recorded, false},
		"it was delivered": {announcement.Delivered, false},
		"it is in doubt":   {announcement.Unknown, false},
		"it was given up":  {announcement.GivenUp, true},
	} {
		t.Run(name, func(t *testing.T) {
			told := []announcement.Delivery{first}
			if c.later != "" {
				second := delivery(c.later)
				second.Revision = 2
				told = append(told, second)
			}
			if got := first.MayBeSentAgain(told, announced); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestAMessageThatCannotBeTriedSaysWhy(t *testing.T) {
	d, err := delivery(announcement.Recorded).Hold(announcement.NoAddress)
	if err != nil || d.State != announcement.Recorded || d.Problem.Reason != announcement.NoAddress || !d.Due(announced) {
		t.Errorf("%+v, error %v", d, err)
	}
	if _, err := delivery(announcement.Delivered).Hold(announcement.NoAddress); !errors.Is(err, announcement.ErrNotAllowed) {
		t.Errorf("one that was delivered: %v", err)
	}
	if text := (announcement.Problem{Reason: announcement.ServerFault, Number: 500}).String(); text != "server_fault 500" {
		t.Errorf("in a log it reads %q", text)
	}
}
