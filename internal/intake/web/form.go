package web

import (
	"net/http"
	"net/url"
)

// Form is what a person filled in and what is wrong with it. The zero value is an empty form without fault.
type Form struct {
	values url.Values
	// Problems in the order of the fields, as the summary above the form lists them.
	Problems []Problem
}

// NewForm returns a form filled in with the pairs: field, value, field, value …
func NewForm(pairs ...string) *Form {
	f := &Form{values: url.Values{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// ReadForm reads a posted form. The error is a Problem when the request as a whole cannot be read.
func ReadForm(r *http.Request) (*Form, error) {
	if err := requireMediaType(r, "application/x-www-form-urlencoded"); err != nil {
		return nil, err
	}
	if err := r.ParseForm(); err != nil {
		if p, known := problemIn(err); known {
			return nil, p
		}
		return nil, MalformedForm
	}
	return &Form{values: r.PostForm}, nil
}

// Value of the field as it was filled in.
func (f *Form) Value(field string) string { return f.values.Get(field) }

// Set replaces the value of the field.
func (f *Form) Set(field, value string) { f.values.Set(field, value) }

// Refuse notes problems. A field keeps its first one.
func (f *Form) Refuse(problems ...Problem) {
	for _, p := range problems {
		if p.Field == "" || f.Problem(p.Field) == nil {
			f.Problems = append(f.Problems, p)
		}
	}
}

// RefuseAlso notes problems beside those a field already has, such as one for each of several files.
func (f *Form) RefuseAlso(problems ...Problem) { f.Problems = append(f.Problems, problems...) }

// Problem of the field, the first where it has several, nil when it has none.
func (f *Form) Problem(field string) *Problem {
	for i := range f.Problems {
		if f.Problems[i].Field == field {
			return &f.Problems[i]
		}
	}
	return nil
}

// OK reports whether nothing is wrong.
func (f *Form) OK() bool { return len(f.Problems) == 0 }

// Status of the answer: the first problem's.
func (f *Form) Status() int {
	if f.OK() {
		return http.StatusOK
	}
	return f.Problems[0].Status
}

// Require notes that the field must be filled in when the value is empty.
func (f *Form) Require(field, value string) {
	if value == "" {
		f.Refuse(Required.At(field))
	}
}
