package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
)

// annotationForeign marks what is somebody else's.
const annotationForeign = "chaos/foreign"

// Personal data that is in the rosters and must come out nowhere else.
const (
	secretPhone  = "13900000002"
	secretReason = "手术"
)

// witness sees every version of every object and notes what must never be.
type witness struct {
	t      *testing.T
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu      sync.Mutex
	excused map[types.UID]bool
	// keys to the data, by the UID of their Secret.
	keys map[types.UID]string
	// foreign objects as they were made, by UID.
	foreign map[types.UID]string
	// last status seen of each object, as long as none in between was missed.
	last   map[types.UID]standing
	faults []string
	seen   int
}

// standing is what all of our kinds tell of themselves.
type standing struct {
	generation, observed int64
	conditions           []metav1.Condition
}

func newWitness(t *testing.T) *witness {
	t.Helper()
	c, err := client.NewWithWatch(cluster.Config, client.Options{Scheme: cluster.Scheme})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &witness{
		t: t, cancel: cancel, excused: map[types.UID]bool{}, keys: map[types.UID]string{}, foreign: map[types.UID]string{}, last: map[types.UID]standing{},
	}
	for _, list := range append(everything(), &eventsv1.EventList{}) {
		w.ended.Go(func() { w.watch(ctx, c, list) })
	}
	t.Cleanup(w.end)
	return w
}

// end of the watch. It fails the test when anything was seen that must not be.
func (w *witness) end() {
	w.cancel()
	w.ended.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, fault := range w.faults {
		w.t.Error(fault)
	}
	if w.faults = nil; w.seen < 100 {
		w.t.Errorf("the witness saw %d versions of objects: it was not there", w.seen)
	}
}

// excuse a deletion that is not the operator's.
func (w *witness) excuse(uid types.UID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.excused[uid] = true
}

// watch a kind to the end. After the API server was away a watch may not go on where it stood; then what was missed is not held against anybody.
func (w *witness) watch(ctx context.Context, c client.WithWatch, list client.ObjectList) {
	known := map[types.UID]client.Object{}
	for ctx.Err() == nil {
		if err := c.List(ctx, list); err != nil {
			pause(ctx, 100*time.Millisecond)
			continue
		}
		w.catchUp(known, list)
		for version := list.GetResourceVersion(); version != "" && ctx.Err() == nil; {
			version = w.follow(ctx, c, list, known, version)
		}
	}
}

// follow a watch from a version to its end, and return the version from which to go on; none when the list must be read again.
func (w *witness) follow(ctx context.Context, c client.WithWatch, list client.ObjectList, known map[types.UID]client.Object, version string) string {
	stream, err := c.Watch(ctx, list, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: version, AllowWatchBookmarks: true}})
	if err != nil {
		pause(ctx, 100*time.Millisecond)
		return ""
	}
	defer stream.Stop()
	for event := range stream.ResultChan() {
		obj, ok := event.Object.(client.Object)
		if !ok || event.Type == watch.Error {
			return ""
		}
		version = obj.GetResourceVersion()
		switch event.Type {
		case watch.Added, watch.Modified:
			known[obj.GetUID()] = obj
			w.see(obj)
		case watch.Deleted:
			delete(known, obj.GetUID())
			w.miss(obj)
		case watch.Bookmark, watch.Error: // a version is all there is to it; see above
		}
	}
	pause(ctx, 20*time.Millisecond)
	return version
}

// catchUp with a list: what is not in it was deleted.
func (w *witness) catchUp(known map[types.UID]client.Object, list client.ObjectList) {
	missed := map[types.UID]client.Object{}
	for uid, obj := range known {
		missed[uid] = obj
	}
	clear(known)
	_ = meta.EachListItem(list, func(item runtime.Object) error { // what it is given returns no error
		obj, ok := item.DeepCopyObject().(client.Object)
		if !ok {
			return nil
		}
		w.mu.Lock()
		delete(w.last, obj.GetUID())
		w.mu.Unlock()
		delete(missed, obj.GetUID())
		known[obj.GetUID()] = obj
		w.see(obj)
		return nil
	})
	for _, obj := range missed {
		w.miss(obj)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// miss an object that is gone. The operator deletes Ingresses of its own, and nothing else.
func (w *witness) miss(obj client.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.last, obj.GetUID())
	if _, event := obj.(*eventsv1.Event); event || w.excused[obj.GetUID()] {
		return
	}
	if _, isIngress := obj.(*networkingv1.Ingress); isIngress && obj.GetAnnotations()[annotationForeign] == "" {
		return
	}
	w.fault(obj, "was deleted, and not by anybody here")
}

func (w *witness) see(obj client.Object) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen++
	if len(obj.GetFinalizers()) > 0 && !slices.Equal(obj.GetFinalizers(), []string{"kubernetes.io/pvc-protection"}) {
		w.fault(obj, fmt.Sprintf("has finalizers %v", obj.GetFinalizers()))
	}
	if obj.GetAnnotations()[annotationForeign] != "" {
		w.seeForeign(obj)
		return
	}
	switch o := obj.(type) {
	case *v1alpha1.LiaisonStation:
		w.seeStanding(obj, standing{o.Generation, o.Status.ObservedGeneration, o.Status.Conditions}, stationInvariants)
		w.seeNothingPersonal(obj, o.Status)
	case *v1alpha1.DeputyRoster:
		w.seeStanding(obj, standing{o.Generation, o.Status.ObservedGeneration, o.Status.Conditions}, nil)
		w.seeNothingPersonal(obj, o.Status)
	case *v1alpha1.DutySchedule:
		w.seeStanding(obj, standing{o.Generation, o.Status.ObservedGeneration, o.Status.Conditions}, nil)
		w.seeNothingPersonal(obj, o)
	case *corev1.ConfigMap:
		w.seeNothingPersonal(obj, o.Data)
	case *eventsv1.Event:
		w.seeNothingPersonal(obj, o)
	case *corev1.Secret:
		w.seeKey(o)
	}
}

// seeForeign notes the first version of a foreign object, which must stay the only one.
func (w *witness) seeForeign(obj client.Object) {
	first, known := w.foreign[obj.GetUID()]
	switch {
	case !known:
		w.foreign[obj.GetUID()] = obj.GetResourceVersion()
	case first != obj.GetResourceVersion() && obj.GetDeletionTimestamp() == nil:
		w.fault(obj, fmt.Sprintf("is foreign and was written by %s", managers(obj)))
	}
}

func managers(obj client.Object) string {
	var names []string
	for _, entry := range obj.GetManagedFields() {
		names = append(names, entry.Manager)
	}
	return strings.Join(names, ", ")
}

// seeKey: whoever replaces a key loses the data it was for.
func (w *witness) seeKey(secret *corev1.Secret) {
	key := string(secret.Data[station.DataKey])
	if key == "" {
		return
	}
	if before := w.keys[secret.UID]; before != "" && before != key {
		w.fault(secret, "has another data key")
	}
	w.keys[secret.UID] = key
}

func (w *witness) seeNothingPersonal(obj client.Object, in any) {
	written, err := json.Marshal(in)
	if err != nil {
		w.fault(obj, err.Error())
	}
	for _, personal := range []string{secretPhone, secretReason} {
		if strings.Contains(string(written), personal) {
			w.fault(obj, "tells "+personal)
		}
	}
}

func (w *witness) seeStanding(obj client.Object, now standing, more func(map[string]metav1.Condition) []string) {
	broken := now.broken(more)
	if before, known := w.last[obj.GetUID()]; known {
		broken = append(broken, now.after(before)...)
	}
	for _, what := range broken {
		w.fault(obj, what)
	}
	w.last[obj.GetUID()] = now
}

// fault is noted up to a number: what is wrong once is often wrong at every step from then on.
func (w *witness) fault(obj client.Object, what string) {
	if len(w.faults) < 40 {
		w.faults = append(w.faults, fmt.Sprintf("%T %s at version %s %s", obj, client.ObjectKeyFromObject(obj), obj.GetResourceVersion(), what))
	}
}

// broken is what must not be seen of it at any moment.
func (s standing) broken(more func(map[string]metav1.Condition) []string) []string {
	var broken []string
	byType := map[string]metav1.Condition{}
	if s.observed > s.generation {
		broken = append(broken, fmt.Sprintf("has observed generation %d of %d", s.observed, s.generation))
	}
	for _, c := range s.conditions {
		if _, twice := byType[c.Type]; twice {
			broken = append(broken, c.Type+" stands twice")
		}
		byType[c.Type] = c
		if c.ObservedGeneration > s.generation {
			broken = append(broken, fmt.Sprintf("%s speaks of generation %d of %d", c.Type, c.ObservedGeneration, s.generation))
		}
	}
	is := func(conditionType string) bool { return byType[conditionType].Status == metav1.ConditionTrue }
	if is(v1alpha1.ConditionReconciling) && is(v1alpha1.ConditionStalled) {
		broken = append(broken, "is Reconciling and Stalled")
	}
	if more != nil && s.observed > 0 {
		broken = append(broken, more(byType)...)
	}
	return broken
}

func stationInvariants(conditions map[string]metav1.Condition) []string {
	var broken []string
	is := func(conditionType string) bool { return conditions[conditionType].Status == metav1.ConditionTrue }
	for _, conditionType := range []string{v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled} {
		if conditions[conditionType].Status == "" {
			broken = append(broken, conditionType+" is missing")
		}
	}
	if is(v1alpha1.ConditionReady) && !is(v1alpha1.ConditionIntakeAvailable) {
		broken = append(broken, "is Ready without an intake that answers")
	}
	suspended := conditions[v1alpha1.ConditionReady].Reason == station.ReasonSuspended
	if !is(v1alpha1.ConditionReady) && !is(v1alpha1.ConditionReconciling) && !is(v1alpha1.ConditionStalled) && !suspended {
		broken = append(broken, "is not Ready, and neither Reconciling nor Stalled nor suspended")
	}
	for _, c := range conditions {
		if c.Status == metav1.ConditionFalse && c.Message == "" && c.Type != v1alpha1.ConditionReconciling && c.Type != v1alpha1.ConditionStalled {
			broken = append(broken, c.Type+" is False and does not say why")
		}
	}
	return broken
}

// after is what must not be seen between two versions.
func (s standing) after(before standing) []string {
	var broken []string
	if s.observed < before.observed {
		broken = append(broken, fmt.Sprintf("had observed generation %d and now %d", before.observed, s.observed))
	}
	for _, c := range s.conditions {
		was := meta.FindStatusCondition(before.conditions, c.Type)
		switch {
		case was == nil:
		case was.Status == c.Status && !was.LastTransitionTime.Equal(&c.LastTransitionTime):
			broken = append(broken, fmt.Sprintf("%s is %s as before (%s, then %s), since %s and not %s",
				c.Type, c.Status, was.Reason, c.Reason, c.LastTransitionTime.Format(time.TimeOnly), was.LastTransitionTime.Format(time.TimeOnly)))
		case c.LastTransitionTime.Before(&was.LastTransitionTime):
			broken = append(broken, c.Type+" turned before it last did")
		}
	}
	return broken
}
