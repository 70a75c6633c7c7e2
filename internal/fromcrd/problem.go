package fromcrd

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Problem is one field that cannot be right. It repeats no personal data.
type Problem struct {
	// Field is the path of the field, for example spec.deputies[3].leave[0].until.
	Field string
	// Message says what is wrong and what to do about it.
	Message string
}

func (p Problem) String() string { return p.Field + ": " + p.Message }

// Problems of one object, in the order of its fields.
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

func (p *Problems) add(path *field.Path, format string, args ...any) {
	*p = append(*p, Problem{Field: path.String(), Message: fmt.Sprintf(format, args...)})
}
