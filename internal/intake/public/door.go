package public

import (
	"errors"
	"net/http"
	"slices"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/web"
)

// What the door says, by its reasons. A form then comes back with all that was typed, and where a new ticket helps, with one.
var (
	refusals = map[guard.Reason]web.Problem{
		guard.TooManyFromSender: {Code: "too_many_from_sender"},
		guard.TooManyAtAll:      {Code: "too_many_at_all"},
		guard.NeedWork:          {Code: "work_needed"},
		guard.TooSoon:           {Code: "too_soon"},
		guard.Stale:             {Code: "form_stale"},
		guard.Replayed:          {Code: "form_replayed"},
	}
	decoyFilled = web.Problem{Status: http.StatusUnprocessableEntity, Code: "decoy_filled"}
)

// admit asks the door. The error is a Problem.
func (p *Public) admit(w http.ResponseWriter, r *http.Request, a guard.Attempt) error {
	a.Sender = p.sender(r)
	err := p.door.Admit(a, p.now())
	var refusal guard.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	problem := refusals[refusal.Reason]
	problem.Status = http.StatusTooManyRequests
	if refusal.Wait > 0 {
		retryAfter(w, refusal.Wait)
	}
	return problem.With("seconds", w.Header().Get("Retry-After"))
}

// Headers by which a program does what a browser does with the hidden fields of a form: it is given a ticket, and sends it back with its solution.
const (
	ticketHeader   = "X-Ticket"
	solutionHeader = "X-Work"
)

// Admit asks the door for a program that speaks for a resident, under its idempotency key, which may be empty. Where another ticket helps, the
// answer has one. The error is a Problem.
func (p *Public) Admit(w http.ResponseWriter, r *http.Request, key string) error {
	err := p.admit(w, r, guard.Attempt{Ticket: guard.Ticket(r.Header.Get(ticketHeader)), Solution: r.Header.Get(solutionHeader), Key: key})
	var refused web.Problem
	if errors.As(err, &refused) && wantsTicket(refused) {
		w.Header().Set(ticketHeader, string(p.door.Gate().Open(p.now())))
	}
	return err
}

// ask the door, once, with what the form said before its first photo.
func (a *arrival) ask(form *web.Form) {
	if a.asked {
		return
	}
	a.asked = true
	if guard.Decoyed(form.Value(guard.DecoyField)) {
		form.Refuse(decoyFilled)
		form.Set(guard.DecoyField, "")
		return
	}
	err := a.admit(a.w, a.r, guard.Attempt{
		Ticket: guard.Ticket(form.Value(guard.TicketField)), Solution: form.Value(guard.SolutionField), Key: form.Value(casework.FieldKey),
	})
	var refused web.Problem
	if errors.As(err, &refused) {
		form.Refuse(refused)
	}
	a.in = err == nil
}

// renewed gives a form another ticket where the one it has is missing or will not do. A ticket that only has to rest stays.
func (p *Public) renewed(form *web.Form) {
	if slices.ContainsFunc(form.Problems, wantsTicket) {
		form.Set(guard.TicketField, "")
	}
	if form.Value(guard.TicketField) == "" {
		form.Set(guard.TicketField, string(p.door.Gate().Open(p.now())))
		form.Set(guard.SolutionField, "")
	}
}

// wantsTicket tells of a refusal that the ticket of a new form helps against.
func wantsTicket(problem web.Problem) bool {
	switch problem.Code {
	case refusals[guard.NeedWork].Code, refusals[guard.Stale].Code, refusals[guard.Replayed].Code:
		return true
	default:
		return false
	}
}
