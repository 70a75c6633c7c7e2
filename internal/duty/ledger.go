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

// Spread is the most turns less the fewest among those of the people who have an account; 0 where there are none.
func (l Ledger) Spread(people []string) int {
	most, fewest, found := 0, 0, false
	for _, id := range people {
		if !has(l, id) {
			continue
		}
		if turns := l[id].Turns; !found {
			most, fewest, found = turns, turns, true
		} else {
			most, fewest = max(most, turns), min(fewest, turns)
		}
	}
	return most - fewest
}

// After is the ledger once the shifts of the kind up to and including the day have been served. Who gets a first turn
// among them begins at the floor, as the planner would have it.
func (l Ledger) After(shifts []Shift, kind Kind, day workday.Date) Ledger {
	return l.after(shifts, day, func(s *Shift) []string {
		if s.Kind != kind {
			return nil
		}
		return s.Deputies
	})
}

// AfterLeaders is the same for the ledger of leaders.
func (l Ledger) AfterLeaders(shifts []Shift, day workday.Date) Ledger {
	return l.after(shifts, day, func(s *Shift) []string { return s.Leaders })
}

func (l Ledger) after(shifts []Shift, day workday.Date, who func(*Shift) []string) Ledger {
	after := l.clone()
	floor, found := 0, false
	for _, account := range after {
		if !found || account.Turns < floor {
			floor, found = account.Turns, true
		}
	}
	for i := range shifts {
		if shifts[i].Date.After(day) {
			continue
		}
		for _, id := range who(&shifts[i]) {
			if !has(after, id) {
				after[id] = Account{Turns: floor}
			}
			after[id] = turnOn(after[id], shifts[i].Date)
		}
	}
	return after
}
