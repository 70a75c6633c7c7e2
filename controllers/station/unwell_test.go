package station_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/controllers/waves"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// Stations that are down, suspended or blocked for reasons of their own, while the county changes something.

const newestImage = "example.test/liaison-intake:3"

// updated has all stations updated to an image in waves.
func (s *stage) updated(image string, all ...string) {
	s.Helper()
	s.restartWith("1", image)
	for n := range all {
		for _, name := range s.reach(image, n+1, all...) {
			s.replaced(name, ready)
			s.until(name, "UpToDate", "True")
		}
	}
}

// breaksDown has the pod crash for longer than a start may take.
func (s *stage) breaksDown(name string) {
	s.Helper()
	s.replaced(name, crashing)
	s.until(name, "IntakeAvailable", "False")
	s.clock.SetTime(s.clock.Now().Add(6 * time.Minute))
}

// The one that is down has what the county goes back to, and never had anything else.
func TestTheWayBackIsNotHaltedByAStationThatOnlyWaited(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "1", all...)
	s.updated(newImage, all...)
	s.breaksDown("alpha")
	s.restartWith("1", newestImage)
	first := s.reach(newestImage, 1, all...)[0]
	if first == "alpha" {
		t.Fatal("the one that is down is to prove the image")
	}
	s.until("alpha", "UpToDate", "False/"+station.ReasonWaitsForTurn)
	s.breaksDown(first)
	s.halts(first)

	s.restartWith("1", newImage)
	s.reach(newImage, 3, all...)
	s.replaced(first, ready)
	for _, name := range all {
		s.until(name, "UpToDate", "True")
	}
	if p := s.operator.reconciler.Waves.Progress(); p.Halted() {
		t.Errorf("progress %+v", p)
	}
}

// Of a county whose first image cannot be pulled, some may be down for reasons that another image does not mend.
func TestHowLongAStationWasDownBeforeItsTurnIsNotHeldAgainstTheImage(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "2", all...)
	for _, name := range all {
		s.breaksDown(name)
	}
	s.restartWith("2", newImage)
	first := s.reach(newImage, 2, all...)
	for _, name := range first {
		s.until(name, "UpToDate", "False/"+station.ReasonUpdating)
	}
	s.stays(newImage, first, all...)
	if p := s.operator.reconciler.Waves.Progress(); p.Halted() {
		t.Errorf("progress %+v", p)
	}
	s.replaced(first[1], ready)
	s.reach(newImage, 3, all...)
}

func TestACanaryThatItsTownshipHasToMendHoldsNobodyUp(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "1", all...)
	for _, name := range all[:2] {
		canary := fixture.Station(name).In(s.namespace).Obj()
		s.edit(canary, func() { canary.Labels = map[string]string{station.LabelCanary: station.CanaryFirst} })
	}
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)[0]
	waits := all[1-slices.Index(all, first)]
	s.until(waits, "UpToDate", "False/"+station.ReasonWaitsForTurn)
	account := &corev1.ServiceAccount{ObjectMeta: s.meta(station.IntakeName(waits))}
	s.edit(account, func() { account.Annotations[station.AnnotationStation] = "elsewhere/other" })
	s.until(waits, "Stalled", "True/"+station.ReasonNameTaken)

	s.replaced(first, ready)
	have := s.reach(newImage, 2, all...)
	if want := []string{first, "charlie"}; !slices.Equal(have, want) {
		t.Errorf("%v have the image, want %v", have, want)
	}
	// Given back, it has its turn like any other.
	s.edit(account, func() { account.Annotations[station.AnnotationStation] = s.namespace + "/" + waits })
	s.replaced("charlie", ready)
	controlplane.Eventually(s, waits+" has the image", func(ctx context.Context) error {
		if err := s.reconcile(ctx, waits); err != nil {
			return err
		}
		if len(s.have(newImage, waits)) == 0 {
			return errors.New("it waits")
		}
		return nil
	})
}

// By its labels the operator sees it as well as its own.
func TestAStationWhoseStatefulSetIsSomebodyElsesHoldsNobodyUp(t *testing.T) {
	all := []string{"alpha", "bravo"}
	s := inWaves(t, "1", all...)
	set := s.set("alpha")
	s.edit(set, func() { set.Annotations[station.AnnotationStation] = "elsewhere/other" })
	s.until("alpha", "Stalled", "True/"+station.ReasonNameTaken)

	s.restartWith("1", newImage)
	if first := s.reach(newImage, 1, all...); first[0] != "bravo" {
		t.Fatalf("%s has the image", first[0])
	}
	s.replaced("bravo", ready)
	s.until("bravo", "UpToDate", "True")
	s.until("alpha", "Stalled", "True/"+station.ReasonNameTaken)
	if p := s.operator.reconciler.Waves.Progress(); p.Halted() || p.Stations[waves.Failed] != 0 {
		t.Errorf("progress %+v", p)
	}

	// Given back, it has its turn like any other.
	s.edit(set, func() { set.Annotations[station.AnnotationStation] = s.namespace + "/alpha" })
	s.reach(newImage, 2, all...)
	s.replaced("alpha", ready)
	s.until("alpha", "UpToDate", "True")
}

// It is suspended to restore a backup, for example. An image that has failed elsewhere might change its data when it is resumed.
func TestAStationThatIsSuspendedDuringAHaltIsResumedAsItWas(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s, failed := halted(t, 1, all...)
	waits := all[0]
	if waits == failed {
		waits = all[1]
	}
	own := fixture.Station(waits).In(s.namespace).Obj()
	s.edit(own, func() { own.Spec.Suspend = true })
	s.replicasAre(waits, 0)
	s.until(waits, "UpToDate", "False/"+station.ReasonWaitsForTurn)
	s.stays(newImage, []string{failed}, all...)

	s.edit(own, func() { own.Spec.Suspend = false })
	s.replicasAre(waits, 1)
	s.stays(newImage, []string{failed}, all...)
	if p := s.operator.reconciler.Waves.Progress(); p.Stations[waves.Failed] != 1 || p.Stations[waves.Waiting] != 2 {
		t.Errorf("progress %+v", p)
	}
}

func TestASuspendedStationHasTheImageOnceItIsProved(t *testing.T) {
	all := []string{"alpha", "bravo", "charlie"}
	s := inWaves(t, "1", all...)
	own := fixture.Station("charlie").In(s.namespace).Obj()
	s.edit(own, func() { own.Spec.Suspend = true })
	s.replicasAre("charlie", 0)
	s.restartWith("1", newImage)
	first := s.reach(newImage, 1, all...)
	if first[0] == "charlie" {
		t.Fatal("the suspended one goes first")
	}
	s.stays(newImage, first, all...)
	s.replaced(first[0], ready)
	s.reach(newImage, 3, all...)
	s.until("charlie", "UpToDate", "True")
	if p := s.operator.reconciler.Waves.Progress(); p.Stations[waves.Updating] != 1 {
		t.Errorf("progress %+v", p)
	}
}

// The county names another class for stations to come. What is there stays as it is, and so do the stations on it.
func TestAnotherDefaultStorageClassIsForNewStations(t *testing.T) {
	s := newStage(t)
	with := func(class string) {
		s.restart(func(r *station.Reconciler) {
			r.Options.CountyDefaults = v1alpha1.Intake{Storage: v1alpha1.Storage{StorageClassName: &class}}
		})
	}
	with("standard")
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")

	with("county")
	s.settle("zhongduo")
	s.until("zhongduo", "Ready", "True")
	cluster.Create(t, fixture.Station("tunli").In(s.namespace).Obj())
	for name, want := range map[string]string{"zhongduo": "standard", "tunli": "county"} {
		claim, _, _ := s.data(name)
		s.appears(claim, func() error {
			if is := claim.Spec.StorageClassName; is == nil || *is != want {
				return errors.New("its class is another")
			}
			return nil
		})
	}
}

func TestADataKeyThatIsNotReplacedYetHoldsUpNothingElse(t *testing.T) {
	s := newStage(t)
	st := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Create(t, st)
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")
	_, secret, _ := s.data("zhongduo")
	s.edit(secret, func() { secret.Data[station.PreviousDataKey] = []byte("of the spring") })
	key, token := string(secret.Data[station.DataKey]), string(secret.Data[station.InternalTokenKey])

	s.edit(st, func() {
		st.Annotations = map[string]string{station.RotateDataKey: "autumn", station.RotateInternalToken: "autumn"}
		st.Spec.DisplayName = "中垛乡人大代表联络站"
	})
	s.until("zhongduo", "Stalled", "True/"+station.ReasonPreviousKeyInUse)
	s.until("zhongduo", "Ready", "True")
	config := &corev1.ConfigMap{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	s.appears(config, func() error {
		document, err := stationconf.DecodeStation([]byte(config.Data[stationconf.StationFile]))
		if err == nil && document.DisplayName != st.Spec.DisplayName {
			err = errors.New("the new name is not in the documents")
		}
		return err
	})
	cluster.Get(t, secret)
	if string(secret.Data[station.DataKey]) != key {
		t.Error("the data key is another one")
	}
	if string(secret.Data[station.InternalTokenKey]) == token {
		t.Error("the token that was asked for in the same edit is not replaced")
	}
	s.silent()

	// What blocks the station is told before what does not.
	account := &corev1.ServiceAccount{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	s.edit(account, func() { account.Annotations[station.AnnotationStation] = "elsewhere/other" })
	s.until("zhongduo", "Stalled", "True/"+station.ReasonNameTaken)
}
