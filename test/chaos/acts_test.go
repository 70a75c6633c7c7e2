package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
)

// acts are what can happen, by name. Each says what it did it to.
var acts = map[string]func(*world) string{
	"delete a child":            (*world).deleteChild,
	"edit a field of ours":      (*world).editOurs,
	"take a field by force":     (*world).takeByForce,
	"mark a child":              (*world).markChild,
	"change a spec":             (*world).changeSpec,
	"suspend or resume":         (*world).suspend,
	"publish or not":            (*world).publish,
	"delete and declare again":  (*world).declareAgain,
	"lose and restore a Secret": (*world).restoreSecret,
	"make a pod sick or well":   (*world).sicken,
	"cut the line":              func(w *world) string { w.line.cut(); return "" },
	"slow the line":             func(w *world) string { w.line.set(false, time.Duration(w.random.IntN(60))*time.Millisecond); return "" },
	"break the line":            func(w *world) string { w.line.set(true, 0); return "" },
	"kill the operator":         func(w *world) string { w.operator.kill(); w.operator.start(); return "" },
}

// act does one thing at random.
func (w *world) act() {
	w.Helper()
	name := pick(w, slices.Sorted(maps.Keys(acts)))
	w.operator.ensure()
	if w.line.isDead() && w.random.IntN(2) == 0 {
		w.line.set(false, 0)
	}
	if to := acts[name](w); to != "" {
		name += ": " + to
	}
	w.told = append(w.told, name)
}

// tally is how often each thing happened.
func (w *world) tally() map[string]int {
	counts := map[string]int{}
	for _, line := range w.told {
		name, _, _ := strings.Cut(line, ":")
		counts[name]++
	}
	return counts
}

func pick[T any](w *world, from []T) T { return from[w.random.IntN(len(from))] }

func (w *world) station() client.ObjectKey { return pick(w, w.stationKeys()) }

// children of a station that may be edited and deleted by hand. What holds residents' data goes by other ways.
func children(key client.ObjectKey) []client.Object {
	objects := []client.Object{&corev1.ConfigMap{}, &corev1.Service{}, &corev1.ServiceAccount{}, &appsv1.StatefulSet{}, &networkingv1.NetworkPolicy{}, &networkingv1.Ingress{}}
	for _, obj := range objects {
		obj.SetNamespace(key.Namespace)
		obj.SetName(station.IntakeName(key.Name))
	}
	return objects
}

// check that an act failed for no other reason than that somebody was faster.
func (w *world) check(err error) {
	w.Helper()
	if !ignoreRace(err) {
		w.Errorf("%v", err)
	}
}

func (w *world) deleteChild() string {
	obj := pick(w, children(w.station()))
	w.check(cluster.Client.Delete(w.Context(), obj))
	return fmt.Sprintf("%T %s", obj, obj.GetName())
}

// edit a child as it is now, if it is there.
func (w *world) edit(obj client.Object, change func()) {
	w.Helper()
	if err := cluster.Client.Get(w.Context(), client.ObjectKeyFromObject(obj), obj); err != nil {
		w.check(err)
		return
	}
	change()
	w.check(cluster.Client.Update(w.Context(), obj, client.FieldOwner("kubectl-edit")))
}

func (w *world) editOurs() string {
	key := w.station()
	name := client.ObjectKey{Namespace: key.Namespace, Name: station.IntakeName(key.Name)}
	switch w.random.IntN(4) {
	case 0:
		set := &appsv1.StatefulSet{}
		set.Namespace, set.Name = name.Namespace, name.Name
		w.edit(set, func() {
			set.Spec.Template.Spec.Containers[0].Image = "example.test/other:9"
			set.Spec.Replicas = new(int32(3))
		})
	case 1:
		service := &corev1.Service{}
		service.Namespace, service.Name = name.Namespace, name.Name
		w.edit(service, func() { service.Spec.Selector = map[string]string{"app": "other"} })
	case 2:
		config := &corev1.ConfigMap{}
		config.Namespace, config.Name = name.Namespace, name.Name
		w.edit(config, func() { config.Data["station.json"] = "{}" })
	default:
		policy := &networkingv1.NetworkPolicy{}
		policy.Namespace, policy.Name = name.Namespace, name.Name
		w.edit(policy, func() { policy.Spec.Ingress = nil; delete(policy.Labels, station.LabelStation) })
	}
	return key.Name
}

func (w *world) takeByForce() string {
	key := w.station()
	patch := fmt.Sprintf(`{"apiVersion":"v1","kind":"Service","metadata":{"name":%q,"namespace":%q,"annotations":{%q:"somebody/else"}}}`,
		station.IntakeName(key.Name), key.Namespace, station.AnnotationStation)
	service := &corev1.Service{}
	service.Namespace, service.Name = key.Namespace, station.IntakeName(key.Name)
	if err := cluster.Client.Get(w.Context(), client.ObjectKeyFromObject(service), service); err != nil {
		w.check(err)
		return key.Name + " has none"
	}
	// The mark stands on the label too: with one of two marks another's, the object counts as foreign until it is given back.
	w.check(cluster.Client.Patch(w.Context(), service, client.RawPatch(types.ApplyPatchType, []byte(patch)), client.FieldOwner("somebody"), client.ForceOwnership))
	back := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, station.AnnotationStation, key.Namespace+"/"+key.Name)
	w.check(cluster.Client.Patch(w.Context(), service, client.RawPatch(types.MergePatchType, []byte(back)), client.FieldOwner("somebody")))
	return key.Name
}

// markChild adds a label and an annotation of somebody else's, which must stay.
func (w *world) markChild() string {
	obj := pick(w, children(w.station()))
	patch := fmt.Sprintf(`{"metadata":{"annotations":{"somebody.example/mark":"%d"},"labels":{"team":"somebody"}}}`, len(w.told))
	err := cluster.Client.Patch(w.Context(), obj, client.RawPatch(types.MergePatchType, []byte(patch)), client.FieldOwner("somebody"))
	w.check(err)
	if err == nil {
		w.mu.Lock()
		w.marks[obj.GetUID()] = obj
		w.mu.Unlock()
	}
	return fmt.Sprintf("%T %s", obj, obj.GetName())
}

func (w *world) live(key client.ObjectKey) *v1alpha1.LiaisonStation {
	st := &v1alpha1.LiaisonStation{}
	st.Namespace, st.Name = key.Namespace, key.Name
	return st
}

func (w *world) changeSpec() string {
	key := w.station()
	st := w.live(key)
	w.edit(st, func() {
		switch w.random.IntN(4) {
		case 0:
			st.Spec.Intake.Image = "example.test/intake:" + fmt.Sprint(w.random.IntN(3))
		case 1:
			st.Spec.RosterRef = &v1alpha1.LocalReference{Name: "nobody-has-it"}
		case 2:
			st.Spec.Topics = append(st.Spec.Topics, fmt.Sprint("话题", len(w.told)))[:min(len(st.Spec.Topics)+1, 30)]
		default:
			st.Spec.Intake.NodeSelector = map[string]string{"pool": fmt.Sprint(w.random.IntN(3))}
		}
	})
	return key.Name
}

func (w *world) suspend() string {
	key := w.station()
	st := w.live(key)
	w.edit(st, func() { st.Spec.Suspend = !st.Spec.Suspend })
	return key.Name
}

func (w *world) publish() string {
	key := w.station()
	st := w.live(key)
	w.edit(st, func() {
		st.Spec.Intake.Exposure = nil
		if w.random.IntN(2) == 0 {
			st.Spec.Intake.Host = key.Name + ".example.gov.cn"
			st.Spec.Intake.Exposure = &v1alpha1.Exposure{Ingress: &v1alpha1.IngressExposure{TLSSecretName: "tls"}}
		}
	})
	return key.Name
}

// declareAgain deletes a station, and plays the garbage collector.
func (w *world) declareAgain() string {
	key := w.station()
	if w.declared[key].Spec.ReclaimPolicy == v1alpha1.ReclaimDelete {
		return "not " + key.Name + ", whose data would go"
	}
	w.check(cluster.Client.Delete(w.Context(), w.live(key)))
	for _, child := range children(key) {
		w.check(cluster.Client.Delete(w.Context(), child))
	}
	w.check(cluster.Client.Create(w.Context(), w.declared[key].DeepCopy()))
	return key.Name
}

// restoreSecret deletes the Secret with the data key, and puts it back from a backup.
func (w *world) restoreSecret() string {
	key := w.station()
	secret := &corev1.Secret{}
	if err := cluster.Client.Get(w.Context(), client.ObjectKey{Namespace: key.Namespace, Name: station.DataName(key.Name)}, secret); err != nil {
		w.check(err)
		return key.Name + " has none"
	}
	w.check(cluster.Client.Delete(w.Context(), secret))
	backup := &corev1.Secret{Data: secret.Data}
	backup.Namespace, backup.Name, backup.Labels, backup.Annotations = secret.Namespace, secret.Name, secret.Labels, secret.Annotations
	w.check(cluster.Client.Create(w.Context(), backup))
	return key.Name
}

func (w *world) sicken() string {
	key := w.station()
	w.kubelet.setSick(client.ObjectKey{Namespace: key.Namespace, Name: station.PodName(key.Name)}, w.random.IntN(2) == 0)
	return key.Name
}
