package main

import (
	"bytes"
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/probe"
)

// What the test of a release does: the desk sees what it was, and the county's backlog never had it.
func TestProbe(t *testing.T) {
	s := start(t, newMount(t))
	var out bytes.Buffer
	must(t, run(t.Context(), []string{"probe", "--url", s.public}, nil, &out))
	for _, want := range []string{"about 产业发展", "looked it up", "withdrew it"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &out)
		}
	}
	if got := s.backlog(t); got.Received != 1 || got.Withdrawn != 1 || pending(got) != 0 {
		t.Errorf("the county sees %+v", got)
	}
	_, code, _ := strings.Cut(out.String(), "submitted suggestion ")
	code, _, _ = strings.Cut(code, " ")
	open(t, s.public).signIn().visit("/desk/cases/"+code).sees("#suggestion", strings.Fields(probe.Text)[0])
}

func TestProbeNeedsAnAddress(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"none":             {nil, `--url: "" is no address; give the station's, such as http://`},
		"a name alone":     {[]string{"--url", "zhongduo-intake"}, "such as http://"},
		"a file":           {[]string{"--url", "file:///etc/passwd"}, "such as http://"},
		"without its flag": {[]string{"http://zhongduo-intake"}, "stands behind --url"},
		"an unknown flag":  {[]string{"--address", "x"}, "liaison-intake help"},
		"nobody there":     {[]string{"--url", "http://127.0.0.1:1", "--timeout", "1ms"}, "the station cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			err := run(t.Context(), append([]string{"probe"}, c.args...), nil, &bytes.Buffer{})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want it to say %q", err, c.says)
			}
		})
	}
}
