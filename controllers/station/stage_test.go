package station_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"
	clocktesting "k8s.io/utils/clock/testing"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// saturday is 10 October 2026 at noon in China, a working day in exchange for the National Day holiday.
var saturday = time.Date(2026, time.October, 10, 12, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// stage is an operator at work in a namespace of its own, without kubelet and without StatefulSet controller: the test plays both.
type stage struct {
	*testing.T
	namespace, operatorNamespace string
	clock                        *clocktesting.FakePassiveClock
	operator                     *operator
	// configure changes an operator before it is started; nil changes nothing.
	configure func(*station.Reconciler)
	// over is what carries their requests to the API server, if not the plain transport.
	over func(http.RoundTripper) http.RoundTripper
	// requests of every operator that worked here.
	requests requests
}

// operator is one running process; a test may stop it and start another.
type operator struct {
	reconciler *station.Reconciler
	events     chan string
	stop       func()
}

func newStage(t *testing.T) *stage { return newStageOver(t, nil) }

func newStageOver(t *testing.T, over func(http.RoundTripper) http.RoundTripper) *stage {
	s := &stage{T: t, namespace: cluster.Namespace(t), operatorNamespace: cluster.Namespace(t), clock: clocktesting.NewFakePassiveClock(saturday), over: over}
	s.operator = s.start()
	return s
}

// restart stops the operator and starts another, which is configured so.
func (s *stage) restart(configure func(*station.Reconciler)) {
	s.Helper()
	s.operator.stop()
	s.configure = configure
	s.operator = s.start()
}

func (s *stage) start() *operator {
	s.Helper()
	wire := rest.CopyConfig(cluster.Config)
	wire.Wrap(s.requests.note)
	wire.Wrap(s.over)
	mgr, err := ctrl.NewManager(wire, ctrl.Options{
		Scheme: cluster.Scheme, Cache: station.CacheOptions(s.namespace, s.operatorNamespace), Metrics: server.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: new(true)}, GracefulShutdownTimeout: new(10 * time.Second),
	})
	if err != nil {
		s.Fatal(err)
	}
	recorder := events.NewFakeRecorder(1000)
	r := &station.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: s.clock, Recorder: recorder, Writes: apply.NewWritesCounter(),
		Options: station.Options{
			DefaultIntakeImage: "example.test/liaison-intake:1", OperatorNamespace: s.operatorNamespace, LookForKinds: 50 * time.Millisecond,
		},
	}
	if s.configure != nil {
		s.configure(r)
	}
	if err := r.SetupWithManager(mgr); err != nil {
		s.Fatal(err)
	}
	s.watchInvariants(mgr)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			s.Errorf("the operator ended with: %v", err)
		}
	})
	s.Cleanup(stop)
	if !mgr.GetCache().WaitForCacheSync(s.Context()) {
		s.Fatal("the operator's cache did not fill")
	}
	return &operator{reconciler: r, events: recorder.Events, stop: stop}
}

// watchInvariants looks at every status any station ever has.
func (s *stage) watchInvariants(mgr ctrl.Manager) {
	s.Helper()
	informer, err := mgr.GetCache().GetInformer(s.Context(), &v1alpha1.LiaisonStation{})
	if err != nil {
		s.Fatal(err)
	}
	check := func(obj any) {
		if st, ok := obj.(*v1alpha1.LiaisonStation); ok {
			for _, broken := range brokenInvariants(st) {
				s.Errorf("station %s at resource version %s: %s", st.Name, st.ResourceVersion, broken)
			}
		}
	}
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{AddFunc: check, UpdateFunc: func(_, obj any) { check(obj) }})
	if err != nil {
		s.Fatal(err)
	}
}

// brokenInvariants is what must never be seen of a station's conditions, at any moment.
func brokenInvariants(st *v1alpha1.LiaisonStation) []string {
	var broken []string
	status := map[string]metav1.ConditionStatus{}
	suspended := false
	for _, c := range st.Status.Conditions {
		if _, twice := status[c.Type]; twice {
			broken = append(broken, c.Type+" stands twice")
		}
		status[c.Type] = c.Status
		suspended = suspended || c.Reason == station.ReasonSuspended
		if c.Status == metav1.ConditionFalse && c.Message == "" && c.Type != v1alpha1.ConditionStalled && c.Type != v1alpha1.ConditionReconciling {
			broken = append(broken, c.Type+" is False and does not say why")
		}
		if c.ObservedGeneration > st.Generation || c.ObservedGeneration < 1 {
			broken = append(broken, fmt.Sprintf("%s speaks of generation %d of %d", c.Type, c.ObservedGeneration, st.Generation))
		}
	}
	if len(status) == 0 {
		return broken // not seen yet
	}
	for _, conditionType := range []string{"Ready", "Reconciling", "Stalled"} {
		if status[conditionType] == "" {
			broken = append(broken, conditionType+" is missing")
		}
	}
	if status["Reconciling"] == metav1.ConditionTrue && status["Stalled"] == metav1.ConditionTrue {
		broken = append(broken, "both Reconciling and Stalled are True")
	}
	if status["Ready"] == metav1.ConditionFalse && status["Reconciling"] != metav1.ConditionTrue && status["Stalled"] != metav1.ConditionTrue && !suspended {
		broken = append(broken, "not Ready, and neither Reconciling nor Stalled, nor suspended")
	}
	if status["Ready"] == metav1.ConditionTrue && status["IntakeAvailable"] != metav1.ConditionTrue {
		broken = append(broken, "Ready without an intake that answers")
	}
	return broken
}

func (s *stage) meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: s.namespace, Name: name}
}

// station reads the station past the cache.
func (s *stage) station(name string) *v1alpha1.LiaisonStation {
	s.Helper()
	st := &v1alpha1.LiaisonStation{ObjectMeta: s.meta(name)}
	cluster.Get(s, st)
	return st
}

// edit changes a live object as a user would.
func (s *stage) edit(obj client.Object, change func()) {
	s.Helper()
	controlplane.Eventually(s, fmt.Sprintf("%T %s can be edited", obj, obj.GetName()), func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj); err != nil {
			return err
		}
		change()
		return cluster.Client.Update(ctx, obj, client.FieldOwner("kubectl-edit"))
	})
}

// until waits for a condition of the station, written True/IntakeAnswers.
func (s *stage) until(name, conditionType, want string) metav1.Condition {
	s.Helper()
	var found metav1.Condition
	controlplane.Eventually(s, name+": "+conditionType+" is "+want, func(ctx context.Context) error {
		st := &v1alpha1.LiaisonStation{}
		if err := cluster.Client.Get(ctx, client.ObjectKey{Namespace: s.namespace, Name: name}, st); err != nil {
			return err
		}
		for _, c := range st.Status.Conditions {
			if c.Type == conditionType && strings.HasPrefix(string(c.Status)+"/"+c.Reason, want) && c.ObservedGeneration == st.Generation {
				found = c
				return nil
			}
		}
		return fmt.Errorf("the conditions are %s", told(st))
	})
	return found
}

func told(st *v1alpha1.LiaisonStation) string {
	var lines []string
	for _, c := range st.Status.Conditions {
		lines = append(lines, fmt.Sprintf("%s=%s/%s (%s)", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(lines, ", ")
}

// appears waits until the object is there and as it should be.
func (s *stage) appears(obj client.Object, should func() error) {
	s.Helper()
	controlplane.Eventually(s, fmt.Sprintf("%T %s appears", obj, obj.GetName()), func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(obj), obj); err != nil {
			return err
		}
		if should == nil {
			return nil
		}
		return should()
	})
}

// atOnce is what a reconcile asks for at most that has not come to its end: somebody has written beside it, or the cache is behind.
const atOnce = 100 * time.Millisecond

// reconcile makes the operator look at the station once more, as it is now, and returns after that. Like the queue it comes back to what is to be looked at
// again at once: the operator's own worker may be at the same station, and then one of two writes is refused.
func (s *stage) reconcile(ctx context.Context, name string) error {
	request := ctrl.Request{NamespacedName: client.ObjectKey{Namespace: s.namespace, Name: name}}
	return wait.PollUntilContextTimeout(ctx, atOnce/10, controlplane.Patience, true, func(ctx context.Context) (done bool, err error) {
		if known, err := s.operatorKnows(ctx, request.NamespacedName); err != nil || !known {
			return false, err
		}
		result, err := s.operator.reconciler.Reconcile(ctx, request)
		if apierrors.IsConflict(err) {
			return false, nil
		}
		return result.RequeueAfter == 0 || result.RequeueAfter > atOnce, err
	})
}

// operatorKnows reports whether the operator's cache has the station as it is.
func (s *stage) operatorKnows(ctx context.Context, key client.ObjectKey) (bool, error) {
	is, known := &v1alpha1.LiaisonStation{}, &v1alpha1.LiaisonStation{}
	if err := client.IgnoreNotFound(cluster.Client.Get(ctx, key, is)); err != nil {
		return false, err
	}
	if err := client.IgnoreNotFound(s.operator.reconciler.Client.Get(ctx, key, known)); err != nil {
		return false, err
	}
	return is.ResourceVersion == known.ResourceVersion, nil
}

// podIs plays StatefulSet controller and kubelet: it makes the pod if there is none and gives it a status.
func (s *stage) podIs(name string, status corev1.PodStatus) {
	s.Helper()
	set := &appsv1.StatefulSet{ObjectMeta: s.meta(station.IntakeName(name))}
	s.appears(set, nil)
	pod := &corev1.Pod{ObjectMeta: s.meta(station.PodName(name))}
	pod.Labels, pod.Spec = set.Spec.Template.Labels, set.Spec.Template.Spec
	if err := cluster.Client.Create(s.Context(), pod); err != nil && !apierrors.IsAlreadyExists(err) {
		s.Fatalf("making the pod: %v", err)
	}
	controlplane.Eventually(s, "the pod has its status", func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(pod), pod); err != nil {
			return err
		}
		pod.Status = status
		return cluster.Client.Status().Update(ctx, pod)
	})
	controlplane.Eventually(s, "the StatefulSet has its status", func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(set), set); err != nil {
			return err
		}
		set.Status = appsv1.StatefulSetStatus{ObservedGeneration: set.Generation, Replicas: 1, CurrentRevision: "1", UpdateRevision: "1"}
		return cluster.Client.Status().Update(ctx, set)
	})
}

var ready = corev1.PodStatus{
	Phase:      corev1.PodRunning,
	Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
}

// kinds whose objects must stand still once everything is settled.
func everyKind() []client.ObjectList {
	return []client.ObjectList{
		&v1alpha1.LiaisonStationList{}, &v1alpha1.DeputyRosterList{}, &v1alpha1.DutyScheduleList{},
		&corev1.ConfigMapList{}, &corev1.SecretList{}, &corev1.ServiceList{}, &corev1.ServiceAccountList{}, &corev1.PersistentVolumeClaimList{},
		&appsv1.StatefulSetList{}, &networkingv1.NetworkPolicyList{}, &networkingv1.IngressList{},
	}
}

// settle waits until a forced reconcile writes nothing, then checks that several do not.
func (s *stage) settle(name string) {
	s.Helper()
	force := func(ctx context.Context) error { return s.reconcile(ctx, name) }
	last, written := cluster.Versions(s, s.namespace, everyKind()...), s.totalWrites()
	controlplane.Eventually(s, "a reconcile writes nothing", func(ctx context.Context) error {
		if err := force(ctx); err != nil {
			return err
		}
		now := cluster.Versions(s, s.namespace, everyKind()...)
		before, writtenBefore := last, written
		last, written = now, s.totalWrites()
		if !before.Same(now) {
			return errors.New("objects still move")
		}
		if written != writtenBefore { // a cache that lags behind a child has it written once more
			return errors.New("writes are sent that change nothing")
		}
		return nil
	})
	cluster.AssertSettled(s, s.namespace, 5, force, everyKind()...)
	if now := s.totalWrites(); now != written {
		s.Errorf("%v writes were sent that changed nothing", now-written)
	}
}

// totalWrites is how often the running operator wrote anything.
func (s *stage) totalWrites() float64 {
	s.Helper()
	var total float64
	for _, kind := range []string{
		"LiaisonStation", "ConfigMap", "Secret", "Service", "ServiceAccount", "PersistentVolumeClaim", "StatefulSet", "NetworkPolicy",
		"Ingress", "HTTPRoute", "PodMonitor",
	} {
		for _, reason := range []string{"create", "update", "delete", "status"} {
			total += testutil.ToFloat64(s.operator.reconciler.Writes.WithLabelValues(kind, reason))
		}
	}
	return total
}

// happened reports whether the operator told an event with the words.
func (s *stage) happened(words string) {
	s.Helper()
	var heard []string
	controlplane.Eventually(s, "an event says "+words, func(context.Context) error {
		for {
			select {
			case event := <-s.operator.events:
				heard = append(heard, event)
				if strings.Contains(event, words) {
					return nil
				}
			default:
				return fmt.Errorf("heard %q", heard)
			}
		}
	})
}
