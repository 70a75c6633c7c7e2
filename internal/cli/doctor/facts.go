package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
)

// facts are what could be seen of an installation. Checks judge them and ask nobody.
type facts struct {
	// now is the time of the API server, and local that of this machine at the same moment.
	now, local time.Time
	// version of this program.
	version string
	// namespace that is looked at; empty for all.
	namespace string

	stations []v1alpha1.LiaisonStation
	rosters  []v1alpha1.DeputyRoster
	claims   []corev1.PersistentVolumeClaim
	pods     []corev1.Pod
	classes  []storagev1.StorageClass
	// operators that were found or, where none was, the one that should be there.
	operators []operator
	// everywhere says that operators were looked for in every namespace.
	everywhere bool
	// places are the namespaces of the operators, each once.
	places []*place

	served served
	// refused are the rights that the user lacks.
	refused []right
	// unseen are the plural names of what could not be read for want of rights.
	unseen []string
}

// sees reports whether the objects of a plural name could be read.
func (f *facts) sees(plural string) bool { return !slices.Contains(f.unseen, plural) }

// How the operator, its lease and the intakes are called, however they were installed.
const (
	labelName    = "app.kubernetes.io/name"
	operatorName = "liaison-operator"
	intakeName   = "liaison-intake"
)

// examiner reads facts.
type examiner struct {
	cluster *cluster.Cluster
	// operatorNamespace is where the operator should be, where it is not found.
	operatorNamespace string
	facts             facts
}

func (d *doctor) examine(ctx context.Context, c *cluster.Cluster) (*facts, error) {
	e := &examiner{cluster: c, operatorNamespace: d.operatorNamespace, facts: facts{version: d.version}}
	if d.access.NamespaceGiven() {
		e.facts.namespace = c.Namespace
	}
	var err error
	if e.facts.now, e.facts.local, err = clocks(ctx, c.Config, d.clock); err != nil {
		return nil, err
	}
	if e.facts.served, err = servedBy(c.Config); err != nil {
		return nil, err
	}
	for _, read := range []func(context.Context) error{e.scope, e.ours, e.operators, e.workloads, e.rights} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	return &e.facts, nil
}

// scope falls back to the namespace of the context where the user may not look at all of them.
func (e *examiner) scope(ctx context.Context) error {
	if e.facts.namespace != "" {
		return nil
	}
	err := e.cluster.List(ctx, &v1alpha1.LiaisonStationList{}, client.Limit(1))
	if apierrors.IsForbidden(err) {
		e.facts.namespace = e.cluster.Namespace
		return nil
	}
	return ignoreUnserved(err)
}

func (e *examiner) ours(ctx context.Context) error {
	stations, rosters := &v1alpha1.LiaisonStationList{}, &v1alpha1.DeputyRosterList{}
	if err := e.list(ctx, stations, e.facts.namespace); err != nil {
		return err
	}
	if err := e.list(ctx, rosters, e.facts.namespace); err != nil {
		return err
	}
	e.facts.stations, e.facts.rosters = stations.Items, rosters.Items
	return nil
}

// operators looks in every namespace, where that is allowed, for the labels that each way of installing gives them.
func (e *examiner) operators(ctx context.Context) error {
	deployments, labels := &appsv1.DeploymentList{}, client.MatchingLabels{labelName: operatorName}
	err := e.cluster.List(ctx, deployments, labels)
	e.facts.everywhere = err == nil
	if apierrors.IsForbidden(err) {
		err = e.list(ctx, deployments, e.operatorNamespace, labels)
	}
	if err != nil {
		return err
	}
	for i := range deployments.Items {
		at, err := e.place(ctx, deployments.Items[i].Namespace)
		if err != nil {
			return err
		}
		e.facts.operators = append(e.facts.operators, deployed(&deployments.Items[i], at))
	}
	if len(e.facts.operators) > 0 {
		return nil
	}
	at, err := e.place(ctx, e.operatorNamespace)
	e.facts.operators = []operator{{place: at}}
	return err
}

// place reads what a namespace has for its operators, once for all of them.
func (e *examiner) place(ctx context.Context, namespace string) (*place, error) {
	if known := slices.IndexFunc(e.facts.places, func(p *place) bool { return p.namespace == namespace }); known >= 0 {
		return e.facts.places[known], nil
	}
	pods, leases, policies := &corev1.PodList{}, &coordinationv1.LeaseList{}, &networkingv1.NetworkPolicyList{}
	if err := e.list(ctx, pods, namespace, client.MatchingLabels{labelName: operatorName}); err != nil {
		return nil, err
	}
	for _, list := range []client.ObjectList{leases, policies} {
		if err := e.list(ctx, list, namespace); err != nil {
			return nil, err
		}
	}
	read := &place{namespace: namespace, pods: pods.Items, policies: policies.Items}
	if at := slices.IndexFunc(leases.Items, func(l coordinationv1.Lease) bool { return l.Name == operatorName }); at >= 0 {
		read.lease = &leases.Items[at]
	}
	e.facts.places = append(e.facts.places, read)
	return read, nil
}

func (e *examiner) workloads(ctx context.Context) error {
	pods, claims, classes := &corev1.PodList{}, &corev1.PersistentVolumeClaimList{}, &storagev1.StorageClassList{}
	ofIntakes := client.MatchingLabels{labelName: intakeName}
	for _, wanted := range []struct {
		list      client.ObjectList
		namespace string
		options   []client.ListOption
	}{
		{pods, e.facts.namespace, []client.ListOption{ofIntakes}},
		{claims, e.facts.namespace, []client.ListOption{ofIntakes}},
		{classes, "", nil},
	} {
		if err := e.list(ctx, wanted.list, wanted.namespace, wanted.options...); err != nil {
			return err
		}
	}
	e.facts.pods, e.facts.claims, e.facts.classes = pods.Items, claims.Items, classes.Items
	return nil
}

// list reads what there is. What may not be read is noted, and what the cluster has no kind for is not there.
func (e *examiner) list(ctx context.Context, list client.ObjectList, namespace string, options ...client.ListOption) error {
	err := e.cluster.List(ctx, list, append(options, client.InNamespace(namespace))...)
	if apierrors.IsForbidden(err) {
		if plural := pluralOf(list); e.facts.sees(plural) {
			e.facts.unseen = append(e.facts.unseen, plural)
		}
		return nil
	}
	return ignoreUnserved(err)
}

func ignoreUnserved(err error) error {
	if meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

// pluralOf is how kubectl and roles call the objects of a list: *v1.StorageClassList is storageclasses.
func pluralOf(list client.ObjectList) string {
	name := fmt.Sprintf("%T", list)
	name = strings.ToLower(strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "List"))
	switch {
	case strings.HasSuffix(name, "s"):
		return name + "es"
	case strings.HasSuffix(name, "y"):
		return strings.TrimSuffix(name, "y") + "ies"
	default:
		return name + "s"
	}
}
