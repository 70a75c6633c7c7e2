// Package privacy finds personal data in a text, Chinese or English, before the text is published. It is a help for the
// person who releases a text and no replacement: what it finds is there, what it does not find may still be.
//
// Read it in this order:
//
//	privacy.go  kinds, Find, Certain
//	reading.go  a text as a person reads it: full-width forms folded, invisible characters gone
//	numbers.go  digits written in groups: phones, identity numbers, bank cards
//	checks.go   what such numbers must fulfil: check digits, dates, area codes
//	words.go    what its words or form give away: e-mail, accounts, plates, house numbers
//	names.go    names, by the words that introduce them
//	mask.go     Mask
package privacy

import (
	"cmp"
	"slices"
)

// Kind is a kind of personal data.
type Kind string

// Kinds of personal data.
const (
	// Mobile is a mobile phone's number.
	Mobile Kind = "mobile"
	// Landline is a fixed phone's number, with its area code or introduced as a phone. The station's own is one too.
	Landline Kind = "landline"
	// Identity is a resident identity number of 18 (GB 11643) or, before 1999, 15 digits.
	Identity Kind = "identity"
	// BankCard is a bank card's or account's number.
	BankCard Kind = "bank_card"
	// Email is an e-mail address.
	Email Kind = "email"
	// Messenger is an account of WeChat or QQ.
	Messenger Kind = "messenger"
	// Plate is a vehicle's licence plate.
	Plate Kind = "plate"
	// Name is a person's name.
	Name Kind = "name"
	// Address is the part of an address that tells the house.
	Address Kind = "address"
)

// Finding is one piece of personal data.
type Finding struct {
	Kind Kind
	// Start and End are offsets of bytes; the text between them is the piece, without what introduces it.
	Start, End int
	// Certain findings are known by their form alone. The others are likely: a person has to look.
	Certain bool
}

// Find returns what it finds, in the order of the text; no two findings overlap. It takes time linear in the text.
func Find(text string) []Finding {
	r := read(text)
	found := slices.Concat(numbers(r), byPattern(r))
	// Of findings that overlap, the longest tells most: an address of mail over the phone number in it.
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(b.End-b.Start, a.End-a.Start), cmp.Compare(rank(a), rank(b)))
	})
	return apart(found, len(text))
}

// Certain tells whether the text holds personal data beyond doubt.
func Certain(text string) bool {
	return slices.ContainsFunc(Find(text), func(f Finding) bool { return f.Certain })
}

func rank(f Finding) int {
	if f.Certain {
		return 0
	}
	return 1
}

// apart keeps each finding that no earlier one overlaps, and puts them in the order of the text.
func apart(found []Finding, length int) []Finding {
	taken := make([]bool, length)
	kept := found[:0]
	for _, f := range found {
		piece := taken[f.Start:f.End]
		if slices.Contains(piece, true) {
			continue
		}
		for i := range piece {
			piece[i] = true
		}
		kept = append(kept, f)
	}
	slices.SortFunc(kept, func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) })
	return kept
}
