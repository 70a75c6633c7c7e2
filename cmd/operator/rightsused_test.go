package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/optional"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/controllers/waves"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// installation is a way to install the operator: as which account it works, and what that may do.
type installation struct {
	account types.NamespacedName
	config  *rest.Config
	roles   []client.Object
	// serves is the namespace of the station, and scraper the token of who reads the metrics.
	serves, scraper string
	args            []string
}

// forTheWholeCluster is what config/rbac installs.
func forTheWholeCluster(t *testing.T) installation {
	t.Helper()
	config := grantClusterWide(t)
	allowScrapes(t, "watcher")
	return installation{
		account: types.NamespacedName{Namespace: operatorNamespace, Name: "liaison-operator"},
		config:  config, roles: installed(t), serves: cluster.Namespace(t), scraper: tokenOf(t, "watcher"),
	}
}

// forANamedNamespace is what the chart installs with watchNamespaces.
func forANamedNamespace(t *testing.T) installation {
	t.Helper()
	own, served, token := cluster.Namespace(t), cluster.Namespace(t), filepath.Join(t.TempDir(), "token")
	write(t, token, "s3cret")
	return installation{
		account: types.NamespacedName{Namespace: own, Name: "liaison-operator"},
		config:  grantInNamespaces(t, own, served), roles: rolesInNamespaces(t, own, served), serves: served, scraper: "s3cret",
		args: []string{"--watch-namespaces=" + served, "--metrics-token-file=" + token},
	}
}

// The operator goes through everything it can do as its own ServiceAccount: it is refused nothing, and needs each right it has.
func TestTheOperatorUsesEveryRightItHasAndNeedsNoOther(t *testing.T) {
	installOptionalKinds(t)
	for name, install := range map[string]func(*testing.T) installation{
		"for the whole cluster": forTheWholeCluster, "for a named namespace": forANamedNamespace,
	} {
		t.Run(name, func(t *testing.T) {
			i := install(t)
			sent := &requests{used: map[right]bool{}}
			i.config.Wrap(sent.wrap)
			start := func(args ...string) operator {
				started := startOperator(t, i.config, i.account.Namespace, append(args, i.args...)...)
				started.eventuallyReady(t)
				return started
			}
			first := start()
			s := story{T: t, key: types.NamespacedName{Namespace: i.serves, Name: "zhongduo"}, operatorNamespace: i.account.Namespace}
			s.fromTheFirstDay()
			eventuallyScraped(t, first, i.scraper, "metrics are served", func(string) error { return nil })
			first.stop()

			// The next one meets an API server that lists objects by themselves only. Stations of other tests, which never become ready, hold nobody up.
			sent.refuseStreams.Store(true)
			second := start("--intake-image=intake:next", "--rollout-max-unavailable=100%")
			s.upgrade()
			s.remove()
			second.stop()

			sent.wantNoneRefused(t)
			sent.wantNoneOfStrangers(t)
			granted := grantedTo(i.account, i.roles)
			for _, unused := range sent.without(granted) {
				t.Errorf("nothing the operator does needs the right to %s: take it away", unused)
			}
			t.Logf("%d rights are granted", len(granted))
		})
	}
}

// installed is what config/rbac installs.
func installed(t *testing.T) []client.Object {
	t.Helper()
	var objects []client.Object
	for _, file := range roleFiles {
		objects = append(objects, generated(t, file)...)
	}
	return objects
}

// installOptionalKinds adds the kinds that a cluster may lack, until the test ends.
func installOptionalKinds(t *testing.T) {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api").Output()
	if err != nil {
		t.Fatal(err)
	}
	options := controlplane.Kinds(
		filepath.Join(strings.TrimSpace(string(folder)), "config", "crd", "standard", "gateway.networking.k8s.io_httproutes.yaml"),
		filepath.Join("..", "..", "controllers", "station", "testdata", "crd", "podmonitors.yaml"),
	)
	if _, err := envtest.InstallCRDs(cluster.Config, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := envtest.UninstallCRDs(cluster.Config, options); err != nil {
			t.Error(err)
		}
		// The operator of another test must not take them for present.
		for _, kind := range []client.Object{&gatewayv1.HTTPRoute{}, &optional.PodMonitor{}} {
			err := wait.PollUntilContextTimeout(context.Background(), 20*time.Millisecond, controlplane.Patience, true, absent(kind))
			if err != nil {
				t.Errorf("%T is still there: %v", kind, err)
			}
		}
	})
}

// absent reports whether a client that begins anew does not find the kind.
func absent(kind client.Object) wait.ConditionWithContextFunc {
	return func(context.Context) (bool, error) {
		anew, err := client.New(cluster.Config, client.Options{Scheme: cluster.Scheme})
		if err != nil {
			return false, err
		}
		gvk, err := anew.GroupVersionKindFor(kind)
		if err != nil {
			return false, err
		}
		_, err = anew.RESTMapper().RESTMapping(gvk.GroupKind(), gvk.Version)
		return meta.IsNoMatchError(err), nil
	}
}

// story is the life of one station, of which each method is a chapter.
type story struct {
	*testing.T
	key               types.NamespacedName
	operatorNamespace string
}

func (s story) fromTheFirstDay() {
	s.Helper()
	s.declare()
	s.repair()
	s.publishElsewhere()
	s.forgetOldMonths()
	s.stumble()
	s.meetAStranger()
}

func (s story) named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: s.key.Namespace, Name: name}
}

const host = "zhongduo.example.gov.cn"

// declare a station that is published by an Ingress and asked for its backlog, and wait until it is Ready.
func (s story) declare() {
	s.Helper()
	declared := fixture.Station(s.key.Name).In(s.key.Namespace).WithRoster(s.key.Name).WithHost(host).Obj()
	declared.Spec.Intake.Exposure = &v1alpha1.Exposure{Ingress: &v1alpha1.IngressExposure{}}
	cluster.Create(s, fixture.HolidayCalendar("own").In(s.key.Namespace).AsPublished(2026).Obj(), deputies(s.key), declared)
	startPod(s.T, s.key, startIntake(s.T, internalToken(s.T, s.key)))
	s.until("there is a backlog and the station is Ready", func(st *v1alpha1.LiaisonStation) bool {
		return st.Status.Backlog != nil && meta.IsStatusConditionTrue(st.Status.Conditions, v1alpha1.ConditionReady)
	})
}

// children that the operator applies; it sees to it that each stays as it should be.
func (s story) children() []client.Object {
	intake := s.named(station.IntakeName(s.key.Name))
	return []client.Object{
		&corev1.ConfigMap{ObjectMeta: intake}, &corev1.ServiceAccount{ObjectMeta: intake}, &corev1.Service{ObjectMeta: intake},
		&appsv1.StatefulSet{ObjectMeta: intake}, &networkingv1.NetworkPolicy{ObjectMeta: intake},
		&corev1.PersistentVolumeClaim{ObjectMeta: s.named(station.DataName(s.key.Name))},
		&networkingv1.Ingress{ObjectMeta: intake}, &optional.PodMonitor{ObjectMeta: intake},
	}
}

const spoilt = "app.kubernetes.io/part-of"

// repair has the operator mend each child, complete a Secret, and follow the roster.
func (s story) repair() {
	s.Helper()
	for _, child := range s.children() {
		s.mended(child)
	}
	secret := &corev1.Secret{ObjectMeta: s.named(station.StaffName(s.key.Name))}
	s.edit(secret, func() { secret.Data = nil })
	s.appears(secret, func() bool { return len(secret.Data) > 0 })
	roster := &v1alpha1.DeputyRoster{ObjectMeta: s.named(s.key.Name)}
	s.edit(roster, func() { roster.Spec.Deputies[1].ID = "d041" })
	s.until("the plan names the new deputy", func(*v1alpha1.LiaisonStation) bool {
		plans := &v1alpha1.DutyScheduleList{}
		return cluster.Client.List(s.Context(), plans, client.InNamespace(s.key.Namespace)) == nil && strings.Contains(fmt.Sprint(plans.Items), "d041")
	})
}

// mended spoils a child and waits until it is as before.
func (s story) mended(child client.Object) {
	s.Helper()
	s.appears(child, func() bool { return child.GetLabels()[spoilt] == "liaison" })
	s.edit(child, func() {
		labels := child.GetLabels()
		labels[spoilt] = "spoilt"
		child.SetLabels(labels)
	})
	s.appears(child, func() bool { return child.GetLabels()[spoilt] == "liaison" })
}

// publishElsewhere moves the station from its Ingress to a Gateway, which answers, and from there to nowhere.
func (s story) publishElsewhere() {
	s.Helper()
	intake := s.named(station.IntakeName(s.key.Name))
	route := &gatewayv1.HTTPRoute{ObjectMeta: intake}
	s.expose(&v1alpha1.Exposure{Gateway: &v1alpha1.GatewayExposure{ParentRefs: []v1alpha1.GatewayReference{{Name: "county"}}}})
	s.mended(route)
	s.answered(route, "county")
	s.disappears(&networkingv1.Ingress{ObjectMeta: intake})
	s.expose(nil)
	s.disappears(route)
}

// answered by the Gateway, which takes the route.
func (s story) answered(route *gatewayv1.HTTPRoute, gateway gatewayv1.ObjectName) {
	s.Helper()
	cluster.Get(s, route)
	route.Status.Parents = []gatewayv1.RouteParentStatus{{
		ParentRef: gatewayv1.ParentReference{Name: gateway}, ControllerName: "example.test/gateway",
		Conditions: []metav1.Condition{{
			Type: string(gatewayv1.RouteConditionAccepted), Status: metav1.ConditionTrue, Reason: string(gatewayv1.RouteReasonAccepted),
			ObservedGeneration: route.Generation, LastTransitionTime: metav1.Now(),
		}},
	}}
	if err := cluster.Client.Status().Update(s.Context(), route); err != nil {
		s.Fatal(err)
	}
}

func (s story) expose(exposure *v1alpha1.Exposure) {
	s.Helper()
	declared := &v1alpha1.LiaisonStation{ObjectMeta: s.named(s.key.Name)}
	s.edit(declared, func() { declared.Spec.Intake.Exposure = exposure })
}

// forgetOldMonths has the operator delete a plan that is older than the roster keeps. The newest of the past stays.
func (s story) forgetOldMonths() {
	s.Helper()
	var old []*v1alpha1.DutySchedule
	for _, month := range []string{"2020-01", "2020-02"} {
		plan := fixture.Plan(s.key.Name, month).In(s.key.Namespace).Obj()
		plan.Labels = map[string]string{fromcrd.LabelRoster: s.key.Name}
		cluster.Create(s, plan)
		old = append(old, plan)
	}
	s.disappears(old[0])
}

// stumble twice over the same: what is told again within minutes is a series of the event that there is.
func (s story) stumble() {
	s.Helper()
	key := &corev1.Secret{ObjectMeta: s.named(station.DataName(s.key.Name))}
	for range 2 {
		s.edit(key, func() { delete(key.Data, station.DataKey) })
		s.until("the lost key stalls the station", func(st *v1alpha1.LiaisonStation) bool {
			return meta.IsStatusConditionTrue(st.Status.Conditions, v1alpha1.ConditionStalled)
		})
		s.edit(key, func() { key.Data[station.DataKey] = make([]byte, 32) })
		s.until("the station is Ready again", func(st *v1alpha1.LiaisonStation) bool {
			return meta.IsStatusConditionTrue(st.Status.Conditions, v1alpha1.ConditionReady)
		})
	}
}

// meetAStranger finds somebody else's Secret in the place of a station's.
func (s story) meetAStranger() {
	s.Helper()
	other := fixture.Station("other").In(s.key.Namespace).Obj()
	cluster.Create(s, &corev1.Secret{ObjectMeta: s.named(station.DataName(other.Name))}, other)
	s.appears(other, func() bool { return meta.IsStatusConditionTrue(other.Status.Conditions, v1alpha1.ConditionStalled) })
	if err := cluster.Client.Delete(s.Context(), other); err != nil {
		s.Fatal(err)
	}
}

// upgrade waits until the next image has reached the station, and what is told of it.
func (s story) upgrade() {
	s.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: s.named(station.IntakeName(s.key.Name))}
	s.appears(set, func() bool { return set.Spec.Template.Spec.Containers[0].Image == "intake:next" })
	notice := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.operatorNamespace, Name: waves.NoticeName}}
	s.appears(notice, func() bool { return notice.Data["image"] == "intake:next" })
}

func (s story) remove() {
	s.Helper()
	declared := &v1alpha1.LiaisonStation{ObjectMeta: s.named(s.key.Name)}
	if err := cluster.Client.Delete(s.Context(), declared); err != nil {
		s.Fatal(err)
	}
	s.disappears(declared)
}

func (s story) until(what string, holds func(*v1alpha1.LiaisonStation) bool) {
	s.Helper()
	controlplane.Eventually(s, what, func(ctx context.Context) error {
		st := &v1alpha1.LiaisonStation{}
		if err := cluster.Client.Get(ctx, s.key, st); err != nil {
			return err
		}
		if !holds(st) {
			return fmt.Errorf("the status is %+v", st.Status)
		}
		return nil
	})
}

func (s story) appears(obj client.Object, holds func() bool) {
	s.Helper()
	controlplane.Eventually(s, fmt.Sprintf("%T %s is as it should be", obj, obj.GetName()), func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj); err != nil {
			return err
		}
		if !holds() {
			return fmt.Errorf("it is %+v", obj)
		}
		return nil
	})
}

func (s story) disappears(obj client.Object) {
	s.Helper()
	controlplane.Eventually(s, fmt.Sprintf("%T %s is gone", obj, obj.GetName()), func(ctx context.Context) error {
		err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj)
		if err == nil {
			return errors.New("it is there")
		}
		return client.IgnoreNotFound(err)
	})
}

// edit changes a live object as a person would.
func (s story) edit(obj client.Object, change func()) {
	s.Helper()
	controlplane.Eventually(s, fmt.Sprintf("%T %s can be edited", obj, obj.GetName()), func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj); err != nil {
			return err
		}
		change()
		err := cluster.Client.Update(ctx, obj, client.FieldOwner("kubectl-edit"))
		if apierrors.IsInvalid(err) {
			s.Fatal(err)
		}
		return err
	})
}
