package announce_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/stationconf"
)

func otherTopic(s *stationconf.Shift) { s.Topic = "环境卫生" }

func cancelled(s *stationconf.Shift) { s.Cancelled, s.Deputies, s.Leaders = true, nil, nil }

// states of the messages, oldest first.
func (s *station) states() string {
	s.Helper()
	var all []string
	for _, d := range s.messages() {
		all = append(all, string(d.Kind)+" "+string(d.State))
	}
	return strings.Join(all, ", ")
}

func (s *station) expect(states string) {
	s.Helper()
	if got := s.states(); got != states {
		s.Errorf("the messages are %q, want %q", got, states)
	}
}

func TestAReceptionIsAnnouncedOnceFromEightOnItsDayOn(t *testing.T) {
	s := newStation(t)
	r := s.receive(ok)
	s.step(at(7, 7, 59))
	s.expect("")
	for _, now := range []time.Time{at(7, 8, 0), at(7, 8, 0), at(8, 12, 0), at(10, 9, 0), at(20, 9, 0)} {
		s.step(now)
		s.expect("announced delivered")
	}
	if len(r.got()) != 1 {
		t.Errorf("%d messages came", len(r.got()))
	}
}

func TestALateStartStillAnnounces(t *testing.T) {
	s := newStation(t)
	s.receive(ok)
	s.step(at(10, 8, 59))
	s.expect("announced delivered")
}

func TestAReceptionThatHasBegunIsNotAnnounced(t *testing.T) {
	s := newStation(t)
	r := s.receive(ok)
	s.step(at(10, 9, 0))
	s.expect("")
	if len(r.got()) != 0 {
		t.Error("a message came")
	}
}

func TestWithoutAWebhookNothingIsRecorded(t *testing.T) {
	s := newStation(t)
	r := s.receive(ok)
	d := zhongduo()
	d.Station.Webhook = nil
	s.mount(d)
	s.step(at(7, 8, 0))
	s.expect("")
	if len(r.got()) != 0 {
		t.Error("a message came")
	}
}

// The message is on record before a byte is sent, so that no end of the process can make it forgotten.
func TestAnAttemptIsOnRecordBeforeItIsMade(t *testing.T) {
	s := newStation(t)
	var onRecord announcement.Delivery
	s.receive(func(w http.ResponseWriter, _ *http.Request) {
		if all, err := s.store.Deliveries(context.Background(), october(1)); err == nil && len(all) == 1 {
			onRecord = all[0]
		}
		w.WriteHeader(http.StatusOK)
	})
	s.step(at(7, 8, 0))
	if onRecord.State != announcement.Sending || onRecord.Attempts != 1 || !onRecord.AttemptedAt.Equal(at(7, 8, 0)) {
		t.Errorf("while it was sent the record said %+v", onRecord)
	}
}

func TestARefusedMessageIsTriedAgainUntilItIsTaken(t *testing.T) {
	s := newStation(t)
	r := s.receive(status(503))
	for _, now := range []time.Time{at(7, 8, 0), at(7, 8, 0), at(7, 8, 1), at(7, 8, 2), at(7, 8, 3), at(7, 8, 6)} {
		s.step(now)
	}
	s.expect("announced refused")
	if n := len(r.got()); n != 3 {
		t.Errorf("%d attempts, want those of 8:00, 8:01 and 8:03", n)
	}
	r.from(ok)
	s.step(at(7, 8, 7))
	s.expect("announced delivered")
	if d := s.only(); d.Attempts != 4 || d.Problem != (announcement.Problem{}) || s.counted.settled[announcement.Refused] != 3 {
		t.Errorf("%+v, counted %+v", d, s.counted)
	}
	for _, p := range r.got() {
		if p != r.got()[0] {
			t.Errorf("an attempt sent something else: %+v", p)
		}
	}
}

func TestARefusedMessageIsGivenUpWhenTheReceptionBegins(t *testing.T) {
	s := newStation(t)
	r := s.receive(status(503))
	s.step(at(10, 8, 30))
	s.step(at(10, 9, 0))
	s.expect("announced given_up")
	if d := s.only(); d.Problem.Reason != announcement.TooLate || s.counted.settled[announcement.GivenUp] != 1 {
		t.Errorf("%+v, counted %+v", d, s.counted)
	}
	s.step(at(10, 12, 0))
	if len(r.got()) != 1 {
		t.Errorf("%d attempts", len(r.got()))
	}
}

func TestAMessageInDoubtIsNeverSentAgainByItself(t *testing.T) {
	s := newStation(t)
	r := s.receive(drop)
	s.step(at(7, 8, 0))
	r.from(ok)
	for day := 7; day <= 10; day++ {
		s.step(at(day, 8, 30))
		s.expect("announced unknown")
		if s.counted.unknown != 1 {
			t.Errorf("%d messages to look at", s.counted.unknown)
		}
	}
	s.step(at(10, 9, 0))
	s.expect("announced unknown")
	if len(r.got()) != 1 || s.counted.unknown != 0 {
		t.Errorf("%d attempts, %d messages to look at", len(r.got()), s.counted.unknown)
	}
}

func TestStaffSendAMessageInDoubtAgain(t *testing.T) {
	s := newStation(t)
	r := s.receive(drop)
	s.step(at(7, 8, 0))
	shown, err := s.Deliveries(t.Context())
	must(t, err)
	if len(shown) != 1 || !shown[0].MaySendAgain {
		t.Fatalf("%+v", shown)
	}
	r.from(ok)
	must(t, s.SendAgain(t.Context(), shown[0].EventID))
	s.step(at(7, 8, 5))
	s.expect("announced delivered")
	if got := r.got(); len(got) != 2 || got[0] != got[1] {
		t.Errorf("%+v", got)
	}
	for eventID, want := range map[string]error{shown[0].EventID: announcement.ErrNotAllowed, "nothing": announcement.ErrNoDelivery} {
		if err := s.SendAgain(t.Context(), eventID); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", eventID, err, want)
		}
	}
	if shown, err = s.Deliveries(t.Context()); err != nil || shown[0].MaySendAgain {
		t.Errorf("%+v, error %v", shown, err)
	}
}

func TestStaffNeedNotWaitForTheNextAttempt(t *testing.T) {
	s := newStation(t)
	r := s.receive(status(404))
	s.step(at(7, 8, 0))
	r.from(ok)
	must(t, s.SendAgain(t.Context(), s.only().EventID))
	s.step(at(7, 8, 0))
	s.expect("announced delivered")
}

func TestWhatALaterMessageReplacedIsNotSentAgain(t *testing.T) {
	s := newStation(t)
	s.receive(drop)
	s.step(at(7, 8, 0))
	s.mount(zhongduo().reception(otherTopic))
	s.step(at(7, 8, 1))
	s.expect("announced unknown, changed unknown")
	first := s.messages()[0]
	if err := s.SendAgain(t.Context(), first.EventID); !errors.Is(err, announcement.ErrNotAllowed) {
		t.Errorf("%v, want ErrNotAllowed", err)
	}
	shown, err := s.Deliveries(t.Context())
	must(t, err)
	if len(shown) != 2 || shown[0].Kind != announcement.Changed || !shown[0].MaySendAgain || shown[1].MaySendAgain {
		t.Errorf("%+v", shown)
	}
}

// Each change of an announced reception, and what people are told of it.
func TestChangesOfAnAnnouncedReceptionAreTold(t *testing.T) {
	gone := zhongduo()
	gone.Schedule.Shifts = gone.Schedule.Shifts[1:]
	for name, c := range map[string]struct {
		documents documents
		want      string
		text      []string
	}{
		"nothing":         {zhongduo(), "", nil},
		"another deputy":  {zhongduo().reception(func(s *stationconf.Shift) { s.Deputies = []string{"d001", "d003"} }), "changed", []string{"变动", "赵六"}},
		"another leader":  {zhongduo().reception(func(s *stationconf.Shift) { s.Leaders = nil }), "changed", []string{"变动"}},
		"other hours":     {zhongduo().reception(func(s *stationconf.Shift) { s.Hours = "15:00-17:00" }), "changed", []string{"15:00-17:00"}},
		"another place":   {zhongduo().reception(func(s *stationconf.Shift) { s.Place = "白额村" }), "changed", []string{"地点：白额村"}},
		"another topic":   {zhongduo().reception(otherTopic), "changed", []string{"主题：环境卫生"}},
		"another day":     {zhongduo().reception(func(s *stationconf.Shift) { s.Date, s.PostponedFrom = october(12), october(10) }), "changed", []string{"10月12日", "原定10月10日"}},
		"no longer firm":  {zhongduo().reception(func(s *stationconf.Shift) { s.Provisional = true }), "", nil},
		"cancelled":       {zhongduo().reception(cancelled), "cancelled", []string{"取消", "10月10日", "09:00-11:00"}},
		"gone altogether": {gone, "cancelled", []string{"取消", "10月10日"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			r := s.receive(ok)
			s.step(at(7, 8, 0))
			s.mount(c.documents)
			s.step(at(8, 3, 0)) // at night too: who was told must not come in vain
			want := "announced delivered"
			if c.want != "" {
				want += ", " + c.want + " delivered"
			}
			s.expect(want)
			posts := r.got()
			for _, words := range c.text {
				if body := posts[len(posts)-1].body; !strings.Contains(body, words) || !strings.Contains(body, `"event":"reception.`+c.want) {
					t.Errorf("no %q in %s", words, body)
				}
			}
			if c.want != "" && (len(posts) != 2 || posts[1].key != receptionUID+".r2") {
				t.Errorf("%+v", posts)
			}
		})
	}
}

func TestACancellationAfterTheReceptionHasBegunIsNotTold(t *testing.T) {
	s := newStation(t)
	s.receive(ok)
	s.step(at(7, 8, 0))
	s.mount(zhongduo().reception(cancelled))
	s.step(at(10, 9, 0))
	s.expect("announced delivered")
}

func TestAChangeBeforeAnybodyHeardReplacesTheAnnouncement(t *testing.T) {
	s := newStation(t)
	r := s.receive(status(503))
	s.step(at(7, 8, 0))
	s.mount(zhongduo().reception(otherTopic))
	r.from(ok)
	s.step(at(7, 8, 0))
	s.expect("announced given_up, announced delivered")
	if d := s.messages()[0]; d.Problem.Reason != announcement.Superseded {
		t.Errorf("%+v", d)
	}
}

func TestAProcessThatDiesWhileItSendsLeavesADoubt(t *testing.T) {
	s := newStation(t)
	s.receive(ok)
	s.step(at(7, 7, 0))
	s.faults.settling = errors.New("the power is cut")
	s.now = at(7, 8, 0)
	if err := s.Step(t.Context()); !errors.Is(err, s.faults.settling) {
		t.Fatalf("%v", err)
	}
	s.expect("announced sending")
	s.faults.settling = nil
	s.restart()
	s.step(at(7, 8, 1))
	s.expect("announced unknown")
	if d := s.only(); d.Problem.Reason != announcement.Interrupted || !d.Doubtful || s.counted.unknown != 1 {
		t.Errorf("%+v", d)
	}
}

func TestAnOutcomeThatStorageCouldNotTakeIsStoredLater(t *testing.T) {
	s := newStation(t)
	r := s.receive(ok)
	s.faults.settling = errors.New("the disk is full")
	s.now = at(7, 8, 0)
	for range 2 {
		if err := s.Step(t.Context()); !errors.Is(err, s.faults.settling) {
			t.Fatalf("%v", err)
		}
	}
	s.faults.settling = nil
	s.step(at(7, 8, 1))
	s.expect("announced delivered")
	if len(r.got()) != 1 {
		t.Errorf("%d attempts", len(r.got()))
	}
}

// Whoever stops the service while a message is on its way still learns what became of it.
func TestAnAttemptIsFinishedWhenTheServiceStops(t *testing.T) {
	s := newStation(t)
	ctx, stop := context.WithCancel(t.Context())
	s.receive(func(w http.ResponseWriter, _ *http.Request) {
		stop()
		w.WriteHeader(http.StatusNoContent)
	})
	s.now = at(7, 8, 0)
	s.Announcer.Run(ctx, nil)
	s.expect("announced delivered")
}

func TestRunLooksAtEveryTickAndWhenItIsWoken(t *testing.T) {
	s := newStation(t)
	came := make(chan string, 8)
	s.receive(func(w http.ResponseWriter, r *http.Request) {
		came <- r.Header.Get("Idempotency-Key")
		w.WriteHeader(http.StatusNoContent)
	})
	ctx, stop := context.WithCancel(t.Context())
	ticks, ended := make(chan time.Time), make(chan struct{})
	go func() {
		defer close(ended)
		s.Announcer.Run(ctx, ticks)
	}()
	s.set(at(7, 8, 0))
	ticks <- s.clock()
	if got := <-came; got != receptionUID+".r1" {
		t.Errorf("at the tick %s came", got)
	}
	s.mount(zhongduo().reception(otherTopic))
	s.Wake()
	s.Wake()
	if got := <-came; got != receptionUID+".r2" {
		t.Errorf("woken, it sent %s", got)
	}
	stop()
	<-ended
}

func TestTheSameFaultIsLoggedOnce(t *testing.T) {
	s := newStation(t)
	s.faults.revising = errors.New("the disk is full")
	ctx, stop := context.WithCancel(t.Context())
	ticks, ended := make(chan time.Time), make(chan struct{})
	go func() {
		defer close(ended)
		s.Announcer.Run(ctx, ticks)
	}()
	for range 4 {
		ticks <- s.clock()
	}
	stop()
	<-ended
	if n := strings.Count(s.log.String(), "the disk is full"); n != 1 {
		t.Errorf("logged %d times", n)
	}
}

func TestBeforeTheFirstDocumentsThereIsNothing(t *testing.T) {
	s := newStation(t)
	s.documents = nil
	s.step(at(7, 8, 0))
	feeds, errFeeds := s.Feeds(t.Context())
	messages, errMessages := s.Deliveries(t.Context())
	if errors.Join(errFeeds, errMessages) != nil || len(feeds)+len(messages) != 0 {
		t.Errorf("%v %v %v %v", feeds, messages, errFeeds, errMessages)
	}
}
