package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"township.dev/liaison/api/v1alpha1"
)

// numbered is an id as we give them: a letter and a number.
var numbered = regexp.MustCompile(`^([a-z])(\d{1,9})$`)

// numbers gives new ids of one letter behind the highest that was ever seen, so that none means two people.
type numbers struct {
	letter        string
	highest, wide int
}

// see takes note of an id that is in use or was.
func (n *numbers) see(id string) {
	parts := numbered.FindStringSubmatch(id)
	if parts == nil || parts[1] != n.letter {
		return
	}
	number, _ := strconv.Atoi(parts[2])
	n.highest = max(n.highest, number)
	n.wide = max(n.wide, len(parts[2]))
}

// peek is the id that next would give.
func (n *numbers) peek() string { return fmt.Sprintf("%s%0*d", n.letter, n.wide, n.highest+1) }

func (n *numbers) next() string {
	id := n.peek()
	n.highest++
	return id
}

// deputyNumbers knows every id of the existing roster and of the sheet.
func deputyNumbers(existing *v1alpha1.DeputyRosterSpec, people []*entry) *numbers {
	n := &numbers{letter: "d", wide: 3}
	for i := range existing.Deputies {
		n.see(existing.Deputies[i].ID)
	}
	for _, person := range people {
		if person.deputy != nil {
			n.see(person.deputy.ID)
		}
	}
	return n
}

func leaderNumbers(existing *v1alpha1.DeputyRosterSpec, people []*entry) *numbers {
	n := &numbers{letter: "l", wide: 2}
	for _, leader := range existing.Leaders {
		n.see(leader.ID)
	}
	for _, person := range people {
		if person.leader != nil {
			n.see(person.leader.ID)
		}
	}
	return n
}

// matcher finds for each deputy of the sheet the one of the existing roster who is the same person.
type matcher struct {
	*importing
	numbers *numbers
	people  []*entry
	// shared are the phones that several have, such as that of an office: they tell nobody from another.
	shared map[string]bool
	// of each deputy of the sheet, the place in the existing roster.
	of map[*entry]int
	// free are the places that nobody of the sheet has taken.
	free []int
}

// newMatcher knows who is in the existing roster and in the sheet.
func newMatcher(i *importing, people []*entry) *matcher {
	m := &matcher{importing: i, numbers: deputyNumbers(&i.existing.Spec, people), people: people, shared: map[string]bool{}, of: map[*entry]int{}}
	inRoster, inSheet := map[string]bool{}, map[string]bool{}
	note := func(seen map[string]bool, phone string) {
		m.shared[phone] = m.shared[phone] || seen[phone]
		seen[phone] = true
	}
	for at := range i.existing.Spec.Deputies {
		m.free = append(m.free, at)
		note(inRoster, digitsOf(i.existing.Spec.Deputies[at].Phone))
	}
	for _, person := range people {
		note(inSheet, person.phone())
	}
	return m
}

// match fills in of. Who is not in it is new.
func (m *matcher) match() {
	var open []*entry
	for _, person := range m.people {
		if person.deputy.ID == "" || !m.byID(person) {
			open = append(open, person)
		}
	}
	for _, alike := range []likeness{samePhone, sameVillage, sameName} {
		open = m.pass(open, alike)
	}
	for _, person := range open {
		m.doubt(person)
	}
}

// byID matches by id. One that stood for somebody else is refused: what was announced and counted under it would become another's.
func (m *matcher) byID(person *entry) bool {
	at := m.place(person.deputy.ID)
	if at < 0 {
		return false
	}
	known := &m.existing.Spec.Deputies[at]
	switch other := m.namesake(person); {
	case tidyName(known.Name) == person.deputy.Name && other != nil && other != known:
		m.refuseSecond(person, other)
	case tidyName(known.Name) == person.deputy.Name:
	case m.isRenamed(person, known):
		m.Remark("%s: the deputy %s was %s and is %s now", person.where(nameColumn), known.ID, known.Name, person.deputy.Name)
	default:
		m.Refuse("%s: %s is %s in %s, and %s here; an id is never used again: give %s another, the next free one is %s. If the name was corrected, correct it in %s first",
			person.where(idColumn), known.ID, known.Name, m.into, person.deputy.Name, person.deputy.Name, m.numbers.peek(), m.into)
	}
	m.take(person, at)
	return true
}

// place of the id in the existing roster; -1 where it has none.
func (m *matcher) place(id string) int {
	return slices.IndexFunc(m.existing.Spec.Deputies, func(d v1alpha1.Deputy) bool { return d.ID == id })
}

// namesake is who has the name and the phone of the person in the existing roster.
func (m *matcher) namesake(person *entry) *v1alpha1.Deputy {
	for i := range m.existing.Spec.Deputies {
		known := &m.existing.Spec.Deputies[i]
		if tidyName(known.Name) == person.deputy.Name && m.likeness(person, known) == samePhone {
			return known
		}
	}
	return nil
}

// isRenamed tells whether the phone says that it is one person with another name. It does not where the new name is that of somebody else in the roster, or
// where the sheet lists the old one as somebody new.
func (m *matcher) isRenamed(person *entry, known *v1alpha1.Deputy) bool {
	bearsNew := func(d v1alpha1.Deputy) bool { return tidyName(d.Name) == person.deputy.Name }
	bearsOld := func(other *entry) bool {
		return other.deputy.Name == tidyName(known.Name) && m.place(other.deputy.ID) < 0
	}
	return m.likeness(person, known) == samePhone && !slices.ContainsFunc(m.existing.Spec.Deputies, bearsNew) && !slices.ContainsFunc(m.people, bearsOld)
}

func (m *matcher) take(person *entry, at int) {
	m.of[person] = at
	m.free = slices.DeleteFunc(m.free, func(i int) bool { return i == at })
}

// pass matches those whose likeness to exactly one deputy is at least that much, where nobody else is as like to that one.
func (m *matcher) pass(open []*entry, least likeness) []*entry {
	found := map[int][]*entry{}
	for _, person := range open {
		if like := m.like(person, least); len(like) == 1 {
			found[like[0]] = append(found[like[0]], person)
		}
	}
	return slices.DeleteFunc(open, func(person *entry) bool {
		like := m.like(person, least)
		if len(like) != 1 || len(found[like[0]]) != 1 || person.deputy.ID != "" {
			return false
		}
		m.take(person, like[0])
		return true
	})
}

// like are the free places of those whose likeness to the person is at least that much.
func (m *matcher) like(person *entry, least likeness) []int {
	var found []int
	for _, i := range m.free {
		known := &m.existing.Spec.Deputies[i]
		if tidyName(known.Name) == person.deputy.Name && m.likeness(person, known) >= least {
			found = append(found, i)
		}
	}
	return found
}

// doubt refuses a person who may or may not be somebody of the existing roster.
func (m *matcher) doubt(person *entry) {
	like := m.like(person, otherwise)
	if len(like) == 0 {
		return
	}
	known := &m.existing.Spec.Deputies[like[0]]
	if person.deputy.ID != "" {
		if m.isSecondID(person, known) {
			m.refuseSecond(person, known)
		}
		return
	}
	m.Refuse("%s: whether this is the %s who is %s in %s cannot be told from phone and village; add a column 编号 with the ids, %s if it is, and the next free one, %s, if it is not",
		person.where(nameColumn), person.deputy.Name, known.ID, m.into, known.ID, m.numbers.peek())
}

// isSecondID tells whether the person, who has a new id, is somebody of that name who has one already.
func (m *matcher) isSecondID(person *entry, known *v1alpha1.Deputy) bool {
	like := m.likeness(person, known)
	if person.deputy.Phone != "" && known.Phone != "" {
		return samePhones(person, known) && like != otherwise
	}
	return like >= sameVillage
}

func (m *matcher) refuseSecond(person *entry, known *v1alpha1.Deputy) {
	m.Refuse("%s: %s is %s in %s, and %s here; an id stays with its person: write %s",
		person.where(idColumn), person.deputy.Name, known.ID, m.into, person.deputy.ID, known.ID)
}

// likeness is how surely two of one name are one person.
type likeness int

const (
	// otherwise: what can be compared differs.
	otherwise likeness = iota
	// sameName: there is nothing else to compare.
	sameName
	sameVillage
	// samePhone: and nobody else has it.
	samePhone
)

func (m *matcher) likeness(person *entry, known *v1alpha1.Deputy) likeness {
	phones := person.deputy.Phone != "" && known.Phone != ""
	villages := person.deputy.Village != "" && known.Village != ""
	switch {
	case phones && samePhones(person, known) && !m.shared[person.phone()]:
		return samePhone
	case villages && person.deputy.Village == tidy(known.Village):
		return sameVillage
	case phones && !samePhones(person, known) || villages:
		return otherwise
	default:
		return sameName
	}
}

func samePhones(person *entry, known *v1alpha1.Deputy) bool {
	return person.phone() == digitsOf(known.Phone)
}
