package backlog

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
)

// seen opens an office whose operator has seen a log of five entries, and returns the wait for the next poll.
func seen(t *testing.T) (*office, auditLog, time.Duration) {
	t.Helper()
	o := openOffice(t)
	log := auditLog{}.entries(5, "staff")
	o.intake.keeps(log)
	o.podBecomesReady()
	wait := o.reconcile()
	o.wantAudit(metav1.ConditionTrue, ReasonLogIntact)
	o.wantKept(log)
	return o, log, wait
}

func (o *office) wantAudit(status metav1.ConditionStatus, reason string) metav1.Condition {
	o.t.Helper()
	condition := meta.FindStatusCondition(o.status().Conditions, v1alpha1.ConditionAuditIntact)
	if condition == nil || condition.Status != status || condition.Reason != reason || condition.Message == "" {
		o.t.Fatalf("AuditIntact is %+v, want %s/%s", condition, status, reason)
	}
	return *condition
}

func (o *office) wantKept(log auditLog) {
	o.t.Helper()
	if kept := o.status().Backlog.Audit; kept == nil || *kept != log.head() {
		o.t.Fatalf("the operator keeps %+v, want %+v", kept, log.head())
	}
}

// told are the events since the last call.
func (o *office) told() []string {
	var all []string
	for {
		select {
		case event := <-o.recorder.Events:
			all = append(all, event)
		default:
			return all
		}
	}
}

func (o *office) accept(head string) {
	o.t.Helper()
	station := &v1alpha1.LiaisonStation{}
	if err := o.client.Get(o.t.Context(), zhongduoKey, station); err != nil {
		o.t.Fatal(err)
	}
	metav1.SetMetaDataAnnotation(&station.ObjectMeta, v1alpha1.AnnotationAcceptAuditHead, head)
	if err := o.client.Update(o.t.Context(), station); err != nil {
		o.t.Fatal(err)
	}
}

func TestTheKeptHeadMovesOnWithTheLog(t *testing.T) {
	o, log, wait := seen(t)
	written := o.writes.Load()
	for range 3 {
		wait = o.nextPoll(wait)
	}
	if o.writes.Load() != written {
		t.Error("a log that did not grow was written again")
	}
	log = log.entries(2, "staff")
	o.intake.keeps(log)
	o.nextPoll(wait)
	o.wantKept(log)
	o.restartOperator()
	log = log.entries(1, "staff")
	o.intake.keeps(log)
	o.reconcile()
	o.wantAudit(metav1.ConditionTrue, ReasonLogIntact)
	o.wantKept(log)
	if events := o.told(); len(events) != 0 {
		t.Errorf("an intact log is no news, but %q was told", events)
	}
}

func TestABrokenLogIsToldOnceAndTheEvidenceStays(t *testing.T) {
	for name, c := range map[string]struct {
		broken func(auditLog) auditLog
		reason string
	}{
		"entries at the end are gone":   {func(l auditLog) auditLog { return l[:3] }, ReasonLogTruncated},
		"every entry is gone":           {func(auditLog) auditLog { return nil }, ReasonLogTruncated},
		"the last entry is another":     {func(l auditLog) auditLog { return l[:4].entries(1, "somebody") }, ReasonLogAltered},
		"an entry was changed long ago": {func(auditLog) auditLog { return auditLog{}.entries(1, "somebody").entries(8, "staff") }, ReasonLogAltered},
	} {
		t.Run(name, func(t *testing.T) {
			o, log, wait := seen(t)
			broken := c.broken(log)
			o.intake.keeps(broken)
			wait = o.nextPoll(wait)
			condition := o.wantAudit(metav1.ConditionFalse, c.reason)
			for _, part := range []string{"annotate", v1alpha1.AnnotationAcceptAuditHead + "=" + log.head().Head, "jixian", "zhongduo"} {
				if !strings.Contains(condition.Message, part) {
					t.Errorf("the condition says %q, not %q", condition.Message, part)
				}
			}
			events := o.told()
			if len(events) != 1 || !strings.HasPrefix(events[0], "Warning "+c.reason) {
				t.Errorf("told %q, want one warning", events)
			}

			written := o.writes.Load()
			for range 3 {
				wait = o.nextPoll(wait)
			}
			o.restartOperator()
			o.reconcile()
			o.wantAudit(metav1.ConditionFalse, c.reason)
			o.wantKept(log)
			if events := o.told(); len(events) != 0 || o.writes.Load() != written {
				t.Errorf("while it stays broken it is told again (%q) or written again (%d times)", events, o.writes.Load()-written)
			}
		})
	}
}

// A log cut short that then grows past its old length with other entries is altered and never passes for intact.
func TestATruncatedLogDoesNotHealByGrowing(t *testing.T) {
	o, log, wait := seen(t)
	o.intake.keeps(log[:3])
	wait = o.nextPoll(wait)
	o.wantAudit(metav1.ConditionFalse, ReasonLogTruncated)
	o.intake.keeps(log[:3].entries(10, "later"))
	o.nextPoll(wait)
	o.wantAudit(metav1.ConditionFalse, ReasonLogAltered)
	o.wantKept(log)
}

func TestALogWhoseEntriesAreBackIsIntact(t *testing.T) {
	o, log, wait := seen(t)
	o.intake.keeps(log[:3])
	wait = o.nextPoll(wait)
	o.wantAudit(metav1.ConditionFalse, ReasonLogTruncated)
	log = log.entries(2, "staff")
	o.intake.keeps(log)
	o.nextPoll(wait)
	o.wantAudit(metav1.ConditionTrue, ReasonLogIntact)
	o.wantKept(log)
}

func TestLostEntriesCanBeGivenUpByTheirHash(t *testing.T) {
	o, log, wait := seen(t)
	rest := log[:3]
	o.intake.keeps(rest)
	wait = o.nextPoll(wait)
	o.accept(rest.head().Head)
	wait = o.nextPoll(wait)
	o.wantAudit(metav1.ConditionFalse, ReasonLogTruncated) // that is not the end that was lost

	o.accept(log.head().Head)
	wait = o.nextPoll(wait)
	o.wantAudit(metav1.ConditionTrue, ReasonLogIntact)
	o.wantKept(rest)

	// What was accepted once does not excuse the next loss, not even one at the same length.
	rest = rest.entries(2, "later")
	o.intake.keeps(rest)
	wait = o.nextPoll(wait)
	o.wantKept(rest)
	o.intake.keeps(rest[:4])
	o.nextPoll(wait)
	o.wantAudit(metav1.ConditionFalse, ReasonLogTruncated)
	o.wantKept(rest)
}

func TestAnIntakeWithoutAnAuditLog(t *testing.T) {
	o := openOffice(t)
	o.intake.reports(zhongduo())
	o.podBecomesReady()
	wait := o.reconcile()
	if condition := meta.FindStatusCondition(o.status().Conditions, v1alpha1.ConditionAuditIntact); condition != nil {
		t.Errorf("an intake of an earlier release is judged: %+v", condition)
	}
	log := auditLog{}.entries(2, "staff")
	o.intake.keeps(log)
	wait = o.nextPoll(wait)
	o.wantAudit(metav1.ConditionTrue, ReasonLogIntact)
	o.intake.reports(zhongduo())
	o.nextPoll(wait)
	o.wantAudit(metav1.ConditionUnknown, ReasonLogNotShown)
	o.wantKept(log)
}

func TestASilentIntakeKeepsWhatIsKnownOfItsLog(t *testing.T) {
	o, log, wait := seen(t)
	o.intake.fails()
	for range 2 * patience {
		wait = o.nextPoll(wait)
	}
	o.wantFresh(metav1.ConditionFalse, ReasonBadAnswer)
	o.wantAudit(metav1.ConditionTrue, ReasonLogIntact)
	o.wantKept(log)
}

func TestAnswersThatProveNothingAreRefused(t *testing.T) {
	log := auditLog{}.entries(5, "staff")
	end, third := log.head(), log[2]
	for name, c := range map[string]struct {
		shown *stationconf.Audit
		seen  int64
		good  bool
	}{
		"no log":                        {nil, 3, true},
		"an empty log":                  {&stationconf.Audit{}, 0, true},
		"a log that was not asked":      {&stationconf.Audit{Length: 5, Head: end.Head}, 0, true},
		"a log with the entry":          {&stationconf.Audit{Length: 5, Head: end.Head, Asked: &stationconf.AuditPoint{Length: 3, Hash: third}}, 3, true},
		"a log that is shorter":         {&stationconf.Audit{Length: 2, Head: log[1]}, 3, true},
		"a log without the entry":       {&stationconf.Audit{Length: 5, Head: end.Head}, 3, false},
		"a log with another entry":      {&stationconf.Audit{Length: 5, Head: end.Head, Asked: &stationconf.AuditPoint{Length: 2, Hash: third}}, 3, false},
		"an entry without a hash":       {&stationconf.Audit{Length: 5, Head: end.Head, Asked: &stationconf.AuditPoint{Length: 3, Hash: "x"}}, 3, false},
		"an end that is not the end":    {&stationconf.Audit{Length: 5, Head: end.Head, Asked: &stationconf.AuditPoint{Length: 5, Hash: third}}, 5, false},
		"an empty log that ends":        {&stationconf.Audit{Head: end.Head}, 0, false},
		"a log without an end":          {&stationconf.Audit{Length: 5}, 0, false},
		"a log of less than no entries": {&stationconf.Audit{Length: -1}, 0, false},
	} {
		if err := checkAudit(c.shown, c.seen); (err == nil) != c.good {
			t.Errorf("%s: %v, want it taken: %t", name, err, c.good)
		}
	}
}

func TestABrokenLogReachesStatusAndEvents(t *testing.T) {
	key := types.NamespacedName{Namespace: cluster.Namespace(t), Name: "zhongduo"}
	there := startIntake(t)
	log := auditLog{}.entries(5, "staff")
	there.keeps(log)
	runController(t, often)
	declare(t, key, there)
	audit := func(is metav1.ConditionStatus, kept auditLog) func(v1alpha1.LiaisonStationStatus) bool {
		return func(status v1alpha1.LiaisonStationStatus) bool {
			condition := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionAuditIntact)
			return condition != nil && condition.Status == is && status.Backlog.Audit != nil && *status.Backlog.Audit == kept.head()
		}
	}
	eventuallyStatus(t, key, "the log's end is kept", audit(metav1.ConditionTrue, log))

	there.keeps(log[:2])
	eventuallyStatus(t, key, "the loss shows", audit(metav1.ConditionFalse, log))
	settled(t, key, there)
	controlplane.Eventually(t, "one event tells of it", func(ctx context.Context) error {
		list := &eventsv1.EventList{}
		if err := cluster.Client.List(ctx, list, client.InNamespace(key.Namespace)); err != nil {
			return err
		}
		if len(list.Items) != 1 || list.Items[0].Reason != ReasonLogTruncated || list.Items[0].Type != "Warning" || list.Items[0].Series != nil {
			return fmt.Errorf("the events are %+v", list.Items)
		}
		return nil
	})

	given := station(key)
	cluster.Get(t, given)
	metav1.SetMetaDataAnnotation(&given.ObjectMeta, v1alpha1.AnnotationAcceptAuditHead, log.head().Head)
	if err := cluster.Client.Update(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	eventuallyStatus(t, key, "the lost entries are given up", audit(metav1.ConditionTrue, log[:2]))
	settled(t, key, there)
}
