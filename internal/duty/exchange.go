package duty

import "slices"

// exchange finds the best assignment of a stretch by moving turns along chains: A leaves a shift, B takes the place and leaves another, and so on. It is the
// classical minimum-cost flow with people, shifts and turns as nodes, and negative cycles are cancelled until none is left, which makes the result exact
// (Ahuja, Magnanti, Orlin: Network Flows, 1993, sections 9.6 and 14.5 for the convex costs of a person's turns).
type exchange struct {
	s *stretch
	// people of the stretch by their number here; all below speak of those numbers.
	turns  []int
	county []bool
	// can tells, by task and person, who may stand there; stands tells in which of the task's two kinds of place a person does.
	can    [][]bool
	stands [][]place
	// wanted tells, by task and person, whom the published plan names.
	wanted [][]bool
	// costs of a person's turns and of standing in a task; see solve.
	turnCost  func(turns int) int
	placeCost func(task, person int) int

	// Working memory of the search: how cheaply each node is reached, from where, and by which walk back it was met.
	dist []int
	from []int
	seen []int
}

// place is a kind of place in a shift.
type place int8

const (
	nowhere place = iota
	// anyPlace is open to everybody.
	anyPlace
	// countyPlace is kept for a county deputy.
	countyPlace
)

// exchange makes the stretch as fair as it can be, and then changes as few hands as that allows.
func (s *stretch) exchange() {
	x := newExchange(s)
	start := x.save()

	// The sum of squares is least where the turns are as even as they can be, the most turns least and the fewest greatest at once.
	x.turnCost = func(turns int) int { return turns * turns }
	x.placeCost = func(int, int) int { return 0 }
	x.improve()
	most, fewest := slices.Max(x.turns), slices.Min(x.turns)

	// Of all assignments within these bounds, the one with the fewest places that change hands. A turn outside them weighs more than all places together.
	x.restore(start)
	outside := 1
	for _, t := range s.tasks {
		outside += t.places
	}
	x.turnCost = func(turns int) int { return outside * (max(0, turns-most) + max(0, fewest-turns)) }
	x.placeCost = func(task, person int) int {
		if s.tasks[task].published && !x.wanted[task][person] {
			return 1
		}
		return 0
	}
	x.improve()
	x.store()
}

func newExchange(s *stretch) *exchange {
	n, nodes := len(s.people), len(s.people)+2*len(s.tasks)+1
	x := &exchange{s: s, turns: make([]int, n), county: make([]bool, n), dist: make([]int, nodes), from: make([]int, nodes), seen: make([]int, nodes)}
	for k, i := range s.people {
		x.turns[k], x.county[k] = s.turns[i], s.book.people[i].County
	}
	for _, t := range s.tasks {
		can, stands, wanted := make([]bool, n), make([]place, n), make([]bool, n)
		countyLeft := t.county
		for k, i := range s.people {
			can[k] = s.can(t, i)
			wanted[k] = slices.Contains(t.wanted, s.book.people[i].ID)
			switch {
			case !slices.Contains(t.chosen, i):
			case x.county[k] && countyLeft > 0:
				stands[k], countyLeft = countyPlace, countyLeft-1
			default:
				stands[k] = anyPlace
			}
		}
		x.can, x.stands, x.wanted = append(x.can, can), append(x.stands, stands), append(x.wanted, wanted)
	}
	return x
}

// save copies who stands where; restore goes back to it.
func (x *exchange) save() [][]place {
	saved := make([][]place, len(x.stands))
	for t := range x.stands {
		saved[t] = slices.Clone(x.stands[t])
	}
	return saved
}

func (x *exchange) restore(saved [][]place) {
	x.stands = saved
	for k, i := range x.s.people {
		x.turns[k] = x.s.turns[i]
	}
}

// store hands the result to the stretch.
func (x *exchange) store() {
	for t, task := range x.s.tasks {
		task.chosen = task.chosen[:0]
		for k, i := range x.s.people {
			if x.stands[t][k] != nowhere {
				task.chosen = append(task.chosen, i)
			}
		}
	}
	for k, i := range x.s.people {
		x.s.turns[i] = x.turns[k]
	}
}

// improve cancels negative cycles until there is none.
func (x *exchange) improve() {
	for {
		cycle := x.negativeCycle()
		if cycle == nil {
			return
		}
		x.cancel(cycle)
	}
}

// Nodes: the people; each task's places, those for everybody and those for county deputies; and a hub that takes a turn from one person to give
// another one more.
func (x *exchange) node(task int, p place) int { return len(x.turns) + 2*task + int(p) - 1 }

func (x *exchange) hub() int { return len(x.turns) + 2*len(x.stands) }

// taskAt is the inverse of node.
func (x *exchange) taskAt(node int) (task int, p place) {
	k := node - len(x.turns)
	return k / 2, place(k%2 + 1)
}

// arcs calls visit for each way a turn can move. An arc from a person to places means leaving them, one from places to a person taking one of them.
func (x *exchange) arcs(visit func(from, to, cost int)) {
	hub := x.hub()
	for t := range x.stands {
		open, kept := x.node(t, anyPlace), x.node(t, countyPlace)
		countyInOpen, anyKept := false, false
		for k, p := range x.stands[t] {
			switch {
			case p == nowhere && x.can[t][k]:
				cost := x.placeCost(t, k)
				visit(open, k, cost)
				if x.county[k] {
					visit(kept, k, cost)
				}
			case p == anyPlace:
				visit(k, open, -x.placeCost(t, k))
				countyInOpen = countyInOpen || x.county[k]
			case p == countyPlace:
				visit(k, kept, -x.placeCost(t, k))
				anyKept = true
			}
		}
		// Somebody changes the kind of place within the shift, which frees the other kind.
		if countyInOpen {
			visit(kept, open, 0)
		}
		if anyKept {
			visit(open, kept, 0)
		}
	}
	for k, turns := range x.turns {
		visit(hub, k, x.turnCost(turns-1)-x.turnCost(turns))
		visit(k, hub, x.turnCost(turns+1)-x.turnCost(turns))
	}
}

// negativeCycle finds by Bellman and Ford's method a cycle that lowers the cost, as a list of nodes in order; nil when there is none.
func (x *exchange) negativeCycle() []int {
	for node := range x.dist {
		x.dist[node], x.from[node] = 0, -1
	}
	for range x.dist {
		changed := false
		x.arcs(func(from, to, cost int) {
			if reached := x.dist[from] + cost; reached < x.dist[to] {
				x.dist[to], x.from[to], changed = reached, from, true
			}
		})
		if !changed {
			return nil
		}
		if cycle := x.cycle(); cycle != nil {
			return cycle
		}
	}
	return x.cycle()
}

// cycle follows the search back; what it runs into twice is a negative cycle.
func (x *exchange) cycle() []int {
	clear(x.seen)
	for start := range x.from {
		node := start
		for node >= 0 && x.seen[node] == 0 {
			x.seen[node] = start + 1
			node = x.from[node]
		}
		if node < 0 || x.seen[node] != start+1 {
			continue
		}
		cycle := []int{node}
		for at := x.from[node]; at != node; at = x.from[at] {
			cycle = append(cycle, at)
		}
		slices.Reverse(cycle)
		return cycle
	}
	return nil
}

// cancel moves the turns along the cycle.
func (x *exchange) cancel(cycle []int) {
	people, hub := len(x.turns), x.hub()
	for n, from := range cycle {
		to := cycle[(n+1)%len(cycle)]
		switch {
		case from == hub:
			x.turns[to]--
		case to == hub:
			x.turns[from]++
		case from < people:
			t, _ := x.taskAt(to)
			x.stands[t][from] = nowhere
		case to < people:
			t, p := x.taskAt(from)
			x.stands[t][to] = p
		default:
			x.change(from, to)
		}
	}
}

// change lets somebody of the places that a turn goes to take one of those it comes from.
func (x *exchange) change(from, to int) {
	t, left := x.taskAt(from)
	_, right := x.taskAt(to)
	for k, p := range x.stands[t] {
		if p == right && (left == anyPlace || x.county[k]) {
			x.stands[t][k] = left
			return
		}
	}
}
