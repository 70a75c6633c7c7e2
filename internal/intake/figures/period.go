package figures

import (
	"net/url"
	"time"

	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/workday"
)

// Fields of the period in the address.
const (
	fieldFrom = "from"
	fieldTo   = "to"
)

// span of days, both counted.
type span struct{ first, last workday.Date }

// thisYear until today.
func thisYear(today workday.Date) span { return span{newYear(today), today} }

func newYear(d workday.Date) workday.Date { return workday.NewDate(d.Year(), time.January, 1) }

// readSpan reads which days the address asks for: until today where it names no end, from the new year before that where it names no
// beginning. No span goes beyond today, for only by then is it known what was in time. What cannot be read is a problem in the form,
// and the span is this year's.
func readSpan(asked url.Values, today workday.Date) (span, *web.Form) {
	form := web.NewForm()
	s := span{last: readDay(asked, form, fieldTo, today)}
	if s.last.After(today) {
		s.last = today
	}
	s.first = readDay(asked, form, fieldFrom, newYear(s.last))
	if form.OK() && s.first.After(s.last) {
		form.Refuse(periodReversed)
	}
	if !form.OK() {
		return thisYear(today), form
	}
	form.Set(fieldFrom, s.first.String())
	form.Set(fieldTo, s.last.String())
	return s, form
}

func readDay(asked url.Values, form *web.Form, field string, otherwise workday.Date) workday.Date {
	value := asked.Get(field)
	form.Set(field, value)
	if value == "" {
		return otherwise
	}
	day, err := workday.ParseDate(value)
	if err != nil {
		form.Refuse(casefilter.UnreadableDate.At(field))
	}
	return day
}

// shortcut is a link to a period that is often asked for.
type shortcut struct {
	// Words is a key.
	Words   string
	Address string
	// Chosen is the one on view.
	Chosen bool
}

func shortcuts(today workday.Date, chosen span) []shortcut {
	month := workday.NewDate(today.Year(), today.Month(), 1)
	quarter := workday.NewDate(today.Year(), (today.Month()-1)/3*3+1, 1)
	beforeThisYear := newYear(today).AddDays(-1)
	offered := []struct {
		words string
		span
	}{
		{"figures.this_month", span{month, today}},
		{"figures.this_quarter", span{quarter, today}},
		{"figures.this_year", thisYear(today)},
		{"figures.last_year", span{newYear(beforeThisYear), beforeThisYear}},
	}
	links := make([]shortcut, 0, len(offered))
	for _, o := range offered {
		query := url.Values{fieldFrom: {o.first.String()}, fieldTo: {o.last.String()}}
		links = append(links, shortcut{Words: o.words, Address: "/desk/statistics?" + query.Encode(), Chosen: o.span == chosen})
	}
	return links
}
