package roster

import (
	"slices"

	"township.dev/liaison/api/v1alpha1"
)

// checkDuplicates refuses ids that stand twice, and rows of one name that may be one person listed twice. Two people share a name where both have a phone and
// the phones differ, where both have a village and the villages differ, or where a column gives each an id; with one phone they are one person.
func (i *importing) checkDuplicates(people []*entry) {
	ids, phones := map[string]*entry{}, map[string]*entry{}
	names := map[string][]*entry{}
	for _, person := range people {
		kind := "deputy "
		if person.leader != nil {
			kind = "leader " // who may be a deputy too, and bear the same id
		}
		i.checkID(person, ids, kind)
		if twin := twinOf(person, names[kind+person.name()]); twin != nil {
			i.Refuse("%s: %s stands at %s already; remove one of the rows or, if they are two people, give each a village or a phone that differs, or an id in a column 编号",
				person.where(nameColumn), person.name(), twin.where(nameColumn))
		} else if other := phones[person.phone()]; other != nil {
			i.Remark("%s: the phone is that of %s at %s too", person.where(phoneColumn), other.name(), other.where(nameColumn))
		}
		names[kind+person.name()] = append(names[kind+person.name()], person)
		if person.phone() != "" {
			phones[person.phone()] = person
		}
	}
}

func (i *importing) checkID(person *entry, ids map[string]*entry, kind string) {
	if person.id() == "" {
		return
	}
	if earlier, twice := ids[kind+person.id()]; twice {
		i.Refuse("%s: %s is also the id at %s; give each an id of their own", person.where(idColumn), person.id(), earlier.where(idColumn))
		return
	}
	ids[kind+person.id()] = person
}

// twinOf finds an earlier row of the same name that may be of the same person.
func twinOf(person *entry, earlier []*entry) *entry {
	for _, other := range earlier {
		if person.name() != "" && !toldApart(other, person) {
			return other
		}
	}
	return nil
}

func toldApart(a, b *entry) bool {
	if a.deputy == nil {
		return a.id() != "" && b.id() != ""
	}
	if a.phone() != "" && b.phone() != "" {
		return a.phone() != b.phone()
	}
	villages := a.deputy.Village != "" && b.deputy.Village != ""
	return a.id() != "" && b.id() != "" || villages && a.deputy.Village != b.deputy.Village
}

func (e *entry) id() string {
	if e.leader != nil {
		return e.leader.ID
	}
	return e.deputy.ID
}

func (e *entry) name() string {
	if e.leader != nil {
		return e.leader.Name
	}
	return e.deputy.Name
}

// phone is the person's phone as phones are compared; a leader has none.
func (e *entry) phone() string {
	if e.leader != nil {
		return ""
	}
	return digitsOf(e.deputy.Phone)
}

// unite makes the roster that the people of the sheet and the existing roster are together. Those who are there already keep their ids and their order, and
// everything that the sheet has no column for; new ones stand behind them in the order of the sheet.
func (i *importing) unite(people []*entry) *v1alpha1.DeputyRosterSpec {
	spec := i.existing.Spec.DeepCopy()
	var deputies, leaders []*entry
	for _, person := range people {
		if person.leader != nil {
			leaders = append(leaders, person)
		} else {
			deputies = append(deputies, person)
		}
	}
	i.uniteDeputies(spec, deputies)
	i.uniteLeaders(spec, leaders)
	return spec
}

func (i *importing) uniteDeputies(spec *v1alpha1.DeputyRosterSpec, people []*entry) {
	m := newMatcher(i, people)
	i.requireIDs(people, m.numbers)
	if len(i.Wrong) > 0 {
		return // who is who cannot be told from rows with faults
	}
	m.match()
	if i.into != "" && len(m.of) == 0 && len(people) > 0 {
		i.Refuse("none of the %d deputies of %s is in the sheet; is it that of another township?", len(spec.Deputies), i.into)
	}
	if len(i.Wrong) > 0 {
		return
	}
	for _, person := range people {
		if at, known := m.of[person]; known {
			i.update(&spec.Deputies[at], person)
			continue
		}
		deputy := *person.deputy
		if deputy.ID == "" {
			deputy.ID = m.numbers.next()
		}
		if deputy.Status == v1alpha1.DeputyActive {
			deputy.Status = "" // which the API takes for the same
		}
		spec.Deputies = append(spec.Deputies, deputy)
		if i.into != "" {
			i.Remark("%s: %s is new and gets the id %s", person.where(nameColumn), deputy.Name, deputy.ID)
		}
	}
	i.endService(spec, m.free)
}

// requireIDs refuses a gap in a column of ids: whether the person is new, or which one it is, must not be guessed there.
func (i *importing) requireIDs(people []*entry, numbers *numbers) {
	for _, person := range people {
		if person.table.has(idColumn) && person.id() == "" && person.name() != "" {
			i.Refuse("%s: the id of %s is missing; write the one the roster has or, for somebody new, the next free one, %s", person.where(idColumn), person.name(), numbers.next())
		}
	}
}

// endService keeps those whom the sheet no longer lists, without turns: past receptions name them, and their ids must not come to others.
func (i *importing) endService(spec *v1alpha1.DeputyRosterSpec, missing []int) {
	for _, at := range missing {
		deputy := &spec.Deputies[at]
		if deputy.Status == v1alpha1.DeputyTerminated {
			continue
		}
		deputy.Status = v1alpha1.DeputyTerminated
		i.Remark("%s (%s) is not in the sheet any more and is kept as Terminated, without turns", deputy.Name, deputy.ID)
	}
}

// update changes of a deputy what the sheet has a column for and says otherwise: what is only written in another way stays as it is.
func (i *importing) update(known *v1alpha1.Deputy, person *entry) {
	said := person.deputy
	known.Level = said.Level
	amend(&known.Name, said.Name, tidyName)
	for _, each := range []struct {
		name column
		set  func()
	}{
		{villageColumn, func() { amend(&known.Village, said.Village, tidy) }},
		{groupColumn, func() { amend(&known.Group, said.Group, tidy) }},
		{specialtiesColumn, func() { known.Specialties = said.Specialties }},
		{phoneColumn, func() { amend(&known.Phone, said.Phone, digitsOf) }},
		{publishColumn, func() { known.PublishPhone = said.PublishPhone }},
		{fromColumn, func() { known.From = said.From }},
		{untilColumn, func() { known.Until = said.Until }},
		{termColumn, func() { known.From, known.Until = said.From, said.Until }},
	} {
		if person.table.has(each.name) {
			each.set()
		}
	}
	i.updateStatus(known, person)
}

// amend changes a text unless both mean the same.
func amend(known *string, said string, meaning func(string) string) {
	if meaning(*known) != meaning(said) {
		*known = said
	}
}

// updateStatus takes a status from its column. A sheet without one lists those who serve, so that who was Terminated and stands in it serves again; of
// who is suspended it says nothing.
func (i *importing) updateStatus(known *v1alpha1.Deputy, person *entry) {
	said := person.deputy.Status
	switch {
	case person.table.has(statusColumn):
		if effective(known.Status) != said {
			known.Status = said
		}
	case known.Status == v1alpha1.DeputyTerminated:
		known.Status = v1alpha1.DeputyActive
		i.Remark("%s: %s (%s) was Terminated and is Active again, because the sheet lists them", person.where(nameColumn), known.Name, known.ID)
	}
}

// effective is a status as the API reads it.
func effective(status v1alpha1.DeputyStatus) v1alpha1.DeputyStatus {
	if status == "" {
		return v1alpha1.DeputyActive
	}
	return status
}

// uniteLeaders does the same for leaders, as far as the sheet lists any. Those it does not list stay: nothing says that they have left.
func (i *importing) uniteLeaders(spec *v1alpha1.DeputyRosterSpec, people []*entry) {
	if len(people) == 0 {
		return
	}
	numbers := leaderNumbers(&i.existing.Spec, people)
	i.requireIDs(people, numbers)
	missing := map[string]bool{}
	for _, leader := range spec.Leaders {
		missing[leader.ID] = true
	}
	for _, person := range people {
		at := slices.IndexFunc(spec.Leaders, func(l v1alpha1.Leader) bool { return sameLeader(person.leader, &l) })
		if at < 0 {
			leader := *person.leader
			if leader.ID == "" {
				leader.ID = numbers.next()
			}
			spec.Leaders = append(spec.Leaders, leader)
			continue
		}
		known := &spec.Leaders[at]
		delete(missing, known.ID)
		i.updateLeader(known, person)
	}
	for _, leader := range spec.Leaders {
		if missing[leader.ID] {
			i.Remark("the leader %s (%s) is not in the sheet and stays; remove who has left from the roster by hand", leader.Name, leader.ID)
		}
	}
}

// sameLeader compares ids where the sheet has them, and names otherwise: there are few leaders.
func sameLeader(said, known *v1alpha1.Leader) bool {
	if said.ID != "" {
		return said.ID == known.ID
	}
	return said.Name == tidyName(known.Name)
}

func (i *importing) updateLeader(known *v1alpha1.Leader, person *entry) {
	if tidyName(known.Name) != person.leader.Name {
		i.Remark("%s: the leader %s was %s and is %s now", person.where(nameColumn), known.ID, known.Name, person.leader.Name)
	}
	amend(&known.Name, person.leader.Name, tidyName)
	if person.table.has(titleColumn) {
		amend(&known.Title, person.leader.Title, tidy)
	}
	if person.table.has(areasColumn) {
		known.Areas = person.leader.Areas
	}
}
