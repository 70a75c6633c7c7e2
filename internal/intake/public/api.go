package public

import (
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

// keyHeader lets a program repeat a request whose answer it did not get.
const keyHeader = "Idempotency-Key"

// receiptJSON acknowledges a suggestion.
type receiptJSON struct {
	Code       string         `json:"code"`
	State      casework.State `json:"state"`
	ReceivedAt time.Time      `json:"receivedAt"`
}

// caseJSON is what the receipt code lets one see: nothing of who raised the case, nor what was written.
type caseJSON struct {
	receiptJSON
	Topic      string         `json:"topic"`
	Village    string         `json:"village,omitempty"`
	Route      casework.Route `json:"route"`
	Due        string         `json:"due,omitempty"`
	Answer     *answerJSON    `json:"answer,omitempty"`
	FeedbackAt time.Time      `json:"feedbackAt,omitzero"`
	ClosedAt   time.Time      `json:"closedAt,omitzero"`
}

type answerJSON struct {
	Result casework.Result `json:"result"`
	Text   string          `json:"text"`
	At     time.Time       `json:"at"`
}

func (p *Public) receiptOf(c casework.Case) receiptJSON {
	return receiptJSON{Code: c.Code.String(), State: c.State, ReceivedAt: c.ReceivedAt.In(p.documents().Location)}
}

func (p *Public) submitJSON(w http.ResponseWriter, r *http.Request) error {
	var s casework.Suggestion
	err := web.ReadJSON(r, map[string]*string{
		casework.FieldTopic: &s.Topic, casework.FieldVillage: &s.Village, casework.FieldText: &s.Text,
		casework.FieldName: &s.Name, casework.FieldPhone: &s.Phone,
	})
	if err != nil {
		return err
	}
	c, replayed, err := p.submit(r.Context(), s, r.Header.Get(keyHeader))
	if problems := p.problemsOf(err); len(problems) > 0 {
		return problems[0]
	}
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if replayed {
		status = http.StatusOK
	}
	w.Header().Set("Location", "/api/v1/suggestions/"+c.Code.String())
	return web.WriteJSON(w, status, p.receiptOf(c))
}

func (p *Public) statusJSON(w http.ResponseWriter, r *http.Request) error {
	code, err := pathCode(r)
	if err != nil {
		return err
	}
	c, err := p.cases.Case(r.Context(), code)
	if err != nil {
		return fmt.Errorf("looking up a case: %w", err)
	}
	answer := caseJSON{
		receiptJSON: p.receiptOf(c), Topic: c.Topic, Village: c.Village, Route: c.Route, Due: c.Clock.Due.String(),
		FeedbackAt: p.local(c.Feedback.At), ClosedAt: p.local(c.ClosedAt),
	}
	if c.Answer.Result != "" {
		answer.Answer = &answerJSON{c.Answer.Result, c.Answer.Text, p.local(c.Answer.At)}
	}
	return web.WriteJSON(w, http.StatusOK, answer)
}

// local tells an instant in the station's time zone; none stays none.
func (p *Public) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(p.documents().Location)
}
