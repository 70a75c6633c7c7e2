package waves_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
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
	s.Line = waves.Canaries
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

func down(i int) waves.Station {
	s := station(i)
	s.Line = waves.Down
	return s
}

// Whether one that was down before becomes ready says little about the change.
func TestWhoIsDownWaitsUntilTheOthersHaveProvedTheChange(t *testing.T) {
	c := newCounty(t, "2", 5)
	c.wants("at first", c.ask(canary(1), station(0), down(2), down(3)), "s01")
	c.Done(canary(1))
	c.wants("woken", strings.Join(c.woken, " "), "s00 s02 s03")
	if !c.Proven() {
		t.Error("a canary is ready with the change, and it is not proven")
	}
	c.ask(station(0))
	c.Report(station(0), waves.Failed)
	if c.Proven() {
		t.Error("a change with which a station has failed is proven")
	}
	c.wants("during the halt", c.ask(down(2), station(4)), "")
	c.Report(station(0), waves.Current)
	c.wants("woken after it", strings.Join(c.woken, " "), "s04 s02")
}

func TestWhoIsDownHasATurnWhenNobodyElseIsLeft(t *testing.T) {
	c := newCounty(t, "1", 3)
	c.wants("with all of them down", c.ask(down(0), down(1)), "s00")
	c.Report(down(0), waves.Current) // suspended in the middle of its turn
	if c.Proven() {
		t.Error("nobody has become ready with the change, and it is proven")
	}
	c.wants("woken", strings.Join(c.woken, " "), "s01")
	c.Report(down(1), waves.Waiting)
	c.wants("one that came up meanwhile", c.ask(station(1)), "s01")
}

// Nobody can tell any more, of one that has its turn, whether it was down before.
func TestThoseWhoAreDownShareTheBudget(t *testing.T) {
	c := newCounty(t, "2", 3)
	c.wants("the first", c.ask(down(0)), "s00")
	c.Report(station(0), waves.Updating)
	c.wants("beside it", c.ask(down(1), down(2)), "s01")
}

func TestHowLongAStationIsReadyIsMeasuredByWhoHearsOfIt(t *testing.T) {
	c := newCounty(t, "1", 1)
	noon := time.Date(2026, time.October, 10, 12, 0, 0, 0, time.UTC)
	minute := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	heard := func(ready string, at int) waves.Station {
		s := station(0)
		s.Ready, s.At = ready, minute(at)
		return s
	}
	c.wants("a turn", c.ask(heard("", 0)), "s00")
	for _, step := range []struct {
		ready string
		at    int
		since int
	}{
		{"first", 1, 1}, {"first", 3, 1}, {"second", 4, 4}, {"second", 5, 4}, {"", 6, 6}, {"second", 7, 7},
	} {
		s := heard(step.ready, step.at)
		if since := c.ReadySince(s); !since.Equal(minute(step.since)) {
			t.Errorf("%q heard at minute %d is ready since %s", step.ready, step.at, since.Sub(noon))
		}
		c.Report(s, waves.Updating)
	}
	c.Done(heard("second", 8))
	if since := c.ReadySince(heard("second", 9)); !since.Equal(minute(7)) {
		t.Errorf("after its turn it is ready since %s", since.Sub(noon))
	}
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

// Who was woken may not ask after all: it is gone, or was updated without a turn, or is hindered.
func TestWhoIsWokenAndDoesNotAskHoldsNobodyUp(t *testing.T) {
	for name, instead := range map[string]func(*county){
		"gone":     func(c *county) { c.Forget(station(1).NamespacedName) },
		"current":  func(c *county) { c.Report(station(1), waves.Current) },
		"hindered": func(c *county) { c.Report(station(1), waves.Waiting) },
	} {
		c := newCounty(t, "1", 3)
		c.ask(stations(3)...)
		c.Report(station(0), waves.Current)
		c.wants(name+": woken", strings.Join(c.woken, " "), "s01")
		instead(c)
		c.wants(name+": woken next", strings.Join(c.woken, " "), "s02")
		c.wants(name+": granted", c.ask(station(2)), "s02")
	}
}

func TestATurnHasABeginning(t *testing.T) {
	c := newCounty(t, "1", 1)
	at := func(minute int) waves.Station {
		s := station(0)
		s.At = time.Date(2026, time.October, 10, 12, minute, 0, 0, time.UTC)
		return s
	}
	c.Ask(at(1))
	c.Report(at(2), waves.Updating)
	c.Report(at(3), waves.Failed)
	if place, since := c.Where(station(0).NamespacedName); place != waves.Failed || !since.Equal(at(1).At) {
		t.Errorf("%s since %s", place, since)
	}
	c.Report(at(4), waves.Current)
	c.Ask(at(5))
	if place, since := c.Where(station(0).NamespacedName); place != waves.Updating || !since.Equal(at(5).At) {
		t.Errorf("%s since %s", place, since)
	}
	if place, _ := c.Where(station(1).NamespacedName); place != "" {
		t.Errorf("one that was never heard of is %s", place)
	}
}

func lineOf(name string) waves.Line {
	switch name[len(name)-1] {
	case '7':
		return waves.Canaries
	case '5':
		return waves.Down
	default:
		return waves.Others
	}
}

// Whatever the stations do, the budget is kept and everyone has a turn.
func TestEveryoneHasATurnInAnyOrder(t *testing.T) {
	const all, budget = 40, 3
	for seed := range uint64(50) {
		chance := rand.New(rand.NewPCG(seed, 1))
		c := newbornCounty(t, intstr.FromInt32(budget))
		var queue, updating []waves.Station
		updated := map[string]bool{}
		c.OnWake(func(names []types.NamespacedName) {
			for _, name := range names {
				queue = append(queue, waves.Station{NamespacedName: name, Line: lineOf(name.Name)})
			}
		})
		var names []types.NamespacedName
		for _, s := range stations(all) {
			s.Line = lineOf(s.Name)
			queue, names = append(queue, s), append(names, s.NamespacedName)
		}
		c.Expect(names)
		for len(queue)+len(updating) > 0 {
			if len(updating) > 0 && (len(queue) == 0 || chance.IntN(3) == 0) {
				i := chance.IntN(len(updating))
				s := updating[i]
				if chance.IntN(4) == 0 {
					c.Report(s, waves.Failed)
				}
				updating = slices.Delete(updating, i, i+1)
				updated[s.Name] = true
				c.Report(s, waves.Current)
				continue
			}
			i := chance.IntN(len(queue))
			s := queue[i]
			queue = slices.Delete(queue, i, i+1)
			switch {
			case updated[s.Name]:
			case chance.IntN(10) == 0: // its own business comes first, and it asks later
				c.Report(s, waves.Waiting)
				queue = append(queue, s)
			case c.Ask(s):
				updating = append(updating, s)
			}
			if len(updating) > budget {
				t.Fatalf("seed %d: %d are under way", seed, len(updating))
			}
		}
		if len(updated) != all {
			t.Errorf("seed %d: only %d had a turn; %+v", seed, len(updated), c.Progress())
		}
	}
}

func TestHalfTheSumsAreNotShown(t *testing.T) {
	c := newbornCounty(t, intstr.FromInt32(1))
	c.Expect([]types.NamespacedName{station(0).NamespacedName, station(1).NamespacedName})
	c.Report(station(0), waves.Current)
	if n := testutil.CollectAndCount(c.Waves); n != 0 {
		t.Errorf("%d series while one station is unheard of", n)
	}
	c.Report(station(1), waves.Failed)
	if n := testutil.CollectAndCount(c.Waves); n != 5 {
		t.Errorf("%d series, want one for each place and one of the halt", n)
	}
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
		s.Line = waves.Line(i % 3)
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
