package public

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

const (
	// keyHeader lets a program repeat a request whose answer it did not get.
	keyHeader = "Idempotency-Key"
	// secretHeader keeps the query secret out of the address, which proxies write down.
	secretHeader = "X-Query-Secret"
)

// receiptJSON acknowledges a suggestion.
type receiptJSON struct {
	Code       string         `json:"code"`
	State      casework.State `json:"state"`
	ReceivedAt time.Time      `json:"receivedAt"`
}

// newReceipt tells the query secret too, once.
type newReceipt struct {
	receiptJSON
	Secret string `json:"secret"`
}

// caseJSON is what code and secret let a program see: nothing of who raised the case, nor what was written.
type caseJSON struct {
	receiptJSON
	Topic      string                `json:"topic"`
	Village    string                `json:"village,omitempty"`
	Route      casework.Route        `json:"route"`
	Unit       string                `json:"unit,omitempty"`
	Due        string                `json:"due,omitempty"`
	Extended   bool                  `json:"extended,omitempty"`
	Reopened   int                   `json:"reopened,omitempty"`
	Answer     *answerJSON           `json:"answer,omitempty"`
	FeedbackAt time.Time             `json:"feedbackAt,omitzero"`
	ClosedAt   time.Time             `json:"closedAt,omitzero"`
	Rating     casework.Satisfaction `json:"rating,omitempty"`
}

type answerJSON struct {
	Result casework.Result `json:"result"`
	Text   string          `json:"text"`
	At     time.Time       `json:"at"`
}

func (p *Public) receiptOf(c casework.Case) receiptJSON {
	return receiptJSON{Code: c.Code.String(), State: c.State, ReceivedAt: p.local(c.ReceivedAt)}
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
	key := r.Header.Get(keyHeader)
	if err := p.Admit(w, r, key); err != nil {
		return err
	}
	sent, err := p.check(s, key)
	if problems := p.problemsOf(err); len(problems) > 0 {
		return problems[0]
	}
	receipt, err := p.submit(r.Context(), sent)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if receipt.Replayed {
		status = http.StatusOK
	}
	w.Header().Set("Location", "/api/v1/suggestions/"+receipt.Case.Code.String())
	return web.WriteJSON(w, status, newReceipt{p.receiptOf(receipt.Case), receipt.Secret.String()})
}

func (p *Public) statusJSON(w http.ResponseWriter, r *http.Request) error {
	typed := pass{r.PathValue("code"), cmp.Or(r.Header.Get(secretHeader), r.URL.Query().Get(casework.FieldSecret))}
	o, err := p.unlock(w, r, typed)
	if problem, known := refusedPass(err); known && problem.Status != http.StatusTooManyRequests {
		return refusal.WrongSecret
	}
	if err != nil {
		return fmt.Errorf("looking up a case: %w", err)
	}
	c := o.Case
	answer := caseJSON{
		receiptJSON: p.receiptOf(c), Topic: c.Topic, Village: c.Village, Route: c.Route, Unit: c.Assignment.Unit, Due: c.Clock.Due.String(),
		Extended: c.Extended, Reopened: c.Reopened, FeedbackAt: p.local(c.Feedback.At), ClosedAt: p.local(c.ClosedAt), Rating: c.Rating.Value,
	}
	if c.Answer.Result != "" {
		answer.Answer = &answerJSON{c.Answer.Result, c.Answer.Text, p.local(c.Answer.At)}
	}
	return web.WriteJSON(w, http.StatusOK, answer)
}
