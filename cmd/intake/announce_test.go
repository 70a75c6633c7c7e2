package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"township.dev/liaison/internal/stationconf"
)

// webhook is the township's receiver. It hands every message to the test and answers when the test says how.
type webhook struct {
	*httptest.Server
	came   chan message
	answer chan int
}

// message that came, and under which key.
type message struct {
	Key   string `json:"-"`
	Event string
	Text  string
}

// hangUp is the answer that is none.
const hangUp = 0

// secretQuery stands for the key in a group robot's address.
const secretQuery = "?key=secret-693a91f6"

// announcedTomorrow is a station with a webhook and a reception tomorrow that has been due to be announced since yesterday.
func announcedTomorrow(t *testing.T) (*mount, *webhook) {
	t.Helper()
	w := &webhook{came: make(chan message, 8), answer: make(chan int, 8)}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		m := message{Key: r.Header.Get("Idempotency-Key")}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		w.came <- m
		select {
		case code := <-w.answer:
			if code == hangUp {
				panic(http.ErrAbortHandler)
			}
			rw.WriteHeader(code)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(w.Close)
	m := newMount(t)
	m.declareTomorrow(t, "道路交通")
	must(t, os.Mkdir(m.webhook, 0o755))
	m.write(t, m.webhook, map[string][]byte{stationconf.WebhookURLFile: []byte(w.URL + "/" + secretQuery + "\n")})
	return m, w
}

func (m *mount) declareTomorrow(t *testing.T, topic string) {
	t.Helper()
	station, schedule := zhongduo(), dutyFrom(today())
	station.Webhook = &stationconf.Webhook{Format: stationconf.WebhookJSON}
	reception := &schedule.Shifts[1]
	reception.Date, reception.AnnounceOn, reception.Topic = today().AddDays(1), today().AddDays(-1), topic
	m.declare(t, station, schedule)
}

// next message, which must be of the event.
func (w *webhook) next(t *testing.T, event string) message {
	t.Helper()
	m := <-w.came
	if m.Event != event {
		t.Fatalf("%s came, want %s", m.Event, event)
	}
	return m
}

// nothingMore fails if a message came that nobody waited for.
func (w *webhook) nothingMore(t *testing.T) {
	t.Helper()
	select {
	case m := <-w.came:
		t.Errorf("%s came once more", m.Key)
	default:
	}
}

func (s *station) counts(t *testing.T, line string) func() bool {
	return func() bool { return strings.Contains(s.metrics(t), line+"\n") }
}

func TestAReceptionIsAnnouncedAndSoIsItsChange(t *testing.T) {
	m, w := announcedTomorrow(t)
	s := start(t, m)
	w.answer <- http.StatusOK
	first := w.next(t, "reception.announced")
	if !strings.Contains(first.Text, "道路交通") || strings.Contains(first.Text, "1390000") {
		t.Errorf("it says %s", first.Text)
	}
	eventually(t, "it is counted", s.counts(t, `liaison_intake_announcements_total{result="delivered"} 1`))
	open(t, s.public).signIn().visit("/desk/announcements").sees("#deliveries", "道路交通")

	m.declareTomorrow(t, "环境卫生")
	w.answer <- http.StatusOK
	if changed := w.next(t, "reception.changed"); changed.Key == first.Key || !strings.Contains(changed.Text, "环境卫生") {
		t.Errorf("%s says %s", changed.Key, changed.Text)
	}
	eventually(t, "both are counted", s.counts(t, `liaison_intake_announcements_total{result="delivered"} 2`))
	w.nothingMore(t)
	if strings.Contains(s.log.String(), "secret-") || strings.Contains(s.log.String(), w.Listener.Addr().String()) {
		t.Error("the webhook's address stands in the log")
	}
}

func TestARefusalIsNoDoubt(t *testing.T) {
	m, w := announcedTomorrow(t)
	w.answer <- http.StatusServiceUnavailable
	s := start(t, m)
	w.next(t, "reception.announced")
	eventually(t, "it is counted", s.counts(t, `liaison_intake_announcements_total{result="refused"} 1`))
	eventually(t, "nobody has to look", s.counts(t, `liaison_intake_announcements_unknown 0`))
}

// kill -9 while a message is on its way: nobody knows whether it arrived, so the next process leaves it to staff, and sends
// it again when they say so, under the same key.
func TestAMessageOnItsWayWhenTheProcessDiesIsLeftToStaff(t *testing.T) {
	m, w := announcedTomorrow(t)
	p := launch(t, m)
	first := w.next(t, "reception.announced")
	p.kill()

	p = launch(t, m)
	eventually(t, "the doubt is counted", p.counts(t, `liaison_intake_announcements_unknown 1`))
	w.nothingMore(t)
	w.answer <- http.StatusOK
	staff := open(t, p.public).signIn().visit("/desk/announcements")
	staff.fill(".doubt").arrives(200, "/desk/announcements")
	if again := w.next(t, "reception.announced"); again != first {
		t.Errorf("first came %+v, then %+v", first, again)
	}
	eventually(t, "the doubt is gone", p.counts(t, `liaison_intake_announcements_unknown 0`))
	w.nothingMore(t)
}

func TestAConnectionThatBreaksIsLeftToStaff(t *testing.T) {
	m, w := announcedTomorrow(t)
	w.answer <- hangUp
	s := start(t, m)
	w.next(t, "reception.announced")
	eventually(t, "the doubt is counted", s.counts(t, `liaison_intake_announcements_unknown 1`))
	must(t, s.stop())
	again := start(t, m)
	eventually(t, "the next process knows of it", again.counts(t, `liaison_intake_announcements_unknown 1`))
	w.nothingMore(t)
}

// SIGTERM while a message is on its way: it is finished, and the next process has nothing left to send.
func TestSIGTERMLetsAMessageOnItsWayFinish(t *testing.T) {
	m, w := announcedTomorrow(t)
	p := launch(t, m)
	w.next(t, "reception.announced")
	p.terminate(t)
	eventually(t, "the service drains", func() bool { return strings.Contains(p.log.String(), "stopping") })
	w.answer <- http.StatusOK
	if code := p.wait(t); code != 0 {
		t.Errorf("the process ended with %d:\n%s", code, p.log)
	}
	if !strings.Contains(p.log.String(), `"result":"delivered"`) {
		t.Errorf("what became of the message is not known:\n%s", p.log)
	}
	next := launch(t, m)
	staff := open(t, next.public).signIn()
	eventually(t, "the calendars are made", func() bool { return staff.visit("/desk/calendars/d001").status == 200 })
	must(t, next.command.Process.Signal(os.Interrupt))
	next.wait(t)
	w.nothingMore(t)
}
