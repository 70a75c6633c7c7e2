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
	// gone holds the accounts of those who are no longer on the roster.
	gone Ledger
	// begin is the first day of the plan.
	begin workday.Date
	// opening is the ledger at the beginning of the month, with the credits given since.
	opening Ledger
	floor   int
}

func newBook(people []Deputy, opening Ledger, begin workday.Date) *book {
	b := &book{
		begin:    begin,
		people:   people,
		accounts: make([]Account, len(people)),
		joined:   make([]bool, len(people)),
		position: make(map[string]int, len(people)),
		gone:     opening.clone(),
	}
	for i, person := range people {
		b.position[person.ID] = i
		b.accounts[i], b.joined[i] = opening[person.ID], has(opening, person.ID)
		delete(b.gone, person.ID)
	}
	return b
}

func has(l Ledger, id string) bool {
	_, ok := l[id]
	return ok
}

// openMonth takes the stock that the month's plan begins with.
func (b *book) openMonth(month workday.Month) {
	for id, account := range b.gone {
		if account.Last.AddDays(forgottenAfter).Before(month.First()) {
			delete(b.gone, id)
		}
	}
	b.opening = b.ledger()
}

// ledger returns the accounts as they stand.
func (b *book) ledger() Ledger {
	ledger := maps.Clone(b.gone)
	for i, person := range b.people {
		if b.joined[i] {
			ledger[person.ID] = b.accounts[i]
		}
	}
	return ledger
}

// beginDay lets people join at the ledger's floor, so that nobody owes the turns of the time before. Somebody without a dated beginning joins on a day
// that is still open, because the turns of the announced days before it could not have been theirs. A credit goes into the month's opening ledger too
// when the plan up to the day is final: that is how planning again tomorrow finds it.
func (b *book) beginDay(day workday.Date, open, credit bool) {
	b.floor = b.floorOn(day)
	for i := range b.people {
		person := &b.people[i]
		if !b.joined[i] && person.InService(day) && (open || !person.From.Before(b.begin)) {
			b.join(i, credit)
		}
	}
}

// endDay lifts to the floor those who are not in service or have been away for long, so that they owe no turns when they return.
func (b *book) endDay(day workday.Date) {
	b.floor = b.floorOn(day)
	for i := range b.people {
		person := &b.people[i]
		if b.joined[i] && (!person.InService(day) || person.longAway(day)) {
			b.accounts[i].Turns = max(b.accounts[i].Turns, b.floor)
		}
	}
}

// closeMonth does the same, once a month, for those who are no longer on the roster.
func (b *book) closeMonth() {
	for id, account := range b.gone {
		account.Turns = max(account.Turns, b.floor)
		b.gone[id] = account
	}
}

// floorOn is the fewest turns of those who are there on the day.
func (b *book) floorOn(day workday.Date) int {
	floor := -1
	for i := range b.people {
		person := &b.people[i]
		if b.joined[i] && (floor < 0 || b.accounts[i].Turns < floor) && person.InService(day) && !person.OnLeave(day) {
			floor = b.accounts[i].Turns
		}
	}
	return max(floor, 0)
}

func (b *book) join(i int, credit bool) {
	b.joined[i] = true
	b.accounts[i] = Account{Turns: b.floor}
	if credit {
		b.opening[b.people[i].ID] = b.accounts[i]
	}
}

// serve counts a turn of the day for each id.
func (b *book) serve(day workday.Date, ids []string) {
	for _, id := range ids {
		i, ok := b.position[id]
		if !ok {
			b.gone[id] = Account{Turns: b.gone[id].Turns + 1, Last: day}
			continue
		}
		if !b.joined[i] {
			b.join(i, true)
		}
		b.accounts[i].Turns++
		b.accounts[i].Last = day
	}
}

// choose gives a turn of the day to up to n people and returns them in the order of the roster.
func (b *book) choose(day workday.Date, n int, wanted []string) []string {
	free := b.available(day)
	chosen := make([]int, 0, n)
	for len(chosen) < n && len(free) > 0 {
		best := 0
		for k := 1; k < len(free); k++ {
			if b.goesBefore(free[k], free[best], wanted) {
				best = k
			}
		}
		chosen = append(chosen, free[best])
		free = slices.Delete(free, best, best+1)
	}
	slices.Sort(chosen)
	ids := make([]string, 0, len(chosen))
	for _, i := range chosen {
		ids = append(ids, b.people[i].ID)
	}
	b.serve(day, ids)
	return ids
}

// available returns the positions of those who can serve on the day, in the order of the roster.
func (b *book) available(day workday.Date) []int {
	free := make([]int, 0, len(b.people))
	for i := range b.people {
		person := &b.people[i]
		if person.InService(day) && !person.OnLeave(day) {
			free = append(free, i)
		}
	}
	return free
}

// goesBefore reports whether the turn is a's rather than b's, where a stands later on the roster.
func (b *book) goesBefore(a, other int, wanted []string) bool {
	mine, theirs := b.accounts[a], b.accounts[other]
	if mine.Turns != theirs.Turns {
		return mine.Turns < theirs.Turns
	}
	isWanted, otherWanted := b.isWanted(a, wanted), b.isWanted(other, wanted)
	if isWanted != otherWanted {
		return isWanted
	}
	return mine.Last.Before(theirs.Last)
}

func (b *book) isWanted(i int, wanted []string) bool { return slices.Contains(wanted, b.people[i].ID) }
