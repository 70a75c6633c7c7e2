package ical_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/apognu/gocal"
	goical "github.com/emersion/go-ical"

	"township.dev/liaison/internal/ical"
	"township.dev/liaison/internal/workday"
)

var (
	shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)
	modified = time.Date(2026, time.October, 7, 0, 30, 0, 0, time.UTC)
)

func reception() ical.Event {
	return ical.Event{
		UID: "reception-main-2026-10-10@zhongduo.zhongduo.liaison", Sequence: 2,
		Date: workday.NewDate(2026, time.October, 10), Hours: "09:00-11:00",
		Summary:     "代表接待日：道路交通",
		Description: "接待代表：县人大代表张三、乡人大代表李四；带班领导：人大主席王五。\n意见建议也可以在网上提，或者到站里来，我们都会认真办理并把结果告诉您。",
		Location:    "中垛乡人大代表联络站, 一楼; 东\\西",
		Modified:    modified,
	}
}

func encode(t testing.TB, c ical.Calendar) []byte {
	t.Helper()
	if c.Zone == nil {
		c.Zone = shanghai
	}
	text, err := ical.Encode(c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The texts of three ways an event can be timed, as a person reads them in the standard.
func TestAnEventIsWrittenLineByLine(t *testing.T) {
	plain := ical.Event{UID: "u", Date: workday.NewDate(2026, time.October, 10), Summary: "s", Modified: modified}
	for name, c := range map[string]struct {
		change func(*ical.Event)
		want   []string
	}{
		"hours are told in UTC": {
			func(e *ical.Event) { e.Hours = "09:00-11:00" },
			[]string{"DTSTART:20261010T010000Z", "DTEND:20261010T030000Z", "STATUS:CONFIRMED", "SEQUENCE:0", "DTSTAMP:20261007T003000Z", "LAST-MODIFIED:20261007T003000Z"},
		},
		"without hours the day is meant": {
			func(*ical.Event) {},
			[]string{"DTSTART;VALUE=DATE:20261010", "DTEND;VALUE=DATE:20261011"},
		},
		"hours into the night end the next day": {
			func(e *ical.Event) { e.Hours = "18:00-06:00" },
			[]string{"DTSTART:20261010T100000Z", "DTEND:20261010T220000Z"},
		},
		"an early hour is a day before in UTC": {
			func(e *ical.Event) { e.Hours = "07:00-09:00" },
			[]string{"DTSTART:20261009T230000Z", "DTEND:20261010T010000Z"},
		},
		"an event in a zone of its own": {
			func(e *ical.Event) { e.Hours, e.Zone = "09:00-11:00", time.UTC },
			[]string{"DTSTART:20261010T090000Z", "DTEND:20261010T110000Z"},
		},
		"one that may still move":    {func(e *ical.Event) { e.Provisional = true }, []string{"STATUS:TENTATIVE"}},
		"one that is off":            {func(e *ical.Event) { e.Cancelled, e.Sequence = true, 3 }, []string{"STATUS:CANCELLED", "SEQUENCE:3"}},
		"off wins over may move":     {func(e *ical.Event) { e.Cancelled, e.Provisional = true, true }, []string{"STATUS:CANCELLED"}},
		"what has a meaning, quoted": {func(e *ical.Event) { e.Summary = "a,b;c\\d\ne" }, []string{`SUMMARY:a\,b\;c\\d\ne`}},
	} {
		t.Run(name, func(t *testing.T) {
			e := plain
			c.change(&e)
			lines := strings.Split(string(encode(t, ical.Calendar{Name: "n", Events: []ical.Event{e}})), "\r\n")
			for _, want := range c.want {
				if !slices.Contains(lines, want) {
					t.Errorf("no line %q in\n%s", want, strings.Join(lines, "\n"))
				}
			}
		})
	}
}

func TestTheCalendarSaysWhatItIsAndHowOftenToLook(t *testing.T) {
	lines := strings.Split(string(encode(t, ical.Calendar{Name: "中垛乡联络站, 接待", Refresh: 6 * time.Hour})), "\r\n")
	for _, want := range []string{
		"VERSION:2.0", "METHOD:PUBLISH", `X-WR-CALNAME:中垛乡联络站\, 接待`, "X-WR-TIMEZONE:Asia/Shanghai",
		"REFRESH-INTERVAL;VALUE=DURATION:PT360M", "X-PUBLISHED-TTL:PT360M",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in\n%s", want, strings.Join(lines, "\n"))
		}
	}
	if once := string(encode(t, ical.Calendar{Name: "n"})); strings.Contains(once, "REFRESH") || strings.Contains(once, "TTL") {
		t.Errorf("a file that is imported once asks to be looked at again:\n%s", once)
	}
}

func TestEqualEventsAreEqualBytesInWhateverOrder(t *testing.T) {
	events := []ical.Event{reception(), reception(), reception()}
	events[1].UID, events[2].Date = "another", workday.NewDate(2026, time.September, 10)
	forth := encode(t, ical.Calendar{Name: "n", Events: events})
	slices.Reverse(events)
	if back := encode(t, ical.Calendar{Name: "n", Events: events}); !bytes.Equal(forth, back) {
		t.Errorf("the order shows:\n%s\n%s", forth, back)
	}
}

func TestEventsNoReaderCouldUseAreRefused(t *testing.T) {
	for name, change := range map[string]func(*ical.Event){
		"without UID":         func(e *ical.Event) { e.UID = "" },
		"without date":        func(e *ical.Event) { e.Date = workday.Date{} },
		"with half the hours": func(e *ical.Event) { e.Hours = "09:00" },
		"with other hours":    func(e *ical.Event) { e.Hours = "早上-中午" },
	} {
		t.Run(name, func(t *testing.T) {
			e := reception()
			change(&e)
			if text, err := ical.Encode(ical.Calendar{Name: "n", Zone: shanghai, Events: []ical.Event{e}}); err == nil {
				t.Errorf("accepted:\n%s", text)
			}
		})
	}
	if _, err := ical.Encode(ical.Calendar{Name: "n"}); err == nil {
		t.Error("a calendar without a zone was accepted")
	}
}

// Two parsers written by others read the same out of it as was put in.
func TestOthersReadWhatWasWritten(t *testing.T) {
	allDay := ical.Event{UID: "duty-2026-10-12@zhongduo.zhongduo.liaison", Date: workday.NewDate(2026, time.October, 12), Summary: "代表值班", Modified: modified, Cancelled: true, Sequence: 7}
	text := encode(t, ical.Calendar{Name: "中垛乡", Events: []ical.Event{reception(), allDay}})
	for name, read := range map[string]func(testing.TB, []byte) []ical.Event{"go-ical": readWithGoICal, "gocal": readWithGocal} {
		t.Run(name, func(t *testing.T) {
			got := read(t, text)
			want := []ical.Event{reception(), allDay}
			if len(got) != len(want) {
				t.Fatalf("%d events, want %d", len(got), len(want))
			}
			for i, w := range want {
				w.Hours = map[bool]string{true: "2026-10-10T01:00/2026-10-10T03:00", false: "2026-10-12T00:00/2026-10-13T00:00"}[w.Hours != ""]
				if got[i] != w {
					t.Errorf("got  %+v\nwant %+v", got[i], w)
				}
			}
		})
	}
}

// readWithGoICal reads events back; Hours are when they begin and end in UTC.
func readWithGoICal(t testing.TB, text []byte) []ical.Event {
	t.Helper()
	calendar, err := goical.NewDecoder(bytes.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("go-ical: %v\n%s", err, text)
	}
	var events []ical.Event
	for _, read := range calendar.Events() {
		value := func(name string) string {
			prop := read.Props.Get(name)
			if prop == nil {
				return ""
			}
			v, err := prop.Text()
			if err != nil {
				t.Fatalf("go-ical: %s: %v", name, err)
			}
			return v
		}
		sequence, err := read.Props.Get(goical.PropSequence).Int()
		if err != nil {
			t.Fatal(err)
		}
		from, err := read.DateTimeStart(time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		until, err := read.DateTimeEnd(time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		stamp, err := read.Props.DateTime(goical.PropDateTimeStamp, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, ical.Event{
			UID: value(goical.PropUID), Sequence: sequence, Cancelled: value(goical.PropStatus) == "CANCELLED", Provisional: value(goical.PropStatus) == "TENTATIVE",
			Date: workday.DateOf(from), Hours: instants(from, until), Modified: stamp,
			Summary: value(goical.PropSummary), Description: value(goical.PropDescription), Location: value(goical.PropLocation),
		})
	}
	return events
}

func readWithGocal(t testing.TB, text []byte) []ical.Event {
	t.Helper()
	parser := gocal.NewParser(bytes.NewReader(text))
	parser.SkipBounds = true
	if err := parser.Parse(); err != nil {
		t.Fatalf("gocal: %v\n%s", err, text)
	}
	var events []ical.Event
	for _, read := range parser.Events {
		// It leaves new lines as they are written, and moves the end of a day to its last second.
		unfold := strings.NewReplacer(`\n`, "\n").Replace
		until := read.End.Round(time.Minute)
		events = append(events, ical.Event{
			UID: read.Uid, Sequence: read.Sequence, Cancelled: read.Status == "CANCELLED", Provisional: read.Status == "TENTATIVE",
			Date: workday.DateOf(*read.Start), Hours: instants(*read.Start, until), Modified: *read.Stamp,
			Summary: unfold(read.Summary), Description: unfold(read.Description), Location: unfold(read.Location),
		})
	}
	return events
}

func instants(from, until time.Time) string {
	const minute = "2006-01-02T15:04"
	return from.UTC().Format(minute) + "/" + until.UTC().Format(minute)
}

func TestLongChineseIsFoldedBetweenCharacters(t *testing.T) {
	e := reception()
	// Every offset of the first character moves the place where 75 octets are full.
	for shift := range 4 {
		e.Description = strings.Repeat("x", shift) + strings.Repeat("田间路被冲毁，秋收前请修好。", 40) + "𠮷"
		text := encode(t, ical.Calendar{Name: "n", Events: []ical.Event{e}})
		checkLines(t, text)
		if got := readWithGoICal(t, text)[0].Description; got != e.Description {
			t.Errorf("shifted by %d: got %q", shift, got)
		}
	}
}

// checkLines holds every line to what RFC 5545 section 3.1 says of one.
func checkLines(t testing.TB, text []byte) {
	t.Helper()
	lines := bytes.Split(text, []byte("\r\n"))
	if last := lines[len(lines)-1]; len(last) != 0 {
		t.Errorf("the text does not end with a line break but with %q", last)
	}
	for _, line := range lines[:len(lines)-1] {
		switch {
		case len(line) > 75:
			t.Errorf("%d octets: %q", len(line), line)
		case len(line) == 0:
			t.Error("an empty line")
		case !utf8.Valid(line):
			t.Errorf("a character is split: %q", line)
		case bytes.ContainsFunc(line, func(r rune) bool { return r != '\t' && (r < ' ' || r == 0x7f) }):
			t.Errorf("a control character: %q", line)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("u@x", "09:00-11:00", "代表接待日", "第一行\r\n第二行\r第三行", "站里; 一楼, 东\\")
	f.Add("u", "", " ", strings.Repeat("路 <b>", 60), "\xff\xfe"+strings.Repeat("\xff", 200))
	f.Add("u", "23:59-00:00", "\u2028\u0085", strings.Repeat("𠮷", 100), "BEGIN:VEVENT\r\nEND:VCALENDAR")
	f.Fuzz(func(t *testing.T, uid, hours, summary, description, location string) {
		text, err := ical.Encode(ical.Calendar{Name: summary, Zone: shanghai, Events: []ical.Event{{
			UID: uid, Date: workday.NewDate(2026, time.October, 10), Hours: hours, Summary: summary, Description: description, Location: location, Modified: modified,
		}}})
		if err != nil {
			return
		}
		checkLines(t, text)
		events := readWithGoICal(t, text)
		if len(events) != 1 {
			t.Fatalf("%d events:\n%s", len(events), text)
		}
		if again := readWithGoICal(t, encode(t, ical.Calendar{Name: summary, Events: []ical.Event{{
			UID: events[0].UID, Date: workday.NewDate(2026, time.October, 10), Hours: hours, Summary: events[0].Summary,
			Description: events[0].Description, Location: events[0].Location, Modified: modified,
		}}})); events[0].UID != "" && again[0] != events[0] {
			t.Errorf("what was read is written differently:\n%+v\n%+v", events[0], again[0])
		}
	})
}
