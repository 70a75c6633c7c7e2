package duty

import (
	"cmp"
	"fmt"
	"strings"

	"township.dev/liaison/api/v1alpha1"
)

// people are the names of deputies or of leaders by their ids.
type people map[string]string

// person is what names are made of.
type person struct{ id, name string }

// peopleOf are the deputies and the leaders of a roster.
func peopleOf(spec *v1alpha1.DeputyRosterSpec) (deputies, leaders people) {
	var serving, leading []person
	for i := range spec.Deputies {
		serving = append(serving, person{spec.Deputies[i].ID, spec.Deputies[i].Name})
	}
	for _, leader := range spec.Leaders {
		leading = append(leading, person{leader.ID, leader.Name})
	}
	return called(serving), called(leading)
}

// called gives everyone a name; those who share one bear their ids beside it. Of two with one id the first counts, as in the plan.
func called(persons []person) people {
	bearers := map[string]int{}
	for _, p := range persons {
		bearers[p.name]++
	}
	names := people{}
	for _, p := range persons {
		if _, twice := names[p.id]; twice {
			continue
		}
		names[p.id] = p.name
		if bearers[p.name] > 1 && p.name != "" {
			names[p.id] = fmt.Sprintf("%s (%s)", p.name, p.id)
		}
	}
	return names
}

// name of a person; who is not listed or has none is called by the id.
func (p people) name(id string) string { return cmp.Or(p[id], id) }

func (p people) list(ids []string, separator string) string {
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		names = append(names, p.name(id))
	}
	return strings.Join(names, separator)
}
