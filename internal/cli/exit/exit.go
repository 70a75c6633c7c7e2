// Package exit is what the end of a command tells the shell.
package exit

import "errors"

// Codes of every verb.
const (
	// Done is complete success; warnings do not change it.
	Done = 0
	// Failed is a failure that is nobody's input, such as a full disk.
	Failed = 1
	// BadInput is a command line or a file that cannot be right.
	BadInput = 2
	// Incomplete is a result that is right as far as it goes and lacks something that it names.
	Incomplete = 3
)

// Error ends a command with a code.
type Error struct {
	Code int
	// Err is nil where everything has been said already.
	Err error
	// Hint says what to do about it; empty where the error itself does.
	Hint string
}

// With ends a command that has said everything itself; nil for Done.
func With(code int) error {
	if code == Done {
		return nil
	}
	return &Error{Code: code}
}

// Bad is bad input with a hint at the remedy.
func Bad(err error, hint string) error { return &Error{Code: BadInput, Err: err, Hint: hint} }

// Error implements error.
func (e *Error) Error() string {
	if e.Err == nil {
		return "the command did not succeed"
	}
	return e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Of reads how a command ended. What is no Error is a failure.
func Of(err error) Error {
	var ended *Error
	switch {
	case err == nil:
		return Error{}
	case errors.As(err, &ended):
		return *ended
	default:
		return Error{Code: Failed, Err: err}
	}
}
