package station_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/controllers/waves"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// gate stands before the API server and may refuse what the operator applies.
type gate struct {
	client.Client
	mu     sync.Mutex
	refuse func(kind, name string) error
}

func (g *gate) Apply(ctx context.Context, obj runtime.ApplyConfiguration, opts ...client.ApplyOption) error {
	g.mu.Lock()
	refuse := g.refuse
	g.mu.Unlock()
	applied, named := obj.(interface {
		GetKind() *string
		GetName() *string
	})
	if refuse != nil && named {
		if err := refuse(*applied.GetKind(), *applied.GetName()); err != nil {
			return err
		}
	}
	return g.Client.Apply(ctx, obj, opts...)
}

func (g *gate) set(refuse func(kind, name string) error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuse = refuse
}

// restartBehind is restartWith for an operator that writes through the gate.
func (s *stage) restartBehind(g *gate, budget, image string) {
	s.Helper()
	s.restart(func(r *station.Reconciler) {
		r.Waves = waves.New(intstr.Parse(budget))
		r.Options.DefaultIntakeImage = image
		g.Client, r.Client = r.Client, g
	})
}

// halted is a county of which the first station to be updated does not become ready.
func halted(t *testing.T, budget int, all ...string) (s *stage, failed string) {
	t.Helper()
	s = inWaves(t, strconv.Itoa(budget), all...)
	s.restartWith(strconv.Itoa(budget), newImage)
	failed = s.reach(newImage, budget, all...)[0]
	s.replaced(failed, crashing)
	s.until(failed, "IntakeAvailable", "False")
	s.clock.SetTime(s.clock.Now().Add(6 * time.Minute))
	s.halts(failed)
	return s, failed
}

// halts waits until the operator has seen that the station fails.
func (s *stage) halts(failed string) {
	s.Helper()
	controlplane.Eventually(s, "the update of "+failed+" counts as failed", func(ctx context.Context) error {
		if err := s.reconcile(ctx, failed); err != nil {
			return err
		}
		if !s.operator.reconciler.Waves.Progress().Halted() {
			return errors.New("the others go on")
		}
		return nil
	})
	s.until(failed, "UpToDate", "False/"+station.ReasonUpdateFailed)
}

func TestTheBudgetIsKeptAtEveryMoment(t *testing.T) {
	const budget = 2
	all := []string{"alpha", "bravo", "charlie", "delta", "echo", "foxtrot"}
	s := inWaves(t, "2", all...)
	var mu sync.Mutex
	begun, ended := map[string]bool{}, map[string]bool{}
	s.restartBehind(&gate{refuse: func(kind, name string) error {
		mu.Lock()
		defer mu.Unlock()
		if kind == "StatefulSet" {
			begun[name] = true
		}
		if len(begun)-len(ended) > budget {
			t.Errorf("begun %v, ended %v", begun, ended)
		}
		return nil
	}}, "2", newImage)
	for done := range all {
		updated := s.reach(newImage, min(done+budget, len(all)), all...)
		name := updated[slices.IndexFunc(updated, func(name string) bool { return !ended[station.IntakeName(name)] })]
		mu.Lock()
		ended[station.IntakeName(name)] = true
		mu.Unlock()
		s.replaced(name, ready)
	}
	for _, name := range all {
		s.until(name, "UpToDate", "True")
	}
}

func TestTheOthersGoOnOnceTheFailedStationIsReady(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s, failed := halted(t, 1, all...)
	s.stays(newImage, []string{failed}, all...)
	s.replaced(failed, ready)
	s.until(failed, "UpToDate", "True")
	s.reach(newImage, 2, all...)
}

// What its township changes is made, but an intake that fails with the county's change is not mended by that.
func TestAFailedStationThatIsEditedStillHoldsTheOthersBack(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s, failed := halted(t, 2, all...)
	for _, name := range s.have(newImage, all...) {
		if name != failed {
			s.replaced(name, ready)
		}
	}
	own := fixture.Station(failed).In(s.namespace).Obj()
	s.edit(own, func() { own.Spec.Intake.NodeSelector = map[string]string{"pool": "stations"} })
	controlplane.Eventually(s, "its own change is made", func(context.Context) error {
		if s.set(failed).Spec.Template.Spec.NodeSelector["pool"] == "" {
			return errors.New("it is held back")
		}
		return nil
	})
	have := s.have(newImage, all...)
	s.until(failed, "UpToDate", "False/"+station.ReasonUpdateFailed)
	s.stays(newImage, have, all...)
	s.restartWith("2", newImage)
	s.halts(failed)
	s.stays(newImage, have, all...)
}

func TestAnotherLeaderKnowsWhoIsUnderWay(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "1", all...)
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)
	s.until(first[0], "UpToDate", "False/"+station.ReasonUpdating)
	s.restartWith("1", newImage)
	s.heardOfAll()
	s.stays(newImage, first, all...)
	s.replaced(first[0], ready)
	s.reach(newImage, 2, all...)
}

// heardOfAll waits until the operator knows where every station is.
func (s *stage) heardOfAll() {
	s.Helper()
	controlplane.Eventually(s, "the operator has heard of all", func(context.Context) error {
		if p := s.operator.reconciler.Waves.Progress(); !p.Complete {
			return fmt.Errorf("progress %+v", p)
		}
		return nil
	})
}

// A request that fails says nothing of the update: its slot is not free for another.
func TestAnErrorOnTheWayEndsNoTurn(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	g := &gate{}
	s.restartBehind(g, "1", newImage)
	first := s.reach(newImage, 1, all...)
	s.until(first[0], "UpToDate", "False/"+station.ReasonUpdating)
	g.set(func(kind, name string) error {
		if kind == "ServiceAccount" && name == station.IntakeName(first[0]) {
			return apierrors.NewInternalError(errors.New("etcd is slow"))
		}
		return nil
	})
	account := &corev1.ServiceAccount{ObjectMeta: s.meta(station.IntakeName(first[0]))}
	s.edit(account, func() { account.AutomountServiceAccountToken = new(true) })
	s.until(first[0], "Reconciling", "True/Retrying")
	if p := s.operator.reconciler.Waves.Progress(); p.Stations[waves.Updating] != 1 || p.Stations[waves.Waiting] != 1 {
		t.Errorf("progress %+v", p)
	}
	g.set(nil)
	s.replaced(first[0], ready)
	s.reach(newImage, 2, all...)
}

// What is refused is tried again, and nobody else has a turn meanwhile.
func TestARefusedUpdateHoldsTheOthersBackUntilItIsAllowed(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	var refused atomic.Value
	g := &gate{}
	g.set(func(kind, name string) error {
		if kind != "StatefulSet" {
			return nil
		}
		if first := refused.CompareAndSwap(nil, name); !first && refused.Load() != name {
			t.Errorf("%s has a turn as well", name)
		}
		return apierrors.NewForbidden(schema.GroupResource{Group: "apps", Resource: "statefulsets"}, name, errors.New("this registry is not the county's"))
	})
	s.restartBehind(g, "1", newImage)
	for _, name := range all {
		s.until(name, "UpToDate", "False")
	}
	controlplane.Eventually(s, "an update is refused", func(context.Context) error {
		if refused.Load() == nil {
			return errors.New("none is tried")
		}
		return nil
	})
	failed := strings.TrimSuffix(refused.Load().(string), "-intake")
	s.until(failed, "UpToDate", "False/"+station.ReasonUpdateFailed)
	s.until(failed, "Stalled", "True/"+station.ReasonChildRefused)
	s.stays(newImage, nil, all...)
	s.stays(newImage, nil, all...)
	g.set(nil)
	s.stays(newImage, []string{failed}, failed)
	s.replaced(failed, ready)
	s.until(failed, "UpToDate", "True")
	s.reach(newImage, 2, all...)
}

func TestAStationSuspendedInItsTurnMakesRoom(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)[0]
	own := fixture.Station(first).In(s.namespace).Obj()
	s.edit(own, func() { own.Spec.Suspend = true })
	s.reach(newImage, 2, all...)
}

func TestAStationThatIsBeingDeletedHoldsNobodyUp(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	leaving := fixture.Station("charlie").In(s.namespace).Obj()
	leaving.Finalizers = []string{"example.test/foreign"}
	cluster.Create(t, leaving)
	s.podIs("charlie", ready)
	s.until("charlie", "UpToDate", "True")
	if err := cluster.Client.Delete(t.Context(), leaving); err != nil {
		t.Fatal(err)
	}
	s.restartWith("1", newImage)
	s.reach(newImage, 1, all...)
	s.edit(leaving, func() { leaving.Finalizers = nil })
}

func TestAStationDeletedInItsTurnMakesRoom(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	s.restartWith("1", newImage)
	leaving := fixture.Station(s.reach(newImage, 1, all...)[0]).In(s.namespace).Obj()
	s.edit(leaving, func() { leaving.Finalizers = []string{"example.test/foreign"} })
	if err := cluster.Client.Delete(t.Context(), leaving); err != nil {
		t.Fatal(err)
	}
	s.reach(newImage, 2, all...)
	s.edit(leaving, func() { leaving.Finalizers = nil })
}
