package duty

import (
	"maps"
	"slices"

	"township.dev/liaison/internal/workday"
)

// forgottenAfter is how many days after the last turn the account of somebody who is no longer on the roster is closed.
const forgottenAfter = 400

// book is one ledger at work: who takes the next turn, and the accounts as they stand.
type book struct {
	people []Deputy
	// accounts by position in people; joined tells who has one.
	accounts []Account
	joined   []bool
	position map[string]int
	// moving are the positions of those who are not there on every day, or not on every day absent.
	moving []int
	// gone holds the accounts of those who are no longer on the roster.
	gone Ledger
	// opening is the ledger at the beginning of the month, with the credits given since; closing is the last month's closing one. The two are one map,
	// and shared is true, until a credit parts them, because most months give none and a county plans half a million.
	opening, closing Ledger
	shared           bool
	// expected counts the published turns, by position, that planning has not come to yet.
	expected []int
	// entries are the days on which somebody joins or returns, in order, and entered counts those that have passed.
	entries []entry
	entered int
	// open is the first day still to be planned.
	open workday.Date
	// begun is the first day of the span at work, and base the ledger's floor on it.
	begun workday.Date
	base  int
}

// entry is somebody's first day, or first day back.
type entry struct {
	day    workday.Date
	person int
	// dated is false for who enters only because the plan begins then.
	dated bool
	// back is true for who has served before.
	back bool
}

func newBook(people []Deputy, opening Ledger, span Span, open workday.Date) *book {
	b := &book{
		people:   people,
		accounts: make([]Account, len(people)),
		joined:   make([]bool, len(people)),
		expected: make([]int, len(people)),
		position: make(map[string]int, len(people)),
		gone:     opening.clone(),
		open:     open,
	}
	for i := range people {
		person := &people[i]
		b.position[person.ID] = i
		b.accounts[i], b.joined[i] = opening[person.ID], has(opening, person.ID)
		delete(b.gone, person.ID)
		if !person.settled() {
			b.moving = append(b.moving, i)
		}
		b.addEntries(i, span)
	}
	slices.SortStableFunc(b.entries, func(x, y entry) int { return x.day.Compare(y.day) })
	return b
}

func has(l Ledger, id string) bool {
	_, ok := l[id]
	return ok
}

// addEntries finds the days of the span on which the person joins or returns. Somebody without a dated beginning joins on the first day that is still
// open, because the turns of the announced days before it could not have been theirs.
func (b *book) addEntries(i int, span Span) {
	person := &b.people[i]
	enter := func(e entry) {
		if span.Contains(e.day) && person.InService(e.day) {
			b.entries = append(b.entries, e)
		}
	}
	switch {
	case !person.From.Before(span.From):
		enter(entry{day: person.From, person: i, dated: true, back: !b.accounts[i].Last.IsZero()})
	case !b.joined[i]:
		enter(entry{day: b.open, person: i})
	}
	for _, day := range person.returns() {
		enter(entry{day: day, person: i, dated: true, back: true})
	}
}

func (b *book) expect(ids []string, turns int) {
	for _, id := range ids {
		if i, ok := b.position[id]; ok {
			b.expected[i] += turns
		}
	}
}

// ledger returns the accounts as they stand.
func (b *book) ledger() Ledger {
	ledger := make(Ledger, len(b.people)+len(b.gone))
	maps.Copy(ledger, b.gone)
	for i := range b.people {
		if b.joined[i] {
			ledger[b.people[i].ID] = b.accounts[i]
		}
	}
	return ledger
}

// run gives the month's tasks their people, part by part: a part ends where somebody joins or returns, because who enters does so at the ledger's
// floor of that day.
func (b *book) run(month workday.Month, tasks []*task) {
	if b.forget(month) || b.closing == nil {
		b.closing = b.ledger()
	}
	b.opening, b.shared = b.closing, true
	for _, part := range b.parts(month) {
		b.enter(part.From)
		span := b.span(part, month)
		if span.From != b.begun {
			b.begun, b.base = span.From, b.floor(part.From, nil)
		}
		n := 0
		for n < len(tasks) && !tasks[n].day.After(part.Until) {
			n++
		}
		b.assign(tasks[:n], span)
		tasks = tasks[n:]
	}
	b.liftAbsent(month.Last())
	b.closing = b.ledger()
}

// credit enters an account in the month's opening ledger.
func (b *book) credit(id string, account Account) {
	if b.shared {
		b.opening, b.shared = b.opening.clone(), false
	}
	b.opening[id] = account
}

// forget closes the accounts of those who left the roster long ago, and reports whether there were any.
func (b *book) forget(month workday.Month) bool {
	before := len(b.gone)
	for id, account := range b.gone {
		if account.Last.AddDays(forgottenAfter).Before(month.First()) {
			delete(b.gone, id)
		}
	}
	return len(b.gone) < before
}

// parts of the month, in order. The first open day begins one too, so that credits are given on it.
func (b *book) parts(month workday.Month) []Span {
	starts := []workday.Date{month.First()}
	begin := func(day workday.Date) {
		if workday.MonthOf(day) == month && !slices.Contains(starts, day) {
			starts = append(starts, day)
		}
	}
	begin(b.open)
	for _, e := range b.entries {
		begin(e.day)
	}
	slices.SortFunc(starts, workday.Date.Compare)
	parts := make([]Span, len(starts))
	for i, start := range starts {
		parts[i] = Span{start, month.Last()}
		if i > 0 {
			parts[i-1].Until = start.AddDays(-1)
		}
	}
	return parts
}

// span is the part as it will be seen on any later day: the first open day moves on, so it bounds nothing by itself.
func (b *book) span(part Span, month workday.Month) Span {
	span := Span{month.First(), month.Last()}
	for _, e := range b.entries {
		switch {
		case !e.dated || workday.MonthOf(e.day) != month:
		case !e.day.After(part.From):
			span.From = e.day
		case e.day.AddDays(-1).Before(span.Until):
			span.Until = e.day.AddDays(-1)
		}
	}
	return span
}

// enter lets people join, or return, at the ledger's floor, so that nobody owes the turns of the time before. A credit goes into the month's opening
// ledger too when the plan up to the day is final: that is how planning again tomorrow finds it.
func (b *book) enter(day workday.Date) {
	final := !day.After(b.open)
	if day == b.open {
		b.liftRetired(day)
	}
	first := b.entered
	var entering []int
	for ; b.entered < len(b.entries) && !b.entries[b.entered].day.After(day); b.entered++ {
		entering = append(entering, b.entries[b.entered].person)
	}
	floor := b.floor(day, entering)
	for _, e := range b.entries[first:b.entered] {
		switch i := e.person; {
		case !b.joined[i]:
			b.joined[i] = true
			b.accounts[i] = Account{Turns: floor}
			if final {
				b.credit(b.people[i].ID, b.accounts[i])
			}
		case e.back:
			// No credit: the date stands in the roster, so planning again finds it and raises the account likewise. A credit would count on the days
			// before as well, where others may be raised to it, and they in turn raise this one, without end.
			b.raise(i, floor, false)
		}
	}
}

// liftRetired raises to the floor, on the first open day and with a credit, those who serve no more, because they can be called back any day and then owe
// no turns. Whose absence ends by a date is raised on that date and not before: the floor may be lower then, and a plan made tomorrow must find the same.
func (b *book) liftRetired(day workday.Date) {
	floor := b.floor(day, nil)
	for i := range b.people {
		person := &b.people[i]
		if retired := !person.Serving || !person.Until.IsZero() && person.Until.Before(day); retired && b.joined[i] {
			b.raise(i, floor, true)
		}
	}
}

// liftAbsent raises to the floor, at a month's end, those who are not in service, have been away for long, or left the roster.
func (b *book) liftAbsent(day workday.Date) {
	floor := b.floor(day, nil)
	for i := range b.people {
		if person := &b.people[i]; b.joined[i] && (!person.InService(day) || person.longAway(day)) {
			b.raise(i, floor, false)
		}
	}
	for id, account := range b.gone {
		account.Turns = max(account.Turns, floor)
		b.gone[id] = account
	}
}

func (b *book) raise(i, floor int, credit bool) {
	short := floor - b.accounts[i].Turns
	if short <= 0 {
		return
	}
	b.accounts[i].Turns = floor
	if credit {
		account := b.opening[b.people[i].ID]
		account.Turns += short
		b.credit(b.people[i].ID, account)
	}
}

// floor is the fewest turns of those who are there on the day, or who serve at all if none is there, apart from those who are only entering.
func (b *book) floor(day workday.Date, entering []int) int {
	fewest := func(counts func(*Deputy) bool) int {
		floor := -1
		for i := range b.people {
			if b.joined[i] && (floor < 0 || b.accounts[i].Turns < floor) && counts(&b.people[i]) && !slices.Contains(entering, i) {
				floor = b.accounts[i].Turns
			}
		}
		return floor
	}
	floor := fewest(func(d *Deputy) bool { return d.present(day) })
	if floor < 0 {
		floor = fewest(func(d *Deputy) bool { return d.InService(day) })
	}
	return max(floor, 0)
}

// serve counts a turn of the day for somebody.
func (b *book) serve(day workday.Date, id string) {
	i, ok := b.position[id]
	if !ok {
		b.gone[id] = turnOn(b.gone[id], day)
		return
	}
	if !b.joined[i] {
		// Named before the day the account would have begun. It begins at the floor of the span, which is the same in every plan.
		b.joined[i] = true
		b.accounts[i] = Account{Turns: b.base}
		b.credit(id, b.accounts[i])
	}
	b.accounts[i] = turnOn(b.accounts[i], day)
}

func turnOn(a Account, day workday.Date) Account {
	a.Turns++
	if day.After(a.Last) {
		a.Last = day
	}
	return a
}
