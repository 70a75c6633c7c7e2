package open311

import (
	"context"
	"encoding/xml"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// Problems of this interface. The specification has 404 for what does not exist, 403 for keys, and 400 for the rest.
var (
	UnknownJurisdiction = web.Problem{Status: http.StatusNotFound, Code: "unknown_jurisdiction", Field: fieldJurisdiction}
	UnknownService      = web.Problem{Status: http.StatusNotFound, Code: "unknown_service", Field: fieldService}
	BadAPIKey           = web.Problem{Status: http.StatusForbidden, Code: "bad_api_key", Field: fieldKey}
	BadQuery            = web.Problem{Status: http.StatusBadRequest, Code: "bad_query"}
	FilesNotAccepted    = web.Problem{Status: http.StatusBadRequest, Code: "files_not_accepted"}
	NoLocation          = web.Problem{Status: http.StatusBadRequest, Code: "no_location", Field: fieldAddress}
	BadCoordinate       = web.Problem{Status: http.StatusBadRequest, Code: "bad_coordinate"}
	UnknownStatus       = web.Problem{Status: http.StatusBadRequest, Code: "unknown_status", Field: fieldStatus}
	BadNumber           = web.Problem{Status: http.StatusBadRequest, Code: casework.CodeBadNumber}
	BadInstant          = web.Problem{Status: http.StatusBadRequest, Code: "bad_instant"}
	SpanTooLong         = web.Problem{Status: http.StatusBadRequest, Code: "span_too_long", Field: fieldEnd}
	SpanReversed        = web.Problem{Status: http.StatusBadRequest, Code: "span_reversed", Field: fieldEnd}
	TooManyRequested    = web.Problem{Status: http.StatusBadRequest, Code: "too_many_requested", Field: fieldRequest}
)

// parameters are the names under which the fields of a suggestion come in here.
var parameters = map[string]string{
	casework.FieldTopic: fieldService, casework.FieldVillage: fieldAddress, casework.FieldText: fieldDescription,
	casework.FieldName: fieldFirstName, casework.FieldPhone: fieldPhone, casework.FieldKey: keyHeader, casework.FieldCode: fieldRequest,
}

// problems are several refusals at once; never empty.
type problems []web.Problem

func (ps problems) Error() string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = p.Error()
	}
	return strings.Join(words, "; ")
}

// Unwrap returns the first, which decides the status.
func (ps problems) Unwrap() error { return ps[0] }

// errorBody is one refusal as the specification has it.
type errorBody struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

type errorsXML struct {
	XMLName xml.Name    `xml:"errors"`
	Errors  []errorBody `xml:"error"`
}

// refuse answers with what is wrong, unless the sender has gone. The router still gets the error, to log what it cannot explain.
func (i *Open311) refuse(w http.ResponseWriter, r *http.Request, f format, err error) {
	if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
		return
	}
	all := problemsIn(err)
	if len(all) == 0 {
		all = problems{internalProblem.With("reference", w.Header().Get("X-Request-Id"))}
	}
	web.Note(r, all[0])
	bodies := make([]errorBody, len(all))
	for n, p := range all {
		bodies[n] = errorBody{statusOf(p), i.describe(p)}
	}
	_ = f.write(w, bodies[0].Code, answer{xml: errorsXML{Errors: bodies}, json: bodies}) // numbers and strings can be encoded
}

var internalProblem = web.Problem{Status: http.StatusInternalServerError, Code: "internal"}

// statusOf is the HTTP status by the specification, which has 400 where we tell a conflict or a bad field apart.
func statusOf(p web.Problem) int {
	if p.Status == http.StatusUnprocessableEntity || p.Status == http.StatusConflict {
		return http.StatusBadRequest
	}
	return p.Status
}

// describe says what is wrong in English, for who wrote the program, then in Chinese with the remedy, for who uses it.
func (i *Open311) describe(p web.Problem) string {
	en, zh := i.words[web.English], i.words[web.Chinese]
	words := en.Message(p) + " / " + zh.Message(p) + zh.Text("form.stop") + zh.Remedy(p)
	if p.Field == "" {
		return words
	}
	return p.Field + ": " + words
}

// problemsIn lists what the error says of the request, with fields named as they are here; nothing when it says nothing of it.
func problemsIn(err error) problems {
	var own problems
	if errors.As(err, &own) {
		return own
	}
	all := problems(refusal.Fields(err))
	if len(all) == 0 {
		if p, known := problemIn(err); known {
			all = problems{p}
		}
	}
	for n, p := range all {
		if p.Code == casework.CodeUnknownTopic {
			all[n] = UnknownService
		} else if name, known := parameters[p.Field]; known {
			all[n].Field = name
		}
	}
	return all
}

func problemIn(err error) (web.Problem, bool) {
	var p web.Problem
	if errors.As(err, &p) {
		return p, true
	}
	if p, tooLarge := tooLargeIn(err); tooLarge {
		return p, true
	}
	return refusal.Of(err)
}

func tooLargeIn(err error) (web.Problem, bool) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return web.TooLarge.With("limit", tooLarge.Limit/1024), true
	}
	return web.Problem{}, false
}

// shown is the name of a parameter, as far as an answer can repeat it.
func shown(name string) string {
	const most = 40
	if len(name) > most || strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) }) {
		return ""
	}
	return name
}
