package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	authorizationv1 "k8s.io/api/authorization/v1"

	"township.dev/liaison/api/v1alpha1"
)

// right is something that a verb of this program needs.
type right struct {
	verb, group, resource, subresource string
	// verbs of the program that need it.
	needed string
	// severity where it is refused: not everybody is to change rosters.
	severity severity
}

var wantedRights = []right{
	{"list", v1alpha1.GroupVersion.Group, "liaisonstations", "", "backlog and doctor", warning},
	{"get", v1alpha1.GroupVersion.Group, "liaisonstations", "", "open", warning},
	{"list", v1alpha1.GroupVersion.Group, "deputyrosters", "", "duty today and duty month", warning},
	{"get", v1alpha1.GroupVersion.Group, "dutyschedules", "", "duty today and duty month", warning},
	{"patch", v1alpha1.GroupVersion.Group, "deputyrosters", "", "swap", note},
	{"create", "", "pods", "portforward", "open, for stations without a host", note},
}

func (r right) String() string {
	resource := r.resource
	if r.subresource != "" {
		resource += "/" + r.subresource
	}
	return r.verb + " " + resource
}

// rights asks the API server what the user may.
func (e *examiner) rights(ctx context.Context) error {
	for _, r := range wantedRights {
		review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Namespace: e.facts.namespace, Verb: r.verb, Group: r.group, Resource: r.resource, Subresource: r.subresource,
			},
		}}
		if err := e.cluster.Create(ctx, review); err != nil {
			return fmt.Errorf("asking what you may do: %w", err)
		}
		if !review.Status.Allowed {
			e.facts.refused = append(e.facts.refused, r)
		}
	}
	return nil
}

func checkRights(seen *facts, found *findings) {
	for _, r := range seen.refused {
		role := "view"
		if r.severity == note {
			role = "edit"
		}
		found.add(r.severity, "your rights", fmt.Sprintf("You may not %s%s, which is needed for %s", r, seen.where(), r.needed),
			fmt.Sprintf("Ask for the ClusterRole %s%s, to which the operator's release adds our kinds; where that is installed for named namespaces only, ask for a Role", role, seen.where()))
	}
}

// where says in words which namespaces are looked at.
func (f *facts) where() string {
	if f.namespace == "" {
		return " in all namespaces"
	}
	return " in namespace " + f.namespace
}

// checkUnseen says what was not looked at.
func checkUnseen(seen *facts, found *findings) {
	if len(seen.unseen) == 0 {
		return
	}
	plurals := slices.Sorted(slices.Values(seen.unseen))
	found.add(note, "this examination", "You may not list "+strings.Join(plurals, ", ")+", so nothing can be said of them", "Let somebody with more rights run it")
}
