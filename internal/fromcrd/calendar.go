package fromcrd

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/workday"
)

// Calendar puts notices in force for a namespace: the years built into the binary, over them those of the operator's namespace, over them those of the
// namespace itself. The error names each object and field that cannot be right; there is no calendar then, because half of one would move shifts about.
func Calendar(objects []v1alpha1.HolidayCalendar, operatorNamespace, namespace string) (*workday.Calendar, error) {
	years := workday.Published()
	namespaces := []string{operatorNamespace, namespace}
	if operatorNamespace == namespace {
		namespaces = namespaces[:1]
	}
	var problems []error
	for _, ns := range namespaces {
		added, err := yearsIn(objects, ns)
		years = append(years, added...)
		problems = append(problems, err)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", "; ")) // conditions and events are single lines
	}
	return workday.NewCalendar(years...)
}

// yearsIn collects the years of one namespace's objects, in order of their names.
func yearsIn(objects []v1alpha1.HolidayCalendar, namespace string) ([]workday.Year, error) {
	var years []workday.Year
	var problems []error
	declaredBy := map[int32]string{}
	for _, object := range sortedIn(objects, namespace) {
		for n, declared := range object.Spec.Years {
			if other, twice := declaredBy[declared.Year]; twice {
				problems = append(problems, fmt.Errorf("HolidayCalendars %s and %s in namespace %s both declare the year %d; remove it from one of them",
					other, object.Name, namespace, declared.Year))
				continue
			}
			declaredBy[declared.Year] = object.Name
			year, err := yearOf(declared)
			if err != nil {
				problems = append(problems, fmt.Errorf("HolidayCalendar %s in namespace %s: spec.years[%d]: %w", object.Name, namespace, n, err))
				continue
			}
			years = append(years, year)
		}
	}
	return years, errors.Join(problems...)
}

func sortedIn(objects []v1alpha1.HolidayCalendar, namespace string) []*v1alpha1.HolidayCalendar {
	var own []*v1alpha1.HolidayCalendar
	for i := range objects {
		if objects[i].Namespace == namespace {
			own = append(own, &objects[i])
		}
	}
	slices.SortFunc(own, func(a, b *v1alpha1.HolidayCalendar) int { return cmp.Compare(a.Name, b.Name) })
	return own
}

func yearOf(declared v1alpha1.HolidayYear) (workday.Year, error) {
	off, offErr := daysOf("offDays", declared.OffDays)
	working, workErr := daysOf("workDays", declared.WorkDays)
	if err := errors.Join(offErr, workErr); err != nil {
		return workday.Year{}, err
	}
	year := workday.Year{Year: int(declared.Year), Source: declared.Source, OffDays: off, WorkDays: working}
	if _, err := workday.NewCalendar(year); err != nil {
		return workday.Year{}, err
	}
	return year, nil
}

func daysOf(field string, declared []v1alpha1.HolidayDate) ([]workday.Day, error) {
	days := make([]workday.Day, 0, len(declared))
	for n, day := range declared {
		date, err := workday.ParseDate(string(day.Date))
		if err != nil {
			return nil, fmt.Errorf("%s[%d].date: %w", field, n, err)
		}
		days = append(days, workday.Day{Date: date, Name: day.Name})
	}
	return days, nil
}
