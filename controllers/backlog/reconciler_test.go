package backlog

import (
	"net/http"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

func TestTheFirstPollComesWithTheReadyPod(t *testing.T) {
	o := openOffice(t)
	o.intake.reports(zhongduo())
	o.reconcile()
	if o.intake.timesAsked() != 0 {
		t.Fatal("a station without a pod was asked")
	}
	o.podBecomesReady()
	wait := o.reconcile()

	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
	status := o.status()
	if status.IntakeVersion != "0.1.0" {
		t.Errorf("intakeVersion is %q", status.IntakeVersion)
	}
	backlog := status.Backlog
	if backlog.Pending != 1 || backlog.Received != 56 || backlog.Closed != 55 || backlog.Visits != 68 {
		t.Errorf("the backlog is %+v", backlog)
	}
	if len(backlog.ByRoute) != 1 || backlog.ByRoute[0] != (v1alpha1.RouteBacklog{Route: "County", Pending: 1}) {
		t.Errorf("by route: %+v", backlog.ByRoute)
	}
	if !backlog.OldestPending.Time.Equal(noon.Add(-49 * time.Hour)) {
		t.Errorf("the oldest case was received at %s", backlog.OldestPending)
	}
	if wait < interval/2 || wait > 3*interval/2 {
		t.Errorf("the next poll is %s away", wait)
	}
}

func TestASettledStationIsPolledAndNotWritten(t *testing.T) {
	o := openOffice(t)
	o.intake.reports(zhongduo())
	o.podBecomesReady()
	wait := o.reconcile()
	written := o.writes.Load()
	for range 20 {
		wait = o.nextPoll(wait)
	}
	if o.intake.timesAsked() != 21 {
		t.Errorf("the intake was asked %d times in 21 reconciles", o.intake.timesAsked())
	}
	if o.writes.Load() != written {
		t.Errorf("unchanged figures were written %d times", o.writes.Load()-written)
	}
}

func TestEventsBetweenTwoPollsAskNothing(t *testing.T) {
	o := openOffice(t)
	o.podBecomesReady()
	wait := o.reconcile()
	for range 10 {
		o.clock.Step(time.Second / 2)
		if again := o.reconcile(); again >= wait {
			t.Fatalf("an event put the next poll off from %s to %s", wait, again)
		}
	}
	if o.intake.timesAsked() != 1 {
		t.Errorf("the intake was asked %d times", o.intake.timesAsked())
	}
}

func TestChangedFiguresAreWritten(t *testing.T) {
	o := openOffice(t)
	o.podBecomesReady()
	wait := o.reconcile()
	before := o.wantFresh(metav1.ConditionTrue, ReasonAnswering)

	report := quiet()
	report.Routes[casework.Unclassified] = stationconf.RouteBacklog{Pending: 2}
	report.Routes[casework.Township] = stationconf.RouteBacklog{Pending: 3, Overdue: 1}
	report.OldestPending, report.Received = noon, 5
	o.intake.reports(report)
	o.nextPoll(wait)

	backlog := o.status().Backlog
	if backlog.Pending != 5 || backlog.Overdue != 1 || len(backlog.ByRoute) != 2 {
		t.Errorf("the backlog is %+v", backlog)
	}
	if after := o.wantFresh(metav1.ConditionTrue, ReasonAnswering); !after.LastTransitionTime.Equal(&before.LastTransitionTime) {
		t.Error("the condition's transition time moved though the condition did not turn")
	}
}

func TestASilentStationKeepsItsFiguresAndGoesStaleAfterThreeMissedPolls(t *testing.T) {
	o := openOffice(t)
	o.intake.reports(zhongduo())
	o.podBecomesReady()
	wait := o.reconcile()
	answered := o.clock.Now()

	o.intake.fails()
	for missed := 1; o.clock.Since(answered) < patience*interval; missed++ {
		o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
		wait = o.nextPoll(wait)
		if missed > patience {
			t.Fatalf("after %d missed polls the figures still count as fresh", missed)
		}
	}
	condition := o.wantFresh(metav1.ConditionFalse, ReasonBadAnswer)
	if !condition.LastTransitionTime.Time.Equal(o.clock.Now().Truncate(time.Second)) {
		t.Errorf("the condition turned at %s, want %s", condition.LastTransitionTime, o.clock.Now())
	}
	if status := o.status(); status.Backlog.Pending != 1 || status.IntakeVersion != "0.1.0" {
		t.Errorf("the last figures are lost: %+v", status)
	}
	written := o.writes.Load()
	for range 10 {
		wait = o.nextPoll(wait)
	}
	if o.writes.Load() != written {
		t.Error("a station that stays silent is written again and again")
	}

	o.intake.reports(quiet())
	o.nextPoll(wait)
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
	if o.status().Backlog.Pending != 0 {
		t.Error("the new figures did not replace the old ones")
	}
}

func TestAnUnreadyIntakeIsNotAskedAndGoesStaleWithoutIt(t *testing.T) {
	o := openOffice(t)
	o.intake.reports(zhongduo())
	o.podBecomesReady()
	o.reconcile()
	o.podBecomesUnready()
	wait := o.reconcile()
	if wait != patience*interval {
		t.Errorf("the controller looks again after %s, want when the grace is over", wait)
	}
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
	if again := o.nextPoll(wait); again != 0 {
		t.Errorf("nothing but the pod can change this, yet the controller looks again after %s", again)
	}
	o.wantFresh(metav1.ConditionFalse, ReasonNotReady)
	if o.intake.timesAsked() != 1 {
		t.Errorf("an intake that is not ready was asked")
	}
	o.podBecomesReady()
	o.reconcile()
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
}

func TestAShortRestartOfTheIntakeDoesNotShow(t *testing.T) {
	o := openOffice(t)
	o.podBecomesReady()
	o.reconcile()
	written := o.writes.Load()
	o.podBecomesUnready()
	o.reconcile()
	o.clock.Step(interval)
	o.podBecomesReady()
	o.reconcile()
	if o.intake.timesAsked() != 2 {
		t.Error("the intake was not asked at once when it came back")
	}
	if o.writes.Load() != written {
		t.Error("the status was written though nothing changed")
	}
}

func TestEachSilenceNamesItsRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*office)
		reason string
	}{
		"no pod":    {func(*office) {}, ReasonNotReady},
		"suspended": {func(o *office) { o.podBecomesReady(); o.suspend() }, ReasonSuspended},
		"no token":  {func(o *office) { o.podBecomesReady(); o.deleteSecret() }, ReasonTokenMissing},
		"another token": {func(o *office) {
			o.podBecomesReady()
			o.intake.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
		}, ReasonTokenRefused},
		"gone": {func(o *office) { o.podBecomesReady(); o.intake.server.Close() }, ReasonUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			c.spoil(o)
			wait := o.reconcile()
			for o.clock.Since(noon) < patience*interval {
				wait = o.nextPoll(wait)
			}
			o.wantFresh(metav1.ConditionFalse, c.reason)
			if o.status().Backlog != nil {
				t.Error("figures were invented")
			}
		})
	}
}

func (o *office) deleteSecret() {
	if err := o.client.Delete(o.t.Context(), dataSecret(zhongduoKey)); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) suspend() {
	st := &v1alpha1.LiaisonStation{}
	if err := o.client.Get(o.t.Context(), zhongduoKey, st); err != nil {
		o.t.Fatal(err)
	}
	st.Spec.Suspend = true
	if err := o.client.Update(o.t.Context(), st); err != nil {
		o.t.Fatal(err)
	}
}

func TestATokenThatComesBackIsFoundWithoutAnEvent(t *testing.T) {
	o := openOffice(t)
	o.podBecomesReady()
	o.deleteSecret()
	wait := o.reconcile()
	o.create(dataSecret(zhongduoKey))
	o.nextPoll(wait)
	o.wantFresh(metav1.ConditionTrue, ReasonAnswering)
}

func TestARestartedOperatorWritesNothing(t *testing.T) {
	for name, spoil := range map[string]func(*intake){
		"with an intake that answers": func(*intake) {},
		"with a silent intake":        func(i *intake) { i.fails() },
	} {
		t.Run(name, func(t *testing.T) {
			o := openOffice(t)
			o.intake.reports(zhongduo())
			o.podBecomesReady()
			wait := o.reconcile()
			spoil(o.intake)
			for range patience + 2 {
				wait = o.nextPoll(wait)
			}
			written := o.writes.Load()
			o.restartOperator()
			wait = o.reconcile()
			for range patience + 2 {
				wait = o.nextPoll(wait)
			}
			if o.writes.Load() != written {
				t.Errorf("the restart caused %d writes", o.writes.Load()-written)
			}
		})
	}
}

func TestADeletedStationIsForgotten(t *testing.T) {
	o := openOffice(t)
	o.podBecomesReady()
	o.reconcile()
	found := &v1alpha1.LiaisonStation{}
	if err := o.client.Get(t.Context(), zhongduoKey, found); err != nil {
		t.Fatal(err)
	}
	uid := found.UID
	if err := o.client.Delete(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	if _, ok := o.memory.Recall(zhongduoKey, "another-uid"); ok {
		t.Error("a station of the same name inherits the memory")
	}
	if again := o.reconcile(); again != 0 {
		t.Errorf("a deleted station is looked at again after %s", again)
	}
	if _, ok := o.memory.Recall(zhongduoKey, uid); ok {
		t.Error("a deleted station is remembered")
	}
}

func TestTheStatusOfOthersIsLeftAlone(t *testing.T) {
	o := openOffice(t)
	found := &v1alpha1.LiaisonStation{}
	if err := o.client.Get(t.Context(), zhongduoKey, found); err != nil {
		t.Fatal(err)
	}
	found.Status.URL = "http://zhongduo.example.gov.cn"
	meta.SetStatusCondition(&found.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: "Ready"})
	if err := o.client.Status().Update(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	o.podBecomesReady()
	o.reconcile()
	if status := o.status(); status.URL == "" || !meta.IsStatusConditionTrue(status.Conditions, v1alpha1.ConditionReady) {
		t.Errorf("the rest of the status is lost: %+v", status)
	}
}

func TestRoutesOfANewerIntakeCountInTheTotals(t *testing.T) {
	report := quiet()
	report.Routes["province"] = stationconf.RouteBacklog{Pending: 2, Overdue: 1}
	report.OldestPending = noon
	if backlog := backlogFrom(report); backlog.Pending != 2 || backlog.Overdue != 1 || len(backlog.ByRoute) != 0 {
		t.Errorf("the backlog is %+v", backlog)
	}
}
