package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// nature is what a cluster does by itself. What fails in one round is tried again in the next: the API server may be away.
type nature struct {
	t       *testing.T
	intakes *intakes
	// excuse a deletion before it happens.
	excuse func(types.UID)

	mu   sync.Mutex
	sick map[client.ObjectKey]corev1.PodStatus
}

const annotationRevision = "chaos/revision"

func newNature(t *testing.T, intakes *intakes, excuse func(types.UID)) *nature {
	t.Helper()
	n := &nature{t: t, intakes: intakes, excuse: excuse, sick: map[client.ObjectKey]corev1.PodStatus{}}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan bool)
	go func() {
		defer close(ended)
		beat := time.NewTicker(60 * time.Millisecond)
		defer beat.Stop()
		for round := 0; ; round++ {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				n.runPods(ctx)
				if round%5 == 0 {
					n.keepClaims(ctx)
					n.collectGarbage(ctx)
					n.endNamespaces(ctx)
				}
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return n
}

// ails are how a pod can be unwell.
var ails = []corev1.PodStatus{
	{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{Name: "intake", Started: new(true)}}},
	{Phase: corev1.PodRunning, ContainerStatuses: []corev1.ContainerStatus{{Name: "intake", LastTerminationState: corev1.ContainerState{
		Terminated: &corev1.ContainerStateTerminated{ExitCode: 3},
	}}}},
	{Phase: corev1.PodPending, ContainerStatuses: []corev1.ContainerStatus{{Name: "intake", Image: "example.test/intake", State: corev1.ContainerState{
		Waiting: &corev1.ContainerStateWaiting{Reason: "ErrImagePull"},
	}}}},
	{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Message: "0/1 nodes are available."},
	}},
}

// sicken the pod, whichever it is, until it is healed.
func (n *nature) sicken(pod client.ObjectKey, r *rand.Rand) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sick[pod] = ails[r.IntN(len(ails))]
}

func (n *nature) heal(pod client.ObjectKey) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.sick, pod)
}

// runPods plays StatefulSet controller and kubelet.
func (n *nature) runPods(ctx context.Context) {
	sets, pods := &appsv1.StatefulSetList{}, &corev1.PodList{}
	if cluster.Client.List(ctx, sets) != nil || cluster.Client.List(ctx, pods) != nil {
		return
	}
	running := map[client.ObjectKey]*corev1.Pod{}
	for i := range pods.Items {
		running[client.ObjectKeyFromObject(&pods.Items[i])] = &pods.Items[i]
	}
	for i := range sets.Items {
		set := &sets.Items[i]
		key := client.ObjectKey{Namespace: set.Namespace, Name: set.Name + "-0"}
		if set.DeletionTimestamp == nil && set.Spec.Replicas != nil && *set.Spec.Replicas > 0 {
			_ = n.runPod(ctx, set, running[key])
			delete(running, key)
		}
	}
	for _, pod := range running {
		_ = cluster.Client.Delete(ctx, pod, client.GracePeriodSeconds(0))
	}
}

func (n *nature) runPod(ctx context.Context, set *appsv1.StatefulSet, pod *corev1.Pod) error {
	revision, err := revisionOf(set)
	if err != nil {
		return err
	}
	switch {
	case pod == nil:
		return n.makePod(ctx, set, revision)
	case pod.Annotations[annotationRevision] != revision:
		return cluster.Client.Delete(ctx, pod, client.GracePeriodSeconds(0))
	}
	status, err := n.statusOf(ctx, pod)
	if err != nil {
		return err
	}
	if !sameStatus(pod.Status, status) {
		pod.Status = status
		if err := cluster.Client.Status().Update(ctx, pod); err != nil {
			return err
		}
	}
	told := appsv1.StatefulSetStatus{
		ObservedGeneration: set.Generation, Replicas: 1, CurrentRevision: set.Status.CurrentRevision, UpdateRevision: revision,
	}
	if isReady(status) {
		told.CurrentRevision, told.ReadyReplicas = revision, 1
	}
	if equality.Semantic.DeepEqual(set.Status, told) {
		return nil
	}
	set.Status = told
	return cluster.Client.Status().Update(ctx, set)
}

// revisionOf the pod's template.
func revisionOf(set *appsv1.StatefulSet) (string, error) {
	template, err := json.Marshal(set.Spec.Template)
	if err != nil {
		return "", err
	}
	hash := fnv.New64a()
	_, _ = hash.Write(template) // a hash in memory cannot fail
	return fmt.Sprintf("%x", hash.Sum64()), nil
}

// makePod whose internal port is the one that answers for every intake.
func (n *nature) makePod(ctx context.Context, set *appsv1.StatefulSet, revision string) error {
	template := set.Spec.Template.DeepCopy()
	pod := &corev1.Pod{ObjectMeta: template.ObjectMeta, Spec: template.Spec}
	pod.Namespace, pod.Name = set.Namespace, set.Name+"-0"
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	pod.Annotations[annotationRevision] = revision
	for c := range pod.Spec.Containers {
		for p := range pod.Spec.Containers[c].Ports {
			if port := &pod.Spec.Containers[c].Ports[p]; port.Name == "internal" {
				port.ContainerPort = n.intakes.port
			}
		}
	}
	return cluster.Client.Create(ctx, pod)
}

// statusOf the pod as it is to be. It finds no node while its claim is missing or on its way out.
func (n *nature) statusOf(ctx context.Context, pod *corev1.Pod) (corev1.PodStatus, error) {
	key := client.ObjectKeyFromObject(pod)
	n.mu.Lock()
	ail, sick := n.sick[key]
	n.mu.Unlock()
	if pod.Status.PodIP == "" {
		claim := &corev1.PersistentVolumeClaim{}
		err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: pod.Namespace, Name: claimOf(pod)}, claim)
		if client.IgnoreNotFound(err) != nil {
			return corev1.PodStatus{}, err
		}
		if err != nil || claim.DeletionTimestamp != nil {
			ail, sick = ails[len(ails)-1], true
		}
	}
	if sick {
		status := *ail.DeepCopy()
		status.PodIP = pod.Status.PodIP
		status.Conditions = append(status.Conditions, corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionFalse})
		return status, nil
	}
	return corev1.PodStatus{Phase: corev1.PodRunning, PodIP: n.intakes.addressOf(key), Conditions: []corev1.PodCondition{
		{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.Now()},
	}}, nil
}

// sameStatus but for times and what the API server adds.
func sameStatus(is, want corev1.PodStatus) bool {
	return is.PodIP == want.PodIP && isReady(is) == isReady(want) && len(is.Conditions) == len(want.Conditions) &&
		equality.Semantic.DeepEqual(is.ContainerStatuses, want.ContainerStatuses)
}

func isReady(status corev1.PodStatus) bool {
	return slices.ContainsFunc(status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func claimOf(pod *corev1.Pod) string {
	for i := range pod.Spec.Volumes {
		if claim := pod.Spec.Volumes[i].PersistentVolumeClaim; claim != nil {
			return claim.ClaimName
		}
	}
	return ""
}

// keepClaims binds claims, and lets go of a deleted one once no pod that found a node uses it.
func (n *nature) keepClaims(ctx context.Context) {
	claims, pods := &corev1.PersistentVolumeClaimList{}, &corev1.PodList{}
	if cluster.Client.List(ctx, claims) != nil || cluster.Client.List(ctx, pods) != nil {
		return
	}
	used := map[client.ObjectKey]bool{}
	for i := range pods.Items {
		if pod := &pods.Items[i]; pod.Status.PodIP != "" {
			used[client.ObjectKey{Namespace: pod.Namespace, Name: claimOf(pod)}] = true
		}
	}
	for i := range claims.Items {
		claim := &claims.Items[i]
		switch {
		case claim.DeletionTimestamp != nil && !used[client.ObjectKeyFromObject(claim)]:
			claim.Finalizers = nil
			_ = cluster.Client.Update(ctx, claim)
		case claim.DeletionTimestamp == nil && claim.Status.Phase != corev1.ClaimBound && claim.Annotations[annotationForeign] == "":
			claim.Status.Phase = corev1.ClaimBound
			_ = cluster.Client.Status().Update(ctx, claim)
		}
	}
}

// collectGarbage deletes what belonged to a station that is gone.
func (n *nature) collectGarbage(ctx context.Context) {
	var owned []metav1.PartialObjectMetadata
	for _, k := range kinds {
		rows, err := rowsOf(ctx, k.list())
		if err != nil {
			return
		}
		owned = append(owned, rows...)
	}
	// Stations after their children: a child was made for a station that was there before it.
	stations, err := rowsOf(ctx, &v1alpha1.LiaisonStationList{})
	if err != nil {
		return
	}
	there := map[types.UID]bool{}
	for _, station := range stations {
		there[station.UID] = true
	}
	for i := range owned {
		row := &owned[i]
		if row.DeletionTimestamp != nil || len(row.OwnerReferences) == 0 ||
			slices.ContainsFunc(row.OwnerReferences, func(ref metav1.OwnerReference) bool { return there[ref.UID] }) {
			continue
		}
		n.excuse(row.UID)
		_ = cluster.Client.Delete(ctx, row, client.Preconditions{UID: &row.UID, ResourceVersion: &row.ResourceVersion})
	}
}

// endNamespaces empties those that are being deleted, and lets them go when they are empty.
func (n *nature) endNamespaces(ctx context.Context) {
	namespaces := &corev1.NamespaceList{}
	if cluster.Client.List(ctx, namespaces) != nil {
		return
	}
	for i := range namespaces.Items {
		if namespace := &namespaces.Items[i]; namespace.DeletionTimestamp != nil && n.empty(ctx, namespace.Name) {
			namespace.Spec.Finalizers = nil
			_ = cluster.Client.SubResource("finalize").Update(ctx, namespace)
		}
	}
}

// empty deletes what is in the namespace, and reports whether there was nothing.
func (n *nature) empty(ctx context.Context, namespace string) bool {
	nothing := true
	for _, list := range append(everything(), &corev1.PodList{}, &eventsv1.EventList{}) {
		rows, err := rowsOf(ctx, list, client.InNamespace(namespace))
		if err != nil {
			return false
		}
		for i := range rows {
			nothing = false
			n.excuse(rows[i].UID)
			_ = cluster.Client.Delete(ctx, &rows[i], client.GracePeriodSeconds(0))
		}
	}
	return nothing
}

// rowsOf lists the metadata of the list's kind.
func rowsOf(ctx context.Context, list client.ObjectList, opts ...client.ListOption) ([]metav1.PartialObjectMetadata, error) {
	gvk, err := cluster.Client.GroupVersionKindFor(list)
	if err != nil {
		return nil, err
	}
	rows := &metav1.PartialObjectMetadataList{}
	rows.SetGroupVersionKind(gvk)
	if err := cluster.Client.List(ctx, rows, opts...); err != nil {
		return nil, err
	}
	itemKind := gvk.GroupVersion().WithKind(gvk.Kind[:len(gvk.Kind)-len("List")])
	for i := range rows.Items {
		rows.Items[i].SetGroupVersionKind(itemKind)
	}
	return rows.Items, nil
}
