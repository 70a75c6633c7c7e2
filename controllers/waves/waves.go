// Package waves lets a change of the county's, a new default image for example, reach the stations a few at a time. It holds where each
// station is on the way and who may go next; what an update is and how a station fares, the station controller tells it.
//
// Nothing here is stored. After a start no permit is given before every station was heard of once, so that those under way count.
package waves

import (
	"cmp"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Place is where a station is on the way.
type Place string

// Places of a station.
const (
	// Current stations have what the county has decided, or nothing to do with it.
	Current Place = "current"
	// Waiting stations are served as before until it is their turn.
	Waiting Place = "waiting"
	// Updating stations have had their turn and are not done yet.
	Updating Place = "updating"
	// Failed stations do not become ready with the change; none of the others goes on meanwhile.
	Failed Place = "failed"
)

// Station is what is heard of one.
type Station struct {
	types.NamespacedName
	// Canary stations go first.
	Canary bool
}

// Waves is safe for concurrent use; New makes one.
type Waves struct {
	mu     sync.Mutex
	budget intstr.IntOrString
	places map[types.NamespacedName]entry
	counts map[Place]int
	// canaries are those that are not Current, waitingCanaries those of them that wait.
	canaries, waitingCanaries int
	unheard                   map[types.NamespacedName]bool
	counted                   bool
	wake                      func([]types.NamespacedName)
}

type entry struct {
	place  Place
	canary bool
}

// New returns waves of at most maxUnavailable stations at once, a number or a percentage of all of them, and at least one.
func New(maxUnavailable intstr.IntOrString) *Waves {
	return &Waves{
		budget: maxUnavailable, places: map[types.NamespacedName]entry{}, counts: map[Place]int{}, wake: func([]types.NamespacedName) {},
	}
}

// OnWake sets whom to tell of waiting stations that should ask again.
func (w *Waves) OnWake(wake func([]types.NamespacedName)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wake = wake
}

// Expect names the stations there are at the start. Until each was heard of, or forgotten, nobody has a turn.
func (w *Waves) Expect(stations []types.NamespacedName) {
	w.change(func() {
		w.unheard, w.counted = map[types.NamespacedName]bool{}, true
		for _, s := range stations {
			if _, heard := w.places[s]; !heard {
				w.unheard[s] = true
			}
		}
	})
}

// Ask for a turn. Who gets none is Waiting, and is woken when it may be its turn.
func (w *Waves) Ask(s Station) (granted bool) {
	w.change(func() {
		w.hear(s, Waiting)
		if granted = w.room() > 0 && (s.Canary || w.canaries == 0); granted {
			w.hear(s, Updating)
		}
	})
	return granted
}

// Report where the station is: Current, Updating or Failed.
func (w *Waves) Report(s Station, place Place) { w.change(func() { w.hear(s, place) }) }

// Forget a station that is gone.
func (w *Waves) Forget(name types.NamespacedName) {
	w.change(func() {
		w.count(w.places[name], -1)
		delete(w.places, name)
		delete(w.unheard, name)
	})
}

func (w *Waves) hear(s Station, place Place) {
	now := entry{place, s.Canary}
	w.count(w.places[s.NamespacedName], -1)
	w.count(now, 1)
	w.places[s.NamespacedName] = now
	delete(w.unheard, s.NamespacedName)
}

// count keeps the sums, so that a change costs the same with ten stations and with ten thousand. The zero entry counts for nothing.
func (w *Waves) count(e entry, n int) {
	if e.place == "" {
		return
	}
	w.counts[e.place] += n
	if e.canary && e.place != Current {
		w.canaries += n
	}
	if e.canary && e.place == Waiting {
		w.waitingCanaries += n
	}
}

// change does something and wakes who may have a turn because of it.
func (w *Waves) change(do func()) {
	w.mu.Lock()
	before := w.turns()
	do()
	next, wake := w.next(w.turns()-before), w.wake
	w.mu.Unlock()
	if len(next) > 0 {
		wake(next)
	}
}

// turns is how many waiting stations could be granted one now.
func (w *Waves) turns() int {
	waiting := w.counts[Waiting]
	if w.canaries > 0 { // the others wait until every canary is done
		waiting = w.waitingCanaries
	}
	return min(waiting, w.room())
}

// next are the stations whose turn it may be, in the order of their names; none where there are no more turns than before.
func (w *Waves) next(more int) []types.NamespacedName {
	if more <= 0 {
		return nil
	}
	var waiting []types.NamespacedName
	for name, e := range w.places {
		if e.place == Waiting && (e.canary || w.canaries == 0) {
			waiting = append(waiting, name)
		}
	}
	slices.SortFunc(waiting, byName)
	return waiting[:min(w.turns(), len(waiting))]
}

func byName(a, b types.NamespacedName) int { return cmp.Compare(a.String(), b.String()) }

// room is how many more may be under way at once: none while one has failed, or while not all have been heard of.
func (w *Waves) room() int {
	if !w.counted || len(w.unheard) > 0 || w.counts[Failed] > 0 {
		return 0
	}
	return max(w.most()-w.counts[Updating], 0)
}

func (w *Waves) most() int {
	most, err := intstr.GetScaledValueFromIntOrPercent(&w.budget, len(w.places), false)
	if err != nil {
		return 1
	}
	return max(most, 1)
}

// Progress of the whole county.
type Progress struct {
	// Stations by place; every place has its number.
	Stations map[Place]int
	// Failed stations in the order of their names.
	Failed []types.NamespacedName
}

// Halted reports whether nobody has a turn because one has failed.
func (p Progress) Halted() bool { return len(p.Failed) > 0 }

// Progress so far.
func (w *Waves) Progress() Progress {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := Progress{Stations: map[Place]int{}}
	for _, place := range []Place{Current, Waiting, Updating, Failed} {
		p.Stations[place] = w.counts[place]
	}
	if w.counts[Failed] == 0 {
		return p
	}
	for name, e := range w.places {
		if e.place == Failed {
			p.Failed = append(p.Failed, name)
		}
	}
	slices.SortFunc(p.Failed, byName)
	return p
}
