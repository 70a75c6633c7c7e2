package fromcrd

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Problem is one field that cannot be right, or, as a Remark, one that is right and without effect. It repeats no personal data.
type Problem struct {
	// Object the field belongs to, for example HolidayCalendar county/next-year; empty for the object that was asked about.
	Object string
	// Field is the path of the field, for example spec.deputies[3].leave[0].until.
	Field string
	// Message says what is wrong and what to do about it.
	Message string
	// Remark is true where nothing has to be done.
	Remark bool
}

func (p Problem) String() string {
	if p.Object == "" {
		return p.Field + ": " + p.Message
	}
	return p.Object + ": " + p.Field + ": " + p.Message
}

// Problems of one or more objects, in the order of their fields.
type Problems []Problem

// mostTold is how many problems a message tells; a list of hundreds helps nobody.
const mostTold = 5

// String tells the problems in one line.
func (p Problems) String() string {
	told := make([]string, 0, mostTold+1)
	for i, problem := range p {
		if i == mostTold {
			told = append(told, fmt.Sprintf("and %d more", len(p)-mostTold))
			break
		}
		told = append(told, problem.String())
	}
	return strings.Join(told, "; ")
}

// Faults are the problems that somebody has to mend.
func (p Problems) Faults() Problems { return p.where(false) }

// Remarks are the others.
func (p Problems) Remarks() Problems { return p.where(true) }

func (p Problems) where(remark bool) Problems {
	var some Problems
	for _, problem := range p {
		if problem.Remark == remark {
			some = append(some, problem)
		}
	}
	return some
}

func (p *Problems) add(path *field.Path, format string, args ...any) {
	*p = append(*p, Problem{Field: path.String(), Message: fmt.Sprintf(format, args...)})
}

func (p *Problems) remark(path *field.Path, format string, args ...any) {
	*p = append(*p, Problem{Field: path.String(), Message: fmt.Sprintf(format, args...), Remark: true})
}
