package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"township.dev/liaison/internal/cli/told"
	"township.dev/liaison/internal/workday"
)

// text is a notice without the spaces and line ends that pasting puts into it, with the line that each character stood on.
type text struct {
	runes []rune
	lines []int
}

func newText(pasted string) text {
	var t text
	line := 1
	for _, r := range pasted {
		if r == '\n' {
			line++
		}
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		if folded := width.LookupRune(r).Folded(); folded != 0 {
			r = folded
		}
		t.runes = append(t.runes, r)
		t.lines = append(t.lines, line)
	}
	return t
}

// part is a piece of the text.
func (t text) part(from, to int) text { return text{t.runes[from:to], t.lines[from:to]} }

func (t text) String() string { return string(t.runes) }

// line the text begins on.
func (t text) line() int {
	if len(t.lines) == 0 {
		return 0
	}
	return t.lines[0]
}

// find returns where the pattern matches, counted in characters.
func (t text) find(pattern *regexp.Regexp) [][2]int {
	var found [][2]int
	whole := t.String()
	for _, match := range pattern.FindAllStringIndex(whole, -1) {
		from := len([]rune(whole[:match[0]]))
		found = append(found, [2]int{from, from + len([]rune(whole[match[0]:match[1]]))})
	}
	return found
}

var (
	// heading of a holiday: 一、元旦: or 六、国庆节、中秋节: — without a number only names that end as those of holidays do.
	heading   = regexp.MustCompile(`(?:[一二三四五六七八九十]+、|\d{1,2}[.、])[^:。,;()\d]{1,30}:|(?:元旦|\p{Han}{1,4}节)(?:、(?:元旦|\p{Han}{1,4}节))*:`)
	numeral   = regexp.MustCompile(`^(?:[一二三四五六七八九十]+、|\d{1,2}[.、])`)
	titleYear = regexp.MustCompile(`(\d{4})年(?:部分节假日|元旦|节假日|放假)`)
	// signature of the office that publishes, with the day of it.
	signature = regexp.MustCompile(`^(?:\(此件公开发布\))?国务院办公厅\D{0,10}\d{4}年\d{1,2}月\d{1,2}日\D{0,20}$`)
	hasDate   = regexp.MustCompile(`\d{1,2}月\d{1,2}日`)
	// advice is no arrangement.
	advice = regexp.MustCompile(`^(鼓励|提倡|建议|有条件的)`)
)

// notice reads the text of a notice.
type notice struct {
	*told.Findings
	file string
	year workday.Year
	// stands is the line on which a day is arranged already.
	stands map[workday.Date]int
}

var errNoNotice = errors.New("holds no arrangement of holidays: neither lines such as 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。 nor events of a calendar (ICS)")

// readNotice reads a notice of the State Council as people paste it. The year is that of its title; where only the list is pasted, the given one.
func readNotice(file, pasted string, year int, findings *told.Findings) (workday.Year, error) {
	whole := newText(pasted)
	found := whole.find(heading)
	if len(found) == 0 {
		return workday.Year{}, errNoNotice
	}
	year, err := yearOf(whole.String(), year)
	if err != nil {
		return workday.Year{}, err
	}
	n := &notice{Findings: findings, file: file, year: workday.Year{Year: year}, stands: map[workday.Date]int{}}
	n.readPreamble(whole.part(0, found[0][0]))
	for i, at := range found {
		end := len(whole.runes)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		name := strings.TrimSuffix(numeral.ReplaceAllString(whole.part(at[0], at[1]).String(), ""), ":")
		n.readHoliday(name, whole.part(at[1], end), whole.lines[at[0]])
	}
	return n.year, nil
}

// yearOf is the year of the notice.
func yearOf(whole string, given int) (int, error) {
	said := 0
	if titles := titleYear.FindAllStringSubmatch(whole, -1); len(titles) > 0 {
		said, _ = strconv.Atoi(titles[0][1])
	}
	switch {
	case said != 0 && given != 0 && said != given:
		return 0, fmt.Errorf("is the notice of %d, and --year says %d", said, given)
	case said == 0 && given == 0:
		return 0, errors.New("does not say which year it is for; give it with --year")
	}
	year := cmp.Or(given, said)
	if year < firstYear || year > lastYear {
		return 0, fmt.Errorf("is for the year %d; %d to %d can be arranged", year, firstYear, lastYear)
	}
	return year, nil
}

// readPreamble refuses what looks like an arrangement above the first heading: it would be lost.
func (n *notice) readPreamble(preamble text) {
	for _, sentence := range sentences(preamble) {
		if hasDate.MatchString(sentence.String()) && strings.Contains(sentence.String(), "放假") {
			n.refuse(sentence, "an arrangement stands above the first holiday's name; write it behind a heading such as 一、元旦：")
		}
	}
}

// holiday is a holiday while its sentences are read.
type holiday struct {
	name string
	off  []workday.Date
	work []workday.Date
}

func (n *notice) readHoliday(name string, body text, line int) {
	h := &holiday{name: name}
	before := len(n.Wrong)
	for _, sentence := range sentences(body) {
		n.readSentence(h, sentence)
	}
	if len(h.off) == 0 && len(n.Wrong) == before {
		n.Refuse("%s: line %d: no day off is given for %s; write it as 1月1日（周四）至3日（周六）放假", n.file, line, name)
	}
	if len([]rune(name)) > mostName {
		n.Refuse("%s: line %d: the name of the holiday has more than %d characters", n.file, line, mostName)
	}
}

// sentences divides a text at full stops.
func sentences(t text) []text { return t.divide("。;!") }

// divide divides a text at marks that stand outside brackets.
func (t text) divide(marks string) []text {
	var parts []text
	depth, from := 0, 0
	for at, r := range t.runes {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth = max(depth-1, 0)
		case depth == 0 && strings.ContainsRune(marks, r):
			parts = append(parts, t.part(from, at))
			from = at + 1
		}
	}
	return append(parts, t.part(from, len(t.runes)))
}

func (n *notice) refuse(t text, format string, args ...any) {
	n.Refuse("%s: line %d: %s", n.file, t.line(), fmt.Sprintf(format, args...))
}

// add arranges a day.
func (n *notice) add(h *holiday, t text, day workday.Date, off bool) {
	if line, twice := n.stands[day]; twice {
		n.refuse(t, "%s is arranged on line %d already; remove it from one of them", day, line)
		return
	}
	n.stands[day] = t.line()
	if off {
		h.off = append(h.off, day)
		n.year.OffDays = append(n.year.OffDays, workday.Day{Date: day, Name: h.name})
		return
	}
	if weekday := day.Weekday(); weekday != time.Saturday && weekday != time.Sunday {
		n.refuse(t, "%s is a %s, on which people work anyway; correct the day, or the year", day, weekday)
	}
	h.work = append(h.work, day)
	n.year.WorkDays = append(n.year.WorkDays, workday.Day{Date: day, Name: h.name})
}
