package duty

import (
	"slices"

	"township.dev/liaison/internal/workday"
)

// task is the people of one shift, as one book sees it.
type task struct {
	day workday.Date
	// named people stand in the shift whatever the rules say.
	named []string
	// places are still to be given; at least county of them to deputies of the county's congress.
	places, county int
	topic          string
	// byTopic keeps the places for those whose specialty the topic is, where there are such.
	byTopic bool
	// wanted are those whom the published plan names; published tells an empty one from none.
	wanted    []string
	published bool
	// elsewhere are busy on the day.
	elsewhere []string
	// uncovered places of a shift that stays as it was published.
	uncovered int

	// chosen people, by position in the book, in order once the task is done.
	chosen []int
	book   *book
}

// people who stand in the shift.
func (t *task) people() []string {
	ids := slices.Clone(t.named)
	for _, i := range t.chosen {
		ids = append(ids, t.book.people[i].ID)
	}
	return ids
}

// missing counts the places nobody could take.
func (t *task) missing() int { return t.uncovered + max(t.places, 0) - len(t.chosen) }

// assign gives the tasks of a part their people. What is settled beforehand counts first, wherever in the part it stands, so that somebody with a turn
// by hand at its end gets none at its beginning on top.
func (b *book) assign(tasks []*task, span Span) {
	var open []*task
	for _, t := range tasks {
		t.book = b
		b.expect(t.wanted, -1)
		for _, id := range t.named {
			b.serve(t.day, id)
		}
		if t.places > 0 {
			open = append(open, t)
		}
	}
	pool := b.pool(span)
	for len(open) > 0 {
		n := len(open)
		if pool.even && plain(open) {
			n = b.round(open, pool.people)
		}
		s := &stretch{book: b, tasks: open[:n], people: pool.people}
		s.solve()
		open = open[n:]
	}
}

// plain reports whether everybody who is there may take every place.
func plain(tasks []*task) bool {
	return !slices.ContainsFunc(tasks, func(t *task) bool { return t.county > 0 || t.byTopic || len(t.elsewhere) > 0 })
}

// pool is who can be asked for turns in a span.
type pool struct {
	// people by position: those with an account who are there on some day of the span.
	people []int
	// even is true when each of them is there on every day.
	even bool
}

func (b *book) pool(span Span) pool {
	found := pool{even: true, people: make([]int, 0, len(b.people))}
	moving := b.moving
	for i := range b.people {
		days, all := 1, 1
		if len(moving) > 0 && moving[0] == i {
			moving = moving[1:]
			days, all = b.people[i].daysThere(span), span.Until.DaysSince(span.From)+1
		} else if !b.people[i].Serving {
			days = 0
		}
		if !b.joined[i] || days == 0 {
			continue
		}
		found.people = append(found.people, i)
		found.even = found.even && days == all
	}
	return found
}

func (d *Deputy) daysThere(span Span) (n int) {
	for day := span.From; !day.After(span.Until); day = day.AddDays(1) {
		if d.present(day) {
			n++
		}
	}
	return n
}

// round is how many of the tasks those with the fewest turns can take among themselves, at least one. Where everybody can take every task, dividing
// them so keeps any two people within one turn of each other at every moment, and not only at the end.
func (b *book) round(tasks []*task, people []int) int {
	fewest, count := 0, 0
	for _, i := range people {
		switch turns := b.accounts[i].Turns; {
		case count == 0 || turns < fewest:
			fewest, count = turns, 1
		case turns == fewest:
			count++
		}
	}
	n := 0
	for places := 0; n < len(tasks) && places+tasks[n].places <= count; n++ {
		places += tasks[n].places
	}
	return max(n, 1)
}

// stretch is a run of tasks whose people are chosen together.
//
// First those whom the published plan names keep their places, and the other places go to whoever has the fewest turns: no assignment changes fewer
// hands. If people then differ by at most one turn, nothing can be fairer either. Otherwise turns are exchanged along chains of people (see exchange)
// until the difference at the stretch's end is the least there is, and the fewest hands are changed for it.
type stretch struct {
	book   *book
	tasks  []*task
	people []int

	// turns and last turn of everybody in the book as the stretch goes on, by position.
	turns []int
	last  []workday.Date
}

func (s *stretch) solve() {
	s.begin()
	s.keep()
	for _, t := range s.tasks {
		s.fill(t)
	}
	if s.spread() > 1 {
		s.exchange()
	}
	for _, t := range s.tasks {
		slices.Sort(t.chosen)
		for _, i := range t.chosen {
			s.book.accounts[i] = turnOn(s.book.accounts[i], t.day)
		}
	}
}

func (s *stretch) begin() {
	s.turns = make([]int, len(s.book.people))
	s.last = make([]workday.Date, len(s.book.people))
	for i, account := range s.book.accounts {
		s.turns[i], s.last[i] = account.Turns, account.Last
	}
}

// keep gives places to those whom the published plan names.
func (s *stretch) keep() {
	for _, t := range s.tasks {
		for _, id := range t.wanted {
			if i, known := s.book.position[id]; known && len(t.chosen) < t.places && s.fits(t, i) {
				s.take(t, i)
			}
		}
	}
}

// fill gives the task's other places to those whose turn it is.
func (s *stretch) fill(t *task) {
	for len(t.chosen) < t.places {
		best := -1
		for _, i := range s.people {
			if (best < 0 || s.goesBefore(t, i, best)) && s.fits(t, i) {
				best = i
			}
		}
		if best < 0 {
			return // nobody is left who can
		}
		s.take(t, best)
	}
}

func (s *stretch) take(t *task, i int) {
	t.chosen = append(t.chosen, i)
	s.turns[i]++
	if t.day.After(s.last[i]) {
		s.last[i] = t.day
	}
}

// fits reports whether the person can take one more place of the task, of which one is free.
func (s *stretch) fits(t *task, i int) bool {
	if !s.can(t, i) || slices.Contains(t.chosen, i) {
		return false
	}
	if t.county == 0 || s.book.people[i].County {
		return true
	}
	// The places for county deputies are kept free for them.
	others := 0
	for _, k := range t.chosen {
		if !s.book.people[k].County {
			others++
		}
	}
	return others < t.places-t.county
}

// can reports whether the person could stand in the task, whoever else does.
func (s *stretch) can(t *task, i int) bool {
	person := &s.book.people[i]
	return s.book.joined[i] && person.present(t.day) && !slices.Contains(t.elsewhere, person.ID) && !slices.Contains(t.named, person.ID) &&
		(!t.byTopic || !s.anyKnows(t) || slices.Contains(person.Specialties, t.topic))
}

// anyKnows reports whether the topic is a specialty of anybody in the book.
func (s *stretch) anyKnows(t *task) bool {
	return slices.ContainsFunc(s.book.people, func(d Deputy) bool { return slices.Contains(d.Specialties, t.topic) })
}

// goesBefore reports whether the turn is rather i's than that of best, who stands before i on the roster.
func (s *stretch) goesBefore(t *task, i, best int) bool {
	if s.turns[i] != s.turns[best] {
		return s.turns[i] < s.turns[best]
	}
	// Whom the published plan names for a later day is spared when a published place changes hands, so that this one does not cost that one.
	if t.published && s.book.expected[i] != s.book.expected[best] {
		return s.book.expected[i] < s.book.expected[best]
	}
	if t.topic != "" {
		mine, theirs := slices.Contains(s.book.people[i].Specialties, t.topic), slices.Contains(s.book.people[best].Specialties, t.topic)
		if mine != theirs {
			return mine
		}
	}
	return s.last[i].Before(s.last[best])
}

// spread is the most turns less the fewest.
func (s *stretch) spread() int {
	most, fewest := 0, 0
	for n, i := range s.people {
		if n == 0 {
			most, fewest = s.turns[i], s.turns[i]
		}
		most, fewest = max(most, s.turns[i]), min(fewest, s.turns[i])
	}
	return most - fewest
}
