package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/station"
)

// fresh is the namespace that shows how all would be if nothing had ever happened in another.
func fresh(namespace string) string { return strings.Replace(namespace, "chaos-", "fresh-", 1) }

// isAsFresh declares every namespace once more, elsewhere, and compares what the operator makes of it.
func (w *world) isAsFresh() {
	w.t.Helper()
	for _, namespace := range namespaces {
		w.copy(namespace)
	}
	w.settle("of the county declared afresh")
	for _, key := range stations {
		w.stationIsAsFresh(key)
	}
	for _, namespace := range namespaces {
		for _, name := range rosters {
			w.rosterIsAsFresh(client.ObjectKey{Namespace: namespace, Name: name})
		}
	}
}

// copy what people declared, and the months that are announced, which stand whatever is declared.
func (w *world) copy(namespace string) {
	w.t.Helper()
	cluster.Create(w.t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: fresh(namespace)}})
	for _, list := range []client.ObjectList{
		&v1alpha1.HolidayCalendarList{}, &v1alpha1.DutyScheduleList{}, &v1alpha1.DeputyRosterList{}, &v1alpha1.LiaisonStationList{},
	} {
		if _, stations := list.(*v1alpha1.LiaisonStationList); stations {
			w.copySquatters(namespace)
		}
		for n, obj := range w.oldestFirst(list, namespace) {
			if _, calendar := obj.(*v1alpha1.HolidayCalendar); calendar && n > 0 {
				pause(w.t.Context(), time.Second) // of two calendars of a year the older counts
			}
			w.copyObject(obj)
		}
	}
}

// oldestFirst lists the objects in the order in which they came.
func (w *world) oldestFirst(list client.ObjectList, namespace string) []client.Object {
	w.t.Helper()
	if err := cluster.Client.List(w.t.Context(), list, client.InNamespace(namespace)); err != nil {
		w.t.Fatal(err)
	}
	var objects []client.Object
	err := meta.EachListItem(list, func(item runtime.Object) error {
		obj, ok := item.(client.Object)
		if !ok {
			return fmt.Errorf("%T is no object", item)
		}
		objects = append(objects, obj)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.SortStableFunc(objects, func(a, b client.Object) int {
		return a.GetCreationTimestamp().Compare(b.GetCreationTimestamp().Time)
	})
	return objects
}

func (w *world) copyObject(obj client.Object) {
	w.t.Helper()
	again := declaredAgain(obj)
	again.SetNamespace(fresh(obj.GetNamespace()))
	if err := cluster.Client.Create(w.t.Context(), again, client.FieldOwner("stranger")); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) copySquatters(namespace string) {
	w.t.Helper()
	for _, key := range stations {
		for _, c := range children {
			obj, err := c.find(w.t.Context(), key)
			if key.Namespace == namespace && err == nil && obj.GetAnnotations()[annotationForeign] != "" {
				drop("spec", "clusterIP")(obj.Object)
				drop("spec", "clusterIPs")(obj.Object)
				drop("metadata", "finalizers")(obj.Object)
				w.copyObject(obj)
			}
		}
	}
}

func (w *world) stationIsAsFresh(key client.ObjectKey) {
	w.t.Helper()
	is, want := &v1alpha1.LiaisonStation{}, &v1alpha1.LiaisonStation{}
	w.get(key, is)
	w.get(client.ObjectKey{Namespace: fresh(key.Namespace), Name: key.Name}, want)
	w.same("the status of station "+key.String(), stationStatus(is.Status), stationStatus(want.Status))
	ready := meta.FindStatusCondition(is.Status.Conditions, v1alpha1.ConditionReady)
	if ready.Reason == station.ReasonNameTaken {
		return // what comes after the squatter is as it was before
	}
	for _, c := range children {
		if c.Kind == "Ingress" && ready.Reason == station.ReasonGatewayAPIMissing {
			continue // it is published as it was before
		}
		w.childIsAsFresh(c, key)
	}
}

func (w *world) childIsAsFresh(c child, key client.ObjectKey) {
	w.t.Helper()
	what := fmt.Sprintf("%s %s/%s", c.Kind, key.Namespace, c.called(key.Name))
	is, err := c.find(w.t.Context(), key)
	want, wantErr := c.find(w.t.Context(), client.ObjectKey{Namespace: fresh(key.Namespace), Name: key.Name})
	if err != nil || wantErr != nil {
		if client.IgnoreNotFound(err) != nil || client.IgnoreNotFound(wantErr) != nil || (err == nil) != (wantErr == nil) {
			w.t.Errorf("%s: %v; afresh: %v", what, err, wantErr)
		}
		return
	}
	for _, a := range w.additions[is.GetUID()] {
		if !a.stands(is.Object) {
			w.t.Errorf("%s has not kept %s, which is not the operator's", what, a.name)
		}
		a.undo(is.Object)
		a.undo(want.Object)
	}
	w.same(what, comparedBy(is, want), comparedBy(want, want))
}

// comparedBy gives what must be the same; of generated entries only that they are there.
func comparedBy(obj, want *unstructured.Unstructured) map[string]any {
	fields := obj.DeepCopy().Object
	metadata, _ := fields["metadata"].(map[string]any)
	maps.DeleteFunc(metadata, func(name string, _ any) bool {
		return !slices.Contains([]string{"labels", "annotations", "ownerReferences"}, name)
	})
	for _, path := range [][]string{
		{"status"}, {"metadata", "annotations", apply.AnnotationAppliedHash}, {"metadata", "annotations", station.AnnotationWave},
		{"spec", "clusterIP"}, {"spec", "clusterIPs"}, {"spec", "volumeName"},
	} {
		unstructured.RemoveNestedField(fields, path...)
	}
	if owners, found, err := unstructured.NestedSlice(fields, "metadata", "ownerReferences"); found && err == nil {
		for i := range owners {
			if owner, ok := owners[i].(map[string]any); ok {
				delete(owner, "uid")
			}
		}
		_ = unstructured.SetNestedSlice(fields, owners, "metadata", "ownerReferences")
	}
	if data, ok := fields["data"].(map[string]any); ok && obj.GetKind() == "Secret" {
		expected, _, _ := unstructured.NestedMap(want.Object, "data")
		for key := range data {
			if data[key] = "generated"; expected[key] == nil {
				delete(data, key) // of former staff
			}
		}
	}
	return fields
}

// same compares as JSON, in which the namespaces have the same name.
func (w *world) same(what string, is, want any) {
	w.t.Helper()
	if difference := cmp.Diff(afresh(w, want), afresh(w, is)); difference != "" {
		w.t.Errorf("%s is not as it would be afresh (-afresh +is):\n%s", what, difference)
	}
}

func afresh(w *world, value any) any {
	w.t.Helper()
	written, err := json.Marshal(value)
	if err != nil {
		w.t.Fatal(err)
	}
	text := strings.ReplaceAll(string(written), "chaos-", "fresh-")
	var read any
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		w.t.Fatal(err)
	}
	return read
}

// stationStatus is what does not hang on when it happened, nor on what the intake said: one that is suspended now may have told its figures before.
func stationStatus(status v1alpha1.LiaisonStationStatus) any {
	said := conditionsOf(status.Conditions)
	if figures := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionBacklogFresh); figures != nil {
		said[figures.Type] = fmt.Sprintf("%s/%s", figures.Status, figures.Reason)
	}
	return []any{said, status.URL, status.OnDutyToday, status.NextReception}
}

func conditionsOf(conditions []metav1.Condition) map[string]string {
	said := map[string]string{}
	for _, c := range conditions {
		said[c.Type] = fmt.Sprintf("%s/%s %s", c.Status, c.Reason, c.Message)
	}
	return said
}

func (w *world) rosterIsAsFresh(key client.ObjectKey) {
	w.t.Helper()
	is, want := &v1alpha1.DeputyRoster{}, &v1alpha1.DeputyRoster{}
	w.get(key, is)
	w.get(client.ObjectKey{Namespace: fresh(key.Namespace), Name: key.Name}, want)
	status := func(r *v1alpha1.DeputyRoster) any {
		told := *r.Status.DeepCopy()
		told.Conditions, told.ObservedGeneration = nil, 0
		return []any{told, conditionsOf(r.Status.Conditions)}
	}
	w.same("the status of roster "+key.String(), status(is), status(want))
	plans := func(namespace string) map[string]any {
		list, specs := &v1alpha1.DutyScheduleList{}, map[string]any{}
		if err := cluster.Client.List(w.t.Context(), list, client.InNamespace(namespace)); err != nil {
			w.t.Fatal(err)
		}
		for i := range list.Items {
			specs[list.Items[i].Name] = []any{list.Items[i].Spec, conditionsOf(list.Items[i].Status.Conditions)}
		}
		return specs
	}
	w.same("the plans of "+key.Namespace, plans(key.Namespace), plans(fresh(key.Namespace)))
}

func (w *world) get(key client.ObjectKey, obj client.Object) {
	w.t.Helper()
	if err := cluster.Client.Get(w.t.Context(), key, obj); err != nil {
		w.t.Fatalf("reading %T %s: %v", obj, key, err)
	}
}

// foreignIsUntouched: the witness has seen every version of what strangers made; what is there has the first.
func (w *world) foreignIsUntouched() {
	w.t.Helper()
	found := 0
	for _, k := range kinds {
		rows, err := rowsOf(w.t.Context(), k.list())
		if err != nil {
			w.t.Fatal(err)
		}
		for i := range rows {
			first, known := w.witness.foreign[rows[i].UID]
			if rows[i].Annotations[annotationForeign] == "" || !known {
				continue
			}
			if found++; first != rows[i].ResourceVersion {
				w.t.Errorf("%s is foreign and was written by %s", inShort(&rows[i]), managers(&rows[i]))
			}
		}
	}
	if found == 0 {
		w.t.Error("there is nothing foreign")
	}
}

// remember the keys of the data that is there.
func (w *world) remember() {
	w.t.Helper()
	for uid, key := range w.keysNow() {
		w.keys[uid] = key
	}
	if len(w.keys) != len(stations) {
		w.t.Fatalf("there are %d claims with a key for %d stations", len(w.keys), len(stations))
	}
}

func (w *world) keysNow() map[string]string {
	w.t.Helper()
	keys := map[string]string{}
	for _, of := range stations {
		held, secret := &corev1.PersistentVolumeClaim{}, &corev1.Secret{}
		key := client.ObjectKey{Namespace: of.Namespace, Name: station.DataName(of.Name)}
		if err := errors.Join(cluster.Client.Get(w.t.Context(), key, held), cluster.Client.Get(w.t.Context(), key, secret)); err != nil {
			continue // a stranger may have its place
		}
		keys[string(held.UID)] = string(secret.Data[station.DataKey])
	}
	return keys
}

// dataIsKept: a claim that has been there all the time has the key it had.
func (w *world) dataIsKept() {
	w.t.Helper()
	for uid, key := range w.keysNow() {
		if before, known := w.keys[uid]; known && before != key {
			w.t.Errorf("the data in claim %s has lost its key", uid)
		}
	}
}

var (
	namespaceLabel = regexp.MustCompile(`[{,]namespace="([^"]*)"`)
	stationLabel   = regexp.MustCompile(`[{,]station="([^"]*)"`)
)

// forgetsTheDeleted: the operator, which runs on, has no series of a deleted station, and leaves to the next of its name what is kept.
func (w *world) forgetsTheDeleted() {
	w.t.Helper()
	last := stations[len(stations)-1]
	s := &v1alpha1.LiaisonStation{}
	w.get(last, s)
	// A station whose data Secret is a stranger's has none to begin with.
	had := w.hasClaim(last)
	if err := cluster.Client.Delete(w.t.Context(), s); err != nil {
		w.t.Fatal(err)
	}
	w.eventually("only stations that are there have series", func(ctx context.Context) error {
		there := &v1alpha1.LiaisonStationList{}
		if err := cluster.Client.List(ctx, there); err != nil {
			return err
		}
		exposition, err := w.operators.scrape(ctx)
		if err != nil {
			return err
		}
		return seriesOf(exposition, there.Items)
	})
	w.settle("without a station")
	if has, want := w.hasClaim(last), had && s.Spec.ReclaimPolicy == v1alpha1.ReclaimRetain; has != want {
		w.t.Errorf("station %s had reclaim policy %s and a claim: %t; now there is one: %t", last, s.Spec.ReclaimPolicy, had, has)
	}
}

// hasClaim reports whether the station has a claim that is no stranger's.
func (w *world) hasClaim(of client.ObjectKey) bool {
	w.t.Helper()
	claim := &corev1.PersistentVolumeClaim{}
	err := cluster.Client.Get(w.t.Context(), client.ObjectKey{Namespace: of.Namespace, Name: station.DataName(of.Name)}, claim)
	if client.IgnoreNotFound(err) != nil {
		w.t.Fatal(err)
	}
	return err == nil && claim.Annotations[annotationForeign] == ""
}

// seriesOf the stations and of no others.
func seriesOf(exposition string, there []v1alpha1.LiaisonStation) error {
	expected := map[string]bool{}
	for i := range there {
		expected[client.ObjectKeyFromObject(&there[i]).String()] = false
	}
	for _, sample := range samples(exposition, "liaison_") {
		namespace, name := namespaceLabel.FindStringSubmatch(sample), stationLabel.FindStringSubmatch(sample)
		if namespace == nil || name == nil {
			continue
		}
		key := namespace[1] + "/" + name[1]
		if _, known := expected[key]; !known {
			return fmt.Errorf("%s is not there, and has %s", key, sample)
		}
		expected[key] = true
	}
	for key, found := range expected {
		if !found {
			return fmt.Errorf("%s has no series", key)
		}
	}
	return nil
}

// isSilent: an operator that starts anew finds nothing to write, and none has for long enough.
func (w *world) isSilent() {
	w.t.Helper()
	before, err := versionsNow(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	there := &v1alpha1.LiaisonStationList{}
	if err := cluster.Client.List(w.t.Context(), there); err != nil {
		w.t.Fatal(err)
	}
	w.operators.replicas[0].kill()
	w.operators.ensure()
	w.operators.hasLookedAt(len(there.Items))
	pause(w.t.Context(), longEnough)
	now, err := versionsNow(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, difference := range before.differences(now) {
		w.t.Errorf("after a restart with nothing to do: %s", difference)
	}
	exposition, err := w.operators.scrape(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, sample := range samples(exposition, "liaison_operator_api_writes_total") {
		if !strings.HasSuffix(sample, " 0") {
			w.t.Errorf("after a restart with nothing to do: %s", sample)
		}
	}
}
