// Package waves lets a change of the county's, a new default image for example, reach the stations a few at a time. It holds where each
// station is on the way and who may go next; what an update is and how a station fares, the station controller tells it.
//
// Nothing here is stored. After a start no permit is given before every station was heard of once, so that those under way count.
package waves

import (
	"cmp"
	"slices"
	"sync"
	"time"

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

// UnderWay reports whether a station at the place has had its turn and is not done.
func (p Place) UnderWay() bool { return p == Updating || p == Failed }

// Station is what is heard of one.
type Station struct {
	types.NamespacedName
	// Canary stations go first.
	Canary bool
	// At is when it was heard.
	At time.Time
}

// Waves is safe for concurrent use; New makes one.
type Waves struct {
	mu     sync.Mutex
	budget intstr.IntOrString
	places map[types.NamespacedName]entry
	counts map[Place]int
	// canaries are those that are not Current.
	canaries int
	// called is how many stations were woken and have not been heard of since.
	called int
	// lines of those that asked in vain, the canaries' and the others', in the order in which they asked. Who has left a line in the meantime is
	// passed over at its head, so that a call costs the same with ten stations and with ten thousand.
	lines   map[bool][]types.NamespacedName
	unheard map[types.NamespacedName]bool
	counted bool
	wake    func([]types.NamespacedName)
}

type entry struct {
	place  Place
	canary bool
	// since is when its turn began, where it is under way.
	since time.Time
	// inLine is whether a waiting station is to be woken; called that it was and has not been heard of since.
	inLine, called bool
}

// New returns waves of at most maxUnavailable stations at once, a number or a percentage of all of them, and at least one.
func New(maxUnavailable intstr.IntOrString) *Waves {
	return &Waves{
		budget: maxUnavailable, places: map[types.NamespacedName]entry{}, counts: map[Place]int{}, lines: map[bool][]types.NamespacedName{},
		wake: func([]types.NamespacedName) {},
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
		was := w.places[s.NamespacedName]
		w.hear(s, Waiting)
		if granted = w.room() > 0 && (s.Canary || w.canaries == 0); granted {
			w.hear(s, Updating)
			return
		}
		stands := w.places[s.NamespacedName]
		stands.inLine = true
		w.places[s.NamespacedName] = stands
		if !was.inLine || was.canary != s.Canary {
			w.lines[s.Canary] = append(w.lines[s.Canary], s.NamespacedName)
		}
	})
	return granted
}

// Report where the station is. One that is Waiting by its own report is not woken: it asks by itself when it can.
func (w *Waves) Report(s Station, place Place) { w.change(func() { w.hear(s, place) }) }

// Forget a station that is gone.
func (w *Waves) Forget(name types.NamespacedName) {
	w.change(func() {
		w.count(w.places[name], -1)
		delete(w.places, name)
		delete(w.unheard, name)
	})
}

// Where the station is, and since when it is under way if it is; empty for one that was never heard of.
func (w *Waves) Where(name types.NamespacedName) (place Place, since time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := w.places[name]
	return e.place, e.since
}

func (w *Waves) hear(s Station, place Place) {
	was, now := w.places[s.NamespacedName], entry{place: place, canary: s.Canary}
	switch {
	case place.UnderWay() && was.place.UnderWay():
		now.since = was.since
	case place.UnderWay():
		now.since = s.At
	}
	w.count(was, -1)
	w.count(now, 1)
	w.places[s.NamespacedName] = now
	delete(w.unheard, s.NamespacedName)
}

// count keeps the sums. The zero entry counts for nothing.
func (w *Waves) count(e entry, n int) {
	if e.place == "" {
		return
	}
	w.counts[e.place] += n
	if e.canary && e.place != Current {
		w.canaries += n
	}
	if e.called {
		w.called += n
	}
}

// change does something and wakes who may have a turn because of it.
func (w *Waves) change(do func()) {
	w.mu.Lock()
	do()
	next, wake := w.call(), w.wake
	w.mu.Unlock()
	if len(next) > 0 {
		wake(next)
	}
}

// call takes as many out of the line as there is room for beside those called already.
func (w *Waves) call() (next []types.NamespacedName) {
	canariesOnly := w.canaries > 0 // the others wait until every canary is done
	for w.room() > w.called {
		name, found := w.first(canariesOnly)
		if !found {
			break
		}
		next = append(next, name)
	}
	return next
}

// first takes the first of a line out of it.
func (w *Waves) first(canary bool) (types.NamespacedName, bool) {
	for len(w.lines[canary]) > 0 {
		name := w.lines[canary][0]
		w.lines[canary] = w.lines[canary][1:]
		if e := w.places[name]; e.inLine && e.canary == canary {
			e.inLine, e.called = false, true
			w.called++
			w.places[name] = e
			return name, true
		}
	}
	return types.NamespacedName{}, false
}

func byName(a, b types.NamespacedName) int { return cmp.Compare(a.String(), b.String()) }

// room is how many more may be under way at once: none while one has failed, or while not all have been heard of.
func (w *Waves) room() int {
	if !w.complete() || w.counts[Failed] > 0 {
		return 0
	}
	return max(w.most()-w.counts[Updating], 0)
}

// complete reports whether every station there was at the start has been heard of.
func (w *Waves) complete() bool { return w.counted && len(w.unheard) == 0 }

func (w *Waves) most() int {
	most, err := intstr.GetScaledValueFromIntOrPercent(&w.budget, len(w.places), false)
	if err != nil {
		return 1
	}
	return max(most, 1)
}

// Progress of the whole county.
type Progress struct {
	// Complete is whether all stations have been heard of since the start.
	Complete bool
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
	p := Progress{Complete: w.complete(), Stations: map[Place]int{}}
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
