// Package casefilter carries a filter of cases through an address, so that any list of the desk can be linked to, and says which
// cases an account may see.
package casefilter

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/workday"
)

// Names of the fields, as they stand in an address and in the form of the queue.
const (
	FieldStage        = "stage"
	FieldState        = "state"
	FieldRoute        = "route"
	FieldTopic        = "topic"
	FieldVillage      = "village"
	FieldUnit         = "unit"
	FieldSource       = "source"
	FieldResult       = "result"
	FieldRating       = "rating"
	FieldTiming       = "timing"
	FieldReceivedFrom = "received_from"
	FieldReceivedTo   = "received_to"
	FieldEndedFrom    = "ended_from"
	FieldEndedTo      = "ended_to"
	FieldDueFrom      = "due_from"
	FieldDueTo        = "due_to"
	FieldFormal       = "formal"
	FieldReopened     = "reopened"
	FieldUrged        = "urged"
	FieldReleased     = "released"
	FieldNoVillage    = "no_village"
	// FieldSearch holds words of a text or a phone number.
	FieldSearch = "q"

	// StageAll is the value of FieldStage for cases of whatever stage; without a value the cases that wait are meant.
	StageAll = "all"

	yes = "1"
	// mostTyped characters of a field that is typed.
	mostTyped = 100
)

// UnreadableDate is a day or a moment that was not written as browsers write it.
var UnreadableDate = web.Problem{Status: http.StatusUnprocessableEntity, Code: "unreadable_date"}

// Sources a case can have come by.
func Sources() []casework.Source {
	return append([]casework.Source{casework.FromSite, casework.FromOpen311}, casework.Sources()...)
}

// Routes a case can be on, Unclassified first.
func Routes() []casework.Route {
	return append([]casework.Route{casework.Unclassified}, casework.Routes()...)
}

// Timings in the order they are offered.
func Timings() []casework.Timing {
	return []casework.Timing{casework.TimingOverdue, casework.TimingSoon, casework.TimingPlanned, casework.TimingOnTime, casework.TimingLate}
}

// Parse reads what an address asks for. The form holds the fields as they were written and what is wrong with them; a field that
// cannot be read filters nothing. Who sees everything finds cases by phone; who does not must not learn whose phone it is.
func Parse(asked url.Values, rules casework.Rules, today workday.Date, scope casework.Scope) (casework.Filter, *web.Form) {
	r := reader{asked: asked, rules: rules, form: web.NewForm()}
	f := casework.Filter{
		Stage: r.stage(), State: choice(r, FieldState, casework.States()), NoVillage: r.flag(FieldNoVillage), Route: choice(r, FieldRoute, Routes()), Topic: r.text(FieldTopic), Village: r.text(FieldVillage), Unit: r.text(FieldUnit),
		Source: choice(r, FieldSource, Sources()), Result: choice(r, FieldResult, casework.Results()),
		Rating: choice(r, FieldRating, casework.Satisfactions()), Timing: choice(r, FieldTiming, Timings()), Today: today,
		EndedFrom: r.day(FieldEndedFrom), EndedTo: r.day(FieldEndedTo), DueFrom: r.day(FieldDueFrom), DueTo: r.day(FieldDueTo),
		Formal: r.flag(FieldFormal), Reopened: r.flag(FieldReopened), Urged: r.flag(FieldUrged), Released: r.flag(FieldReleased), Scope: scope,
	}
	if day := r.day(FieldReceivedFrom); !day.IsZero() {
		f.ReceivedFrom = rules.Period(day, day, today).From
	}
	if day := r.day(FieldReceivedTo); !day.IsZero() {
		f.ReceivedTo = rules.Period(day, day, today).To
	}
	if typed := r.text(FieldSearch); !scope.Limited && isPhone(typed) {
		f.Phone = typed
	} else {
		f.Search = typed
	}
	if f.Stage == casework.StagePending && asksForEnded(f) {
		f.Stage = ""
		r.form.Set(FieldStage, StageAll)
	}
	return f, r.form
}

// asksForEnded reports whether the filter wants what a case that waits cannot have, so that looking only among those would find nothing.
func asksForEnded(f casework.Filter) bool {
	switch f.Timing {
	case casework.TimingOnTime, casework.TimingLate, casework.TimingPlanned:
		return true
	case casework.TimingOverdue, casework.TimingSoon:
	}
	return f.State.Ended() || f.Rating != "" || f.Released || !f.EndedFrom.IsZero() || !f.EndedTo.IsZero()
}

// Query is the way back: Parse reads from it the filter it was made of. Today and scope are not part of it, because they
// belong to who follows the link.
func Query(f casework.Filter, rules casework.Rules) url.Values {
	q := url.Values{}
	for field, value := range map[string]string{
		FieldStage: stageValue(f.Stage), FieldState: string(f.State), FieldNoVillage: flagValue(f.NoVillage), FieldRoute: string(f.Route), FieldTopic: f.Topic, FieldVillage: f.Village, FieldUnit: f.Unit,
		FieldSource: string(f.Source), FieldResult: string(f.Result), FieldRating: string(f.Rating), FieldTiming: string(f.Timing),
		FieldEndedFrom: f.EndedFrom.String(), FieldEndedTo: f.EndedTo.String(), FieldDueFrom: f.DueFrom.String(), FieldDueTo: f.DueTo.String(),
		FieldFormal: flagValue(f.Formal), FieldReopened: flagValue(f.Reopened), FieldUrged: flagValue(f.Urged), FieldReleased: flagValue(f.Released),
		FieldSearch: f.Search + f.Phone, // never both
	} {
		if value != "" {
			q.Set(field, value)
		}
	}
	if !f.ReceivedFrom.IsZero() {
		q.Set(FieldReceivedFrom, rules.Today(f.ReceivedFrom).String())
	}
	if !f.ReceivedTo.IsZero() {
		q.Set(FieldReceivedTo, rules.Today(f.ReceivedTo.Add(-1)).String()) // the last instant that counts
	}
	return q
}

// Address of the queue with the filter.
func Address(f casework.Filter, rules casework.Rules) string {
	return (&url.URL{Path: "/desk", RawQuery: Query(f, rules).Encode()}).String()
}

func stageValue(s casework.Stage) string {
	switch s {
	case casework.StagePending:
		return ""
	case casework.StageEnded:
		return string(casework.StageEnded)
	}
	return StageAll
}

func flagValue(set bool) string {
	if set {
		return yes
	}
	return ""
}

// reader takes the fields of an address and notes them in the form.
type reader struct {
	asked url.Values
	rules casework.Rules
	form  *web.Form
}

func (r reader) value(field string) string {
	value := strings.TrimSpace(strings.ToValidUTF8(r.asked.Get(field), ""))
	r.form.Set(field, value)
	return value
}

func (r reader) refuse(field, code string, args ...any) {
	r.form.Refuse(web.Problem{Status: http.StatusUnprocessableEntity, Code: code, Field: field, Args: args})
}

func (r reader) stage() casework.Stage {
	switch r.value(FieldStage) {
	case "", string(casework.StagePending):
		return casework.StagePending
	case string(casework.StageEnded):
		return casework.StageEnded
	case StageAll:
		return ""
	}
	r.refuse(FieldStage, casework.CodeUnknownChoice)
	return casework.StagePending
}

func (r reader) text(field string) string {
	value := r.value(field)
	if n := utf8.RuneCountInString(value); n > mostTyped {
		r.refuse(field, casework.CodeTooLong, "most", mostTyped, "length", n)
		return ""
	}
	return value
}

func (r reader) day(field string) workday.Date {
	value := r.value(field)
	if value == "" {
		return workday.Date{}
	}
	day, err := workday.ParseDate(value)
	if err != nil {
		r.form.Refuse(UnreadableDate.At(field))
	}
	return day
}

func (r reader) flag(field string) bool { return r.value(field) == yes }

func choice[T ~string](r reader, field string, among []T) T {
	value := T(r.value(field))
	if value != "" && !slices.Contains(among, value) {
		r.refuse(field, casework.CodeUnknownChoice)
		return ""
	}
	return value
}

// A phone number has so many digits, with what people write between them.
const leastDigits, mostDigits = 7, 15

func isPhone(typed string) bool {
	digits := 0
	for _, char := range norm.NFKC.String(typed) {
		switch {
		case char >= '0' && char <= '9':
			digits++
		case strings.ContainsRune("+-()", char), unicode.IsSpace(char), unicode.Is(unicode.Pd, char):
		default:
			return false
		}
	}
	return digits >= leastDigits && digits <= mostDigits
}
