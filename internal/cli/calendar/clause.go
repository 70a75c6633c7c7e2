package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/workday"
)

var (
	dateForm = regexp.MustCompile(`^(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?`)
	between  = regexp.MustCompile(`^(?:至|到|-|~|—+|–)`)
	and      = regexp.MustCompile(`^(?:、|和|及|与)`)
	// offVerb says that the days before it are off; it may count them.
	offVerb  = regexp.MustCompile(`^(?:放假|补休)(?:调休|公休)?(?:(\d{1,2})天)?(?:调休)?$`)
	workVerb = regexp.MustCompile(`^(?:照常|正常|补)?上班$`)
	total    = regexp.MustCompile(`^共(?:放假)?(\d{1,2})天$`)
	// addsNothing is what a notice says beside the days: ordinary weekends are off anyway.
	addsNothing = regexp.MustCompile(`^(?:与周末连休|不调休|调休|放假调休)$`)
	weekdayForm = regexp.MustCompile(`(?:周|星期|礼拜)([一二三四五六日天])`)
)

// newYearsDay is the one holiday whose days off may begin in the December before.
const newYearsDay = "元旦"

var weekdays = map[string]time.Weekday{
	"一": time.Monday, "二": time.Tuesday, "三": time.Wednesday, "四": time.Thursday, "五": time.Friday, "六": time.Saturday, "日": time.Sunday, "天": time.Sunday,
}

// readSentence reads a sentence about a holiday, clause by clause. What has a date in it and is not understood is refused: it may arrange something.
func (n *notice) readSentence(h *holiday, sentence text) {
	if whole := sentence.String(); advice.MatchString(whole) || signature.MatchString(whole) {
		return
	}
	for _, clause := range sentence.divide(",") {
		n.readClause(h, clause)
	}
}

func (n *notice) readClause(h *holiday, clause text) {
	whole := clause.String()
	if count := total.FindStringSubmatch(whole); count != nil {
		n.checkTotal(h, clause, count[1])
		return
	}
	spans, rest, ok := n.readSpans(h, clause)
	switch off := offVerb.FindStringSubmatch(rest); {
	case !ok: // told already
	case len(spans) > 0 && off != nil:
		n.addAll(h, clause, spans, true)
		if off[1] != "" {
			n.checkTotal(h, clause, off[1])
		}
	case len(spans) > 0 && workVerb.MatchString(rest):
		n.addAll(h, clause, spans, false)
	case len(spans) == 0 && (addsNothing.MatchString(whole) || !strings.ContainsAny(whole, "月日天") || !strings.ContainsAny(whole, "0123456789")): // arranges nothing
	default:
		n.refuse(clause, "%q is not understood; write days off as 1月1日（周四）至3日（周六）放假调休 and days of work as 1月4日（周日）上班, and remove what is no part of the notice", whole)
	}
}

func (n *notice) addAll(h *holiday, clause text, spans []span, off bool) {
	for _, s := range spans {
		for day := s.first; !day.After(s.last); day = day.AddDays(1) {
			n.add(h, clause, day, off)
		}
	}
}

// checkTotal compares the days off that were read with how many the text says there are.
func (n *notice) checkTotal(h *holiday, clause text, said string) {
	if count, _ := strconv.Atoi(said); count != len(h.off) {
		n.refuse(clause, "%s has %d days off by their dates and %d by the text; correct one of them", h.name, len(h.off), count)
	}
}

// span is the days from first to last.
type span struct{ first, last workday.Date }

// longestSpan is longer than any holiday was.
const longestSpan = 15

// readSpans reads the days at the beginning of a clause, and returns what stands behind them. It is not ok where a day was refused.
func (n *notice) readSpans(h *holiday, clause text) (spans []span, rest string, ok bool) {
	d := &dates{notice: n, clause: clause, rest: clause.String(), newYear: strings.Contains(h.name, newYearsDay)}
	for {
		first, found := d.next()
		if !found {
			return spans, d.rest, !d.refused
		}
		last := first
		if mark := between.FindString(d.rest); mark != "" {
			d.rest = d.rest[len(mark):]
			if last, found = d.next(); !found {
				d.refuse("the day behind %q is missing", mark)
				return nil, d.rest, false
			}
		}
		if length := last.DaysSince(first) + 1; !d.refused && (length < 1 || length > longestSpan) {
			d.refuse("%s to %s is no holiday's length; correct one of the dates", first, last)
		}
		spans = append(spans, span{first, last})
		d.rest = d.rest[len(and.FindString(d.rest)):]
	}
}

// dates reads the dates of a clause, each of which may leave out what the one before it said.
type dates struct {
	*notice
	clause  text
	rest    string
	month   int
	year    int
	newYear bool
	refused bool
}

func (d *dates) refuse(format string, args ...any) {
	d.refused = true
	d.notice.refuse(d.clause, "%s", fmt.Sprintf(format, args...))
}

// next reads a date; false where there is none.
func (d *dates) next() (workday.Date, bool) {
	parts := dateForm.FindStringSubmatch(d.rest)
	if parts == nil {
		return workday.Date{}, false
	}
	d.rest = d.rest[len(parts[0]):]
	shown, _, _ := strings.Cut(parts[0], "(")
	if parts[2] == "" && d.month == 0 {
		d.refuse("%s names no month", shown)
		return workday.Date{}, true
	}
	d.readYear(parts[1], parts[2])
	day, _ := strconv.Atoi(parts[3])
	date := workday.NewDate(d.year, time.Month(d.month), day)
	if date.Year() != d.year || int(date.Month()) != d.month || date.Day() != day {
		d.refuse("%s of %d does not exist", shown, d.year)
		return date, true
	}
	if own := d.notice.year.Year; d.year != own && (d.year != own-1 || date.Month() != time.December) {
		d.refuse("%s lies neither in %d nor in the December before", date, own)
	}
	d.checkWeekday(date, shown, parts[4])
	return date, true
}

// readYear reads year and month of a date. One that names no year is of the notice's, but New Year's December is the one before.
func (d *dates) readYear(year, month string) {
	if month != "" {
		d.month, _ = strconv.Atoi(month)
	}
	switch {
	case year != "":
		d.year, _ = strconv.Atoi(year)
	case d.newYear && d.month == int(time.December):
		d.year = d.notice.year.Year - 1
	case d.year == 0 || d.newYear:
		d.year = d.notice.year.Year
	}
}

// checkWeekday holds a date against the day of the week that stands in brackets behind it: where they differ, one of them is a slip, or the year is another.
func (d *dates) checkWeekday(date workday.Date, shown, note string) {
	for _, said := range weekdayForm.FindAllStringSubmatch(note, -1) {
		if weekdays[said[1]] != date.Weekday() {
			d.refuse("%s of %d is a %s, and the text says %s; correct the date or the year", shown, date.Year(), date.Weekday(), said[0])
		}
	}
}
