package backlog

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnIntakeIsAskedWithItsToken(t *testing.T) {
	there := startIntake(t)
	there.reports(zhongduo())
	got, err := newQuestioner(time.Minute).ask(t.Context(), there.door(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(zhongduo(), got); diff != "" {
		t.Errorf("the report arrived changed (-sent +got):\n%s", diff)
	}
}

// Of thousands of intakes, each asked a few times a minute, connections would be most of what the operator holds.
func TestNoConnectionIsKeptBetweenPolls(t *testing.T) {
	closes := false
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		closes = request.Close
		_, _ = io.WriteString(w, `{"routes":{}}`)
	}))
	defer there.Close()
	if _, err := newQuestioner(time.Minute).ask(t.Context(), door{address: there.Listener.Addr().String(), token: token}, 0); err != nil {
		t.Fatal(err)
	}
	if !closes {
		t.Error("the intake is asked to keep the connection open")
	}
}

func TestABadAnswerSaysWhy(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed, and the token with it") }))
	defer elsewhere.Close()
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		reason string
	}{
		"refuses the token":            {status(http.StatusUnauthorized), ReasonTokenRefused},
		"fails":                        {status(http.StatusInternalServerError), ReasonBadAnswer},
		"is another service":           {status(http.StatusNotFound), ReasonBadAnswer},
		"sends elsewhere":              {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, ReasonBadAnswer},
		"is not JSON":                  {body("<html>"), ReasonBadAnswer},
		"is empty":                     {body(""), ReasonBadAnswer},
		"says two things":              {body(`{"routes":{}}{"routes":{}}`), ReasonBadAnswer},
		"has no routes":                {body(`{"version":"0.1.0"}`), ReasonBadAnswer},
		"counts below zero":            {body(`{"routes":{"county":{"pending":-1}}}`), ReasonBadAnswer},
		"has more overdue than wait":   {body(`{"routes":{"county":{"pending":1,"overdue":2}},"oldestPending":"2026-10-10T00:00:00Z"}`), ReasonBadAnswer},
		"forgets since when":           {body(`{"routes":{"county":{"pending":1}}}`), ReasonBadAnswer},
		"counts more than can be":      {body(`{"routes":{"county":{"pending":2147483647},"township":{"pending":1}},"oldestPending":"2026-10-10T00:00:00Z"}`), ReasonBadAnswer},
		"closed less than nothing":     {body(`{"routes":{},"closed":{"A":-1}}`), ReasonBadAnswer},
		"was late less than never":     {body(`{"routes":{},"closings":{"onTime":1,"late":-1}}`), ReasonBadAnswer},
		"received less than nothing":   {body(`{"routes":{},"received":-1}`), ReasonBadAnswer},
		"has an endless version":       {body(`{"routes":{},"version":"` + strings.Repeat("9", 65) + `"}`), ReasonBadAnswer},
		"has a version with a newline": {body(`{"routes":{},"version":"1\n2"}`), ReasonBadAnswer},
		"never ends": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 16<<10)); err != nil {
					return
				}
			}
		}, ReasonBadAnswer},
		"breaks off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "{")
		}, ReasonUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			there := startIntake(t)
			there.answers(c.answer)
			wantSilence(t, c.reason, time.Minute, there.door())
		})
	}
}

func TestAReportOfExactlyTheLimitIsRead(t *testing.T) {
	there := startIntake(t)
	report := `{"routes":{}}`
	for _, c := range []struct {
		size int
		ok   bool
	}{{maxAnswer, true}, {maxAnswer + 1, false}} {
		there.answers(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, report, strings.Repeat(" ", c.size-len(report)))
		})
		_, err := newQuestioner(time.Minute).ask(t.Context(), there.door(), 0)
		if (err == nil) != c.ok {
			t.Errorf("an answer of %d bytes: %v", c.size, err)
		}
	}
}

func TestASlowIntakeIsLeftAtTheTimeLimit(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"says nothing":          hangs,
		"begins and breaks off": breaksOff,
		"drips":                 drips,
	} {
		t.Run(name, func(t *testing.T) {
			there := startIntake(t)
			there.answers(answer)
			wantSilence(t, ReasonUnreachable, 20*time.Millisecond, there.door())
		})
	}
}

func TestNobodyAtTheAddress(t *testing.T) {
	there := startIntake(t)
	there.server.Close()
	wantSilence(t, ReasonUnreachable, time.Minute, there.door())
}

func wantSilence(t *testing.T, reason string, timeout time.Duration, d door) {
	t.Helper()
	_, err := newQuestioner(timeout).ask(t.Context(), d, 0)
	why, ok := silenceIn(err)
	if !ok || why.reason != reason {
		t.Errorf("the poll ended with %v, want reason %s", err, reason)
	}
	if err != nil && strings.Contains(err.Error(), token) {
		t.Errorf("the token stands in the error: %v", err)
	}
}
