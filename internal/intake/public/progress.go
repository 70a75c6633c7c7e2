package public

import (
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// receiptView is the page to keep.
type receiptView struct {
	casework.Case
	Received time.Time
}

func (p *Public) receipt(w http.ResponseWriter, r *http.Request) error {
	code, err := pathCode(r)
	if err != nil {
		return err
	}
	c, err := p.cases.Case(r.Context(), code)
	if err != nil {
		return fmt.Errorf("looking up a receipt: %w", err)
	}
	return p.area.Render(w, r, http.StatusOK, "receipt", receiptView{c, p.local(c.ReceivedAt)})
}

// statusView is the look-up, with the case's progress once its code is known.
type statusView struct {
	Form     *web.Form
	Progress *progressView
}

// progressView tells in plain words how far a case is. It holds neither the text nor who wrote it: a code can be seen over a shoulder.
type progressView struct {
	casework.Case
	DueDay *time.Time
	// DueWords is the key of what has to be done by DueDay: before a case is classified that is to classify it, not to settle it.
	DueWords string
	Late     bool
	Steps    []stepView
}

// stepView is one station of the way; Class is done, now, or empty for what is yet to come.
type stepView struct {
	Name  string
	Class string
	At    time.Time
	Words string
	Quote string
}

func (p *Public) status(w http.ResponseWriter, r *http.Request) error {
	typed := r.URL.Query().Get(casework.FieldCode)
	view := statusView{Form: web.NewForm(casework.FieldCode, typed)}
	if typed == "" {
		return p.area.Render(w, r, http.StatusOK, "status", view)
	}
	c, err := p.find(r, typed)
	if problem, known := refusal.Of(err); err != nil && known && problem.Field == casework.FieldCode {
		view.Form.Refuse(problem)
		return p.area.RenderForm(w, r, "status", view.Form, view)
	}
	if err != nil {
		return fmt.Errorf("looking up a case: %w", err)
	}
	view.Progress = p.progress(r, c)
	return p.area.Render(w, r, http.StatusOK, "status", view)
}

func (p *Public) find(r *http.Request, typed string) (casework.Case, error) {
	code, err := casework.ParseCode(typed)
	if err != nil {
		return casework.Case{}, err
	}
	return p.cases.Case(r.Context(), code)
}

func (p *Public) progress(r *http.Request, c casework.Case) *progressView {
	d := p.documents()
	view := &progressView{Case: c, DueWords: "status.due", Late: c.Overdue(d.Today(p.now())), Steps: p.steps(r, c)}
	if c.Route == casework.Unclassified {
		view.DueWords = "status.due_triage"
	}
	if c.Pending() && !c.Clock.Due.IsZero() {
		due := c.Clock.Due.In(d.Location)
		view.DueDay = &due
	}
	return view
}

// steps are the stations every case passes, with what is known of each. A station is done when it has a time, and the
// first without one is where the case is now.
func (p *Public) steps(r *http.Request, c casework.Case) []stepView {
	text := func(key string, args ...any) string { return p.area.Text(r, key, args...) }
	steps := []stepView{
		{Name: "received", At: c.ReceivedAt, Words: text("step.received_words")},
		{Name: "classified", At: c.Classification.At, Words: text("route_words." + string(c.Route))},
		{Name: "answered", At: c.Answer.At, Words: text("result." + string(c.Answer.Result)), Quote: c.Answer.Text},
		{Name: "feedback", At: c.Feedback.ToldAt, Words: text("step.feedback_words", "channel", text("channel."+string(c.Feedback.Channel)))},
		{Name: "closed", At: c.ClosedAt, Words: text("step.closed_words")},
	}
	reached := true
	for i := range steps {
		s := &steps[i]
		switch {
		case !s.At.IsZero():
			s.Class, s.At = "done", p.local(s.At)
			continue
		case reached:
			s.Class, reached = "now", false
		}
		s.Words = text("step." + s.Name + "_next")
	}
	return steps
}
