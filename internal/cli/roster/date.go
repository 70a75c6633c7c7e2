package roster

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"township.dev/liaison/internal/cli/worksheet"
	"township.dev/liaison/internal/workday"
)

var (
	errDate   = errors.New("is no date that can be read; write it as 2026-03-01, 2026/3/1, 2026年3月1日 or 20260301")
	errNoDay  = errors.New("names a month and no day; add the day, for example 2026-03-01")
	errNoSpan = errors.New("is no span of dates; write it as 2026-03-01至2030-12-31, or the first date alone")
)

var (
	dateForm  = regexp.MustCompile(`^(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?$`)
	monthForm = regexp.MustCompile(`^\d{4}(?:-|/|\.|年)\d{1,2}月?$`)
	compact   = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	midnight  = regexp.MustCompile(`[T ]?0{1,2}:00(:00(\.0+)?)?Z?$`)
	spanMark  = regexp.MustCompile(`至|到|~|—+|–|--|\s-\s`)
)

// Serial numbers of days that a deputy's service can have to do with, 1950 to 2100, in a workbook that counts from 1900.
const (
	firstSerial = 18_264
	lastSerial  = 73_415
	// serials1904 is how much smaller the number of a day is in a workbook that counts from 1904.
	serials1904 = 1_462
)

// parseDate reads a date, however it is stored; none from an empty cell.
func parseDate(cell worksheet.Cell, epoch1904 bool) (workday.Date, error) {
	if cell.Number != "" {
		return dateOfNumber(cell.Number, epoch1904)
	}
	text := midnight.ReplaceAllString(strings.TrimSpace(cell.Text), "")
	return dateOfText(code(text))
}

func dateOfText(text string) (workday.Date, error) {
	if text == "" || text == "-" || text == "/" {
		return workday.Date{}, nil
	}
	for _, form := range []*regexp.Regexp{dateForm, compact} {
		if parts := form.FindStringSubmatch(text); parts != nil {
			return dateOfParts(parts)
		}
	}
	if monthForm.MatchString(text) {
		return workday.Date{}, refused(text, errNoDay)
	}
	return dateOfNumber(text, false) // CSV of a cell that is not formatted as a date
}

func dateOfParts(parts []string) (workday.Date, error) {
	year, _ := strconv.Atoi(parts[1])
	month, _ := strconv.Atoi(parts[2])
	day, _ := strconv.Atoi(parts[3])
	date := workday.NewDate(year, time.Month(month), day)
	if date.Year() != year || int(date.Month()) != month || date.Day() != day {
		return workday.Date{}, fmt.Errorf("is %04d-%02d-%02d, a day that does not exist; correct it", year, month, day)
	}
	return date, nil
}

// dateOfNumber reads Excel's number of a day, or a date that was entered as 20260301 and taken for a number.
func dateOfNumber(stored string, epoch1904 bool) (workday.Date, error) {
	number, err := strconv.ParseFloat(stored, 64)
	if err != nil {
		return workday.Date{}, refused(stored, errDate)
	}
	if parts := compact.FindStringSubmatch(strconv.FormatFloat(number, 'f', -1, 64)); parts != nil {
		return dateOfParts(parts)
	}
	serial := math.Floor(number) // a time of day does not matter
	if epoch1904 {
		serial += serials1904
	}
	if !(serial >= firstSerial && serial <= lastSerial) {
		return workday.Date{}, refused(stored, errDate)
	}
	day, err := excelize.ExcelDateToTime(serial, false)
	if err != nil {
		return workday.Date{}, refused(stored, errDate)
	}
	return workday.DateOf(day), nil
}

// parseTerm reads from and until in one cell, 2021-09-01至2026-08-31; without an end where it says 至今.
func parseTerm(cell worksheet.Cell, epoch1904 bool) (from, until workday.Date, err error) {
	if cell.Number != "" {
		from, err = parseDate(cell, epoch1904)
		return from, workday.Date{}, err
	}
	parts := splitTerm(strings.NewReplacer("～", "~", "－", "-").Replace(cell.Text))
	if len(parts) > 2 {
		return from, until, refused(cell.Text, errNoSpan)
	}
	if from, err = dateOfText(code(parts[0])); err != nil || len(parts) == 1 {
		return from, until, err
	}
	if end := code(parts[1]); end != "今" && end != "现在" {
		until, err = dateOfText(end)
	}
	return from, until, err
}

// splitTerm divides a span at its mark. A single dash is one only beside dates that have none: 2021.9.1-2026.8.31.
func splitTerm(text string) []string {
	if strings.Count(text, "-") == 1 && strings.ContainsAny(text, "./年") {
		return strings.Split(text, "-")
	}
	return spanMark.Split(text, -1)
}
