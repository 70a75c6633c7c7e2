package duty

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/ical"
)

// ics is the plan for a phone's calendar. A shift keeps its UID when a notice moves it, so that importing a newer preview moves it in the phone too.
func (r *planned) ics(now time.Time) ([]byte, error) {
	calendar := ical.Calendar{Name: r.title() + " 值班表（预览）", Zone: r.rules.Zone}
	taken := map[string]bool{}
	for shift := range r.shifts() {
		event := r.event(shift)
		if taken[event.UID] { // an extra reception on the day that another was postponed from
			event.UID = fmt.Sprintf("%s-%s", shift.Date, event.UID)
		}
		taken[event.UID] = true
		event.Modified = now
		calendar.Events = append(calendar.Events, event)
	}
	return ical.Encode(calendar)
}

func (r *planned) event(s *duty.Shift) ical.Event {
	day := s.Date // by its rule
	if !s.PostponedFrom.IsZero() {
		day = s.PostponedFrom
	}
	id := slices.DeleteFunc([]string{strings.ToLower(string(s.Kind)), s.Rule, day.String(), r.roster.Name, r.roster.Namespace}, isEmpty)
	return ical.Event{
		UID:         strings.Join(id, ".") + "@preview.liaison.township.dev",
		Cancelled:   s.Cancelled,
		Provisional: s.Provisional,
		Date:        s.Date, Hours: s.Hours, Zone: r.rules.Zone,
		Summary: summary(s), Description: r.description(s), Location: s.Place,
	}
}

func isEmpty(text string) bool { return text == "" }

// The deputies read it, so it is in Chinese.
func summary(s *duty.Shift) string {
	switch {
	case s.Kind == duty.Duty:
		return "代表值班"
	case s.Topic != "":
		return "代表接待日：" + s.Topic
	default:
		return "代表接待日"
	}
}

func (r *planned) description(s *duty.Shift) string {
	var lines []string
	if len(s.Deputies) > 0 {
		lines = append(lines, "代表："+r.deputies.list(s.Deputies, "、"))
	}
	if len(s.Leaders) > 0 {
		lines = append(lines, "领导："+r.leaders.list(s.Leaders, "、"))
	}
	if !s.PostponedFrom.IsZero() {
		lines = append(lines, fmt.Sprintf("原定%s，节假日顺延", s.PostponedFrom))
	}
	if s.Uncovered > 0 {
		lines = append(lines, fmt.Sprintf("还缺%d人", s.Uncovered))
	}
	if s.Provisional {
		lines = append(lines, "节假日安排尚未公布，日期可能变动")
	}
	return strings.Join(lines, "\n")
}
