package desk

import (
	"net/http"
	"slices"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
)

// filterView is the form above the queue.
type filterView struct {
	Form *web.Form
	// Active are the filters in force, in words.
	Active []string
	// Fields with a choice, in the order of the form; Days those with a day; Flags those that are on or off.
	Fields []filterField
	Days   []string
	Flags  []string
}

type filterField struct {
	Name    string
	Options []web.Option
}

func (d *Desk) viewFilter(r *http.Request, documents *mounted.Documents, f casework.Filter, form *web.Form) filterView {
	words := func(key string) string { return d.area.Text(r, key) }
	villages := documents.Villages
	if f.Scope.Limited {
		villages = f.Scope.Villages
	}
	units := make([]string, 0, len(documents.Station.Units))
	for _, u := range documents.Station.Units {
		units = append(units, u.Name)
	}
	view := filterView{
		Form: form,
		Days: []string{casefilter.FieldReceivedFrom, casefilter.FieldReceivedTo},
		Fields: []filterField{
			{casefilter.FieldStage, []web.Option{
				{Label: words("stage.pending")}, {Value: string(casework.StageEnded), Label: words("stage.ended")}, {Value: casefilter.StageAll, Label: words("stage.all")},
			}},
			{casefilter.FieldTiming, named(words, "timing.", casefilter.Timings())},
			{casefilter.FieldRoute, named(words, "route.", casefilter.Routes())},
			{casefilter.FieldTopic, plain(words, documents.Station.Topics, f.Topic)},
			{casefilter.FieldVillage, plain(words, villages, f.Village)},
			{casefilter.FieldUnit, plain(words, units, f.Unit)},
			{casefilter.FieldSource, named(words, "source.", casefilter.Sources())},
			{casefilter.FieldResult, named(words, "result.", casework.Results())},
			{casefilter.FieldRating, named(words, "rating.", casework.Satisfactions())},
		},
		Flags: []string{casefilter.FieldFormal, casefilter.FieldReopened, casefilter.FieldUrged, casefilter.FieldReleased},
	}
	// A field without a choice would only take up room. Bounds that links of the statistics set are kept though the form has no
	// use for them otherwise.
	view.Fields = slices.DeleteFunc(view.Fields, func(field filterField) bool { return len(field.Options) < 2 })
	if form.Value(casefilter.FieldState) != "" {
		view.Fields = append(view.Fields, filterField{casefilter.FieldState, named(words, "state.", casework.States())})
	}
	if form.Value(casefilter.FieldNoVillage) != "" {
		view.Flags = append(view.Flags, casefilter.FieldNoVillage)
	}
	for _, day := range []string{casefilter.FieldEndedFrom, casefilter.FieldEndedTo, casefilter.FieldDueFrom, casefilter.FieldDueTo} {
		if form.Value(day) != "" {
			view.Days = append(view.Days, day)
		}
	}
	view.Active = view.active(words)
	return view
}

// active names what the list is narrowed to. A field with a problem narrows nothing.
func (v filterView) active(words func(string) string) []string {
	var names []string
	for _, field := range v.Fields {
		value := v.Form.Value(field.Name)
		if i := slices.IndexFunc(field.Options, func(o web.Option) bool { return o.Value == value }); i > 0 {
			names = append(names, field.Options[i].Label)
		}
	}
	for _, day := range v.Days {
		if value := v.Form.Value(day); value != "" && v.Form.Problem(day) == nil {
			names = append(names, words("field."+day)+" "+value)
		}
	}
	for _, flag := range v.Flags {
		if v.Form.Value(flag) == yes {
			names = append(names, words("field."+flag))
		}
	}
	if typed := v.Form.Value(casefilter.FieldSearch); typed != "" && v.Form.Problem(casefilter.FieldSearch) == nil {
		names = append(names, "“"+typed+"”")
	}
	return names
}

// named offers any value first, then the values by the words under their keys.
func named[T ~string](words func(string) string, prefix string, values []T) []web.Option {
	options := []web.Option{{Label: words("filter.any")}}
	for _, value := range values {
		options = append(options, web.Option{Value: string(value), Label: words(prefix + string(value))})
	}
	return options
}

// plain offers names, and the one chosen even when the station has it no more.
func plain(words func(string) string, names []string, chosen string) []web.Option {
	options := []web.Option{{Label: words("filter.any")}}
	if chosen != "" && !slices.Contains(names, chosen) {
		options = append(options, web.Option{Value: chosen, Label: chosen})
	}
	for _, name := range names {
		options = append(options, web.Option{Value: name, Label: name})
	}
	return options
}
