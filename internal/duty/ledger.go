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
	// Receptions counts all receptions; it decides whose turn the next topic is.
	Receptions int
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
