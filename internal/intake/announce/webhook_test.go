package announce_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/authorities"
	"township.dev/liaison/internal/stationconf"
)

// hang reads the request and never answers.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// drop reads the request and breaks the connection.
func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// half begins an answer and breaks the connection.
func half(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "100")
	_, _ = w.Write([]byte(`{"errcode":0`))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// redirected points to another address that would take everything.
func redirected(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", code) }
}

// What each way of answering means, in both formats.
func TestWhatBecomesOfAMessage(t *testing.T) {
	refusedBy := func(reason announcement.Reason, number int) announcement.Problem {
		return announcement.Problem{Reason: reason, Number: number}
	}
	none := announcement.Problem{}
	for name, c := range map[string]struct {
		answer   http.HandlerFunc
		format   string
		patience time.Duration
		state    announcement.State
		problem  announcement.Problem
	}{
		"taken with 200":                      {answer: status(200), state: announcement.Delivered, problem: none},
		"taken with 204":                      {answer: ok, state: announcement.Delivered, problem: none},
		"taken, though the answer breaks off": {answer: half, state: announcement.Delivered, problem: none},
		"sent elsewhere for good":             {answer: redirected(301), state: announcement.Refused, problem: refusedBy(announcement.Redirected, 301)},
		"sent elsewhere with its body":        {answer: redirected(307), state: announcement.Refused, problem: refusedBy(announcement.Redirected, 307)},
		"malformed":                           {answer: status(400), state: announcement.Refused, problem: refusedBy(announcement.RefusedByStatus, 400)},
		"not found":                           {answer: status(404), state: announcement.Refused, problem: refusedBy(announcement.RefusedByStatus, 404)},
		"too many":                            {answer: status(429), state: announcement.Refused, problem: refusedBy(announcement.RefusedByStatus, 429)},
		"not now":                             {answer: status(503), state: announcement.Refused, problem: refusedBy(announcement.RefusedByStatus, 503)},
		"a fault of the receiver":             {answer: status(500), state: announcement.Unknown, problem: refusedBy(announcement.ServerFault, 500)},
		"a fault behind the receiver":         {answer: status(502), state: announcement.Unknown, problem: refusedBy(announcement.ServerFault, 502)},
		"no answer in time":                   {answer: hang, patience: 2 * time.Second, state: announcement.Unknown, problem: refusedBy(announcement.NoAnswer, 0)},
		"the connection breaks":               {answer: drop, state: announcement.Unknown, problem: refusedBy(announcement.NoAnswer, 0)},

		"the robot took it":                  {answer: saying(`{"errcode":0,"errmsg":"ok"}`), format: stationconf.WebhookWeCom, state: announcement.Delivered, problem: none},
		"the robot refused it":               {answer: saying(`{"errcode":93000,"errmsg":"invalid webhook url"}`), format: stationconf.WebhookWeCom, state: announcement.Refused, problem: refusedBy(announcement.RefusedByCode, 93000)},
		"the robot is busy":                  {answer: saying(`{"errcode":-1}`), format: stationconf.WebhookWeCom, state: announcement.Refused, problem: refusedBy(announcement.RefusedByCode, -1)},
		"no robot answers":                   {answer: saying(`<html>登录</html>`), format: stationconf.WebhookWeCom, state: announcement.Unknown, problem: refusedBy(announcement.StrangeAnswer, 200)},
		"a robot without a code":             {answer: saying(`{"ok":true}`), format: stationconf.WebhookWeCom, state: announcement.Unknown, problem: refusedBy(announcement.StrangeAnswer, 200)},
		"the robot took it and says no more": {answer: ok, format: stationconf.WebhookWeCom, state: announcement.Unknown, problem: refusedBy(announcement.StrangeAnswer, 204)},
		"the robot breaks off":               {answer: half, format: stationconf.WebhookWeCom, state: announcement.Unknown, problem: refusedBy(announcement.NoAnswer, 0)},
		"the robot says 503":                 {answer: status(503), format: stationconf.WebhookWeCom, state: announcement.Refused, problem: refusedBy(announcement.RefusedByStatus, 503)},
		"the robot talks without end":        {answer: saying(strings.Repeat(" ", 1<<20) + `{"errcode":0}`), format: stationconf.WebhookWeCom, state: announcement.Unknown, problem: refusedBy(announcement.StrangeAnswer, 200)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			s.patience = c.patience
			s.restart()
			d := zhongduo()
			if c.format != "" {
				d.Station.Webhook.Format = c.format
			}
			s.mount(d)
			r := s.receive(c.answer)
			s.step(at(7, 8, 0))
			got := s.only()
			if got.State != c.state || got.Problem != c.problem || got.Attempts != 1 {
				t.Errorf("it is %s (%s) after %d attempts, want %s (%s)", got.State, got.Problem, got.Attempts, c.state, c.problem)
			}
			if len(r.got()) != 1 {
				t.Errorf("%d messages came", len(r.got()))
			}
			if s.counted.settled[c.state] != 1 || s.counted.unknown != map[bool]int{true: 1}[c.state == announcement.Unknown] {
				t.Errorf("counted %+v", s.counted)
			}
			if strings.Contains(s.log.String(), "secret-") || strings.Contains(s.log.String(), r.Listener.Addr().String()) {
				t.Errorf("the address stands in the log:\n%s", s.log)
			}
		})
	}
}

// nobody is an address where nobody listens any more.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	must(t, err)
	must(t, listener.Close())
	return "http://" + listener.Addr().String() + secretPath
}

func TestWhereNobodyListensItIsTriedAgain(t *testing.T) {
	s := newStation(t)
	s.address(nobody(t))
	s.step(at(7, 8, 0))
	if d := s.only(); d.State != announcement.Refused || d.Problem.Reason != announcement.NoConnection || !d.RetryAt.Equal(at(7, 8, 1)) {
		t.Errorf("%+v", d)
	}
	if strings.Contains(s.log.String(), "127.0.0.1") || strings.Contains(s.log.String(), "secret-") {
		t.Errorf("the address stands in the log:\n%s", s.log)
	}
}

// A connection that cannot be secured has carried nothing of the message.
func TestWhereTheConnectionIsNotTrustedItIsTriedAgain(t *testing.T) {
	s := newStation(t)
	r := s.receive(ok)
	s.address(strings.Replace(r.URL, "http:", "https:", 1) + secretPath)
	s.step(at(7, 8, 0))
	if d := s.only(); d.State != announcement.Refused || d.Problem.Reason != announcement.NoConnection || len(r.got()) != 0 {
		t.Errorf("%+v", d)
	}
}

// A county signs its webhook's certificate itself: nothing is sent until its authority is mounted.
func TestTheCountysOwnAuthorityVouchesForTheWebhook(t *testing.T) {
	s := newStation(t)
	folder := t.TempDir()
	s.believed = authorities.New(folder, slog.New(slog.DiscardHandler))
	s.restart()
	receiver := httptest.NewTLSServer(http.HandlerFunc(ok))
	t.Cleanup(receiver.Close)
	s.address(receiver.URL + secretPath)
	s.step(at(7, 8, 0))
	if d := s.only(); d.State != announcement.Refused || d.Problem.Reason != announcement.Untrusted || !d.RetryAt.Equal(at(7, 8, 1)) {
		t.Errorf("without the authority: %+v", d)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: receiver.Certificate().Raw})
	must(t, os.WriteFile(filepath.Join(folder, stationconf.AuthoritiesFile), certificate, 0o600))
	s.step(at(7, 8, 1))
	if d := s.only(); d.State != announcement.Delivered {
		t.Errorf("with the authority: %+v", d)
	}
}

func TestTheGeneralFormat(t *testing.T) {
	s := newStation(t)
	s.mount(zhongduo().reception(func(shift *stationconf.Shift) {
		shift.Rule, shift.Date, shift.PostponedFrom, shift.Provisional = "market", october(12), october(10), true
	}))
	r := s.receive(ok)
	s.step(at(7, 8, 0))
	got := r.got()[0]
	if got.key != "reception-market-2026-10-10@zhongduo.ji.liaison.r1" || got.mediaType != "application/json; charset=utf-8" {
		t.Errorf("headers %+v", got)
	}
	text, err := json.Marshal(s.only().Text)
	must(t, err)
	want := `{"eventId":"reception-market-2026-10-10@zhongduo.ji.liaison.r1","event":"reception.announced",` +
		`"station":{"namespace":"ji","name":"zhongduo","displayName":"中垛乡人大代表联络站","townshipCode":"141028204"},` +
		`"reception":{"uid":"reception-market-2026-10-10@zhongduo.ji.liaison","date":"2026-10-12","hours":"09:00-11:00",` +
		`"place":"中垛乡人大代表联络站（中垛村128号）","topic":"道路交通",` +
		`"deputies":[{"name":"张三","level":"County"},{"name":"李四","level":"Township"}],"leaders":[{"name":"王五","title":"副乡长"}],` +
		`"postponedFrom":"2026-10-10","provisional":true},"text":` + string(text) + "}\n"
	if got.body != want {
		t.Errorf("got  %s\nwant %s", got.body, want)
	}
	if strings.Contains(got.body, "1390000") {
		t.Error("a phone stands in it")
	}
}

func TestListsOfTheGeneralFormatAreNeverAbsent(t *testing.T) {
	s := newStation(t)
	s.mount(zhongduo().reception(func(shift *stationconf.Shift) { shift.Deputies, shift.Leaders = nil, nil }))
	r := s.receive(ok)
	s.step(at(7, 8, 0))
	if body := r.got()[0].body; !strings.Contains(body, `"deputies":[],"leaders":[]`) {
		t.Error(body)
	}
}

func TestTheRobotsFormat(t *testing.T) {
	s := newStation(t)
	d := zhongduo()
	d.Station.Webhook.Format = stationconf.WebhookWeCom
	s.mount(d)
	r := s.receive(saying(`{"errcode":0}`))
	s.step(at(7, 8, 0))
	text, err := json.Marshal(s.only().Text)
	must(t, err)
	got := r.got()[0]
	if want := `{"msgtype":"text","text":{"content":` + string(text) + "}}\n"; got.body != want || got.key != s.only().EventID {
		t.Errorf("got  %s\nwant %s", got.body, want)
	}
}

// The robot takes 2048 bytes; Chinese characters have three, so the cut must be found between them wherever it falls.
func TestALongTextIsCutForTheRobotBetweenCharacters(t *testing.T) {
	for shift := range 3 {
		s := newStation(t)
		d := zhongduo()
		d.Station.Webhook.Format = stationconf.WebhookWeCom
		for i := range d.Schedule.Deputies {
			d.Schedule.Deputies[i].Name = strings.Repeat("x", shift) + strings.Repeat("长", 400)
		}
		s.mount(d)
		r := s.receive(saying(`{"errcode":0}`))
		s.step(at(7, 8, 0))
		var got struct{ Text struct{ Content string } }
		must(t, json.Unmarshal([]byte(r.got()[0].body), &got))
		content := got.Text.Content
		if len(content) > 2048 || len(content) < 2046 || !utf8.ValidString(content) || !strings.HasSuffix(content, "长…") {
			t.Errorf("%d bytes, ending with %q", len(content), content[len(content)-12:])
		}
	}
}

func TestWithoutAnAddressTheMessageWaitsForOne(t *testing.T) {
	s := newStation(t)
	for _, c := range []struct {
		mount func()
		why   announcement.Reason
	}{
		{func() {}, announcement.NoAddress},
		{func() { s.address("") }, announcement.NoAddress},
		{func() { s.address("qyapi.example.org/send") }, announcement.BadAddress},
		{func() { s.address("ftp://example.org/") }, announcement.BadAddress},
		{func() { s.address("http://") }, announcement.BadAddress},
		{func() { s.address("http://exa mple/%zz") }, announcement.BadAddress},
	} {
		c.mount()
		s.step(at(7, 8, 0))
		if d := s.only(); d.State != announcement.Recorded || d.Problem.Reason != c.why || d.Attempts != 0 {
			t.Errorf("%+v, want %s", d, c.why)
		}
	}
	r := s.receive(ok)
	s.step(at(7, 9, 0))
	if d := s.only(); d.State != announcement.Delivered || len(r.got()) != 1 {
		t.Errorf("%+v", d)
	}
}

func TestAFolderThatIsNotThereIsNoAddress(t *testing.T) {
	s := newStation(t)
	must(t, os.RemoveAll(s.folder))
	s.step(at(7, 8, 0))
	if d := s.only(); d.Problem.Reason != announcement.NoAddress {
		t.Errorf("%+v", d)
	}
}

func TestANewAddressCountsAtOnce(t *testing.T) {
	s := newStation(t)
	old := s.receive(status(404))
	s.step(at(7, 8, 0))
	fresh := s.receive(ok)
	s.step(at(7, 8, 1))
	if len(old.got()) != 1 || len(fresh.got()) != 1 || fresh.got()[0] != old.got()[0] {
		t.Errorf("the old got %+v, the new %+v", old.got(), fresh.got())
	}
}
