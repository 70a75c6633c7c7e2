// Package refusal says what the errors of casework mean to who sent the request. It is the one place that knows both
// the rules' errors and HTTP's statuses.
package refusal

import (
	"errors"
	"net/http"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

// Problems that casework's errors become.
var (
	// WrongSecret says neither whether the code exists.
	WrongSecret    = web.Problem{Status: http.StatusNotFound, Code: "wrong_secret", Field: casework.FieldSecret}
	UnknownCode    = web.Problem{Status: http.StatusNotFound, Code: "unknown_code", Field: casework.FieldCode}
	MoveNotAllowed = web.Problem{Status: http.StatusConflict, Code: "move_not_allowed"}
	KeyReused      = web.Problem{Status: http.StatusConflict, Code: "key_reused"}
)

// Of translates an error of casework; ok is false for one that says nothing of the request.
func Of(err error) (p web.Problem, ok bool) {
	switch {
	case errors.Is(err, casework.ErrNoCase):
		return UnknownCode, true
	case errors.Is(err, casework.ErrWrongSecret):
		return WrongSecret, true
	case errors.Is(err, casework.ErrNoPhoto):
		return web.NotFound, true
	case errors.Is(err, casework.ErrNotAllowed):
		return notAllowed(err), true
	case errors.Is(err, casework.ErrIdempotencyConflict):
		return KeyReused, true
	case errors.Is(err, casework.ErrUnavailable):
		return web.Unavailable.Because(err), true
	}
	if fields := Fields(err); len(fields) > 0 {
		return fields[0], true
	}
	return web.Problem{}, false
}

// notAllowed says why the case itself forbids a move, where it is not the table.
func notAllowed(err error) web.Problem {
	var refused *casework.NotAllowedError
	if errors.As(err, &refused) && refused.Why != "" {
		return web.Problem{Status: http.StatusConflict, Code: "move_" + string(refused.Why)}
	}
	return MoveNotAllowed
}

// Fields translates the field errors in err, none when it holds none.
func Fields(err error) []web.Problem {
	fields := casework.AsFieldErrors(err)
	problems := make([]web.Problem, 0, len(fields))
	for _, f := range fields {
		problems = append(problems, web.Problem{
			Status: http.StatusUnprocessableEntity, Code: f.Code, Field: f.Field,
			Args: []any{"least", f.Least, "most", f.Most, "length", f.Length},
		})
	}
	return problems
}
