package probe

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	clocktesting "k8s.io/utils/clock/testing"
)

func TestVerdictsNeedAnUnbrokenRun(t *testing.T) {
	tests := []struct {
		checks string // + healthy, - unhealthy
		want   string // the verdict after each: ? undecided, + healthy, - unhealthy
	}{
		{"+", "?"},
		{"++", "?+"},
		{"---", "??-"},
		{"+-+-+-", "??????"},
		{"++--+--", "?++++++"},
		{"++---+++", "?+++--++"},
	}
	for _, test := range tests {
		tally := tally{successThreshold: 2, failureThreshold: 3}
		var got strings.Builder
		for _, check := range test.checks {
			verdict, _ := tally.count(check == '+')
			got.WriteByte("?+-"[verdict])
		}
		if got.String() != test.want {
			t.Errorf("checks %s give %s, want %s", test.checks, got.String(), test.want)
		}
	}
}

// In each step some time passes on the injected clock, the checks then answer as the step says, and the observer hears something.
func TestAContainersLife(t *testing.T) {
	every := func(period int32) *corev1.Probe {
		return &corev1.Probe{PeriodSeconds: period, SuccessThreshold: 1, FailureThreshold: 2}
	}
	delayed := every(5)
	delayed.InitialDelaySeconds = 7
	type step struct {
		pass  time.Duration
		sick  bool
		heard string
	}
	tests := []struct {
		name      string
		container corev1.Container
		story     []step
	}{
		{"without probes it is started and ready at once", corev1.Container{}, []step{{heard: "started, ready"}}},
		{"readiness comes and goes with its probe", corev1.Container{ReadinessProbe: every(10)}, []step{
			{heard: "started, ready"},
			{pass: 10 * time.Second, sick: true, heard: "Readiness unhealthy"},
			{pass: 10 * time.Second, sick: true, heard: "Readiness unhealthy, not ready"},
			{pass: 10 * time.Second, heard: "ready"},
		}},
		{"the initial delay is waited for", corev1.Container{ReadinessProbe: delayed}, []step{
			{heard: "started"},
			{pass: 6 * time.Second, heard: ""},
			{pass: time.Second, heard: "ready"},
		}},
		{"a failing liveness probe restarts", corev1.Container{LivenessProbe: every(3)}, []step{
			{heard: "started, ready"},
			{pass: 3 * time.Second, sick: true, heard: "Liveness unhealthy"},
			{pass: 3 * time.Second, sick: true, heard: "Liveness unhealthy, restart for Liveness"},
		}},
		{"a startup probe holds back readiness", corev1.Container{StartupProbe: every(1), ReadinessProbe: every(10)}, []step{
			{sick: true, heard: "Startup unhealthy"},
			{pass: time.Second, heard: "started, ready"},
		}},
		{"a failing startup probe restarts", corev1.Container{StartupProbe: every(1), ReadinessProbe: every(10)}, []step{
			{sick: true, heard: "Startup unhealthy"},
			{pass: time.Second, sick: true, heard: "Startup unhealthy, restart for Startup"},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clock := clocktesting.NewFakeClock(time.Unix(0, 0))
				observer := new(listener)
				observer.sick.Store(test.story[0].sick)
				go Watch(t.Context(), clock, &test.container, observer.check, observer)
				for i, step := range test.story {
					observer.sick.Store(step.sick)
					clock.Step(step.pass)
					synctest.Wait()
					if got := observer.news(); got != step.heard {
						t.Fatalf("step %d: heard %q, want %q", i, got, step.heard)
					}
				}
			})
		})
	}
}

func TestHTTPAndTCPChecks(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/livez" || r.Header.Get("X-Probe") != "yes" {
			status = http.StatusTeapot
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	port := server.Listener.Addr().(*net.TCPAddr).Port
	container := &corev1.Container{Ports: []corev1.ContainerPort{{Name: "internal", ContainerPort: int32(port)}}}
	check := NewCheck(container, "127.0.0.1")
	get := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
		Path: "/livez", Port: intstr.FromString("internal"), HTTPHeaders: []corev1.HTTPHeader{{Name: "X-Probe", Value: "yes"}},
	}}}
	dial := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt(port)}}}

	if ok, message := check(t.Context(), get); !ok {
		t.Errorf("httpGet of a healthy container: %s", message)
	}
	if ok, message := check(t.Context(), dial); !ok {
		t.Errorf("tcpSocket of a healthy container: %s", message)
	}
	status = http.StatusServiceUnavailable
	if ok, message := check(t.Context(), get); ok || !strings.Contains(message, "503") {
		t.Errorf("httpGet of a sick container: healthy %t, %q", ok, message)
	}
	server.Close()
	if ok, message := check(t.Context(), dial); ok || !strings.Contains(message, "refused") {
		t.Errorf("tcpSocket of a closed port: healthy %t, %q", ok, message)
	}
	get.HTTPGet.Port = intstr.FromString("public")
	if ok, message := check(t.Context(), get); ok || message == "" {
		t.Errorf("httpGet of an unknown port: healthy %t, %q", ok, message)
	}
}

func TestUnsupportedProbesAreNamed(t *testing.T) {
	exec := &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"true"}}}}
	if err := Unsupported(&corev1.Container{LivenessProbe: exec}); err == nil || !strings.Contains(err.Error(), "exec") {
		t.Errorf("error %v, want one that names exec", err)
	}
	if err := Unsupported(&corev1.Container{}); err != nil {
		t.Error(err)
	}
}

// listener answers the checks and writes down what it is told.
type listener struct {
	sick  atomic.Bool
	mu    sync.Mutex
	heard []string
}

func (l *listener) check(context.Context, *corev1.Probe) (bool, string) {
	return !l.sick.Load(), "sick"
}

func (l *listener) Started() { l.hear("started") }

func (l *listener) Ready(ready bool) {
	l.hear(map[bool]string{true: "ready", false: "not ready"}[ready])
}

func (l *listener) Unhealthy(kind Kind, _ string) { l.hear(fmt.Sprintf("%s unhealthy", kind)) }

func (l *listener) MustRestart(kind Kind, _ *corev1.Probe) {
	l.hear(fmt.Sprintf("restart for %s", kind))
}

func (l *listener) hear(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, what)
}

// news is what was heard since the last call.
func (l *listener) news() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	news := strings.Join(l.heard, ", ")
	l.heard = nil
	return news
}
