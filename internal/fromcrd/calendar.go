package fromcrd

import (
	"cmp"
	"fmt"
	"slices"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/workday"
)

// Calendar puts notices in force for a namespace: the years built into the binary, over them those of the operator's namespace, over them those of the
// namespace itself. A year that cannot be right is left out and told; what stands below it serves, and where nothing does, the year is unknown.
// Of two objects that declare one year the older counts, so that applying a second one by mistake moves nothing.
func Calendar(objects []v1alpha1.HolidayCalendar, operatorNamespace, namespace string) (*workday.Calendar, Problems) {
	years := workday.Published()
	var problems Problems
	namespaces := []string{operatorNamespace, namespace}
	if operatorNamespace == namespace {
		namespaces = namespaces[:1]
	}
	for _, ns := range namespaces {
		years = append(years, problems.yearsIn(objects, ns)...)
	}
	calendar, err := workday.NewCalendar(years...)
	if err != nil {
		panic(fmt.Sprintf("fromcrd: every year was checked and together they are refused: %v", err))
	}
	return calendar, problems
}

// yearsIn collects the years of one namespace's objects, those of the oldest object first.
func (p *Problems) yearsIn(objects []v1alpha1.HolidayCalendar, namespace string) []workday.Year {
	var years []workday.Year
	declaredBy := map[int32]string{}
	for _, object := range sortedIn(objects, namespace) {
		name := "HolidayCalendar " + object.Name
		if namespace != "" {
			name = "HolidayCalendar " + namespace + "/" + object.Name
		}
		for n := range object.Spec.Years {
			declared, path := &object.Spec.Years[n], specPath.Child("years").Index(n).String()
			if other, twice := declaredBy[declared.Year]; twice {
				*p = append(*p, Problem{Object: name, Field: path + ".year", Message: fmt.Sprintf(
					"%s declares %d already, and counts; remove the year from one of them", other, declared.Year)})
				continue
			}
			declaredBy[declared.Year] = name
			year, fault := yearOf(declared, name)
			if fault != nil {
				fault.Object, fault.Field = name, path+"."+fault.Field
				*p = append(*p, *fault)
				continue
			}
			years = append(years, year)
		}
	}
	return years
}

func sortedIn(objects []v1alpha1.HolidayCalendar, namespace string) []*v1alpha1.HolidayCalendar {
	var own []*v1alpha1.HolidayCalendar
	for i := range objects {
		if objects[i].Namespace == namespace {
			own = append(own, &objects[i])
		}
	}
	slices.SortFunc(own, func(a, b *v1alpha1.HolidayCalendar) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return own
}

// yearOf reads a declared year. The fault's field is relative to the year.
func yearOf(declared *v1alpha1.HolidayYear, object string) (workday.Year, *Problem) {
	year := workday.Year{Year: int(declared.Year), Source: cmp.Or(declared.Source, object)}
	off := map[workday.Date]int{}
	for n, day := range declared.OffDays {
		read, fault := dayOf(declared.Year, fmt.Sprintf("offDays[%d].date", n), day)
		if fault != nil {
			return year, fault
		}
		off[read.Date] = n
		year.OffDays = append(year.OffDays, read)
	}
	for n, day := range declared.WorkDays {
		path := fmt.Sprintf("workDays[%d].date", n)
		read, fault := dayOf(declared.Year, path, day)
		if fault != nil {
			return year, fault
		}
		if m, both := off[read.Date]; both {
			return year, &Problem{Field: path, Message: fmt.Sprintf(
				"%s stands in offDays[%d] too; remove it from one of them. Until then the year is taken as not declared here", read.Date, m)}
		}
		year.WorkDays = append(year.WorkDays, read)
	}
	return year, nil
}

func dayOf(year int32, path string, declared v1alpha1.HolidayDate) (workday.Day, *Problem) {
	date, err := workday.ParseDate(string(declared.Date))
	if err != nil {
		return workday.Day{}, &Problem{Field: path, Message: err.Error() + ". Until it does, the year is taken as not declared here"}
	}
	day := workday.Day{Date: date, Name: declared.Name}
	alone := workday.Year{Year: int(year), OffDays: []workday.Day{day}}
	if _, err := workday.NewCalendar(alone); err != nil {
		return workday.Day{}, &Problem{Field: path, Message: err.Error() + ". Until this is mended, the year is taken as not declared here"}
	}
	return day, nil
}
