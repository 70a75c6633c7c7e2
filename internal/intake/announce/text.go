package announce

import (
	"strconv"
	"strings"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// Text is the announcement of a reception as people paste it into a group: several lines, without a phone number. For a
// cancelled one it says that it does not take place.
func Text(words *web.Catalogue, d *mounted.Documents, shift stationconf.Shift) string {
	kind := announcement.Announced
	if shift.Cancelled {
		kind = announcement.Cancelled
	}
	return compose(words, d.Station, kind, receptionOf(words, d, shift, ""))
}

// compose puts a message into words.
func compose(words *web.Catalogue, station stationconf.Station, kind announcement.Kind, r announcement.Reception) string {
	lines := []string{
		words.Text("announce.title_"+string(kind), "station", station.DisplayName),
		strings.TrimRight(words.Text("announce.time", append(datePairs(words, r.Date), "hours", r.Hours)...), " "),
	}
	if kind == announcement.Cancelled {
		return strings.Join(append(lines, words.Text("announce.off"), invite(words, "announce.suggest", station)), "\n")
	}
	lines = append(lines, words.Text("announce.place", "place", r.Place))
	lines = append(lines, particulars(words, r)...)
	return strings.Join(append(lines, invite(words, "announce.come", station)), "\n")
}

// particulars are who receives on what, and what is to be known of the date.
func particulars(words *web.Catalogue, r announcement.Reception) []string {
	var lines []string
	if r.Topic != "" {
		lines = append(lines, words.Text("announce.topic", "topic", r.Topic))
	}
	if len(r.Deputies) == 0 {
		lines = append(lines, words.Text("announce.nobody_yet"))
	} else {
		lines = append(lines, words.Text("announce.deputies", "names", deputyNames(words, r.Deputies)))
	}
	if len(r.Leaders) > 0 {
		lines = append(lines, words.Text("announce.leaders", "names", leaderNames(words, r.Leaders)))
	}
	if !r.PostponedFrom.IsZero() {
		lines = append(lines, words.Text("announce.postponed", datePairs(words, r.PostponedFrom)...))
	}
	if r.Provisional {
		lines = append(lines, words.Text("announce.provisional"))
	}
	return lines
}

// invite says where suggestions are taken. The words for a station with a site stand under the key with _online at its end.
func invite(words *web.Catalogue, key string, station stationconf.Station) string {
	if station.SiteURL == "" {
		return words.Text(key)
	}
	return words.Text(key+"_online", "url", station.SiteURL+"/suggest")
}

func deputyNames(words *web.Catalogue, deputies []announcement.Deputy) string {
	names := make([]string, len(deputies))
	for i, d := range deputies {
		role := ""
		if d.Level != "" {
			role = words.Text("level." + d.Level)
		}
		names[i] = personName(words, d.Name, role)
	}
	return joinNames(words, names)
}

func leaderNames(words *web.Catalogue, leaders []announcement.Leader) string {
	names := make([]string, len(leaders))
	for i, l := range leaders {
		names[i] = personName(words, l.Name, l.Title)
	}
	return joinNames(words, names)
}

func personName(words *web.Catalogue, name, role string) string {
	if role == "" {
		return name
	}
	return words.Text("announce.person", "name", name, "role", role)
}

func joinNames(words *web.Catalogue, names []string) string {
	return strings.Join(names, words.Text("announce.between_names"))
}

// datePairs are the values for the placeholders of a day.
func datePairs(words *web.Catalogue, d workday.Date) []any {
	return []any{
		"year", d.Year(), "month", words.Text("month." + strconv.Itoa(int(d.Month()))), "day", d.Day(),
		"weekday", words.Text("weekday." + strconv.Itoa(int(d.Weekday()))),
	}
}
