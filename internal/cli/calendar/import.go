package calendar

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/cli/told"
	"township.dev/liaison/internal/cli/worksheet"
	"township.dev/liaison/internal/workday"
)

// What the API takes.
const (
	firstYear  = 2000
	lastYear   = 2100
	mostYears  = 10
	mostOff    = 60
	mostWork   = 30
	mostName   = 30
	mostSource = 300
)

// importing turns a notice into a HolidayCalendar.
type importing struct {
	file            string
	year            int
	name, namespace string
	source          string
	output          show.Format

	in       io.Reader
	out, err io.Writer

	told.Findings
}

// run writes the calendar, or everything that stands against it.
func (i *importing) run() error {
	written, failure := i.read()
	return i.Deliver(written, failure, i.out, i.err)
}

func (i *importing) read() ([]byte, error) {
	data, shown, err := manifest.Content(i.file, i.in)
	if err != nil {
		return nil, exit.Bad(err, "")
	}
	years, err := i.years(shown, data)
	if err != nil {
		return nil, exit.Bad(fmt.Errorf("%s %w", shown, err), "")
	}
	i.checkNames()
	if len(i.Wrong) > 0 {
		return nil, nil
	}
	for _, year := range years {
		i.check(shown, year)
	}
	return i.object(years).Encode(i.output.String())
}

// mostBytes is more than any notice has, or any calendar of ten years.
const mostBytes = 4 << 20

// years reads the file by what is in it.
func (i *importing) years(shown string, data []byte) ([]workday.Year, error) {
	if len(data) > mostBytes {
		return nil, errNoNotice
	}
	text, err := worksheet.Decode(data)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("BEGIN:VCALENDAR")) {
		years, err := readICS(shown, text, &i.Findings)
		if err != nil {
			return nil, err
		}
		return i.wanted(years)
	}
	year, err := readNotice(shown, string(text), i.year, &i.Findings)
	return []workday.Year{year}, err
}

// wanted keeps the year that --year names, and all where it names none.
func (i *importing) wanted(years []workday.Year) ([]workday.Year, error) {
	if i.year == 0 {
		if len(years) > mostYears {
			return nil, fmt.Errorf("has %d years, and %d are the most; choose one with --year", len(years), mostYears)
		}
		return years, nil
	}
	for _, year := range years {
		if year.Year == i.year {
			return []workday.Year{year}, nil
		}
	}
	return nil, fmt.Errorf("has no event of %d, which --year asks for", i.year)
}

func (i *importing) checkNames() {
	if i.name != "" && len(validation.IsDNS1123Subdomain(i.name)) > 0 {
		i.Refuse("--name %q must hold only a-z, 0-9, - and ., for example holidays-2027", i.name)
	}
	if i.namespace != "" && len(validation.IsDNS1123Label(i.namespace)) > 0 {
		i.Refuse("--namespace %q must hold only a-z, 0-9 and -, for example liaison-system", i.namespace)
	}
	if len([]rune(i.source)) > mostSource {
		i.Refuse("--source has more than %d characters", mostSource)
	}
}

// usual are the holidays of every year by law (全国年节及纪念日放假办法).
var usual = []string{"元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆"}

// check holds a year against what the API takes, and against what a year has: a calendar stands for the whole year.
func (i *importing) check(shown string, year workday.Year) {
	if _, err := workday.NewCalendar(year); err != nil {
		i.Refuse("%s: %s", shown, err)
	}
	if year.Year < firstYear || year.Year > lastYear || len(year.OffDays) == 0 || len(year.OffDays) > mostOff || len(year.WorkDays) > mostWork {
		i.Refuse("%s: %d has %d days off and %d of work; a year between %d and %d may have 1 to %d and up to %d",
			shown, year.Year, len(year.OffDays), len(year.WorkDays), firstYear, lastYear, mostOff, mostWork)
	}
	var names strings.Builder
	for _, day := range year.OffDays {
		names.WriteString(day.Name)
	}
	var missing []string
	for _, name := range usual {
		if !strings.Contains(names.String(), name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		i.Lack("%s: nothing is said of %s in %d; a HolidayCalendar stands for its whole year, so add what is missing before it is applied", shown, strings.Join(missing, "、"), year.Year)
	}
}

func (i *importing) object(years []workday.Year) manifest.Object {
	spec := v1alpha1.HolidayCalendarSpec{}
	name := "holidays"
	for _, year := range years {
		name += fmt.Sprintf("-%d", year.Year)
		spec.Years = append(spec.Years, v1alpha1.HolidayYear{Year: int32(year.Year), Source: i.source, OffDays: days(year.OffDays), WorkDays: days(year.WorkDays)})
	}
	return manifest.Object{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "HolidayCalendar",
		Metadata: manifest.Metadata{Name: cmp.Or(i.name, name), Namespace: i.namespace},
		Spec:     spec,
	}
}

// days are in order, whatever order the text has them in.
func days(read []workday.Day) []v1alpha1.HolidayDate {
	slices.SortFunc(read, func(a, b workday.Day) int { return a.Date.Compare(b.Date) })
	var written []v1alpha1.HolidayDate
	for _, day := range read {
		written = append(written, v1alpha1.HolidayDate{Date: v1alpha1.Date(day.Date.String()), Name: day.Name})
	}
	return written
}
