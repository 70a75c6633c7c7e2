package guard

// recent remembers what was put last under at most `most` keys, in constant time and memory. It keeps two generations: when
// the young one is full it becomes the old one, and what nobody put again since the old one was young is forgotten.
// The keys are hashes with a seed of this process. Not safe for concurrent use.
type recent[V any] struct {
	half       int
	young, old map[uint64]V
}

func newRecent[V any](most int) *recent[V] {
	return &recent[V]{half: max(1, most/2), young: map[uint64]V{}, old: map[uint64]V{}}
}

// get does not count as use; put does.
func (r *recent[V]) get(key uint64) (V, bool) {
	if v, there := r.young[key]; there {
		return v, true
	}
	v, there := r.old[key]
	return v, there
}

func (r *recent[V]) put(key uint64, v V) {
	if r.full() {
		if _, there := r.young[key]; !there {
			r.turn()
		}
	}
	r.young[key] = v
}

func (r *recent[V]) full() bool { return len(r.young) >= r.half }

// turn begins a new generation and forgets the old one.
func (r *recent[V]) turn() {
	r.young, r.old = r.old, r.young
	clear(r.young)
}

func (r *recent[V]) forget(key uint64) {
	delete(r.young, key)
	delete(r.old, key)
}
