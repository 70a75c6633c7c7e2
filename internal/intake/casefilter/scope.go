package casefilter

import (
	"slices"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
)

// Handles reports whether the account's owner works on cases. A deputy never does (Deputies Law 2025, Art. 31), and neither
// handles nor sees who raised a case.
func Handles(a casework.Account) bool {
	return a.Role == casework.Administrator || a.Role == casework.Head
}

// ScopeOf is what the account may see. A deputy sees the own village, the villages whose liaison point the deputy runs, and
// those of the deputies of the same group; whoever does not handle cases and is no deputy sees none.
func ScopeOf(d *mounted.Documents, a casework.Account) casework.Scope {
	if Handles(a) {
		return casework.Scope{}
	}
	scope := casework.Scope{Limited: true}
	if a.Role != casework.Deputy || a.Deputy == "" {
		return scope
	}
	add := func(village string) {
		if village != "" && !slices.Contains(scope.Villages, village) {
			scope.Villages = append(scope.Villages, village)
		}
	}
	self, _ := d.Person(a.Deputy)
	add(self.Village)
	for _, v := range d.Station.Township.Villages {
		if v.LiaisonDeputy == a.Deputy {
			add(v.Name)
		}
	}
	for _, other := range d.Schedule.Deputies {
		if self.Group != "" && other.Group == self.Group {
			add(other.Village)
		}
	}
	return scope
}

// Sees reports whether cases of the village are within the scope.
func Sees(s casework.Scope, village string) bool {
	return !s.Limited || slices.Contains(s.Villages, village)
}
