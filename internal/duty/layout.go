package duty

import (
	"cmp"
	"slices"

	"township.dev/liaison/internal/workday"
)

// slot is a shift on its way into the plan: all of it is known but for the people still to be chosen.
type slot struct {
	Shift
	// deputies and leaders of the shift; nil where it is cancelled, and the leaders on ordinary duty.
	deputies, leaders *task
}

// layOut lists the month's shifts in order of date, a day's reception before its duty. Which days have shifts follows from rules, calendar and
// overrides and not from who serves, so that people can be chosen with the whole month in view.
func (p *planner) layOut(month workday.Month) []*slot {
	var slots []*slot
	occasions := p.occasions(month)
	for day := month.First(); !day.After(month.Last()); day = day.AddDays(1) {
		switch {
		case p.open(day):
			slots = append(slots, p.openDay(day, occasions)...)
		case p.kept(day):
			slots = append(slots, p.keptDay(day)...)
		default: // before the plan began; what was decided by hand stands all the same
			slots = append(slots, p.byHand(day, Reception), p.byHand(day, Duty))
		}
	}
	return slices.DeleteFunc(slots, func(s *slot) bool { return s == nil })
}

// openDay is the day's reception or, where there is none, its ordinary duty.
func (p *planner) openDay(day workday.Date, occasions map[workday.Date]occasion) []*slot {
	var reception *slot
	if o, ok := occasions[day]; ok {
		reception = p.planReception(o)
	} else {
		reception = p.byHand(day, Reception)
	}
	rule := p.roster.Duty
	if rule == nil || reception != nil || !rule.EveryDay && !p.calendar.IsWorking(day) {
		return []*slot{reception, p.byHand(day, Duty)}
	}
	shift := Shift{Date: day, Kind: Duty, Hours: rule.Hours, Provisional: !rule.EveryDay && !p.calendar.Known(day)}
	return []*slot{p.fill(shift, nil)}
}

func (p *planner) planReception(o occasion) *slot {
	shift := Shift{
		Date: o.actual, Kind: Reception, Rule: o.rule.Name, Hours: o.rule.Hours, Place: o.rule.Place,
		Provisional: !o.rule.Postpone.certain(p.calendar, o.nominal, o.actual),
	}
	if o.actual != o.nominal {
		shift.PostponedFrom = o.nominal
	}
	return p.fill(shift, o.rule)
}

// byHand is an extra shift that an override asks for; nil where none does. A reception is held as by the roster's first rule.
func (p *planner) byHand(day workday.Date, kind Kind) *slot {
	if _, asked := p.overrides[slotKey{day, kind}]; !asked {
		return nil
	}
	shift := Shift{Date: day, Kind: kind}
	var rule *ReceptionRule
	switch {
	case kind == Reception && len(p.roster.Receptions) > 0:
		rule = &p.roster.Receptions[0]
		shift.Rule, shift.Hours, shift.Place = rule.Name, rule.Hours, rule.Place
	case kind == Duty && p.roster.Duty != nil:
		shift.Hours = p.roster.Duty.Hours
	}
	return p.fill(shift, rule)
}

// fill says what is still to be chosen for a shift that the rules ask for, and lets an override have its way.
func (p *planner) fill(shift Shift, rule *ReceptionRule) *slot {
	key := slotKey{shift.Date, shift.Kind}
	s := &slot{Shift: shift, deputies: &task{day: shift.Date, places: 1}}
	switch {
	case shift.Kind == Reception:
		s.leaders = &task{day: shift.Date}
		if rule != nil {
			s.deputies.places, s.deputies.county, s.leaders.places = rule.Deputies, rule.County, rule.Leaders
			s.leaders.byTopic = rule.LeadersByArea
		}
	case p.roster.Duty != nil:
		s.deputies.places = p.roster.Duty.Deputies
	}
	if wanted := p.wanted(key); wanted != nil {
		s.deputies.wanted, s.deputies.published = wanted.Deputies, true
		if s.leaders != nil {
			s.leaders.wanted, s.leaders.published = wanted.Leaders, true
		}
	}
	s.obey(p.overrides[key])
	if s.Kind == Reception && !s.Cancelled {
		p.choose(s, rule)
	}
	return s
}

// choose sets the reception's topic and counts it.
func (p *planner) choose(s *slot, rule *ReceptionRule) {
	if s.Topic == "" && rule != nil {
		s.Topic = rule.topic(s.Date, p.held[s.Rule])
	}
	p.held[s.Rule]++
	s.deputies.topic, s.leaders.topic = s.Topic, s.Topic
}

// obey lets an override decide.
func (s *slot) obey(o *Override) {
	if o == nil {
		return
	}
	s.ByHand = true
	if o.Cancelled {
		s.Cancelled, s.Topic, s.Uncovered = true, "", 0
		s.deputies, s.leaders = nil, nil
		return
	}
	s.Cancelled = false
	s.Hours, s.Place, s.Topic = cmp.Or(o.Hours, s.Hours), cmp.Or(o.Place, s.Place), cmp.Or(o.Topic, s.Topic)
	if o.Deputies != nil {
		s.deputies.named, s.deputies.places, s.deputies.county = o.Deputies, 0, 0
	}
	if o.Leader != "" && s.leaders != nil {
		s.leaders.named, s.leaders.places = []string{o.Leader}, s.leaders.places-1
	}
}

// keptDay is what was published, as it is, but for what is decided by hand, and that a day which no notice can move any more is no longer provisional.
func (p *planner) keptDay(day workday.Date) []*slot {
	var slots []*slot
	for _, shift := range p.published[day] {
		shift.Provisional = shift.Provisional && !p.calendar.KnownThrough(shift.nominal(), day)
		slots = append(slots, p.keep(shift))
	}
	for _, kind := range []Kind{Reception, Duty} {
		if p.wanted(slotKey{day, kind}) == nil {
			slots = append(slots, p.byHand(day, kind))
		}
	}
	slices.SortStableFunc(slots, func(a, b *slot) int {
		if a == nil || b == nil {
			return 0
		}
		return cmp.Compare(b.Kind, a.Kind)
	})
	return slots
}

func (p *planner) keep(shift Shift) *slot {
	s := &slot{Shift: shift}
	if !shift.Cancelled {
		s.deputies = &task{day: shift.Date, named: shift.Deputies, uncovered: shift.Uncovered}
		if shift.Kind == Reception {
			s.leaders = &task{day: shift.Date, named: shift.Leaders}
		}
	}
	override := p.overrides[slotKey{shift.Date, shift.Kind}]
	if override != nil && s.deputies == nil && !override.Cancelled {
		return p.byHand(shift.Date, shift.Kind) // taken off before, and held after all
	}
	s.obey(override)
	if override != nil && !s.Cancelled {
		p.amend(s, &shift, override)
	}
	if s.Kind == Reception && !s.Cancelled {
		p.held[s.Rule]++
	}
	return s
}

// amend lets an override of a kept shift change what it names and nothing else: who else was announced stays, and what is decided by hand lacks nobody.
func (p *planner) amend(s *slot, announced *Shift, o *Override) {
	deputies, leaders := 0, 0
	if rule := p.rule(s.Rule); s.Kind == Reception && rule != nil {
		deputies, leaders = rule.Deputies, rule.Leaders
	} else if s.Kind == Duty && p.roster.Duty != nil {
		deputies = p.roster.Duty.Deputies
	}
	if o.Deputies != nil {
		deputies = 0
	}
	s.deputies.uncovered = max(0, deputies-len(s.deputies.named))
	if s.leaders == nil {
		return
	}
	if o.Leader != "" {
		s.leaders.named = led(announced.Leaders, o.Leader)
	}
	s.leaders.uncovered = max(0, leaders-len(s.leaders.named))
}

// led are the leaders with the given one among them, in place of the first if need be.
func led(leaders []string, leader string) []string {
	if slices.Contains(leaders, leader) {
		return leaders
	}
	return append([]string{leader}, leaders[min(1, len(leaders)):]...)
}

// keepApart keeps those who stand in the day's reception out of its duty.
func (s *slot) keepApart(all []*slot) {
	if s.Kind != Duty || s.deputies == nil {
		return
	}
	for _, other := range all {
		if other.Kind == Reception && other.Date == s.Date && other.deputies != nil {
			s.deputies.elsewhere = other.deputies.people()
		}
	}
}

// tasksOf sorts what is to be chosen by the book it counts in.
func tasksOf(slots []*slot) (receptions, duties, leaders []*task) {
	for _, s := range slots {
		switch {
		case s.deputies == nil:
		case s.Kind == Duty:
			duties = append(duties, s.deputies)
		default:
			receptions = append(receptions, s.deputies)
			leaders = append(leaders, s.leaders)
		}
	}
	return receptions, duties, leaders
}

// shift is the slot with its people.
func (s *slot) shift() Shift {
	shift := s.Shift
	shift.Deputies, shift.Leaders, shift.Uncovered = nil, nil, 0
	if s.deputies != nil {
		shift.Deputies, shift.Uncovered = s.deputies.people(), s.deputies.missing()
	}
	if s.leaders != nil {
		shift.Leaders = s.leaders.people()
		shift.Uncovered += s.leaders.missing()
	}
	return shift
}
