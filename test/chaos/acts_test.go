package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/test/fixture"
)

// act is one thing that happens. It draws first and looks then, so that what it draws does not hang on what it finds. It returns what it did, in words;
// what fails, because an object is not there or the API server is not, has not happened.
type act struct {
	name string
	// weight is how often it happens among the others.
	weight int
	do     func(context.Context, *world, *rand.Rand) string
}

var acts = []act{
	{"delete a child", 10, deleteChild},
	{"edit what is the operator's", 12, editOwned},
	{"mark a child as another's, for a while", 3, markAsOthers},
	{"add what is not", 8, addForeign},
	{"a rival applies by force", 4, rival},
	{"delete a pod", 3, deletePod},
	{"change a spec", 16, changeSpec},
	{"delete a station, declare it again", 5, recreate},
	{"delete a namespace, make it again", 1, endNamespace},
	{"change a roster", 4, changeRoster},
	{"delete a roster, declare it again", 2, recreateRoster},
	{"delete a plan", 2, deletePlan},
	{"change the holidays", 2, changeCalendar},
	{"an intake answers otherwise", 10, changeMood},
	{"a pod falls sick", 5, sicken},
	{"kill the operator", 7, killOperator},
	{"stop the operator", 3, stopOperator},
	{"another image", 2, upgrade},
	{"cut the line", 4, func(_ context.Context, w *world, _ *rand.Rand) string { w.line.cut(); return "once" }},
	{"the line is dead", 3, deadLine},
	{"the line is slow", 3, slowLine},
	{"restart the API server", 1, restartAPIServer},
}

func drawn(r *rand.Rand) act {
	total := 0
	for _, a := range acts {
		total += a.weight
	}
	n := r.IntN(total)
	for _, a := range acts {
		if n -= a.weight; n < 0 {
			return a
		}
	}
	panic("unreachable: the weights add up")
}

func one[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// did puts an error behind what was tried.
func did(err error, format string, args ...any) string {
	what := fmt.Sprintf(format, args...)
	if err != nil {
		return what + ": " + err.Error()
	}
	return what
}

var errForeign = errors.New("it is somebody else's")

// findOurs finds a child that is no squatter.
func findOurs(ctx context.Context, c child, of client.ObjectKey) (*unstructured.Unstructured, error) {
	obj, err := c.find(ctx, of)
	if err == nil && obj.GetAnnotations()[annotationForeign] != "" {
		err = errForeign
	}
	return obj, err
}

// deleteChild of a station. A data Secret is restored from a backup later. A claim goes once its pod does, which somebody has to see to.
func deleteChild(ctx context.Context, w *world, r *rand.Rand) string {
	of, c, k := one(r, stations), one(r, children), 1+r.IntN(10)
	what := fmt.Sprintf("%s %s/%s", c.Kind, of.Namespace, c.called(of.Name))
	obj, err := findOurs(ctx, c, of)
	if err != nil {
		return did(err, "%s", what)
	}
	uid, version := obj.GetUID(), obj.GetResourceVersion()
	w.witness.excuse(uid)
	if err := cluster.Client.Delete(ctx, obj, client.Preconditions{UID: &uid, ResourceVersion: &version}); err != nil {
		return did(err, "%s", what)
	}
	switch {
	case c.Kind == "Secret" && c.called("") == station.DataName(""):
		w.backUp(obj, k)
	case c.Kind == "PersistentVolumeClaim":
		w.later(k, "delete the pod of the deleted claim of "+of.String(), func(ctx context.Context) error {
			return client.IgnoreNotFound(cluster.Client.Delete(ctx, podObject(of), client.GracePeriodSeconds(0)))
		})
	}
	return what
}

// backUp a Secret and restore it later, unless there is another by then.
func (w *world) backUp(obj *unstructured.Unstructured, k int) {
	saved := &corev1.Secret{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, saved); err != nil {
		w.t.Fatal(err)
	}
	saved.UID, saved.ResourceVersion, saved.ManagedFields, saved.CreationTimestamp = "", "", nil, metav1.Time{}
	key, additions := client.ObjectKeyFromObject(saved), w.additions[obj.GetUID()]
	w.backups[key] = saved
	w.later(k, "restore Secret "+key.String(), func(ctx context.Context) error {
		if w.backups[key] != saved {
			return nil // it is of other data
		}
		restored := saved.DeepCopy()
		if err := cluster.Client.Create(ctx, restored, client.FieldOwner("restore")); err != nil {
			return client.IgnoreAlreadyExists(err)
		}
		w.additions[restored.UID] = additions
		return nil
	})
}

func podObject(of client.ObjectKey) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: of.Namespace, Name: podOf(of).Name}}
}

func deletePod(ctx context.Context, _ *world, r *rand.Rand) string {
	of := one(r, stations)
	return did(cluster.Client.Delete(ctx, podObject(of), client.GracePeriodSeconds(0)), "of %s", of)
}

func editOwned(ctx context.Context, _ *world, r *rand.Rand) string {
	e, of, c := one(r, edits), one(r, stations), one(r, children)
	if e.of.Kind != "" {
		c = one(r, childrenOf(e.of))
	}
	what := fmt.Sprintf("%s %s/%s %s", c.Kind, of.Namespace, c.called(of.Name), e.name)
	obj, err := findOurs(ctx, c, of)
	if err != nil {
		return did(err, "%s", what)
	}
	e.do(obj.Object)
	return did(cluster.Client.Update(ctx, obj, client.FieldOwner("kubectl-edit")), "%s", what)
}

// markAsOthers makes a child one that must not be touched, until somebody gives it back.
func markAsOthers(ctx context.Context, w *world, r *rand.Rand) string {
	of, c, k := one(r, stations), one(r, children), 1+r.IntN(12)
	what := fmt.Sprintf("%s %s/%s", c.Kind, of.Namespace, c.called(of.Name))
	obj, err := findOurs(ctx, c, of)
	if err != nil {
		return did(err, "%s", what)
	}
	const others = "elsewhere/other"
	mark := func(owner string) error {
		_ = unstructured.SetNestedField(obj.Object, owner, "metadata", "annotations", station.AnnotationStation) // an object that was read has metadata
		return cluster.Client.Update(ctx, obj, client.FieldOwner("kubectl-edit"))
	}
	if err := mark(others); err != nil {
		return did(err, "%s", what)
	}
	w.later(k, "give back "+what, func(now context.Context) error {
		ctx = now
		if obj, err = c.find(ctx, of); err != nil || obj.GetAnnotations()[station.AnnotationStation] != others {
			return client.IgnoreNotFound(err)
		}
		return mark(of.String())
	})
	return what
}

func childrenOf(k kind) []child {
	var found []child
	for _, c := range children {
		if c.Kind == k.Kind {
			found = append(found, c)
		}
	}
	return found
}

func addForeign(ctx context.Context, w *world, r *rand.Rand) string {
	a, of, c := one(r, additions), one(r, stations), one(r, children)
	if a.of.Kind != "" {
		c = one(r, childrenOf(a.of))
	}
	what := fmt.Sprintf("%s to %s %s/%s", a.name, c.Kind, of.Namespace, c.called(of.Name))
	obj, err := findOurs(ctx, c, of)
	if err != nil {
		return did(err, "%s", what)
	}
	if a.stands(obj.Object) {
		return what + ": it has"
	}
	a.do(obj.Object)
	if err := cluster.Client.Update(ctx, obj, client.FieldOwner("kubectl-edit")); err != nil {
		return did(err, "%s", what)
	}
	w.additions[obj.GetUID()] = append(w.additions[obj.GetUID()], a)
	return what
}

// rival applies what is ours by force, some times in a row.
func rival(ctx context.Context, _ *world, r *rand.Rand) string {
	of, c, times := one(r, stations), one(r, children), 1+r.IntN(8)
	what := fmt.Sprintf("%d times %s %s/%s", times, c.Kind, of.Namespace, c.called(of.Name))
	for range times {
		obj, err := findOurs(ctx, c, of)
		if err != nil {
			return did(err, "%s", what)
		}
		claims := c.blank(of)
		for field, value := range runtime.DeepCopyJSON(rivalry[c.Kind]) {
			if field == "metadata" {
				value = mergedMetadata(claims, value)
			}
			claims.Object[field] = value
		}
		claims.SetUID(obj.GetUID()) // or a child that has just gone would be made by the rival
		err = cluster.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(claims), client.FieldOwner("rival"), client.ForceOwnership)
		if err != nil {
			return did(err, "%s", what)
		}
	}
	return what
}

func mergedMetadata(into *unstructured.Unstructured, value any) map[string]any {
	merged := map[string]any{}
	if own, ok := into.Object["metadata"].(map[string]any); ok {
		maps.Copy(merged, own)
	}
	if more, ok := value.(map[string]any); ok {
		maps.Copy(merged, more)
	}
	return merged
}

func changeSpec(ctx context.Context, w *world, r *rand.Rand) string {
	of, change := one(r, stations), one(r, changes)
	do := change.draw(r)
	return did(w.edit(ctx, of, do), "%s of %s", change.name, of)
}

// recreate a station later. In between a stranger may take the name of a child, to stay, or to be evicted after a while.
func recreate(ctx context.Context, w *world, r *rand.Rand) string {
	of, k := one(r, stations), r.IntN(12)
	squat, stays, evicted := r.IntN(3) == 0, r.IntN(4) == 0, 1+r.IntN(15)
	squatter := squatterFor(of, r)
	s := &v1alpha1.LiaisonStation{}
	if err := cluster.Client.Get(ctx, of, s); err != nil {
		return did(err, "%s", of)
	}
	w.witness.excuse(s.UID)
	if err := cluster.Client.Delete(ctx, s, client.Preconditions{UID: &s.UID}); err != nil {
		return did(err, "%s", of)
	}
	again := declaredAgain(s)
	w.later(k, "declare "+of.String()+" again", func(ctx context.Context) error {
		return client.IgnoreAlreadyExists(cluster.Client.Create(ctx, again.DeepCopy()))
	})
	if squat {
		w.squat(of, squatter, max(k-1, 0))
		if !stays {
			w.later(k+evicted, "evict "+inShort(squatter), func(ctx context.Context) error { return w.evict(ctx, of, squatter) })
		}
	}
	return fmt.Sprintf("%s (%s)", of, s.Spec.ReclaimPolicy)
}

func inShort(obj client.Object) string {
	return fmt.Sprintf("%s %s", obj.GetObjectKind().GroupVersionKind().Kind, client.ObjectKeyFromObject(obj))
}

// declaredAgain is the object as its author has it on file.
func declaredAgain[T client.Object](obj T) T {
	again, _ := obj.DeepCopyObject().(T)
	again.SetUID("")
	again.SetResourceVersion("")
	again.SetGeneration(0)
	again.SetManagedFields(nil)
	again.SetCreationTimestamp(metav1.Time{})
	return again
}

// squatterFor has the name of one of the station's children, and perhaps labels that look like ours.
func squatterFor(of client.ObjectKey, r *rand.Rand) *unstructured.Unstructured {
	c := one(r, children)
	obj := c.blank(of)
	obj.SetAnnotations(map[string]string{annotationForeign: "squatter"})
	switch r.IntN(3) {
	case 0:
		obj.SetLabels(map[string]string{station.LabelManagedBy: station.ManagedBy})
	case 1:
		obj.SetLabels(map[string]string{station.LabelManagedBy: station.ManagedBy, station.LabelStation: "another"})
	}
	maps.Copy(obj.Object, runtime.DeepCopyJSON(least[c.Kind]))
	return obj
}

// least a kind must hold.
var least = map[string]map[string]any{
	"Service": {"spec": map[string]any{"ports": list(map[string]any{"port": int64(80)})}},
	"Ingress": {"spec": map[string]any{"defaultBackend": map[string]any{"service": map[string]any{"name": "x", "port": map[string]any{"number": int64(80)}}}}},
	"PersistentVolumeClaim": {"spec": map[string]any{
		"accessModes": list("ReadWriteOnce"), "resources": map[string]any{"requests": map[string]any{"storage": "1Gi"}},
	}},
	"NetworkPolicy": {"spec": map[string]any{"podSelector": map[string]any{}}},
	"StatefulSet": {"spec": map[string]any{
		"replicas": int64(0), "serviceName": "x", "selector": map[string]any{"matchLabels": map[string]any{"app": "x"}},
		"template": map[string]any{"metadata": map[string]any{"labels": map[string]any{"app": "x"}}, "spec": map[string]any{
			"containers": list(map[string]any{"name": "x", "image": "example.test/x:1"}),
		}},
	}},
}

// squat in the place of a child, unless the child is there, or the station again.
func (w *world) squat(of client.ObjectKey, squatter *unstructured.Unstructured, k int) {
	w.later(k, "squat "+inShort(squatter), func(ctx context.Context) error {
		err := cluster.Client.Create(ctx, squatter.DeepCopy(), client.FieldOwner("stranger"))
		if apierrors.IsAlreadyExists(err) || apierrors.IsNotFound(err) || apierrors.IsForbidden(err) {
			w.tell("  nobody squats at %s: %v", of, err)
			return nil
		}
		return err
	})
}

// evict a squatter, and tell the operator by touching the station: by itself it looks again after a minute.
func (w *world) evict(ctx context.Context, of client.ObjectKey, squatter *unstructured.Unstructured) error {
	found := squatter.DeepCopy()
	err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(squatter), found)
	switch {
	case err == nil && found.GetAnnotations()[annotationForeign] != "":
		w.witness.excuse(found.GetUID())
		uid := found.GetUID()
		if err := cluster.Client.Delete(ctx, found, client.Preconditions{UID: &uid}); client.IgnoreNotFound(err) != nil {
			return err
		}
	case client.IgnoreNotFound(err) != nil:
		return err
	}
	return w.touch(ctx, of)
}

// touch a station so that it is looked at, if it is there.
func (w *world) touch(ctx context.Context, of client.ObjectKey) error {
	return client.IgnoreNotFound(w.edit(ctx, of, func(s *v1alpha1.LiaisonStation) {
		metav1.SetMetaDataAnnotation(&s.ObjectMeta, "example.test/touched", strconv.Itoa(w.acts))
	}))
}

// endNamespace deletes a namespace with all that is in it. Its people make it again later, from their files.
func endNamespace(ctx context.Context, w *world, r *rand.Rand) string {
	name, k := one(r, namespaces), 10+r.IntN(20)
	namespace := &corev1.Namespace{}
	if err := cluster.Client.Get(ctx, client.ObjectKey{Name: name}, namespace); err != nil {
		return did(err, "%s", name)
	}
	stationsThere := &v1alpha1.LiaisonStationList{}
	if err := cluster.Client.List(ctx, stationsThere, client.InNamespace(name)); err != nil {
		return did(err, "%s", name)
	}
	if err := cluster.Client.Delete(ctx, namespace); err != nil {
		return did(err, "%s", name)
	}
	for key := range w.backups {
		if key.Namespace == name {
			delete(w.backups, key)
		}
	}
	files := slices.Concat(homeOf(name), strangers(name))
	for i := range stationsThere.Items {
		files = append(files, declaredAgain(&stationsThere.Items[i]))
	}
	w.later(k, "make namespace "+name+" again", func(ctx context.Context) error {
		there := &corev1.Namespace{}
		if err := cluster.Client.Get(ctx, client.ObjectKey{Name: name}, there); err == nil && there.DeletionTimestamp != nil {
			return errors.New("it is still being deleted")
		}
		for _, file := range files {
			again, _ := file.DeepCopyObject().(client.Object)
			if err := client.IgnoreAlreadyExists(cluster.Client.Create(ctx, again)); err != nil {
				return err
			}
		}
		return nil
	})
	return name
}

func changeRoster(ctx context.Context, _ *world, r *rand.Rand) string {
	key := client.ObjectKey{Namespace: one(r, namespaces), Name: one(r, rosters)}
	n, which := r.IntN(30), r.IntN(5)
	roster := &v1alpha1.DeputyRoster{}
	if err := cluster.Client.Get(ctx, key, roster); err != nil {
		return did(err, "%s", key)
	}
	spec := &roster.Spec
	switch which {
	case 0:
		spec.Deputies = append(spec.Deputies[:4:4], v1alpha1.Deputy{
			ID: fmt.Sprintf("n%02d", n), Name: fmt.Sprintf("新代表%d", n), Level: v1alpha1.DeputyTownship, Status: v1alpha1.DeputyActive,
		})
	case 1:
		spec.Deputies = spec.Deputies[:4]
	case 2:
		spec.Reception.Schedule.DayOfMonth = int32(1 + n%28)
	case 3:
		spec.Duty.DeputiesPerDay = int32(1 + n%2)
	case 4:
		spec.HorizonMonths = int32(1 + n%3)
	}
	return did(cluster.Client.Update(ctx, roster), "%s in way %d", key, which)
}

func recreateRoster(ctx context.Context, w *world, r *rand.Rand) string {
	key, k := client.ObjectKey{Namespace: one(r, namespaces), Name: one(r, rosters)}, r.IntN(12)
	roster := &v1alpha1.DeputyRoster{}
	if err := cluster.Client.Get(ctx, key, roster); err != nil {
		return did(err, "%s", key)
	}
	w.witness.excuse(roster.UID)
	if err := cluster.Client.Delete(ctx, roster); err != nil {
		return did(err, "%s", key)
	}
	again := declaredAgain(roster)
	w.later(k, "declare roster "+key.String()+" again", func(ctx context.Context) error {
		return client.IgnoreAlreadyExists(cluster.Client.Create(ctx, again.DeepCopy()))
	})
	return key.String()
}

func deletePlan(ctx context.Context, w *world, r *rand.Rand) string {
	namespace, name, n := one(r, namespaces), one(r, rosters), r.IntN(3)
	plans := &v1alpha1.DutyScheduleList{}
	err := cluster.Client.List(ctx, plans, client.InNamespace(namespace), client.MatchingLabels{fromcrd.LabelRoster: name})
	if err != nil || n >= len(plans.Items) {
		return did(err, "%d of %s/%s", n, namespace, name)
	}
	w.witness.excuse(plans.Items[n].UID)
	return did(cluster.Client.Delete(ctx, &plans.Items[n]), "%s/%s", namespace, plans.Items[n].Name)
}

// changeCalendar declares or withdraws a year. Two declare the same one, which cannot be right.
func changeCalendar(ctx context.Context, w *world, r *rand.Rand) string {
	namespace, name := one(r, namespaces), one(r, []string{"holidays", "holidays-again"})
	calendar := fixture.HolidayCalendar(name).In(namespace).Year(2027).Off("2027-01-01", "元旦").Obj()
	err := cluster.Client.Create(ctx, calendar)
	if !apierrors.IsAlreadyExists(err) {
		return did(err, "%s/%s comes", namespace, name)
	}
	if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(calendar), calendar); err != nil {
		return did(err, "%s/%s goes", namespace, name)
	}
	w.witness.excuse(calendar.UID)
	return did(cluster.Client.Delete(ctx, calendar), "%s/%s goes", namespace, name)
}

func changeMood(_ context.Context, w *world, r *rand.Rand) string {
	of := one(r, stations)
	return fmt.Sprintf("%s %s", of, w.intakes.draw(podOf(of), r))
}

func sicken(_ context.Context, w *world, r *rand.Rand) string {
	of, k := one(r, stations), 3+r.IntN(20)
	w.nature.sicken(podOf(of), r)
	w.later(k, "the pod of "+of.String()+" is well", func(context.Context) error { w.nature.heal(podOf(of)); return nil })
	return of.String()
}

func killOperator(_ context.Context, w *world, r *rand.Rand) string {
	return w.end(r.IntN(2), r.IntN(3)*r.IntN(8), (*replica).kill)
}

func stopOperator(_ context.Context, w *world, r *rand.Rand) string {
	return w.end(r.IntN(2), r.IntN(4), (*replica).stop)
}

// end one of the replicas; it stays down for some acts.
func (w *world) end(n, down int, how func(*replica)) string {
	n %= len(w.operators.replicas)
	r := w.operators.replicas[n]
	how(r)
	if down > 0 {
		r.down = true
		w.later(down, "the operator may start again", func(context.Context) error { r.down = false; return nil })
	}
	return fmt.Sprintf("replica %d of %d", n, len(w.operators.replicas))
}

// upgrade gives the operator another default image, as a new release of its chart would.
func upgrade(_ context.Context, w *world, r *rand.Rand) string {
	w.operators.image = 1 + r.IntN(3)
	for _, replica := range w.operators.replicas {
		replica.stop()
	}
	return strconv.Itoa(w.operators.image)
}

func deadLine(_ context.Context, w *world, r *rand.Rand) string {
	k := 2 + r.IntN(15)
	w.line.die()
	w.later(k, "the line lives", func(context.Context) error { w.line.revive(); return nil })
	return fmt.Sprintf("for %d acts", k)
}

func slowLine(_ context.Context, w *world, r *rand.Rand) string {
	k, delay := 2+r.IntN(15), time.Duration(5+r.IntN(200))*time.Millisecond
	w.line.slow(delay)
	w.later(k, "the line is fast", func(context.Context) error { w.line.slow(0); return nil })
	return fmt.Sprintf("by %s for %d acts", delay, k)
}

func restartAPIServer(_ context.Context, w *world, _ *rand.Rand) string {
	if err := cluster.RestartAPIServer(); err != nil {
		w.t.Fatal(err)
	}
	return "it is back"
}
