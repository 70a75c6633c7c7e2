package probe

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	topics   = `[{"service_name": "道路交通"}]`
	received = `{"code": "W69R-04ZW-8QKM", "state": "received", "secret": "7K2P-9XQD"}`
)

// said is what a station answers to one request.
type said struct {
	status int
	header string // Retry-After
	body   string
}

// ask runs a probe at a station that answers in this order, and returns what it told, what it waited, and how it ended.
func ask(t *testing.T, answers ...said) (told string, waited []time.Duration, err error) {
	t.Helper()
	n := 0
	station := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n == len(answers) {
			t.Error("the station is asked once too often")
			return
		}
		answer := answers[n]
		n++
		if answer.header != "" {
			w.Header().Set("Retry-After", answer.header)
		}
		w.WriteHeader(answer.status)
		_, _ = fmt.Fprint(w, answer.body)
	}))
	defer station.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	p := Probe{Station: station.URL, Client: station.Client(), Out: &out, Pause: func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		if n < len(answers) {
			return nil
		}
		cancel()
		return errors.New("the time is up")
	}}
	err = p.Run(ctx)
	if n < len(answers) {
		t.Errorf("the station is asked %d times, want %d", n, len(answers))
	}
	return out.String(), waited, err
}

func TestAStationThatIsNotReadyIsWaitedFor(t *testing.T) {
	told, waited, err := ask(t,
		said{status: 503}, said{200, "", topics},
		said{429, "7", `{"error": {"code": "too_many_at_all", "message": "Too many", "remedy": "Wait."}}`}, said{201, "", received},
		said{200, "", received}, said{status: 303}, said{200, "", `{"state": "withdrawn"}`})
	if err != nil {
		t.Fatal(err)
	}
	if len(waited) != 2 || waited[0] != again || waited[1] != 7*time.Second {
		t.Errorf("it waited %v", waited)
	}
	if !strings.Contains(told, "W69R-04ZW-8QKM") || strings.Contains(told, "7K2P-9XQD") {
		t.Errorf("it tells the secret, or not the code:\n%s", told)
	}
}

func TestWhatGoesWrongIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		answers []said
		says    []string
	}{
		"a flood runs": {
			[]said{{200, "", topics}, {429, "", `{"error": {"code": "work_needed", "message": "Many suggestions come in now", "remedy": "Use the form."}}`}},
			[]string{"submitting a suggestion", "429", "work_needed", "Many suggestions come in now", "Use the form."},
		},
		"it never comes up":      {[]said{{status: 503}}, []string{"the time is up", "503"}},
		"another answers there":  {[]said{{200, "", "<html>"}}, []string{"check the address"}},
		"another knows no paths": {[]said{{404, "", "not found"}}, []string{"/open311/v2/services.json answers 404"}},
		"it has no topics":       {[]said{{200, "", "[]"}}, []string{"public address of a station"}},
		"it forgets at once": {
			[]said{{200, "", topics}, {201, "", received}, {404, "", `{"error": {"code": "wrong_secret", "message": "No such case", "remedy": "Check."}}`}},
			[]string{"suggestion W69R-04ZW-8QKM is left at the station", "looking the suggestion up", "wrong_secret"},
		},
		"it does not let go": {
			[]said{{200, "", topics}, {201, "", received}, {200, "", received}, {422, "", "<html>"}},
			[]string{"suggestion W69R-04ZW-8QKM is left at the station", "withdrawing the suggestion", "422"},
		},
		"it says so and does not": {
			[]said{{200, "", topics}, {201, "", received}, {200, "", received}, {status: 303}, {200, "", received}},
			[]string{"it is received, and should be withdrawn"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := ask(t, c.answers...)
			if err == nil {
				t.Fatal("all is well")
			}
			for _, part := range c.says {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "7K2P-9XQD") {
				t.Errorf("the secret is told: %v", err)
			}
		})
	}
}
