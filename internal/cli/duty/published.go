package duty

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// post is a roster in a cluster, whose published months can be asked for. Nothing is planned anew: what counts is what the operator has told everybody.
type post struct {
	cluster           *cluster.Cluster
	roster            *v1alpha1.DeputyRoster
	rules             fromcrd.Roster
	deputies, leaders people
}

func newPost(c *cluster.Cluster, roster *v1alpha1.DeputyRoster) *post {
	p := &post{cluster: c, roster: roster}
	p.rules, _ = fromcrd.RosterOf(&roster.Spec) // what is wrong with it stands in its status
	p.deputies, p.leaders = peopleOf(&roster.Spec)
	return p
}

func (p *post) String() string { return p.roster.Namespace + "/" + p.roster.Name }

// published is a month as the operator wrote it; the shifts of both parts stand in the same order.
type published struct {
	object *v1alpha1.DutySchedule
	plan   fromcrd.Published
}

// unreadable is a plan that somebody wrote by hand, and wrongly. Other rosters are shown all the same.
type unreadable struct {
	schedule client.ObjectKey
	fault    error
}

func (u *unreadable) Error() string {
	return fmt.Sprintf("DutySchedule %s cannot be read: %v; correct it, or delete it to have the month planned anew", u.schedule, u.fault)
}

// month reads a month; nil where none is published. The error is an *unreadable where the plan is to blame.
func (p *post) month(ctx context.Context, month workday.Month) (*published, error) {
	object := &v1alpha1.DutySchedule{}
	key := client.ObjectKey{Namespace: p.roster.Namespace, Name: fromcrd.ScheduleName(p.roster.Name, month)}
	if err := p.cluster.Get(ctx, key, object); err != nil {
		if apierrors.IsNotFound(err) {
			return nil, nil
		}
		return nil, cluster.Explain(err)
	}
	plan, err := fromcrd.PublishedOf(object)
	if err != nil {
		return nil, &unreadable{key, err}
	}
	return &published{object: object, plan: plan}, nil
}

// shown is a shift with the names of its people.
type shown struct {
	v1alpha1.Shift `json:",inline"`
	Deputies       []named `json:"deputies,omitempty"`
	Leaders        []named `json:"leaders,omitempty"`
	plan           *duty.Shift
}

// named is a person; the name is empty where the roster has nobody of that id.
type named struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

func (p *post) shown(month *published, at int) *shown {
	shift := &month.object.Spec.Shifts[at]
	return &shown{Shift: *shift, Deputies: p.deputies.named(shift.Deputies), Leaders: p.leaders.named(shift.Leaders), plan: &month.plan.Shifts[at]}
}

func (p *post) row(s *shown) []string {
	return shiftRow(s.plan, p.deputies, p.leaders, notes(s.plan, ""))
}

func (p people) named(ids []string) []named {
	all := make([]named, 0, len(ids))
	for _, id := range ids {
		all = append(all, named{ID: id, Name: p[id]})
	}
	return all
}

// sideBySide is how many rosters are asked about at a time.
const sideBySide = 8

// each asks about every roster and keeps their order.
func each[T any](ctx context.Context, posts []*post, ask func(context.Context, *post) (T, error)) ([]T, error) {
	answers := make([]T, len(posts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(sideBySide)
	for i, p := range posts {
		group.Go(func() (err error) {
			answers[i], err = ask(ctx, p)
			return err
		})
	}
	return answers, group.Wait()
}

// posts are the rosters that were asked about, in the order of namespaces and names: the named one, or all in scope.
func posts(ctx context.Context, c *cluster.Cluster, name string) ([]*post, error) {
	list := &v1alpha1.DeputyRosterList{}
	if err := c.List(ctx, list, c.Scope()); err != nil {
		return nil, cluster.Explain(err)
	}
	var all []*post
	for i := range list.Items {
		if roster := &list.Items[i]; name == "" || roster.Name == name {
			all = append(all, newPost(c, roster))
		}
	}
	slices.SortFunc(all, func(a, b *post) int { return strings.Compare(a.String(), b.String()) })
	if len(all) == 0 {
		return nil, noRoster(c, name)
	}
	return all, nil
}

func noRoster(c *cluster.Cluster, name string) error {
	what, where := "no DeputyRoster", "in namespace "+c.Namespace
	if name != "" {
		what = "no DeputyRoster " + name
	}
	if c.Everywhere {
		where = "in any namespace"
	}
	return exit.Bad(fmt.Errorf("there is %s %s", what, where), "kubectl get deputyrosters -A lists them; -n names the namespace")
}
