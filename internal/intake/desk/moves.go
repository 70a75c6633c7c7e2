package desk

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/privacy"
	"township.dev/liaison/internal/workday"
)

// moves are the forms of the case page: the action whose name stands in the address, and what its fields mean. Merging, which
// changes two cases, has a handler of its own.
var moves = []moveForm{
	{casework.ActionClassify, func(f *filled, _ casework.Case) casework.Move {
		return casework.Classify{Route: casework.Route(f.value(casework.FieldRoute)), Reason: f.value(casework.FieldReason)}
	}},
	{casework.ActionAssign, func(f *filled, _ casework.Case) casework.Move { return f.assign() }},
	{casework.ActionStart, func(*filled, casework.Case) casework.Move { return casework.Start{} }},
	{casework.ActionReturn, func(f *filled, _ casework.Case) casework.Move {
		return casework.Return{Reason: f.value(casework.FieldReason)}
	}},
	{casework.ActionExtend, func(f *filled, _ casework.Case) casework.Move {
		return casework.Extend{Reason: f.value(casework.FieldReason)}
	}},
	{casework.ActionMarkFormal, func(f *filled, _ casework.Case) casework.Move {
		return casework.MarkFormal{No: f.value(casework.FieldFormalNo)}
	}},
	{casework.ActionAnswer, func(f *filled, _ casework.Case) casework.Move {
		return casework.GiveAnswer{
			Result: casework.Result(f.value(casework.FieldResult)), Text: f.value(casework.FieldText), PlannedFor: f.day(casework.FieldPlannedFor),
		}
	}},
	{casework.ActionFeedback, func(f *filled, _ casework.Case) casework.Move { return f.feedback() }},
	{casework.ActionInform, func(f *filled, _ casework.Case) casework.Move { return f.inform() }},
	{casework.ActionClose, func(*filled, casework.Case) casework.Move { return casework.Close{} }},
	{casework.ActionRate, func(f *filled, c casework.Case) casework.Move {
		return f.rules.Rating(c, casework.Satisfaction(f.value(casework.FieldRating)), f.value(casework.FieldText))
	}},
	{casework.ActionFollowUp, func(f *filled, _ casework.Case) casework.Move {
		return casework.FollowUp{Channel: casework.Channel(f.value(casework.FieldChannel)), Text: f.value(casework.FieldText)}
	}},
	{casework.ActionRelease, func(f *filled, _ casework.Case) casework.Move {
		return casework.Publish{Text: f.value(casework.FieldText), Answer: f.value(casework.FieldAnswer)}
	}},
	{casework.ActionUnrelease, func(*filled, casework.Case) casework.Move { return casework.Unpublish{} }},
	{casework.ActionUrge, func(f *filled, _ casework.Case) casework.Move {
		return casework.Urge{Text: f.value(casework.FieldText)}
	}},
	{casework.ActionComment, func(f *filled, _ casework.Case) casework.Move {
		return casework.Comment{Text: f.value(casework.FieldText)}
	}},
	{casework.ActionWithdraw, func(f *filled, _ casework.Case) casework.Move {
		return casework.Withdraw{Reason: f.value(casework.FieldReason)}
	}},
}

type moveForm struct {
	action casework.Action
	// read makes the move of what was filled in, for the case as it is now.
	read func(*filled, casework.Case) casework.Move
}

// hasForm reports whether people make the move on the case page. Taking a case up again is a rating; joining comes with merging.
func hasForm(a casework.Action) bool {
	return a == casework.ActionMerge || slices.ContainsFunc(moves, func(m moveForm) bool { return m.action == a })
}

// Names of fields beside those of the moves.
const (
	// fieldSeq is the hidden field with the number of the last event that the page showed.
	fieldSeq = "seq"
	// fieldInform asks to note the feedback for everybody who joined the case too.
	fieldInform = "inform"

	yes = "1"
)

// filled is the form of a move as somebody sent it.
type filled struct {
	form   *web.Form
	values url.Values
	rules  casework.Rules
	// answeredAt is when the case that this one was merged into was answered; zero for any other case.
	answeredAt time.Time
	// unreadable fields are no move, whatever the rules say of the others.
	unreadable casework.FieldErrors
}

func (d *Desk) readFilled(r *http.Request) (*filled, error) {
	form, err := web.ReadForm(r)
	if err != nil {
		return nil, err
	}
	return &filled{form: form, values: r.PostForm, rules: d.documents().Rules}, nil
}

func (f *filled) value(field string) string { return f.form.Value(field) }

func (f *filled) assign() casework.Assign {
	return casework.Assign{Unit: f.value(casework.FieldUnit), CoUnits: f.units(casework.FieldCoUnits), Text: f.value(casework.FieldText)}
}

// units were ticked where the station declares its own, and otherwise written in one line.
func (f *filled) units(field string) []string {
	if len(f.rules.Units) > 0 {
		return f.values[field]
	}
	var names []string
	for name := range strings.FieldsFuncSeq(f.value(field), func(r rune) bool { return strings.ContainsRune("、，,；;\n", r) }) {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (f *filled) feedback() casework.RecordFeedback {
	return casework.RecordFeedback{
		Channel: casework.Channel(f.value(casework.FieldChannel)), Text: f.value(casework.FieldText), ToldAt: f.moment(casework.FieldToldAt),
	}
}

func (f *filled) inform() casework.Inform {
	return casework.Inform{RecordFeedback: f.feedback(), AnsweredAt: f.answeredAt}
}

// day that was picked; none where nothing was.
func (f *filled) day(field string) workday.Date {
	written := f.value(field)
	if written == "" {
		return workday.Date{}
	}
	day, err := workday.ParseDate(written)
	if err != nil {
		f.unreadable = append(f.unreadable, casework.FieldError{Field: field, Code: casefilter.UnreadableDate.Code})
	}
	return day
}

// momentLayout is how browsers send a field of the type datetime-local.
const momentLayout = "2006-01-02T15:04"

// moment that was picked, by the station's clock.
func (f *filled) moment(field string) time.Time {
	written := f.value(field)
	if written == "" {
		return time.Time{}
	}
	location := f.rules.Location
	if location == nil {
		location = time.UTC
	}
	moment, err := time.ParseInLocation(momentLayout, written, location)
	if err != nil {
		f.unreadable = append(f.unreadable, casework.FieldError{Field: field, Code: casefilter.UnreadableDate.Code})
	}
	return moment
}

// move handles the form of one move. What the rules refuse comes back as the case page, with what was typed.
func (d *Desk) move(m moveForm) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		code, err := codeIn(r)
		if err != nil {
			return err
		}
		f, err := d.readFilled(r)
		if err != nil {
			return err
		}
		var moved casework.Case
		if err = d.prepare(r, code, m.action, f); err == nil {
			moved, err = d.apply(r, code, f, m)
		}
		if err == nil && f.value(fieldInform) == yes && m.action == casework.ActionFeedback {
			err = d.informReporters(r, code, f)
		}
		if err == nil {
			http.Redirect(w, r, after(moved, m.action, f.value(fieldBack)), http.StatusSeeOther)
			return nil
		}
		return d.refuse(w, r, code, m.action, f, err)
	}
}

// after a move people go on where they were: who was told of a merged case is told on the page of the case it went on as.
func after(c casework.Case, a casework.Action, back string) string {
	if a == casework.ActionInform {
		return addressFrom(c.MergedInto, back) + "#reporters"
	}
	return addressFrom(c.Code, back)
}

// textLabels are what the field named text is called on the form of a move; on the resident's form it is the suggestion.
var textLabels = map[casework.Action]string{
	casework.ActionAssign: "move.assign_text", casework.ActionAnswer: "field.answer", casework.ActionFeedback: "field.feedback",
	casework.ActionInform: "field.feedback", casework.ActionRate: "move.rate_text", casework.ActionRelease: "release.text",
	casework.ActionComment: "move.comment_text", casework.ActionUrge: "move.urge_text", casework.ActionFollowUp: "field.feedback",
}

// refuse shows the case page with what is wrong with the move, or returns what is no fault of the move.
func (d *Desk) refuse(w http.ResponseWriter, r *http.Request, code casework.Code, a casework.Action, f *filled, err error) error {
	for _, p := range problemsOf(err) {
		if label, named := textLabels[a]; named && p.Field == casework.FieldText {
			p = p.Called(label)
		}
		f.form.Refuse(p)
	}
	if f.form.OK() {
		return fmt.Errorf("moving a case: %w", err)
	}
	return d.renderCase(w, r, code, posted{action: a, form: f.form, chosen: f.values[casework.FieldCoUnits]})
}

// problemsOf a move that can be shown beside its form; none for any other error.
func problemsOf(err error) []web.Problem {
	problems := refusal.Fields(err)
	switch {
	case errors.Is(err, errMovedMeanwhile):
		problems = append(problems, caseMoved)
	case errors.Is(err, casework.ErrNotAllowed):
		if p, known := refusal.Of(err); known {
			problems = append(problems, p)
		}
	}
	return problems
}

var errMovedMeanwhile = errors.New("the case was moved since the page was opened")

// apply moves the case, if the person sees it. What stands in fieldSeq is what the page showed: a move the rules still allow is refused
// when the case is no longer the one on the page, or a feedback would be recorded for an answer that a colleague has just
// replaced. Empty, it is not compared.
func (d *Desk) apply(r *http.Request, code casework.Code, f *filled, m moveForm) (casework.Case, error) {
	by, scope, now := accountOf(r).Actor(), d.scope(r), d.now()
	return d.repository.Change(r.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
		if !casefilter.Sees(scope, c.Village) {
			return c, casework.Event{}, casework.ErrNoCase
		}
		f.unreadable = nil
		move := m.read(f, c)
		moved, event, err := f.rules.Apply(c, move, by, now)
		if len(f.unreadable) > 0 {
			return c, casework.Event{}, append(f.unreadable, casework.AsFieldErrors(err)...)
		}
		if err == nil {
			err = f.stillAsSeen(c)
		}
		return moved, event, err
	})
}

// prepare a move that needs to know more than its case.
func (d *Desk) prepare(r *http.Request, code casework.Code, a casework.Action, f *filled) error {
	switch a {
	case casework.ActionRelease:
		return d.namesNobody(r, code, f)
	case casework.ActionInform:
		return d.findAnswer(r, code, f)
	default:
		return nil
	}
}

// findAnswer of the case that a merged one goes on as, before which nobody can have been told.
func (d *Desk) findAnswer(r *http.Request, code casework.Code, f *filled) error {
	c, err := d.open(r, code)
	if err != nil || c.State != casework.Merged {
		return err
	}
	into, err := d.repository.Case(r.Context(), c.MergedInto)
	if err != nil {
		return fmt.Errorf("reading the case another was merged into: %w", err)
	}
	f.answeredAt = into.Answer.At
	return nil
}

// namesNobody refuses to publish words that name who raised the case, which no form of a name gives away.
func (d *Desk) namesNobody(r *http.Request, code casework.Code, f *filled) error {
	who, err := d.repository.Contact(r.Context(), code)
	if err != nil {
		return fmt.Errorf("reading who must not be named: %w", err)
	}
	var named casework.FieldErrors
	for _, field := range []string{casework.FieldText, casework.FieldAnswer} {
		if written := f.value(field); privacy.MaskKnown(written, who.Name) != privacy.Mask(written) {
			named = append(named, casework.FieldError{Field: field, Code: casework.CodePersonalData})
		}
	}
	if len(named) > 0 {
		return named
	}
	return nil
}

// stillAsSeen says whether the case is still the one that the page showed.
func (f *filled) stillAsSeen(c casework.Case) error {
	if seen := f.value(fieldSeq); seen != "" && seen != strconv.Itoa(c.Seq) {
		return errMovedMeanwhile
	}
	return nil
}
