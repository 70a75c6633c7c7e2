package demo_test

import (
	"context"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/demo"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/workday"
)

var now = time.Date(2026, time.November, 26, 2, 0, 0, 0, time.UTC)

func TestTheDocumentsAreThoseOfAStation(t *testing.T) {
	root := t.TempDir()
	logins, err := demo.Write(root, workday.DateOf(now))
	if err != nil || len(logins) != 3 {
		t.Fatalf("%v, error %v", logins, err)
	}
	d, err := mounted.ReadDocuments(root + "/" + demo.ConfigFolder)
	if err != nil {
		t.Fatal(err)
	}
	receptions := 0
	for _, shift := range d.Schedule.Shifts {
		for _, id := range shift.Deputies {
			if _, known := d.Person(id); !known {
				t.Errorf("nobody is %s", id)
			}
		}
		if shift.Kind == "Reception" {
			receptions++
		}
	}
	if receptions == 0 {
		t.Error("no reception is planned")
	}
	if _, err := mounted.ReadDataKey(root + "/" + demo.SecretsFolder); err != nil {
		t.Error(err)
	}
	for _, login := range logins {
		if first, err := mounted.FirstPassword(root+"/"+demo.StaffFolder, login.Username); err != nil || first != login.Password {
			t.Errorf("%s: %q, error %v", login.Username, first, err)
		}
	}
}

// shelf keeps cases as the rules make them.
type shelf map[casework.Code]casework.Case

func (s shelf) Submit(_ context.Context, in casework.Submission) (casework.Receipt, error) {
	s[in.Case.Code] = in.Case
	return casework.Receipt{Case: in.Case}, nil
}

func (s shelf) Change(_ context.Context, code casework.Code, change func(casework.Case) (casework.Case, casework.Event, error)) (casework.Case, error) {
	c, _, err := change(s[code])
	s[code] = c
	return c, err
}

func TestTheSamplesShowMostStates(t *testing.T) {
	s := shelf{}
	station := demo.Station()
	rules := casework.Rules{Deadlines: station.Deadlines, Location: time.FixedZone("CST", 8*60*60)}
	for _, unit := range station.Units {
		rules.Units = append(rules.Units, unit.Name)
	}
	if err := demo.Fill(t.Context(), s, rules, now); err != nil {
		t.Fatal(err)
	}
	states, overdue := map[casework.State]int{}, 0
	for _, c := range s {
		states[c.State]++
		if c.Overdue(rules.Today(now)) {
			overdue++
		}
		if c.ReceivedAt.After(now) || c.EndedAt.After(now) {
			t.Errorf("%s lies in the future", c.Code)
		}
	}
	if len(states) < 6 || overdue == 0 {
		t.Errorf("states %v, %d overdue", states, overdue)
	}
}
