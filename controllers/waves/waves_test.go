package waves_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"

	"township.dev/liaison/controllers/waves"
)

// county is a number of stations, all heard of, and who was woken last.
type county struct {
	*waves.Waves
	t     *testing.T
	woken []string
}

// newbornCounty does not know its stations yet.
func newbornCounty(t *testing.T, budget intstr.IntOrString) *county {
	t.Helper()
	c := &county{Waves: waves.New(budget), t: t}
	c.OnWake(func(names []types.NamespacedName) {
		c.woken = nil
		for _, name := range names {
			c.woken = append(c.woken, name.Name)
		}
	})
	return c
}

func newCounty(t *testing.T, budget string, stations int) *county {
	t.Helper()
	c := newbornCounty(t, intstr.Parse(budget))
	for i := range stations {
		c.Report(station(i), waves.Current)
	}
	c.Expect(nil)
	return c
}

func station(i int) waves.Station {
	return waves.Station{NamespacedName: types.NamespacedName{Namespace: "jixian", Name: fmt.Sprintf("s%02d", i)}}
}

func canary(i int) waves.Station {
	s := station(i)
	s.Canary = true
	return s
}

// ask lets each station ask and returns who had a turn.
func (c *county) ask(stations ...waves.Station) string {
	var granted []string
	for _, s := range stations {
		if c.Ask(s) {
			granted = append(granted, s.Name)
		}
	}
	return strings.Join(granted, " ")
}

func (c *county) wants(what, got, want string) {
	c.t.Helper()
	if got != want {
		c.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func stations(n int) []waves.Station {
	var all []waves.Station
	for i := range n {
		all = append(all, station(i))
	}
	return all
}

func TestNoMoreThanTheBudgetIsUnderWay(t *testing.T) {
	for budget, want := range map[string]string{"2": "s00 s01", "30%": "s00 s01 s02", "1%": "s00", "0": "s00"} {
		c := newCounty(t, budget, 10)
		c.wants(budget, c.ask(stations(10)...), want)
	}
}

func TestWhoIsDoneMakesRoomForTheNext(t *testing.T) {
	c := newCounty(t, "2", 5)
	c.ask(stations(5)...)
	c.Report(station(0), waves.Current)
	c.wants("woken", strings.Join(c.woken, " "), "s02")
	c.woken = nil
	c.Report(station(0), waves.Current)
	c.wants("woken again for nothing new", strings.Join(c.woken, " "), "")
	c.wants("granted", c.ask(station(3), station(2)), "s03") // who comes first
}

func TestCanariesGoFirst(t *testing.T) {
	c := newbornCounty(t, intstr.FromInt32(3))
	c.Expect([]types.NamespacedName{station(0).NamespacedName, station(1).NamespacedName, station(3).NamespacedName, station(4).NamespacedName})
	c.wants("before all have asked", c.ask(station(0), canary(4), station(1)), "")
	c.wants("the last to ask", c.ask(canary(3)), "s03")
	c.wants("woken", strings.Join(c.woken, " "), "s04")
	c.wants("the rest", c.ask(station(0), canary(4)), "s04")
	c.Report(canary(4), waves.Current)
	c.wants("with one of two canaries done", c.ask(station(0)), "")
	c.Report(canary(3), waves.Current)
	c.wants("woken", strings.Join(c.woken, " "), "s00 s01")
	c.wants("after the canaries", c.ask(station(0), station(1)), "s00 s01")
}

func TestAFailureHaltsUntilItHeals(t *testing.T) {
	c := newCounty(t, "2", 5)
	c.ask(stations(5)...)
	c.Report(station(0), waves.Failed)
	c.Report(station(1), waves.Current)
	c.wants("during the halt", c.ask(station(2)), "")
	if p := c.Progress(); !p.Halted() || p.Failed[0].Name != "s00" || p.Stations[waves.Waiting] != 3 || p.Stations[waves.Current] != 1 {
		t.Errorf("progress %+v", p)
	}
	c.Report(station(0), waves.Current)
	c.wants("woken", strings.Join(c.woken, " "), "s02 s03")
	c.wants("after the halt", c.ask(station(2)), "s02")
}

func TestAStationThatIsDeletedHoldsNobodyUp(t *testing.T) {
	c := newCounty(t, "1", 3)
	c.ask(stations(3)...)
	c.Report(station(0), waves.Failed)
	c.Forget(station(0).NamespacedName)
	c.wants("woken", strings.Join(c.woken, " "), "s01")
	c.wants("granted", c.ask(station(1)), "s01")
}

// A new leader does not know who is under way before it has looked at all.
func TestNobodyHasATurnBeforeAllWereHeardOf(t *testing.T) {
	c := newbornCounty(t, intstr.FromInt32(2))
	c.wants("before the stations are counted", c.ask(station(0)), "")
	c.Expect([]types.NamespacedName{station(0).NamespacedName, station(1).NamespacedName, station(2).NamespacedName})
	c.wants("while two are unheard of", c.ask(station(0)), "")
	c.Report(station(1), waves.Updating)
	c.wants("while one is", c.ask(station(0)), "")
	c.Report(station(2), waves.Updating)
	c.wants("with the budget used up by the leader before", c.ask(station(0)), "")
	c.Report(station(2), waves.Current)
	c.wants("with room", c.ask(station(0)), "s00")
}

func TestTheSumsAreThoseOfTheStations(t *testing.T) {
	c := newCounty(t, "3", 20)
	places := []waves.Place{waves.Current, waves.Updating, waves.Failed}
	for i := range 200 {
		s := station(i * 7 % 20)
		s.Canary = i%3 == 0
		if i%4 == 3 {
			c.Ask(s)
		} else {
			c.Report(s, places[i%3])
		}
		if i%11 == 0 {
			c.Forget(station(i % 20).NamespacedName)
		}
	}
	for i := range 20 {
		c.Report(station(i), waves.Current)
	}
	if p := c.Progress(); p.Stations[waves.Current] != 20 || p.Stations[waves.Waiting]+p.Stations[waves.Updating]+p.Stations[waves.Failed] != 0 {
		t.Errorf("progress %+v", p)
	}
	if granted := c.ask(stations(20)...); len(slices.Collect(strings.SplitSeq(granted, " "))) != 3 {
		t.Errorf("granted %q with a budget of 3", granted)
	}
}
