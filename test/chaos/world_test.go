package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// phone is a deputy's that is not published: no condition may hold it.
const phone = "13900001234"

// world is two counties with their stations, the operator, and what happens to them.
type world struct {
	*testing.T
	random   *rand.Rand
	line     *line
	operator *operator
	kubelet  *kubelet
	// declared is each station as it is in the end, by its key.
	declared map[client.ObjectKey]*v1alpha1.LiaisonStation
	// taken is the station one of whose names somebody else has.
	taken   client.ObjectKey
	foreign []client.Object
	// told is everything that was done.
	told []string

	mu sync.Mutex
	// keys are the data keys seen of each station.
	keys map[client.ObjectKey]map[string]bool
	// marks are annotations of others on children, by UID.
	marks map[types.UID]client.Object
}

func newWorld(t *testing.T, random *rand.Rand) *world {
	t.Helper()
	w := &world{T: t, random: random, declared: map[client.ObjectKey]*v1alpha1.LiaisonStation{}, keys: map[client.ObjectKey]map[string]bool{}, marks: map[types.UID]client.Object{}}
	w.watch()
	w.kubelet = newKubelet(t)
	w.line = newLine(t, cluster.Config.Host)
	w.operator = newOperator(t, cluster.Namespace(t), w.line.address())
	w.operator.start()
	return w
}

// declare the counties: stations of all sorts, a roster with a phone that is not published, and an object of somebody else's in a station's way.
func (w *world) declare() {
	w.Helper()
	east, west := cluster.Namespace(w), cluster.Namespace(w)
	cluster.Create(w, fixture.Roster("west").In(west).Deputies(6).WithPhone(phone, false).Obj())
	for _, st := range []*v1alpha1.LiaisonStation{
		fixture.Station("alpha").In(east).Obj(),
		fixture.Station("bravo").In(east).WithHost("bravo.example.gov.cn").Obj(),
		fixture.Station("charlie").In(west).WithRoster("west").Obj(),
		fixture.Station("delta").In(west).WithImage("example.test/intake:own").DeletedWithItsData().Obj(),
		fixture.Station("echo").In(west).WithStorage("2Gi", "").Obj(),
	} {
		w.declared[client.ObjectKeyFromObject(st)] = st
		cluster.Create(w, st.DeepCopy())
	}
	w.taken = client.ObjectKey{Namespace: east, Name: "foxtrot"}
	w.foreign = []client.Object{&corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: east, Name: station.IntakeName("foxtrot"), Labels: map[string]string{"team": "somebody-else"}},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 1234}}},
	}}
	cluster.Create(w, w.foreign...)
	cluster.Create(w, fixture.Station("foxtrot").In(east).Obj())
}

// remember foreign objects as they are before anything happens.
func (w *world) remember() {
	w.Helper()
	for _, obj := range w.foreign {
		cluster.Get(w, obj)
	}
}

// stationKeys in an order that the seed decides alone.
func (w *world) stationKeys() []client.ObjectKey {
	return slices.SortedFunc(maps.Keys(w.declared), func(a, b client.ObjectKey) int { return strings.Compare(a.Name, b.Name) })
}

// watch looks at every status that any station ever has, and at every data key.
func (w *world) watch() {
	w.Helper()
	informers, err := cache.New(cluster.Config, cache.Options{Scheme: cluster.Scheme})
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	for object, look := range map[client.Object]func(before, now any){&v1alpha1.LiaisonStation{}: w.lookAtStation, &corev1.Secret{}: w.lookAtSecret} {
		informer, err := informers.GetInformer(ctx, object)
		if err != nil {
			w.Fatal(err)
		}
		_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
			AddFunc: func(now any) { look(nil, now) }, UpdateFunc: look,
		})
		if err != nil {
			w.Fatal(err)
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- informers.Start(ctx) }()
	w.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Error(err)
		}
	})
	if !informers.WaitForCacheSync(ctx) {
		w.Fatal("the watch did not begin")
	}
}

func (w *world) lookAtStation(before, now any) {
	st, ok := now.(*v1alpha1.LiaisonStation)
	if !ok {
		return
	}
	for _, lie := range lies(st) {
		w.Errorf("station %s/%s at resource version %s: %s", st.Namespace, st.Name, st.ResourceVersion, lie)
	}
	if old, ok := before.(*v1alpha1.LiaisonStation); ok && old.UID == st.UID {
		for _, c := range st.Status.Conditions {
			was := meta.FindStatusCondition(old.Status.Conditions, c.Type)
			if was != nil && was.Status == c.Status && !was.LastTransitionTime.Equal(&c.LastTransitionTime) {
				w.Errorf("station %s/%s: %s stayed %s and its transition time moved", st.Namespace, st.Name, c.Type, c.Status)
			}
		}
	}
}

// lies are what a station's status must never say, at any moment.
func lies(st *v1alpha1.LiaisonStation) []string {
	var found []string
	is := func(conditionType string) bool {
		return meta.IsStatusConditionTrue(st.Status.Conditions, conditionType)
	}
	if is("Reconciling") && is("Stalled") {
		found = append(found, "both Reconciling and Stalled")
	}
	if is("Ready") && !is("IntakeAvailable") {
		found = append(found, "Ready without an intake that answers")
	}
	if st.Status.ObservedGeneration > st.Generation {
		found = append(found, "it has observed a generation that is not there yet")
	}
	for _, c := range st.Status.Conditions {
		if strings.Contains(c.Message, phone) {
			found = append(found, c.Type+" tells a phone number")
		}
		if c.Status == metav1.ConditionFalse && c.Message == "" && c.Type != "Stalled" && c.Type != "Reconciling" {
			found = append(found, c.Type+" is False and does not say why")
		}
	}
	return found
}

func (w *world) lookAtSecret(_, now any) {
	secret, ok := now.(*corev1.Secret)
	if !ok || len(secret.Data[station.DataKey]) == 0 {
		return
	}
	key := client.ObjectKey{Namespace: secret.Namespace, Name: secret.Labels[station.LabelStation]}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.keys[key] == nil {
		w.keys[key] = map[string]bool{}
	}
	w.keys[key][string(secret.Data[station.DataKey])] = true
}

// settled waits until each station is what it should be in the end.
func (w *world) settled() {
	w.Helper()
	for _, key := range w.stationKeys() {
		w.until(key, func(st *v1alpha1.LiaisonStation) error {
			if !meta.IsStatusConditionTrue(st.Status.Conditions, "Ready") || meta.IsStatusConditionTrue(st.Status.Conditions, "Reconciling") {
				return fmt.Errorf("the conditions are %v", told(st))
			}
			if fresh := meta.FindStatusCondition(st.Status.Conditions, "BacklogFresh"); fresh == nil || fresh.Status != metav1.ConditionFalse {
				return errors.New("its intake, which answers nobody, is not missed yet")
			}
			return nil
		})
	}
	w.until(w.taken, func(st *v1alpha1.LiaisonStation) error {
		if stalled := meta.FindStatusCondition(st.Status.Conditions, "Stalled"); stalled == nil || stalled.Reason != station.ReasonNameTaken {
			return fmt.Errorf("the conditions are %v", told(st))
		}
		return nil
	})
}

func (w *world) until(key client.ObjectKey, is func(*v1alpha1.LiaisonStation) error) {
	w.Helper()
	controlplane.Eventually(w, "station "+key.String()+" is settled", func(ctx context.Context) error {
		st := &v1alpha1.LiaisonStation{}
		if err := cluster.Client.Get(ctx, key, st); err != nil {
			return err
		}
		if st.Status.ObservedGeneration != st.Generation {
			return fmt.Errorf("generation %d of %d is observed", st.Status.ObservedGeneration, st.Generation)
		}
		return is(st)
	})
}

func told(st *v1alpha1.LiaisonStation) (lines []string) {
	for _, c := range st.Status.Conditions {
		lines = append(lines, fmt.Sprintf("%s=%s/%s (%s)", c.Type, c.Status, c.Reason, c.Message))
	}
	return lines
}

func ignoreRace(err error) bool {
	return err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || apierrors.IsInvalid(err)
}
