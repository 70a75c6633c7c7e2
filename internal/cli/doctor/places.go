package doctor

import (
	"io"
	"slices"

	"github.com/spf13/pflag"
	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// place is a namespace with an operator in it. All operators of a namespace share what is there.
type place struct {
	namespace string
	// pods of operators.
	pods []corev1.Pod
	// lease of the leader; nil where there is none.
	lease    *coordinationv1.Lease
	policies []networkingv1.NetworkPolicy
}

// operator is one installation of the operator.
type operator struct {
	place *place
	// deployment is nil where none was found: the operator is missing, out of sight, or runs outside of the cluster.
	deployment *appsv1.Deployment
	// elects says that its replicas choose a leader.
	elects bool
	// watches are the namespaces that it serves; empty for all.
	watches []string
}

// deployed reads from a Deployment what its operator does, by the flags that decide it.
func deployed(d *appsv1.Deployment, at *place) operator {
	o := operator{place: at, deployment: d}
	for _, container := range d.Spec.Template.Spec.Containers {
		flags := pflag.NewFlagSet(container.Name, pflag.ContinueOnError)
		flags.SetOutput(io.Discard) // -h of another program's container asks for no help here
		flags.ParseErrorsAllowlist.UnknownFlags = true
		flags.BoolVar(&o.elects, "leader-elect", o.elects, "")
		flags.StringSliceVar(&o.watches, "watch-namespaces", o.watches, "")
		_ = flags.Parse(container.Args) // with flags that cannot be read the operator does not start, which is told
	}
	return o
}

func (o *operator) name() string {
	return named("Deployment", o.deployment.Namespace, o.deployment.Name)
}

// pods are its own, of those that the place has.
func (o *operator) pods() []corev1.Pod {
	if o.deployment == nil {
		return o.place.pods
	}
	return slices.DeleteFunc(slices.Clone(o.place.pods), func(pod corev1.Pod) bool { return !selects(o.deployment.Spec.Selector, pod.Labels) })
}

// shutIn are the policies that limit where its pods may go.
func (o *operator) shutIn() []string {
	var names []string
	for i := range o.place.policies {
		policy := &o.place.policies[i]
		if slices.Contains(policy.Spec.PolicyTypes, networkingv1.PolicyTypeEgress) && o.selectedBy(policy) {
			names = append(names, policy.Name)
		}
	}
	return names
}

func (o *operator) selectedBy(policy *networkingv1.NetworkPolicy) bool {
	if o.deployment != nil && selects(&policy.Spec.PodSelector, o.deployment.Spec.Template.Labels) {
		return true
	}
	return slices.ContainsFunc(o.pods(), func(pod corev1.Pod) bool { return selects(&policy.Spec.PodSelector, pod.Labels) })
}

func selects(by *metav1.LabelSelector, set map[string]string) bool {
	selector, err := metav1.LabelSelectorAsSelector(by)
	return err == nil && selector.Matches(labels.Set(set)) // the API server takes none that cannot be read
}

// serving are the operators that serve a namespace, those first that name it.
func (f *facts) serving(namespace string) []*operator {
	var naming, all []*operator
	for i := range f.operators {
		switch o := &f.operators[i]; {
		case len(o.watches) == 0:
			all = append(all, o)
		case slices.Contains(o.watches, namespace):
			naming = append(naming, o)
		}
	}
	return append(naming, all...)
}

// operatorOf a namespace; nil where none of those that were found serves it.
func (f *facts) operatorOf(namespace string) *operator {
	if serving := f.serving(namespace); len(serving) > 0 {
		return serving[0]
	}
	return nil
}

// unserved reports whether no operator serves a namespace. One that is out of sight may.
func (f *facts) unserved(namespace string) bool {
	return f.everywhere && f.operatorOf(namespace) == nil
}

// wanting are the namespaces with something to serve in them.
func (f *facts) wanting() []string {
	var namespaces []string
	for i := range f.stations {
		namespaces = append(namespaces, f.stations[i].Namespace)
	}
	for i := range f.rosters {
		namespaces = append(namespaces, f.rosters[i].Namespace)
	}
	slices.Sort(namespaces)
	return slices.Compact(namespaces)
}
