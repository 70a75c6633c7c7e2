package roster

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// prune deletes the schedules of months that are older than the roster keeps. What they counted stands in the opening ledgers of the later ones; the
// newest month before the present stays whatever its age, because the plan continues it.
func prune(ctx context.Context, r *Reconciler, v *visit) {
	if v.unread || len(v.history) == 0 {
		return
	}
	old := v.history
	if !v.has(v.present().Add(-1)) {
		old = old[:len(old)-1]
	}
	oldest := v.present().Add(-v.rules.HistoryMonths).String()
	for _, schedule := range old {
		if schedule.Spec.Month >= oldest {
			break
		}
		// Only the one that was seen: somebody may have made another of the name since.
		err := r.Client.Delete(ctx, schedule, client.Preconditions{UID: &schedule.UID})
		if client.IgnoreNotFound(err) != nil {
			v.fault(fmt.Errorf("deleting DutySchedule %s, which is older than historyMonths: %w", schedule.Name, err))
		}
	}
}
