package duty

import "township.dev/liaison/internal/workday"

// Broken is something that stands against a shift which planning must leave as it is, because it was announced or decided by hand.
type Broken struct {
	Date workday.Date
	Kind Kind
	Why  Obstacle
	// Person who cannot serve, by id; empty where the day itself is the obstacle. Leader is true for a leader.
	Person string
	Leader bool
	// Holiday the day has become a part of, where it has a name.
	Holiday string
}

// Obstacle is why an announced shift cannot be held as it was announced.
type Obstacle string

const (
	// NotOnRoster means: the person has left the roster.
	NotOnRoster Obstacle = "NotOnRoster"
	// NotInService means: the deputy is suspended or the mandate has ended.
	NotInService Obstacle = "NotInService"
	// OnLeave means: the deputy is on leave.
	OnLeave Obstacle = "OnLeave"
	// DayOff means: the rule does not allow the day any more.
	DayOff Obstacle = "DayOff"
)

// broken looks at the shifts from the window's first day on.
func (p *planner) broken(shifts []Shift) []Broken {
	var all []Broken
	for i := range shifts {
		s := &shifts[i]
		if s.Cancelled || s.Date.Before(p.window.From) || !s.ByHand && !p.kept(s.Date) {
			continue
		}
		if b, off := p.dayOff(s); off {
			all = append(all, b)
		}
		for _, id := range s.Deputies {
			if why := p.absence(id, s.Date); why != "" {
				all = append(all, Broken{Date: s.Date, Kind: s.Kind, Why: why, Person: id})
			}
		}
		for _, id := range s.Leaders {
			if _, known := p.lead.position[id]; !known {
				all = append(all, Broken{Date: s.Date, Kind: s.Kind, Why: NotOnRoster, Person: id, Leader: true})
			}
		}
	}
	return all
}

// absence is why a deputy cannot serve on the day; empty for one who can.
func (p *planner) absence(id string, day workday.Date) Obstacle {
	i, known := p.reception.position[id]
	switch {
	case !known:
		return NotOnRoster
	case !p.roster.Deputies[i].InService(day):
		return NotInService
	case p.roster.Deputies[i].OnLeave(day):
		return OnLeave
	default:
		return ""
	}
}

// dayOff reports whether the shift's day is one that its rule avoids. What was decided by hand knows its day.
func (p *planner) dayOff(s *Shift) (Broken, bool) {
	avoided := false
	switch rule := p.rule(s.Rule); {
	case s.ByHand:
	case s.Kind == Duty:
		avoided = p.roster.Duty != nil && !p.roster.Duty.EveryDay && !p.calendar.IsWorking(s.Date)
	case rule != nil:
		avoided = rule.Postpone.apply(p.calendar, s.Date) != s.Date
	}
	holiday, _ := p.calendar.Holiday(s.Date)
	return Broken{Date: s.Date, Kind: s.Kind, Why: DayOff, Holiday: holiday}, avoided
}
