package cli_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"
	clocktesting "k8s.io/utils/clock/testing"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli"
)

const rosterOfTwo = `
apiVersion: liaison.township.dev/v1alpha1
kind: DeputyRoster
metadata: {name: zhongduo, namespace: jixian}
spec:
  deputies: [{id: d01, name: 张三, level: County}, {id: d02, name: 李四, level: Township}]
---
apiVersion: liaison.township.dev/v1alpha1
kind: DutySchedule
metadata: {name: zhongduo-2026-10, namespace: jixian}
spec:
  rosterRef: {name: zhongduo}
  month: 2026-10
  shifts: [{date: 2026-10-12, kind: Duty, deputies: [d01]}]
`

// Who writes a roster while somebody swaps loses nothing, and what they wrote counts.
func TestRosterThatIsWrittenDuringASwap(t *testing.T) {
	for _, test := range []struct {
		name    string
		between func(*v1alpha1.DeputyRosterSpec)
		code    int
		// told is the beginning of the error.
		told      string
		overrides int
	}{
		{
			name: "another override",
			between: func(spec *v1alpha1.DeputyRosterSpec) {
				spec.Overrides = append(spec.Overrides, v1alpha1.Override{Date: "2026-10-20", Kind: v1alpha1.ShiftDuty, Deputies: []string{"d02"}})
			},
			overrides: 2,
		},
		{
			name: "leave for the one who was to come",
			between: func(spec *v1alpha1.DeputyRosterSpec) {
				spec.Deputies[1].Leave = []v1alpha1.Leave{{From: "2026-10-12", Until: "2026-10-12"}}
			},
			code: 2, told: "error: 李四 (d02) is on leave on 2026-10-12\n",
		},
		{
			name: "a swap of the same deputy, of which the plan does not know yet",
			between: func(spec *v1alpha1.DeputyRosterSpec) {
				spec.Overrides = []v1alpha1.Override{{Date: "2026-10-12", Kind: v1alpha1.ShiftDuty, Deputies: []string{"d02"}}}
			},
			code: 2, told: "error: 张三 (d01) has no shift on 2026-10-12\nhint: that day has Duty: d02\n", overrides: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			empty(t)
			change(t, rosterOfTwo, "it")
			patches := 0
			server := inFront(t, func() {
				if patches++; patches == 1 {
					present := roster("zhongduo").(*v1alpha1.DeputyRoster)
					plane.Get(t, present)
					test.between(&present.Spec)
					if err := plane.Client.Update(t.Context(), present); err != nil {
						t.Error(err)
					}
				}
			})
			var told bytes.Buffer
			code := cli.Run(cli.Environment{
				Args: []string{"swap", "zhongduo", "2026-10-12", "d01", "d02", "-n", "jixian", "--kubeconfig", kubeconfig(t, t.TempDir()), "--server", server},
				In:   strings.NewReader(""), Out: &bytes.Buffer{}, Err: &told,
				Clock: clocktesting.NewFakePassiveClock(time.Date(2026, 10, 7, 4, 0, 0, 0, time.UTC)),
			})
			if code != test.code || !strings.HasPrefix(told.String(), test.told) {
				t.Errorf("exit code %d, told %q", code, &told)
			}
			present := roster("zhongduo").(*v1alpha1.DeputyRoster)
			plane.Get(t, present)
			if got := len(present.Spec.Overrides); got != test.overrides {
				t.Errorf("%d overrides, want %d: %v", got, test.overrides, present.Spec.Overrides)
			}
		})
	}
}

// inFront puts a server before the API server that calls before it passes a patch on.
func inFront(t *testing.T, patched func()) string {
	t.Helper()
	target, err := url.Parse(plane.Config.Host)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(plane.Config)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			patched()
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
