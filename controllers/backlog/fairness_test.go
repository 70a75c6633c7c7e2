package backlog

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/test/controlplane"
)

// hangs until the operator has gone.
func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// breaksOff begins an answer and says no more.
func breaksOff(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, `{"routes":`)
	_ = http.NewResponseController(w).Flush()
	<-r.Context().Done()
}

// drips an answer that never ends, a byte at a time.
func drips(w http.ResponseWriter, r *http.Request) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for r.Context().Err() == nil {
		_, _ = io.WriteString(w, " ")
		_ = http.NewResponseController(w).Flush()
		<-tick.C
	}
}

// floods with an answer that never ends, as fast as it is read.
func floods(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(make([]byte, maxAnswer)); err != nil {
			return
		}
	}
}

func refuses(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }

func TestWhateverAnIntakeDoesTheOthersAreAskedOn(t *testing.T) {
	const workers = 8
	for name, answer := range map[string]http.HandlerFunc{
		"hangs": hangs, "breaks off": breaksOff, "drips": drips, "floods": floods, "refuses": refuses,
	} {
		t.Run(name, func(t *testing.T) {
			namespace := cluster.Namespace(t)
			faulty, alive := startIntake(t), startIntake(t)
			faulty.answers(answer)
			// An intake that hangs may do so for longer than the test would wait for the living, which answer at a glance on any machine.
			runController(t, Options{Interval: 50 * time.Millisecond, Glance: time.Second, Timeout: 2 * controlplane.Patience, Concurrency: workers})
			const many = 3 * workers
			for n := range many {
				declare(t, types.NamespacedName{Namespace: namespace, Name: fmt.Sprintf("faulty-%d", n)}, faulty)
			}
			eventuallyAsked(t, faulty, many)
			key := types.NamespacedName{Namespace: namespace, Name: "alive"}
			declare(t, key, alive)
			eventuallyStatus(t, key, "the living answers", freshness(metav1.ConditionTrue, ReasonAnswering))
			eventuallyAsked(t, alive, alive.timesAsked()+3)
		})
	}
}

func eventuallyAsked(t *testing.T, there *intake, times int) {
	t.Helper()
	controlplane.Eventually(t, fmt.Sprintf("it was asked %d times", times), func(context.Context) error {
		if n := there.timesAsked(); n < times {
			return fmt.Errorf("it was asked %d times", n)
		}
		return nil
	})
}

// hanging is an office whose intake hangs, asked once.
func hanging(t *testing.T) (o *office, wait time.Duration) {
	t.Helper()
	o = openOffice(t)
	o.glance = 500 * time.Millisecond
	o.restartOperator()
	o.podBecomesReady()
	o.intake.answers(hangs)
	wait = o.reconcile()
	eventuallyAsked(t, o.intake, 1)
	return o, wait
}

// crowd fills the lane of the slow with other stations.
func (o *office) crowd() {
	for o.reconciler.slow.enter() {
	}
}

// asksAtTheNextPoll reports whether the intake is asked when the controller looks after the station again.
func (o *office) asksAtTheNextPoll(wait *time.Duration) bool {
	o.t.Helper()
	before := o.intake.timesAsked()
	*wait = o.nextPoll(*wait)
	return o.intake.timesAsked() > before
}

func TestAnIntakeThatHangsGetsItsTimeAmongTheSlow(t *testing.T) {
	o, wait := hanging(t)
	if wait > time.Millisecond {
		t.Errorf("it gets its time after %s, want at once", wait)
	}
	takesTime := func(w http.ResponseWriter, _ *http.Request) {
		o.clock.Step(2 * o.glance)
		_, _ = io.WriteString(w, `{"routes":{}}`)
	}
	o.intake.answers(takesTime)
	o.crowd()
	if o.asksAtTheNextPoll(&wait) {
		t.Error("it is asked though the lane of the slow is full")
	}
	if wait < interval/2 || wait > 3*interval/2 {
		t.Errorf("its next turn is %s away", wait)
	}
	o.reconciler.slow.leave()
	if !o.asksAtTheNextPoll(&wait) {
		t.Fatal("it is not asked though there is room among the slow")
	}
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)

	o.crowd()
	if o.asksAtTheNextPoll(&wait) {
		t.Error("an intake that answers after a while is asked though the lane of the slow is full")
	}
	o.reconciler.slow.leave()
	o.intake.reports(quiet())
	if !o.asksAtTheNextPoll(&wait) {
		t.Fatal("it is not asked though there is room among the slow")
	}
	o.crowd()
	if !o.asksAtTheNextPoll(&wait) {
		t.Error("an intake that answers at once is still one of the slow")
	}
}

func TestASlowIntakeWithoutATurnGoesStaleAndKeepsItsFigures(t *testing.T) {
	o := openOffice(t)
	o.intake.answers(func(w http.ResponseWriter, _ *http.Request) {
		o.clock.Step(o.glance)
		_, _ = io.WriteString(w, `{"routes":{},"visits":68}`)
	})
	o.podBecomesReady()
	wait := o.reconcile()
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
	answered := o.clock.Now()
	o.crowd()
	for o.clock.Since(answered) < patience*interval {
		o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
		wait = o.nextPoll(wait)
	}
	o.wantFresh(metav1.ConditionFalse, ReasonUnreachable)
	if status := o.status(); status.Backlog.Visits != 68 {
		t.Errorf("the last figures are lost: %+v", status)
	}
}

func TestWhoHungBeforeARestartIsOneOfTheSlowUntilItsPodIsAnother(t *testing.T) {
	o := openOffice(t)
	o.glance, o.timeout = 500*time.Millisecond, 500*time.Millisecond // each question arrives before it is given up
	o.restartOperator()
	o.podBecomesReady()
	o.intake.answers(hangs)
	wait := o.reconcile()
	asked := 1
	for ; o.clock.Since(noon) < patience*interval; asked++ {
		wait = o.nextPoll(wait)
	}
	eventuallyAsked(t, o.intake, asked) // none arrives after the restart
	o.wantFresh(metav1.ConditionFalse, ReasonUnreachable)

	o.glance, o.timeout = time.Minute, time.Minute
	o.restartOperator()
	o.intake.reports(quiet())
	o.crowd()
	if o.reconcile(); o.intake.timesAsked() != asked {
		t.Error("it is asked though the lane of the slow is full")
	}
	o.podBecomesUnready()
	o.reconcile()
	o.podBecomesReady()
	if o.reconcile(); o.intake.timesAsked() != asked+1 {
		t.Error("a pod that became ready is not asked at once")
	}
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
}

// A token that was rotated is in the Secret at once and in the pod when the node has brought it, a minute or more later.
func TestAnIntakeThatRefusesTheTokenIsAskedAsOftenAsEver(t *testing.T) {
	o := openOffice(t)
	o.podBecomesReady()
	o.intake.answers(refuses)
	wait := o.reconcile()
	for range 3 * slowest {
		if wait > 3*interval/2 {
			t.Fatalf("it is asked again after %s", wait)
		}
		wait = o.nextPoll(wait)
	}
	o.wantFresh(metav1.ConditionFalse, ReasonTokenRefused)
	o.intake.reports(quiet())
	o.nextPoll(wait)
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
}
