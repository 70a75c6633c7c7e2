package announce

import (
	"strings"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// entriesOf is what the calendars should show: the station's every shift, a deputy's those he stands in.
func entriesOf(words *web.Catalogue, d *mounted.Documents) []announcement.Entry {
	deputies := map[string]bool{}
	for _, p := range d.Schedule.Deputies {
		deputies[p.ID] = true
	}
	var all []announcement.Entry
	uids := uidsOf(d)
	for i, s := range d.Schedule.Shifts {
		event := eventOf(words, d, s)
		all = append(all, announcement.Entry{Feed: announcement.StationFeed, UID: uids[i], Event: event})
		if !isReception(s) {
			event.Summary = words.Text("announce.event_own_duty")
		}
		for _, id := range s.Deputies {
			if deputies[id] {
				all = append(all, announcement.Entry{Feed: id, UID: uids[i], Event: event})
			}
		}
	}
	return all
}

// eventOf is a shift as the station's calendar shows it.
func eventOf(words *web.Catalogue, d *mounted.Documents, s stationconf.Shift) announcement.Event {
	r := receptionOf(words, d, s, "")
	var lines []string
	switch {
	case s.Cancelled: // nothing of it takes place
	case isReception(s):
		lines = particulars(words, r)
	default:
		lines = []string{words.Text("announce.on_duty", "names", dutyNames(words, r.Deputies))}
	}
	return announcement.Event{
		Date: s.Date, Hours: s.Hours, Summary: summaryOf(words, s, r),
		Description: strings.Join(append(lines, invite(words, "announce.suggest", d.Station)), "\n"),
		Location:    r.Place, Provisional: s.Provisional, Cancelled: s.Cancelled,
	}
}

func summaryOf(words *web.Catalogue, s stationconf.Shift, r announcement.Reception) string {
	switch {
	case !isReception(s):
		return words.Text("announce.event_duty", "names", dutyNames(words, r.Deputies))
	case s.Topic != "":
		return words.Text("announce.event_topic", "topic", s.Topic)
	default:
		return words.Text("announce.event_reception")
	}
}

// dutyNames are names alone, because a phone shows the beginning of a summary.
func dutyNames(words *web.Catalogue, deputies []announcement.Deputy) string {
	if len(deputies) == 0 {
		return words.Text("announce.open")
	}
	names := make([]string, len(deputies))
	for i, d := range deputies {
		names[i] = d.Name
	}
	return joinNames(words, names)
}
