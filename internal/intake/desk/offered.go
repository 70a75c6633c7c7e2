package desk

import (
	"cmp"
	"slices"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/privacy"
	"township.dev/liaison/internal/stationconf"
)

// offered is one move with its form.
type offered struct {
	Code casework.Code
	Move casework.Action
	// Seq of the last event on the page.
	Seq int
	// Back is the filter of the queue one came from.
	Back string
	// Again is true for what was done before and would be replaced.
	Again bool
	// Prefix keeps the ids of several forms on the page apart.
	Prefix string
	Form   *web.Form
	// Options of the fields with a choice.
	Options map[string][]web.Option
	// Units that a case can be assigned to.
	Units unitsView
	// Untold is how many who joined have not heard the answer.
	Untold int
	// Into is the case that a link proposes to merge into.
	Into casework.Summary
	// Found is the personal data in what is to be published; Covered is true where it is covered in the fields already.
	Found   []privacy.Finding
	Covered bool
}

// Most characters of the fields of moves.
func (offered) Most() map[string]int {
	return map[string]int{
		"reason": casework.MostReason, "unit": casework.MostUnit, "co_units": casework.MostCoUnits * (casework.MostUnit + 1), "formal_no": casework.MostFormalNo,
		"answer": casework.MostAnswer, "feedback": casework.MostFeedback, "remark": casework.MostRemark, "text": casework.MostText,
	}
}

// Open reports whether the form is shown without being asked for.
func (o offered) Open() bool { return o.Into.Code != "" }

// Offer prepares the form of a move.
func (v caseView) Offer(move casework.Action) offered {
	o := offered{Code: v.Code, Move: move, Seq: v.Seq, Back: v.Back, Form: web.NewForm(), Options: v.options(move), Again: v.has(move)}
	if move != v.Next {
		o.Prefix = string(move) + "-"
	}
	if move == v.Posted {
		o.Form = v.Form
	}
	switch move {
	case casework.ActionAssign:
		o.Units = v.units()
	case casework.ActionFeedback:
		o.Untold = v.Untold
	case casework.ActionMerge:
		v.proposeMerge(&o)
	case casework.ActionRelease:
		v.proposeRelease(&o)
	default: // nothing but its fields
	}
	return o
}

// has reports whether the case has what the move would give it.
func (v caseView) has(move casework.Action) bool {
	switch move {
	case casework.ActionClassify:
		return v.Classification.Seq > 0
	case casework.ActionAssign:
		return v.Assignment.Unit != ""
	case casework.ActionAnswer:
		return v.Answer.Seq > 0
	case casework.ActionFeedback:
		return v.Feedback.Seq > 0
	case casework.ActionRelease:
		return v.Released()
	default:
		return false
	}
}

func (v caseView) options(move casework.Action) map[string][]web.Option {
	switch move {
	case casework.ActionClassify:
		return map[string][]web.Option{casework.FieldRoute: hinted(v.words, "route.", "route_hint.", casework.Routes())}
	case casework.ActionAnswer:
		return map[string][]web.Option{casework.FieldResult: worded(v.words, "result.", casework.Results())}
	case casework.ActionFeedback, casework.ActionInform, casework.ActionFollowUp:
		return map[string][]web.Option{casework.FieldChannel: worded(v.words, "channel.", casework.Channels())}
	case casework.ActionRate:
		return map[string][]web.Option{casework.FieldRating: worded(v.words, "rating.", casework.Satisfactions())}
	default:
		return nil
	}
}

func worded[T ~string](words func(key string, args ...any) string, prefix string, values []T) []web.Option {
	options := make([]web.Option, 0, len(values))
	for _, value := range values {
		options = append(options, web.Option{Value: string(value), Label: words(prefix + string(value))})
	}
	return options
}

func hinted[T ~string](words func(key string, args ...any) string, prefix, hints string, values []T) []web.Option {
	options := worded(words, prefix, values)
	for i := range options {
		options[i].Hint = words(hints + options[i].Value)
	}
	return options
}

// unitsView are the units a case can be assigned to.
type unitsView struct {
	// Declared by the station; without any, a unit is typed, with Suggested to pick from.
	Declared  []unitOption
	Suggested []string
	// Options are the declared ones for the field of the handler unit.
	Options []web.Option
}

type unitOption struct {
	Name string
	// Chosen as one that helps.
	Chosen bool
}

func (v caseView) units() unitsView {
	view := unitsOf(v.documents.Station, v.Route, v.words("form.choose"), v.residents)
	for i := range view.Declared {
		view.Declared[i].Chosen = slices.Contains(v.Chosen, view.Declared[i].Name)
	}
	return view
}

// unitsOf the station, those first that the route leads to. Names stand in the record and so are in Chinese, whatever language the
// person at the desk reads; none is the choice of no unit.
func unitsOf(station stationconf.Station, route casework.Route, none string, residents *web.Catalogue) unitsView {
	units := slices.Clone(station.Units)
	if len(units) == 0 {
		return unitsView{Suggested: []string{residents.Text("unit.township", "town", station.Township.Name), residents.Text("unit.county")}}
	}
	level := stationconf.UnitTownship
	if route == casework.County {
		level = stationconf.UnitCounty
	}
	slices.SortStableFunc(units, func(a, b stationconf.Unit) int {
		return cmp.Compare(distance(a.Level, level), distance(b.Level, level))
	})
	view := unitsView{Options: []web.Option{{Label: none}}}
	for _, u := range units {
		view.Declared = append(view.Declared, unitOption{Name: u.Name})
		view.Options = append(view.Options, web.Option{Value: u.Name, Label: u.Name})
	}
	return view
}

// distance of a unit's level from the one wanted.
func distance(level, wanted string) int {
	if level == wanted {
		return 0
	}
	return 1
}

// proposeMerge fills in the case that the person came to merge into.
func (v caseView) proposeMerge(o *offered) {
	if v.Posted == casework.ActionMerge || v.Into.Code == "" {
		return
	}
	o.Into = v.Into
	o.Form.Set(casework.FieldInto, v.Into.Code.String())
}

// proposeRelease fills in what is public already, or else what was written with everything personal covered, and tells what that was.
func (v caseView) proposeRelease(o *offered) {
	switch {
	case v.Posted == casework.ActionRelease:
		o.Found = kindsIn(o.Form.Value(casework.FieldText), o.Form.Value(casework.FieldAnswer))
	case v.Released():
		o.Form.Set(casework.FieldText, v.Release.Text)
		o.Form.Set(casework.FieldAnswer, v.Release.Answer)
	default:
		o.Found, o.Covered = kindsIn(v.Text, v.Answer.Text), true
		o.Form.Set(casework.FieldText, privacy.MaskKnown(v.Text, v.Contact.Name, v.Contact.Phone))
		o.Form.Set(casework.FieldAnswer, privacy.MaskKnown(v.Answer.Text, v.Contact.Name, v.Contact.Phone))
	}
}

// kindsIn the texts: a finding of each, a certain one where there is one.
func kindsIn(texts ...string) []privacy.Finding {
	var kinds []privacy.Finding
	for _, text := range texts {
		for _, finding := range privacy.Find(text) {
			i := slices.IndexFunc(kinds, func(known privacy.Finding) bool { return known.Kind == finding.Kind })
			if i < 0 {
				kinds = append(kinds, finding)
				continue
			}
			kinds[i].Certain = kinds[i].Certain || finding.Certain
		}
	}
	return kinds
}
