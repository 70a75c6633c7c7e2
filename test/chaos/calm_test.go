package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

// calm ends every fault and asks for what was declared in the beginning.
func (w *world) calm() {
	w.Helper()
	w.line.set(false, 0)
	w.kubelet.healAll()
	w.operator.ensure()
	for _, key := range w.stationKeys() {
		controlplane.Eventually(w, key.String()+" asks for what it did", func(ctx context.Context) error {
			st := &v1alpha1.LiaisonStation{}
			if err := cluster.Client.Get(ctx, key, st); err != nil {
				return err
			}
			if equality.Semantic.DeepEqual(st.Spec, w.spec(key)) {
				return nil
			}
			st.Spec = w.spec(key)
			return cluster.Client.Update(ctx, st)
		})
	}
}

// spec as the API server completes it.
func (w *world) spec(key client.ObjectKey) v1alpha1.LiaisonStationSpec {
	w.Helper()
	completed := w.declared[key].DeepCopy()
	if err := cluster.Client.Create(w.Context(), completed, client.DryRunAll); err == nil {
		return completed.Spec
	}
	completed.Name = "completed" // the name is taken by the station itself
	if err := cluster.Client.Create(w.Context(), completed, client.DryRunAll); err != nil {
		w.Fatal(err)
	}
	return completed.Spec
}

// asFresh compares every station's children with those that the same operator makes of the same spec elsewhere.
func (w *world) asFresh() {
	w.Helper()
	elsewhere := map[string]string{}
	for _, key := range w.stationKeys() {
		if elsewhere[key.Namespace] == "" {
			elsewhere[key.Namespace] = cluster.Namespace(w)
		}
		twin := w.declared[key].DeepCopy()
		twin.Namespace, twin.Spec.RosterRef = elsewhere[key.Namespace], nil
		cluster.Create(w, twin)
		w.until(client.ObjectKeyFromObject(twin), func(st *v1alpha1.LiaisonStation) error {
			if told := strings.Join(told(st), " "); !strings.Contains(told, "Ready=True") {
				return fmt.Errorf("the conditions are %s", told)
			}
			return nil
		})
		fresh := w.made(client.ObjectKeyFromObject(twin))
		has := w.made(key)
		if w.declared[key].Spec.RosterRef != nil {
			delete(has, "ConfigMap") // the twin has no roster
		}
		for kind, asked := range has {
			if diff := cmp.Diff(fresh[kind], strings.ReplaceAll(asked, key.Namespace, twin.Namespace)); diff != "" {
				w.Errorf("%s of %s is not as a fresh operator makes it (-fresh +has):\n%s", kind, key, diff)
			}
		}
	}
}

// made is what the operator asks for of each child, as text.
func (w *world) made(key client.ObjectKey) map[string]string {
	w.Helper()
	name := client.ObjectKey{Namespace: key.Namespace, Name: station.IntakeName(key.Name)}
	set, service, policy, config, account := &appsv1.StatefulSet{}, &corev1.Service{}, &networkingv1.NetworkPolicy{}, &corev1.ConfigMap{}, &corev1.ServiceAccount{}
	claim := &corev1.PersistentVolumeClaim{}
	for _, obj := range []client.Object{set, service, policy, config, account} {
		obj.SetNamespace(name.Namespace)
		obj.SetName(name.Name)
		cluster.Get(w, obj)
	}
	claim.Namespace, claim.Name = key.Namespace, station.DataName(key.Name)
	cluster.Get(w, claim)
	made := map[string]string{}
	for kind, part := range map[string]any{
		"StatefulSet": set.Spec, "Service": []any{service.Spec.Selector, service.Spec.Ports}, "NetworkPolicy": policy.Spec, "ConfigMap": config.Data,
		"ServiceAccount": account.AutomountServiceAccountToken, "PersistentVolumeClaim": claim.Spec.Resources,
		"owners": []int{len(set.OwnerReferences), len(service.OwnerReferences), len(policy.OwnerReferences), len(config.OwnerReferences)},
		"labels": []string{set.Labels[station.LabelStation], service.Labels[station.LabelStation], policy.Labels[station.LabelStation], claim.Labels[station.LabelStation]},
	} {
		text, err := json.MarshalIndent(part, "", " ")
		if err != nil {
			w.Fatal(err)
		}
		made[kind] = string(text)
	}
	var ingress networkingv1.Ingress
	err := cluster.Client.Get(w.Context(), name, &ingress)
	if client.IgnoreNotFound(err) != nil {
		w.Fatal(err)
	}
	made["Ingress"] = fmt.Sprint(err == nil)
	return made
}

// nothingForeignTouched: objects of others are as they were, and so are their marks on children that still are the same ones.
func (w *world) nothingForeignTouched() {
	w.Helper()
	for _, obj := range w.foreign {
		version := obj.GetResourceVersion()
		if cluster.Get(w, obj); obj.GetResourceVersion() != version {
			w.Errorf("%T %s of somebody else's was written", obj, obj.GetName())
		}
	}
	for uid, marked := range w.marks {
		want := marked.GetAnnotations()["somebody.example/mark"]
		err := cluster.Client.Get(w.Context(), client.ObjectKeyFromObject(marked), marked)
		if client.IgnoreNotFound(err) != nil {
			w.Fatal(err)
		}
		if err != nil || marked.GetUID() != uid {
			continue // it was deleted since
		}
		if marked.GetLabels()["team"] != "somebody" || marked.GetAnnotations()["somebody.example/mark"] < want {
			w.Errorf("the mark on %T %s is gone: %v", marked, marked.GetName(), marked.GetAnnotations())
		}
	}
}

// keysKept: whatever happened, no station whose data stays has ever had another data key.
func (w *world) keysKept() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, seen := range w.keys {
		if len(seen) != 1 && w.declared[key] != nil {
			w.Errorf("station %s has had %d data keys", key, len(seen))
		}
	}
}

// silent: an operator that is started once more finds nothing to do, and tells nothing of stations that are gone.
func (w *world) silent() {
	w.Helper()
	var namespaces []string
	for _, key := range w.stationKeys() {
		namespaces = append(namespaces, key.Namespace)
	}
	before := w.versions(namespaces)
	w.operator.kill()
	w.operator.start()
	w.operator.hasLookedAt(2 * len(w.declared)) // these, and their twins
	for name, after := range w.versions(namespaces) {
		if before[name] != after {
			w.Errorf("%s was written though nothing was asked for", name)
		}
	}
	metrics, err := w.operator.scrape(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	if !strings.Contains(metrics, `liaison_station_info{`) || strings.Contains(metrics, `station="completed"`) {
		w.Error("the metrics tell of other stations than there are")
	}
}

func (w *world) versions(namespaces []string) controlplane.Versions {
	w.Helper()
	all := controlplane.Versions{}
	for _, namespace := range namespaces {
		for name, version := range cluster.Versions(w, namespace, &v1alpha1.LiaisonStationList{}, &v1alpha1.DeputyRosterList{}, &v1alpha1.DutyScheduleList{},
			&corev1.ConfigMapList{}, &corev1.SecretList{}, &corev1.ServiceList{}, &corev1.ServiceAccountList{}, &corev1.PersistentVolumeClaimList{},
			&appsv1.StatefulSetList{}, &networkingv1.NetworkPolicyList{}, &networkingv1.IngressList{}) {
			all[namespace+" "+name] = version
		}
	}
	return all
}
