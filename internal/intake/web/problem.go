package web

import (
	"errors"
	"net/http"
)

// Problem is a refusal that the person or program at the other end can act on. Its words stand in the catalogues
// under problem.<Code> and remedy.<Code>; every error that is no Problem is shown as a reference number alone.
type Problem struct {
	// Status is the HTTP status, Code the name programs compare.
	Status int
	Code   string
	// Field is the form or JSON field at fault; empty when none is.
	Field string
	// Label is the key of what the field is called where that is not field.<Field>.
	Label string
	// Args fill the placeholders of the words: name, value, name, value …
	Args []any
	// Subject is named before the words where the field does not say enough, such as one of several files; it can hold what a
	// resident typed.
	Subject string

	cause error
}

// Error names the problem for logs, without Args and Subject, which can hold what a resident typed.
func (p Problem) Error() string {
	if p.Field == "" {
		return p.Code
	}
	return p.Code + " at " + p.Field
}

// At returns the problem as one of the field.
func (p Problem) At(field string) Problem {
	p.Field = field
	return p
}

// Called returns the problem with the key of another label of its field.
func (p Problem) Called(label string) Problem {
	p.Label = label
	return p
}

// With returns the problem with values for the placeholders of its words.
func (p Problem) With(args ...any) Problem {
	p.Args = args
	return p
}

// About returns the problem as one of the subject.
func (p Problem) About(subject string) Problem {
	p.Subject = subject
	return p
}

// Because returns the problem with what caused it, for the log alone.
func (p Problem) Because(cause error) Problem {
	p.cause = cause
	return p
}

// Unwrap returns what caused the problem.
func (p Problem) Unwrap() error { return p.cause }

// Problems that any page or API can meet. Packages declare their own beside what they refuse.
var (
	MalformedForm    = Problem{Status: http.StatusBadRequest, Code: "malformed_form"}
	MalformedJSON    = Problem{Status: http.StatusBadRequest, Code: "malformed_json"}
	UnknownField     = Problem{Status: http.StatusBadRequest, Code: "unknown_field"}
	DuplicateField   = Problem{Status: http.StatusBadRequest, Code: "duplicate_field"}
	WrongType        = Problem{Status: http.StatusBadRequest, Code: "wrong_type"}
	TrailingData     = Problem{Status: http.StatusBadRequest, Code: "trailing_data"}
	UnreadableText   = Problem{Status: http.StatusBadRequest, Code: "unreadable_text"}
	Required         = Problem{Status: http.StatusUnprocessableEntity, Code: "required"}
	CrossSite        = Problem{Status: http.StatusForbidden, Code: "cross_site"}
	NotFound         = Problem{Status: http.StatusNotFound, Code: "not_found"}
	MethodNotAllowed = Problem{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed"}
	TooLarge         = Problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large"}
	UploadTooLarge   = Problem{Status: http.StatusRequestEntityTooLarge, Code: "upload_too_large"}
	UnsupportedMedia = Problem{Status: http.StatusUnsupportedMediaType, Code: "unsupported_media_type"}
	Unavailable      = Problem{Status: http.StatusServiceUnavailable, Code: "unavailable"}
	internalProblem  = Problem{Status: http.StatusInternalServerError, Code: "internal"}
)

// problemIn finds the Problem in err, if there is one.
func problemIn(err error) (Problem, bool) {
	var p Problem
	if errors.As(err, &p) {
		return p, true
	}
	var beyond *http.MaxBytesError
	if errors.As(err, &beyond) {
		return tooLarge(beyond.Limit), true
	}
	return Problem{}, false
}

// tooLarge tells a form with files from one of text: what helps is not the same.
func tooLarge(limit int64) Problem {
	if limit > MaxBody {
		return UploadTooLarge.With("megabytes", limit>>20)
	}
	return TooLarge.With("limit", limit/1024)
}
