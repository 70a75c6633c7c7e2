package public

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

var tooManyGuesses = web.Problem{Status: http.StatusTooManyRequests, Code: "too_many_guesses"}

// pass is what somebody typed, or followed a link with, to see a case.
type pass struct{ code, secret string }

func passIn(values url.Values) pass {
	return pass{values.Get(casework.FieldCode), values.Get(casework.FieldSecret)}
}

func passOf(form *web.Form) pass {
	return pass{form.Value(casework.FieldCode), form.Value(casework.FieldSecret)}
}

func (t pass) form() *web.Form {
	return web.NewForm(casework.FieldCode, t.code, casework.FieldSecret, t.secret)
}

// address of a page with the pass that opened the case.
func (o opened) address(path string, pairs ...string) string {
	values := url.Values{casework.FieldCode: {o.Code.String()}}
	if o.Secret != "" {
		values.Set(casework.FieldSecret, o.Secret.String())
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return path + "?" + values.Encode()
}

// opened is a case with the secret that opened it, empty for one from before there were secrets.
type opened struct {
	casework.Case
	Secret casework.Secret
}

// unlock opens the case to who knows code and secret; that a code exists is not told to anybody else. The error is FieldErrors,
// a Problem, or storage's.
func (p *Public) unlock(w http.ResponseWriter, r *http.Request, typed pass) (opened, error) {
	code, secret, err := typed.read()
	if err != nil {
		return opened{}, err
	}
	sender, now := p.sender(r), p.now()
	if wait := p.lookups.Begin(code, sender, now); wait > 0 {
		retryAfter(w, wait)
		return opened{}, tooManyGuesses.With("minutes", guard.Begun(wait, time.Minute))
	}
	c, err := p.cases.Unlock(r.Context(), code, secret)
	switch {
	case err == nil:
		p.lookups.Succeeded(code, sender, now)
		return opened{c, secret}, nil
	case !errors.Is(err, casework.ErrNoCase) && !errors.Is(err, casework.ErrWrongSecret):
		return opened{}, err
	case secret == "":
		return opened{}, web.Required.At(casework.FieldSecret)
	}
	return opened{}, refusal.WrongSecret
}

// read what was typed; the secret may be missing.
func (t pass) read() (casework.Code, casework.Secret, error) {
	code, err := casework.ParseCode(t.code)
	if err != nil || t.secret == "" {
		return code, "", err
	}
	secret, err := casework.ParseSecret(t.secret)
	return code, secret, err
}

// refusedPass is the problem that the look-up form shows, if the error is of what was typed into it.
func refusedPass(err error) (web.Problem, bool) {
	var problem web.Problem
	if errors.As(err, &problem) {
		return problem, true
	}
	if fields := refusal.Fields(err); len(fields) > 0 {
		return fields[0], true
	}
	return web.Problem{}, false
}

func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(guard.Begun(wait, time.Second)))
}
