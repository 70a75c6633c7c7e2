package station_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

func TestARestrictedNamespaceTakesTheIntake(t *testing.T) {
	s := newStage(t)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}
	s.edit(namespace, func() { namespace.Labels["pod-security.kubernetes.io/enforce"] = "restricted" })
	everything := fixture.Station("zhongduo").In(s.namespace).SignsInThrough("https://id.example.gov.cn", "oidc").KeysFor311("open311").Obj()
	everything.Spec.Announcements.Webhook = &v1alpha1.Webhook{URLSecretRef: v1alpha1.SecretKeyReference{Name: "webhook"}}
	cluster.Create(t, everything)
	set := &appsv1.StatefulSet{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	s.appears(set, nil)
	pod := &corev1.Pod{ObjectMeta: s.meta("probe"), Spec: set.Spec.Template.Spec}
	if err := cluster.Client.Create(t.Context(), pod, client.DryRunAll); err != nil {
		t.Errorf("the intake's pod: %v", err)
	}
	pod.ResourceVersion = ""
	pod.Spec.Containers[0].SecurityContext.Privileged = new(true)
	pod.Spec.Containers[0].SecurityContext.AllowPrivilegeEscalation = new(true)
	if err := cluster.Client.Create(t.Context(), pod, client.DryRunAll); err == nil || !strings.Contains(err.Error(), "restricted") {
		t.Errorf("a privileged one: %v", err)
	}
}

func TestResidentsReachThePublicPortAndOperatorAndPrometheusTheInternalOne(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	policy := &networkingv1.NetworkPolicy{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	s.appears(policy, nil)
	port := func(name string) []networkingv1.NetworkPolicyPort {
		return []networkingv1.NetworkPolicyPort{{Protocol: new(corev1.ProtocolTCP), Port: new(intstr.FromString(name))}}
	}
	namespaces := func(label, value string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchLabels: map[string]string{label: value}}
	}
	want := networkingv1.NetworkPolicySpec{
		PodSelector: *namespaces("app.kubernetes.io/name", "liaison-intake"),
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		Ingress: []networkingv1.NetworkPolicyIngressRule{
			{Ports: port("http")},
			{Ports: port("internal"), From: []networkingv1.NetworkPolicyPeer{
				{NamespaceSelector: namespaces("kubernetes.io/metadata.name", s.operatorNamespace), PodSelector: namespaces("app.kubernetes.io/name", "liaison-operator")},
				{NamespaceSelector: namespaces(station.LabelScrape, station.ScrapeAllowed)},
			}},
		},
	}
	want.PodSelector.MatchLabels["app.kubernetes.io/instance"] = "zhongduo"
	if diff := cmp.Diff(want, policy.Spec); diff != "" { // no egress rule: the intake calls nobody
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The intake follows what the township's own Secrets hold, so a change of one restarts nobody.
func TestAChangedSecretOfTheTownshipRestartsNobody(t *testing.T) {
	s := newStage(t)
	user := fixture.Station("zhongduo").In(s.namespace).SignsInThrough("https://id.example.gov.cn", "oidc").KeysFor311("open311").Obj()
	secrets := map[string]*corev1.Secret{}
	for _, name := range []string{"oidc", "open311"} {
		secrets[name] = &corev1.Secret{ObjectMeta: s.meta(name), Data: map[string][]byte{"client-secret": []byte("first")}}
		cluster.Create(t, secrets[name])
	}
	cluster.Create(t, user)
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	generation := s.set("zhongduo").Generation
	for _, secret := range secrets {
		s.edit(secret, func() { secret.Data["client-secret"] = []byte("second") })
	}
	s.settle("zhongduo")
	if now := s.set("zhongduo").Generation; now != generation {
		t.Errorf("the StatefulSet is of generation %d, was %d", now, generation)
	}
}

// A rival that insists is named and left alone for a while, instead of two programs writing against each other for ever.
func TestARivalThatInsistsIsNotFoughtForEver(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	service := &corev1.Service{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	const rivalsPort = 8088
	insist := func() {
		s.edit(service, func() { service.Spec.Ports[0].Port = rivalsPort })
	}
	contested := func() bool {
		stalled := meta.FindStatusCondition(s.station("zhongduo").Status.Conditions, v1alpha1.ConditionStalled)
		return stalled != nil && stalled.Reason == station.ReasonContested
	}
	putRight := 0
	for !contested() {
		insist()
		s.appears(service, func() error {
			switch {
			case service.Spec.Ports[0].Port != rivalsPort:
				putRight++
			case !contested():
				return errors.New("it is neither put right nor contested")
			}
			return nil
		})
		if putRight > 20 { // one that insists while the operator is still writing is not counted apart
			t.Fatal("it is fought for ever")
		}
	}
	if putRight < 5 {
		t.Errorf("it was put right %d times before it was left alone, want at least 5", putRight)
	}
	stalled := s.until("zhongduo", "Stalled", "True/"+station.ReasonContested)
	if !strings.Contains(stalled.Message, "Service zhongduo-intake") || !strings.Contains(stalled.Message, "kubectl-edit") {
		t.Errorf("told: %s", stalled.Message)
	}
	if cluster.Get(t, service); service.Spec.Ports[0].Port != rivalsPort {
		t.Error("it is fought on")
	}
	// When the rival has been told off, the next visit after a minute puts it right.
	s.clock.SetTime(s.clock.Now().Add(61 * time.Second))
	if err := s.reconcile(t.Context(), "zhongduo"); err != nil {
		t.Fatal(err)
	}
	if cluster.Get(t, service); service.Spec.Ports[0].Port == rivalsPort {
		t.Error("it stays as the rival wants it")
	}
	s.until("zhongduo", "Ready", "True")
}

// Nothing of a station has a finalizer, and nothing is made in a namespace that goes: the namespace is never held up.
func TestANamespaceThatIsDeletedGoes(t *testing.T) {
	s := newStage(t)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: s.namespace}}
	if err := cluster.Client.Delete(t.Context(), namespace); err != nil {
		t.Fatal(err)
	}
	// The test plays the namespace controller: it deletes everything, the children first, and the operator must not bring one back.
	set := s.set("zhongduo")
	if err := cluster.Client.Delete(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	s.until("zhongduo", "Reconciling", "True/"+station.ReasonNamespaceLeaving)
	for _, list := range append(everyKind(), &corev1.PodList{}) {
		if err := cluster.Client.List(t.Context(), list, client.InNamespace(s.namespace)); err != nil {
			t.Fatal(err)
		}
		for _, obj := range objectsOf(t, list) {
			if _, claim := obj.(*corev1.PersistentVolumeClaim); !claim && len(obj.GetFinalizers()) > 0 { // a claim's is the API server's
				t.Errorf("%T %s has the finalizers %v", obj, obj.GetName(), obj.GetFinalizers())
			}
			if err := cluster.Client.Delete(t.Context(), obj, client.GracePeriodSeconds(0)); client.IgnoreNotFound(err) != nil {
				t.Errorf("%T %s: %v", obj, obj.GetName(), err)
			}
		}
	}
	controlplane.Eventually(t, "the station is gone and nothing comes back", func(ctx context.Context) error {
		err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: "zhongduo"}, &v1alpha1.LiaisonStation{})
		if !apierrors.IsNotFound(err) {
			return errors.New("it is still there")
		}
		sets := &appsv1.StatefulSetList{}
		if err := cluster.Client.List(ctx, sets, client.InNamespace(s.namespace)); err != nil || len(sets.Items) > 0 {
			return errors.Join(err, errors.New("the StatefulSet is back"))
		}
		return nil
	})
}

func objectsOf(t *testing.T, list client.ObjectList) (objects []client.Object) {
	t.Helper()
	items, err := meta.ExtractList(list)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		obj, ok := item.(client.Object)
		if !ok {
			t.Fatalf("%T is no object", item)
		}
		objects = append(objects, obj)
	}
	return objects
}
