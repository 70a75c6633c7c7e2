package station_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/optional"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

const host = "zhongduo.example.gov.cn"

var (
	byIngress = &v1alpha1.Exposure{Ingress: &v1alpha1.IngressExposure{ClassName: new("nginx"), TLSSecretName: "zhongduo-tls"}}
	byGateway = &v1alpha1.Exposure{Gateway: &v1alpha1.GatewayExposure{ParentRefs: []v1alpha1.GatewayReference{{Name: "county", Namespace: "gateways"}}}}
)

// published makes a station with an intake that answers.
func (s *stage) published(exposure *v1alpha1.Exposure) {
	s.Helper()
	declared := fixture.Station("zhongduo").In(s.namespace).WithHost(host).Obj()
	declared.Spec.Intake.Exposure = exposure
	cluster.Create(s, declared)
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "IntakeAvailable", "True")
}

func (s *stage) expose(exposure *v1alpha1.Exposure) {
	s.Helper()
	st := s.station("zhongduo")
	s.edit(st, func() { st.Spec.Intake.Exposure = exposure })
}

func (s *stage) ingress() *networkingv1.Ingress {
	return &networkingv1.Ingress{ObjectMeta: s.meta("zhongduo-intake")}
}

func (s *stage) route() *gatewayv1.HTTPRoute {
	return &gatewayv1.HTTPRoute{ObjectMeta: s.meta("zhongduo-intake")}
}

// says of the route what the Gateway that the station names would.
func (s *stage) says(route *gatewayv1.HTTPRoute, status metav1.ConditionStatus, reason gatewayv1.RouteConditionReason) {
	s.Helper()
	cluster.Get(s, route)
	route.Status.Parents = []gatewayv1.RouteParentStatus{{
		ParentRef: gatewayv1.ParentReference{Name: "county", Namespace: new(gatewayv1.Namespace("gateways"))}, ControllerName: "example.test/gateway",
		Conditions: []metav1.Condition{{
			Type: string(gatewayv1.RouteConditionAccepted), Status: status, Reason: string(reason), Message: "said by the gateway",
			ObservedGeneration: route.Generation, LastTransitionTime: metav1.Now(),
		}},
	}}
	if err := cluster.Client.Status().Update(s.Context(), route); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) podMonitor() *optional.PodMonitor {
	return &optional.PodMonitor{ObjectMeta: s.meta("zhongduo-intake")}
}

func (s *stage) disappears(obj client.Object) {
	s.Helper()
	controlplane.Eventually(s, fmt.Sprintf("%T %s is gone", obj, obj.GetName()), func(ctx context.Context) error {
		err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj)
		if err == nil {
			return errors.New("it is there")
		}
		return client.IgnoreNotFound(err)
	})
}

// requests notes what is asked of the API server about objects, watches apart.
type requests struct {
	mu   sync.Mutex
	sent []string
}

func (r *requests) note(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		if strings.Contains(request.URL.Path, "/namespaces/") && request.URL.Query().Get("watch") == "" {
			r.mu.Lock()
			r.sent = append(r.sent, request.Method+" "+request.URL.Path)
			r.mu.Unlock()
		}
		return next.RoundTrip(request)
	})
}

// since so many were sent, these were.
func (r *requests) since(sent int) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent[sent:])
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// silent settles the station and checks that it is then looked at without a single request.
func (s *stage) silent() {
	s.Helper()
	s.settle("zhongduo")
	sent := len(s.requests.since(0))
	for range 3 {
		if err := s.reconcile(s.Context(), "zhongduo"); err != nil {
			s.Fatal(err)
		}
	}
	if more := s.requests.since(sent); len(more) > 0 {
		s.Errorf("for a settled station were sent: %q", more)
	}
}

// install adds the CRD of a kind until the test ends, or until the returned function is called.
func (s *stage) install(crd string, of client.Object) (uninstall func()) {
	s.Helper()
	options := controlplane.Kinds(crd)
	installed, err := envtest.InstallCRDs(cluster.Config, options)
	if err != nil {
		s.Fatal(err)
	}
	uninstall = sync.OnceFunc(func() {
		if err := envtest.UninstallCRDs(cluster.Config, options); err != nil {
			s.Error(err)
		}
		if err := untilUninstalled(installed[0], of); err != nil {
			s.Errorf("%T is still there: %v", of, err)
		}
	})
	s.Cleanup(uninstall)
	return uninstall
}

// untilUninstalled returns once the definition is gone and a client that begins anew does not find the kind. The context of a test that ends is over.
func untilUninstalled(crd *apiextensionsv1.CustomResourceDefinition, of client.Object) error {
	gvk, err := apiutil.GVKForObject(of, cluster.Scheme)
	if err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	utilruntime.Must(apiextensionsv1.AddToScheme(scheme))
	definitions, err := client.New(cluster.Config, client.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	over, err := rest.HTTPClientFor(cluster.Config)
	if err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(context.Background(), 20*time.Millisecond, controlplane.Patience, true, func(ctx context.Context) (bool, error) {
		if err := definitions.Get(ctx, client.ObjectKeyFromObject(crd), crd.DeepCopy()); !apierrors.IsNotFound(err) {
			return false, err
		}
		mapper, err := apiutil.NewDynamicRESTMapper(cluster.Config, over)
		if err != nil {
			return false, err
		}
		_, err = mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
		return meta.IsNoMatchError(err), nil
	})
}

// gatewayCRD is that of the module whose types the operator uses.
func gatewayCRD(t testing.TB) string {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(strings.TrimSpace(string(folder)), "config", "crd", "standard", "gateway.networking.k8s.io_httproutes.yaml")
}

const podMonitorCRD = "testdata/crd/podmonitors.yaml"

func TestAnIngressPublishesTheStationAndGoesWhenNoLongerAskedFor(t *testing.T) {
	s := newStage(t)
	s.published(byIngress)
	ingress := s.ingress()
	s.appears(ingress, nil)
	backend := ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service
	if ingress.Spec.Rules[0].Host != host || backend.Name != "zhongduo-intake" || backend.Port.Name != "http" {
		t.Errorf("the Ingress leads from %s to %+v", ingress.Spec.Rules[0].Host, backend)
	}
	s.until("zhongduo", "Ready", "True/IntakeAnswers")
	if got := s.station("zhongduo").Status.URL; got != "https://"+host {
		t.Errorf("url is %s", got)
	}
	s.silent()

	s.edit(ingress, func() {
		ingress.Spec.Rules[0].Host = "elsewhere.example"
		ingress.Annotations["theirs"] = "kept"
	})
	s.appears(ingress, func() error {
		if got := ingress.Spec.Rules[0].Host; got != host {
			return fmt.Errorf("the host is %s", got)
		}
		return nil
	})
	if ingress.Annotations["theirs"] != "kept" {
		t.Error("an annotation of someone else was removed")
	}

	s.expose(nil)
	s.disappears(ingress)
	s.until("zhongduo", "Ready", "True")
	s.silent()
	if n := testutil.ToFloat64(s.operator.reconciler.Writes.WithLabelValues("Ingress", "delete")); n != 1 {
		t.Errorf("%v deletions were counted, want 1", n)
	}
}

func TestAForeignIngressIsReportedAndNeverTouched(t *testing.T) {
	s := newStage(t)
	theirs := s.ingress()
	theirs.Spec.DefaultBackend = &networkingv1.IngressBackend{
		Service: &networkingv1.IngressServiceBackend{Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80}},
	}
	if err := cluster.Client.Create(t.Context(), theirs, client.FieldOwner("argocd")); err != nil {
		t.Fatal(err)
	}

	s.published(byIngress)

	taken := s.until("zhongduo", "Stalled", "True/NameTaken")
	for _, part := range []string{"Ingress zhongduo-intake", "argocd", "rename or delete"} {
		if !strings.Contains(taken.Message, part) {
			t.Errorf("the condition says %q, not %q", taken.Message, part)
		}
	}
	s.until("zhongduo", "Ready", "False/NameTaken")
	s.expose(nil)
	s.until("zhongduo", "Ready", "True")
	s.until("zhongduo", "Stalled", "False")
	s.silent()
	live := s.ingress()
	cluster.Get(t, live)
	if live.ResourceVersion != theirs.ResourceVersion {
		t.Error("the foreign Ingress was written to")
	}
}

func TestAMissingGatewayAPIHoldsUpNothingAndIsNoticedWhenItComes(t *testing.T) {
	s := newStage(t)
	s.published(byGateway)
	missing := s.until("zhongduo", "Stalled", "True/GatewayAPIMissing")
	for _, remedy := range []string{"Install the CRDs of the Gateway API", "spec.intake.exposure.ingress"} {
		if !strings.Contains(missing.Message, remedy) {
			t.Errorf("the condition says %q, not %q", missing.Message, remedy)
		}
	}
	s.until("zhongduo", "Ready", "False/GatewayAPIMissing")
	s.happened("Warning GatewayAPIMissing")
	s.silent()

	s.install(gatewayCRD(t), s.route())

	route := s.route()
	s.appears(route, nil)
	s.says(route, metav1.ConditionTrue, gatewayv1.RouteReasonAccepted)
	s.until("zhongduo", "Ready", "True/IntakeAnswers")
	s.until("zhongduo", "Stalled", "False")
	s.until("zhongduo", "Reconciling", "False/Settled")
	s.silent()

	s.edit(route, func() { route.Spec.Hostnames = []gatewayv1.Hostname{"elsewhere.example"} })
	s.appears(route, func() error {
		if got := route.Spec.Hostnames[0]; got != host {
			return fmt.Errorf("the host is %s", got)
		}
		return nil
	})

	s.expose(byIngress)
	s.appears(s.ingress(), nil)
	s.disappears(route)
	s.until("zhongduo", "Ready", "True")
	s.silent()
}

func TestAGatewayThatRefusesTheRouteIsHeard(t *testing.T) {
	s := newStage(t)
	s.install(gatewayCRD(t), s.route())
	s.published(byGateway)
	route := s.route()
	s.appears(route, nil)
	s.until("zhongduo", "Ready", "True")

	s.says(route, metav1.ConditionFalse, gatewayv1.RouteReasonNotAllowedByListeners)
	refused := s.until("zhongduo", "Stalled", "True/RouteRefused")
	for _, part := range []string{"Gateway gateways/county", "NotAllowedByListeners", "said by the gateway", "allowedRoutes"} {
		if !strings.Contains(refused.Message, part) {
			t.Errorf("the condition says %q, not %q", refused.Message, part)
		}
	}
	s.until("zhongduo", "Ready", "False/RouteRefused")
	s.until("zhongduo", "IntakeAvailable", "True")
	s.silent()

	s.says(route, metav1.ConditionTrue, gatewayv1.RouteReasonAccepted)
	s.until("zhongduo", "Ready", "True")
	s.until("zhongduo", "Stalled", "False")
	s.silent()
}

func TestAGatewayThatSaysNothingIsToldOf(t *testing.T) {
	s := newStage(t)
	s.install(gatewayCRD(t), s.route())
	s.published(byGateway)
	s.appears(s.route(), nil)
	pending := s.until("zhongduo", "Reconciling", "True/RoutePending")
	for _, part := range []string{"Gateway gateways/county", "HTTPRoute zhongduo-intake", "parentRefs"} {
		if !strings.Contains(pending.Message, part) {
			t.Errorf("the condition says %q, not %q", pending.Message, part)
		}
	}
	s.until("zhongduo", "Ready", "True/IntakeAnswers")
	s.silent()

	s.passes(6 * time.Minute)
	s.until("zhongduo", "Stalled", "True/RoutePending")
	s.until("zhongduo", "Ready", "True/IntakeAnswers")
	s.silent()

	route := s.route()
	s.says(route, metav1.ConditionTrue, gatewayv1.RouteReasonAccepted)
	s.until("zhongduo", "Stalled", "False/Settled")
	s.silent()

	// What it said of the route as it was is no word on what it is now.
	moved := fixture.Station("zhongduo").In(s.namespace).Obj()
	s.edit(moved, func() { moved.Spec.Intake.Host = "moved.example.gov.cn" })
	s.until("zhongduo", "Reconciling", "True/RoutePending")
	s.says(route, metav1.ConditionTrue, gatewayv1.RouteReasonAccepted)
	s.until("zhongduo", "Reconciling", "False/Settled")
}

func TestWhatPublishesNowStaysUntilItsSuccessorIsThere(t *testing.T) {
	s := newStage(t)
	s.published(byIngress)
	s.appears(s.ingress(), nil)

	s.expose(byGateway)
	s.until("zhongduo", "Ready", "False/GatewayAPIMissing")
	s.appears(s.ingress(), nil)

	s.install(gatewayCRD(t), s.route())
	route := s.route()
	s.appears(route, nil)
	s.until("zhongduo", "Reconciling", "True/RoutePending")
	s.appears(s.ingress(), nil)

	s.says(route, metav1.ConditionTrue, gatewayv1.RouteReasonAccepted)
	s.disappears(s.ingress())
	s.silent()
}

func TestAGatewayAPIThatIsUninstalledIsMissing(t *testing.T) {
	s := newStage(t)
	uninstall := s.install(gatewayCRD(t), s.route())
	s.operator.stop()
	s.operator = s.start() // finds the kind there
	s.published(byGateway)
	s.appears(s.route(), nil)
	s.until("zhongduo", "Ready", "True")

	uninstall()

	s.until("zhongduo", "Stalled", "True") // at first creations are forbidden; that is looked at again after a minute
	s.passes(time.Minute)
	s.until("zhongduo", "Stalled", "True/GatewayAPIMissing")
	s.until("zhongduo", "IntakeAvailable", "True")
}

func TestTheCacheHoldsOfOptionalKindsOnlyWhatIsOurs(t *testing.T) {
	s := newStage(t)
	s.install(gatewayCRD(t), s.route())
	theirs := &gatewayv1.HTTPRoute{ObjectMeta: s.meta("theirs")}
	cluster.Create(t, theirs)
	s.published(byGateway)
	s.appears(s.route(), nil)
	s.until("zhongduo", "Ready", "True")

	routes := &gatewayv1.HTTPRouteList{}
	controlplane.Eventually(t, "the cache holds a route", func(ctx context.Context) error {
		err := s.operator.reconciler.Client.List(ctx, routes, client.InNamespace(s.namespace))
		if err == nil && len(routes.Items) == 0 {
			err = errors.New("it holds none")
		}
		return err
	})
	if len(routes.Items) != 1 || routes.Items[0].Name != "zhongduo-intake" {
		t.Fatalf("the cache holds %d routes, want the station's alone", len(routes.Items))
	}
	if fields := routes.Items[0].ManagedFields; len(fields) != 0 {
		t.Errorf("the cache holds managed fields: %v", fields)
	}
}

func TestAPodMonitorIsMadeOnceTheKindIsThere(t *testing.T) {
	s := newStage(t)
	s.published(nil)
	s.until("zhongduo", "Reconciling", "False/Settled")
	s.silent()

	s.install(podMonitorCRD, s.podMonitor())

	monitor := s.podMonitor()
	s.appears(monitor, nil)
	token := monitor.Spec.PodMetricsEndpoints[0].Authorization.Credentials
	secret := &corev1.Secret{ObjectMeta: s.meta(token.Name)}
	cluster.Get(t, secret)
	if len(secret.Data[token.Key]) == 0 || token.Key != station.InternalTokenKey {
		t.Errorf("the token is sought in %s of Secret %s, where there is none", token.Key, token.Name)
	}
	s.until("zhongduo", "Ready", "True")
	s.silent()

	s.edit(monitor, func() { monitor.Spec.PodMetricsEndpoints[0].Path = "/elsewhere" })
	s.appears(monitor, func() error {
		if got := monitor.Spec.PodMetricsEndpoints[0].Path; got != "/metrics" {
			return errors.New("it scrapes " + got)
		}
		return nil
	})
	s.silent()
	s.operator.stop()
	s.operator = s.start()
	s.silent()
	if n := s.totalWrites(); n != 0 {
		t.Errorf("an operator started anew sent %v writes", n)
	}
}

// A label that is no longer asked for is given up, or two Prometheuses would scrape.
func TestPodMonitorsFollowTheCountysPrometheus(t *testing.T) {
	s := newStage(t)
	s.install(podMonitorCRD, s.podMonitor())
	s.published(nil)
	s.until("zhongduo", "Ready", "True")
	for _, county := range []station.PodMonitors{
		{Labels: map[string]string{"release": "old", "team": "it"}, Interval: 90 * time.Second},
		{Labels: map[string]string{"release": "new"}},
		{},
	} {
		s.restart(func(r *station.Reconciler) { r.Options.PodMonitors = county })
		monitor := s.podMonitor()
		s.appears(monitor, func() error {
			for _, label := range []string{"release", "team"} {
				if monitor.Labels[label] != county.Labels[label] {
					return fmt.Errorf("it is labelled %s=%q, want %q", label, monitor.Labels[label], county.Labels[label])
				}
			}
			if got, wanted := monitor.Spec.PodMetricsEndpoints[0].Interval != "", county.Interval > 0; got != wanted {
				return fmt.Errorf("it has an interval: %t, want %t", got, wanted)
			}
			return nil
		})
		s.silent()
	}
}

func TestAForeignPodMonitorTakesNobodysReadiness(t *testing.T) {
	s := newStage(t)
	s.install(podMonitorCRD, s.podMonitor())
	theirs := s.podMonitor()
	theirs.Spec.Selector = metav1.LabelSelector{MatchLabels: map[string]string{"app": "theirs"}}
	theirs.Spec.PodMetricsEndpoints = []optional.PodMetricsEndpoint{}
	cluster.Create(t, theirs)

	s.published(nil)

	s.until("zhongduo", "Stalled", "True/NameTaken")
	s.until("zhongduo", "Ready", "True")
	live := s.podMonitor()
	cluster.Get(t, live)
	if live.ResourceVersion != theirs.ResourceVersion {
		t.Error("the foreign PodMonitor was written to")
	}
}
