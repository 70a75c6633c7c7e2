package calendar

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/simplifiedchinese"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/cli/told"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

var byValue = cmpopts.EquateComparable(workday.Date{})

// run imports a text, and returns what is written, what is told and the exit code.
func run(t testing.TB, data string, change func(*importing)) (written, said string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	i := &importing{file: manifest.Stdin, output: show.NewFormat(show.YAML), in: strings.NewReader(data), out: &out, err: &err}
	if change != nil {
		change(i)
	}
	ended := exit.Of(i.run())
	if ended.Err != nil {
		err.WriteString("error: " + ended.Err.Error() + "\n")
	}
	return out.String(), err.String(), ended.Code
}

// yearsIn reads a calendar as the operator would, beside nothing built in.
func yearsIn(t testing.TB, written string) []workday.Year {
	t.Helper()
	var object v1alpha1.HolidayCalendar
	if err := yaml.UnmarshalStrict([]byte(written), &object); err != nil {
		t.Fatalf("%v in\n%s", err, written)
	}
	calendar, problems := fromcrd.Calendar([]v1alpha1.HolidayCalendar{object}, "", "")
	if len(problems) > 0 {
		t.Fatalf("problems: %s", problems)
	}
	var years []workday.Year
	for _, declared := range object.Spec.Years {
		for _, year := range calendar.Years() {
			if year.Year == int(declared.Year) {
				years = append(years, year)
			}
		}
	}
	return years
}

func TestTheNoticesSayWhatIsBuiltIn(t *testing.T) {
	for _, want := range workday.Published() {
		text, err := os.ReadFile(filepath.Join("testdata", fmt.Sprintf("%d.txt", want.Year)))
		if err != nil {
			t.Fatal(err)
		}
		gbk, err := simplifiedchinese.GBK.NewEncoder().Bytes(text)
		if err != nil {
			t.Fatal(err)
		}
		for form, pasted := range map[string]string{
			"as published":           string(text),
			"in GBK":                 string(gbk),
			"from Windows":           "\uFEFF" + strings.ReplaceAll(string(text), "\n", "\r\n"),
			"without line ends":      strings.ReplaceAll(string(text), "\n", ""),
			"with a break each time": strings.Join(strings.Split(string(text), "日"), "日\n"),
			"without full width":     strings.NewReplacer("：", ":", "，", ",", "（", "(", "）", ")", "　", "  ").Replace(string(text)),
		} {
			t.Run(fmt.Sprintf("%d %s", want.Year, form), func(t *testing.T) {
				written, said, code := run(t, pasted, func(i *importing) { i.source = want.Source })
				if code != exit.Done || said != "" {
					t.Fatalf("exit code %d, told:\n%s", code, said)
				}
				if diff := cmp.Diff([]workday.Year{want}, yearsIn(t, written), byValue); diff != "" {
					t.Errorf("(-built in +read):\n%s", diff)
				}
			})
		}
	}
}

// icsOf writes the published years as a subscription would.
func icsOf(event func(day workday.Day, off bool) string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//CN\r\n")
	for _, year := range workday.Published() {
		for _, day := range year.OffDays {
			b.WriteString(event(day, true))
		}
		for _, day := range year.WorkDays {
			b.WriteString(event(day, false))
		}
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

func eventOf(day workday.Day, summary, more string) string {
	return fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s@test\r\nDTSTART;VALUE=DATE:%s\r\nDTEND;VALUE=DATE:%s\r\nSUMMARY:%s\r\n%sEND:VEVENT\r\n",
		day.Date, compact(day.Date), compact(day.Date.AddDays(1)), summary, more)
}

func compact(day workday.Date) string { return strings.ReplaceAll(day.String(), "-", "") }

func TestSubscriptionsSayWhatIsBuiltIn(t *testing.T) {
	choose := func(off bool, yes, no string) string {
		if off {
			return yes
		}
		return no
	}
	for form, event := range map[string]func(workday.Day, bool) string{
		"marks in brackets": func(day workday.Day, off bool) string {
			return eventOf(day, day.Name+choose(off, "（休）", "（班）"), "")
		},
		"words": func(day workday.Day, off bool) string {
			return eventOf(day, day.Name+choose(off, " 假期 第1天/共3天", " 补班 第1天/共2天"), "")
		},
		"a property": func(day workday.Day, off bool) string {
			return eventOf(day, day.Name, "X-APPLE-SPECIAL-DAY:"+choose(off, "WORK-HOLIDAY", "ALTERNATE-WORKDAY")+"\r\n")
		},
	} {
		t.Run(form, func(t *testing.T) {
			written, said, code := run(t, icsOf(event), func(i *importing) { i.source = "test" })
			if code != exit.Done || said != "" {
				t.Fatalf("exit code %d, told:\n%s", code, said)
			}
			want := workday.Published()
			for i := range want {
				want[i].Source = "test"
			}
			if diff := cmp.Diff(want, yearsIn(t, written), byValue); diff != "" {
				t.Errorf("(-built in +read):\n%s", diff)
			}
		})
	}
}

// 2023 and 2017 have forms that the built-in years do not.
func TestOtherFormsOfNotices(t *testing.T) {
	for _, test := range []struct {
		name, text string
		year       int
		off, work  string
	}{
		{"a span that begins in the year before", "一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。", 2023, "2022-12-31 2023-01-01 2023-01-02", ""},
		{"December without its year", "一、元旦：12月30日至1月1日放假调休，共3天。12月29日（星期六）上班。", 2019, "2018-12-30 2018-12-31 2019-01-01", "2018-12-29"},
		{"a day off in exchange", "一、元旦：1月1日放假，1月2日（星期一）补休。", 2017, "2017-01-01 2017-01-02", ""},
		{"no numbers before the names", "元旦：1月1日放假。\n清明节：4月5日放假，共1天。", 2023, "2023-01-01 2023-04-05", ""},
		{"Arabic numbers", "1、元旦：1月1日放假。\n2.清明节：4月5日放假，共1天。", 2023, "2023-01-01 2023-04-05", ""},
		{"semicolons", "四、劳动节：4月29日至5月3日放假调休，共5天；4月23日（星期日）、5月6日（星期六）上班。", 2023, "2023-04-29 2023-04-30 2023-05-01 2023-05-02 2023-05-03", "2023-04-23 2023-05-06"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var findings told.Findings
			year, err := readNotice("a.txt", test.text, test.year, &findings)
			if err != nil || len(findings.Wrong) > 0 {
				t.Fatal(err, findings.Wrong)
			}
			if off, work := listed(year.OffDays), listed(year.WorkDays); off != test.off || work != test.work {
				t.Errorf("off %s, work %s", off, work)
			}
		})
	}
}

func listed(days []workday.Day) string {
	var texts []string
	for _, day := range days {
		texts = append(texts, day.Date.String())
	}
	return strings.Join(texts, " ")
}

// What contradicts itself is refused with its line.
func TestNoticesThatCannotBeRight(t *testing.T) {
	for _, test := range []struct{ name, text, says string }{
		{"a weekday that is not the date's", "一、元旦：1月1日（周四）至3日（周五）放假调休，共3天。", "line 1: 3日 of 2026 is a Saturday, and the text says 周五"},
		{"a weekday of another year", "\n一、元旦：1月1日（星期三）放假。", "line 2: 1月1日 of 2026 is a Thursday"},
		{"days that do not add up", "一、元旦：1月1日至3日放假调休，共4天。", "line 1: 元旦 has 3 days off by their dates and 4 by the text"},
		{"a number of days that is not that of the dates", "一、元旦：1月1日至3日放假1天，不调休。", "has 3 days off by their dates and 1 by the text"},
		{"a day that does not exist", "二、春节：2月27日至30日放假。", "30日 of 2026 does not exist"},
		{"a span that goes back", "三、清明节：4月6日至4日放假。", "2026-04-06 to 2026-04-04 is no holiday's length"},
		{"a day off twice", "一、元旦：1月1日放假。\n二、春节：1月1日放假。", "line 2: 2026-01-01 is arranged on line 1 already"},
		{"a day off that is worked too", "一、元旦：1月1日至4日放假。1月4日上班。", "2026-01-04 is arranged on line 1 already"},
		{"a weekday that is worked", "一、元旦：1月1日放假。1月5日上班。", "2026-01-05 is a Monday, on which people work anyway"},
		{"a day of another year", "一、元旦：2027年1月1日放假。", "2027-01-01 lies neither in 2026 nor in the December before"},
		{"no month", "一、元旦：1日放假。", "1日 names no month"},
		{"no day off", "一、元旦：另行通知。", "line 1: no day off is given for 元旦"},
		{"a sentence of another kind", "一、元旦：1月1日放假。2月2日（星期一）两个公休日调至2月9日。", "is not understood"},
		{"a span without an end", "一、元旦：1月1日至放假。", `the day behind "至" is missing`},
		{"an arrangement without a heading", "1月1日放假。\n二、春节：2月17日放假。", "line 1: an arrangement stands above the first holiday's name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			written, said, code := run(t, test.text, func(i *importing) { i.year = 2026 })
			if code != exit.BadInput || written != "" || !strings.Contains(said, test.says) {
				t.Errorf("exit code %d, told %q, want %q; written %q", code, said, test.says, written)
			}
		})
	}
}

// lasting is an event that says how long it lasts and not when it ends.
func lasting(from, duration string) string {
	return fmt.Sprintf("BEGIN:VEVENT\r\nUID:%s@test\r\nDTSTART;VALUE=DATE:%s\r\nDURATION:%s\r\nSUMMARY:国庆节（休）\r\nEND:VEVENT\r\n", from, from, duration)
}

func TestEventsMayHaveADurationInsteadOfAnEnd(t *testing.T) {
	const week = "2026-10-01 2026-10-02 2026-10-03 2026-10-04 2026-10-05 2026-10-06 2026-10-07"
	for duration, want := range map[string]string{"P7D": week, "+P7D": week, "P1W": week, "p7d": week, "P1D": "2026-10-01"} {
		var findings told.Findings
		years, err := readICS("a.ics", []byte("BEGIN:VCALENDAR\r\n"+lasting("20261001", duration)+"END:VCALENDAR\r\n"), &findings)
		if err != nil || len(findings.Wrong) > 0 {
			t.Errorf("%s: %v, %v", duration, err, findings.Wrong)
			continue
		}
		if got := listed(years[0].OffDays); got != want {
			t.Errorf("%s: off are %s, want %s", duration, got, want)
		}
	}
}

func TestCancelledEventsArrangeNothing(t *testing.T) {
	events := lasting("20261001", "P7D") + strings.ReplaceAll(lasting("20261001", "P1D")+lasting("20261008", "PT1H"), "END:", "STATUS:Cancelled\r\nEND:")
	written, said, code := run(t, "BEGIN:VCALENDAR\r\n"+events+"END:VCALENDAR\r\n", nil)
	if code != exit.Incomplete || !strings.Contains(said, ": passed over: 2 cancelled events\n") {
		t.Fatalf("exit code %d, told %q", code, said)
	}
	if off := yearsIn(t, written)[0].OffDays; len(off) != 7 {
		t.Errorf("off are %s", listed(off))
	}
}

func TestSubscriptionsThatCannotBeRight(t *testing.T) {
	day := func(month time.Month, day int, name string) workday.Day {
		return workday.Day{Date: workday.NewDate(2026, month, day), Name: name}
	}
	for _, test := range []struct{ name, events, says string }{
		{"both off and worked", eventOf(day(1, 1, ""), "元旦 休 补班", ""), `line 2: the event "元旦 休 补班" says both`},
		{"a recurring event", eventOf(day(1, 1, ""), "元旦（休）", "RRULE:FREQ=YEARLY\r\n"), "recurs"},
		{"an hour", "BEGIN:VEVENT\r\nDTSTART:20260101T080000Z\r\nSUMMARY:元旦（休）\r\nEND:VEVENT\r\n", "is no whole day"},
		{"no name", eventOf(day(1, 1, ""), "放假", ""), "does not name its holiday"},
		{"a day twice", eventOf(day(1, 1, ""), "元旦（休）", "") + eventOf(day(1, 1, ""), "新年（休）", ""), "line 8: 2026-01-01 is arranged by the event on line 2 already"},
		{"a weekday that is worked", eventOf(day(1, 5, ""), "元旦（班）", ""), "on which people work anyway"},
		{"nothing that says so", eventOf(day(9, 10, ""), "教师节", ""), "has no event that says that a day is off"},
		{"hours", lasting("20261001", "PT24H"), `line 2: DURATION "PT24H" is no whole number of days; write it as P7D`},
		{"days and hours", lasting("20261001", "P6DT24H"), "is no whole number of days"},
		{"a duration of nothing", lasting("20261001", "P0D"), "lasts 0 days"},
		{"a duration back in time", lasting("20261001", "-P1D"), "is no whole number of days"},
		{"a duration without end", lasting("20261001", "P99999999999999999999D"), "is no whole number of days"},
		{"weeks of a duration", lasting("20261001", "P3W"), "lasts 21 days"},
		{"two ends", eventOf(day(10, 1, ""), "国庆节（休）", "DURATION:P7D\r\n"), "line 2: has both DTEND and DURATION"},
		{"nothing that is not cancelled", eventOf(day(10, 1, ""), "国庆节（休）", "STATUS:CANCELLED\r\n"), "has no event that says that a day is off"},
		{"a month off", "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260201\r\nSUMMARY:元旦（休）\r\nEND:VEVENT\r\n", "lasts 31 days"},
	} {
		t.Run(test.name, func(t *testing.T) {
			written, said, code := run(t, "BEGIN:VCALENDAR\r\n"+test.events+"END:VCALENDAR\r\n", nil)
			if code != exit.BadInput || written != "" || !strings.Contains(said, test.says) {
				t.Errorf("exit code %d, told %q, want %q; written %q", code, said, test.says, written)
			}
		})
	}
}

// FuzzImport: whatever a file holds, what is written is a calendar that the operator takes.
func FuzzImport(f *testing.F) {
	for _, name := range []string{"2024.txt", "2025.txt", "2026.txt"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(icsOf(func(day workday.Day, _ bool) string { return eventOf(day, day.Name+"（休）", "") })))
	f.Add([]byte("BEGIN:VCALENDAR\r\n" + lasting("20261001", "P1W") + "END:VCALENDAR\r\n"))
	f.Add([]byte("一、元旦：2025年12月31日至1月1日（周四)放假2天。(1月4日）上班"))
	f.Fuzz(func(t *testing.T, data []byte) {
		written, said, code := run(t, string(data), func(i *importing) { i.year = 2026 })
		switch code {
		case exit.Done, exit.Incomplete:
			if len(yearsIn(t, written)) != 1 {
				t.Errorf("written:\n%s", written)
			}
		case exit.BadInput:
			if written != "" || !strings.Contains(said, "error: ") {
				t.Errorf("exit code %d, told %q, written:\n%s", code, said, written)
			}
		default:
			t.Errorf("exit code %d, told %q", code, said)
		}
	})
}
