package swap

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// fieldManager is how the roster tells that the override came from here.
const fieldManager = "kubectl-liaison"

func (s *swap) run(ctx context.Context) error {
	c, err := s.access.Connect()
	if err != nil {
		return err
	}
	var done *change
	// Somebody may write the roster between our reading and our writing. It is then read again and judged anew.
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		done, err = s.attempt(ctx, c)
		return err
	})
	if err != nil {
		return cluster.Explain(err)
	}
	return s.tell(done)
}

// attempt reads, judges and writes once.
func (s *swap) attempt(ctx context.Context, c *cluster.Cluster) (*change, error) {
	roster := &v1alpha1.DeputyRoster{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: s.roster}, roster); err != nil {
		return nil, err
	}
	plan, err := s.plan(ctx, c, roster)
	if err != nil {
		return nil, err
	}
	wanted, err := s.decide(roster, plan)
	if err != nil || s.dryRun == dryRunClient {
		return wanted, err
	}
	patch, err := wanted.patch(roster)
	if err != nil {
		return nil, err
	}
	options := []client.PatchOption{client.FieldOwner(fieldManager)}
	if s.dryRun == dryRunServer {
		options = append(options, client.DryRunAll)
	}
	return wanted, c.Patch(ctx, roster, client.RawPatch(types.JSONPatchType, patch), options...)
}

// plan reads the month in which the day lies.
func (s *swap) plan(ctx context.Context, c *cluster.Cluster, roster *v1alpha1.DeputyRoster) (*v1alpha1.DutySchedule, error) {
	today := workday.DateOf(s.clock.Now().In(fromcrd.Zone(roster)))
	if s.date.Before(workday.MonthOf(today).First()) {
		return nil, exit.Bad(fmt.Errorf("%s lies before this month, whose turns are counted", s.date), "only days from the first of this month on can be swapped")
	}
	plan := &v1alpha1.DutySchedule{}
	month := workday.MonthOf(s.date)
	err := c.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: fromcrd.ScheduleName(s.roster, month)}, plan)
	if apierrors.IsNotFound(err) {
		return nil, exit.Bad(fmt.Errorf("%s has no plan for %s yet", s.roster, month), "kubectl liaison duty month shows what is planned; spec.horizonMonths says how far ahead")
	}
	return plan, err
}

// tell says what changed, or what would.
func (s *swap) tell(done *change) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "deputyroster/%s: %s on %s (%s)\n", s.roster, done.kind, s.date, s.date.Weekday())
	fmt.Fprintf(&b, "  before  %s\n", show.Printable(strings.Join(done.before, ", ")))
	fmt.Fprintf(&b, "  after   %s\n", show.Printable(strings.Join(done.after, ", ")))
	switch s.dryRun {
	case dryRunClient:
		text, err := yaml.Marshal(map[string][]v1alpha1.Override{"overrides": {done.override}})
		if err != nil {
			return fmt.Errorf("writing the override: %w", err)
		}
		fmt.Fprintf(&b, "Nothing is written (client dry run). The override in spec would be:\n%s", text)
	case dryRunServer:
		fmt.Fprintln(&b, "Nothing is written (server dry run): the server would take it.")
	default:
		fmt.Fprintln(&b, "The operator plans the day anew within seconds.")
	}
	if _, err := s.out.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing what changes: %w", err)
	}
	if done.warning == "" {
		return nil
	}
	if _, err := fmt.Fprintf(s.err, "warning: %s\n", done.warning); err != nil {
		return fmt.Errorf("writing a warning: %w", err)
	}
	return nil
}
