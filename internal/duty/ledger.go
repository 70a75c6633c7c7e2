package duty

import (
	"maps"

	"township.dev/liaison/internal/workday"
)

// Ledgers count turns, receptions and ordinary duty apart.
type Ledgers struct {
	Reception, Duty Ledger
	// Leader counts the leaders' receptions.
	Leader Ledger
	// Receptions counts the receptions of each rule by its name; it decides whose turn the next topic is.
	Receptions map[string]int
}

// Ledger holds accounts by id.
type Ledger map[string]Account

// Account is one person's turns. Who joins late or was away for long is credited the turns of the others, so Turns
// compares people fairly and may exceed what they served.
type Account struct {
	Turns int
	// Last is the day of the most recent turn.
	Last workday.Date
}

func (l Ledger) clone() Ledger {
	if l == nil {
		return Ledger{}
	}
	return maps.Clone(l)
}

// Spread is the most turns less the fewest among the people, each of whom has an account; 0 where there are none.
func (l Ledger) Spread(people []string) int {
	if len(people) == 0 {
		return 0
	}
	most, fewest := l[people[0]].Turns, l[people[0]].Turns
	for _, id := range people {
		most, fewest = max(most, l[id].Turns), min(fewest, l[id].Turns)
	}
	return most - fewest
}
