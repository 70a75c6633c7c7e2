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

// Line is where a station waits for its turn. Nobody has a turn while somebody of an earlier line waits or is under way.
type Line int

// Lines in their order.
const (
	// Others is the line of most stations.
	Others Line = iota
	// Canaries go first.
	Canaries
	// Down are stations that serve nobody for a reason of their own. How they fare with a change says little about it, so they have a turn once nobody
	// else is left; a change that has proved itself elsewhere they need no turn for.
	Down
)

var inOrder = []Line{Canaries, Others, Down}

// Station is what is heard of one.
type Station struct {
	types.NamespacedName
	// Line that it belongs to.
	Line Line
	// At is when it was heard.
	At time.Time
	// Ready tells one time of being ready from the next; empty while it is not. How long it lasts is measured by whoever hears of it: each node has a
	// clock of its own.
	Ready string
}

// Waves is safe for concurrent use; New makes one.
type Waves struct {
	mu     sync.Mutex
	budget intstr.IntOrString
	places map[types.NamespacedName]entry
	counts map[Place]int
	// ahead are those of each line that are not Current.
	ahead map[Line]int
	// proved is whether a station was Done.
	proved bool
	// called is how many stations were woken and have not been heard of since.
	called int
	// lines of those that asked in vain, in the order in which they asked. Who has left a line in the meantime is
	// passed over at its head, so that a call costs the same with ten stations and with ten thousand.
	lines   map[Line][]types.NamespacedName
	unheard map[types.NamespacedName]bool
	counted bool
	wake    func([]types.NamespacedName)
}

type entry struct {
	place Place
	line  Line
	// since is when its turn began, where it is under way; seenReady when it was first heard of as it is ready now.
	since, seenReady time.Time
	ready            string
	// inLine is whether a waiting station is to be woken; called that it was and has not been heard of since.
	inLine, called bool
}

// New returns waves of at most maxUnavailable stations at once, a number or a percentage of all of them, and at least one.
func New(maxUnavailable intstr.IntOrString) *Waves {
	return &Waves{
		budget: maxUnavailable, places: map[types.NamespacedName]entry{}, counts: map[Place]int{}, ahead: map[Line]int{}, lines: map[Line][]types.NamespacedName{},
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
		if granted = w.room() > 0 && w.firstInOrder(s.Line); granted {
			w.hear(s, Updating)
			return
		}
		stands := w.places[s.NamespacedName]
		stands.inLine = true
		w.places[s.NamespacedName] = stands
		if !was.inLine || was.line != s.Line {
			w.lines[s.Line] = append(w.lines[s.Line], s.NamespacedName)
		}
	})
	return granted
}

// Done tells that the station has had its turn and is well: it is Current, and the change has proved itself.
func (w *Waves) Done(s Station) {
	w.change(func() {
		w.proved = true
		w.hear(s, Current)
	})
}

// Report where the station is. One that is Waiting by its own report is not woken: it asks by itself when it can.
func (w *Waves) Report(s Station, place Place) { w.change(func() { w.hear(s, place) }) }

// Proven reports whether the change has proved itself: a station is done with it, none has failed, and every canary has it. A station
// that is down may have it then without a turn; until then it asks, and is woken when it may.
func (w *Waves) Proven() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.proven()
}

func (w *Waves) proven() bool { return w.proved && w.counts[Failed] == 0 && w.ahead[Canaries] == 0 }

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

// ReadySince is when the station was first heard of as it is ready now: At, if it never was.
func (w *Waves) ReadySince(s Station) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.places[s.NamespacedName].readySince(s)
}

func (e entry) readySince(s Station) time.Time {
	if e.place != "" && e.ready == s.Ready {
		return e.seenReady
	}
	return s.At
}

func (w *Waves) hear(s Station, place Place) {
	was := w.places[s.NamespacedName]
	now := entry{place: place, line: s.Line, ready: s.Ready, seenReady: was.readySince(s)}
	switch {
	case place.UnderWay() && was.place.UnderWay():
		now.since, now.line = was.since, was.line // its turn is of the line in which it waited, whatever has become of it since
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
	if e.place != Current {
		w.ahead[e.line] += n
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

// call takes as many out of the lines as there is room for beside those called already, and all who need no room.
func (w *Waves) call() (next []types.NamespacedName) {
	for _, line := range inOrder {
		if !w.firstInOrder(line) {
			break
		}
		for w.room() > w.called {
			name, found := w.next(line)
			if !found {
				break
			}
			e := w.places[name]
			e.called = true
			w.called++
			w.places[name] = e
			next = append(next, name)
		}
	}
	for w.proven() {
		name, found := w.next(Down)
		if !found {
			break
		}
		next = append(next, name)
	}
	return next
}

// firstInOrder reports whether nobody of an earlier line waits or is under way.
func (w *Waves) firstInOrder(line Line) bool {
	for _, earlier := range inOrder[:slices.Index(inOrder, line)] {
		if w.ahead[earlier] > 0 {
			return false
		}
	}
	return true
}

// next takes the first of a line out of it.
func (w *Waves) next(line Line) (types.NamespacedName, bool) {
	for len(w.lines[line]) > 0 {
		name := w.lines[line][0]
		w.lines[line] = w.lines[line][1:]
		if e := w.places[name]; e.inLine && e.line == line {
			e.inLine = false
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
