package duty

import (
	"cmp"
	"fmt"
	"strings"
)

// people are the names of deputies or of leaders by their ids.
type people map[string]string

// person is what names are made of.
type person struct{ id, name string }

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
