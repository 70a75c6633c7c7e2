package public

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/privacy"
)

// mostMerges are followed from a case to the one it goes on as; a longer chain is shown from where it was left.
const mostMerges = 8

// progressView tells in plain words how far a case is.
type progressView struct {
	opened
	// Private is true where a secret opened the case: a code alone can be seen over a shoulder.
	Private bool
	// Own steps of the case, and those of the case it goes on as; Joined is nil where it goes on as itself.
	Steps  []stepView
	Joined *joinedView
	Due    *dueView
	// What the resident may do now.
	MayRate, MayWithdraw bool
	Ratings              []web.Option
	MostText             int
}

// joinedView is the case that a merged one goes on as, without anything that only who raised it may see.
type joinedView struct {
	State casework.State
	Steps []stepView
	Due   *dueView
}

// dueView is the last day in time.
type dueView struct {
	Day time.Time
	// Words is the key of what has to be done by then: before a case is classified that is to classify it, not to settle it.
	Words string
	Late  bool
	// Why the deadline is on that day, a sentence for each reason.
	Why []string
}

// Photos are the numbers of the photos.
func (v progressView) Photos() []int {
	numbers := make([]int, v.Case.Photos)
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers
}

// WithdrawAddress is where to withdraw the case.
func (v progressView) WithdrawAddress() string { return v.address("/status/withdraw") }

func (p *Public) progress(r *http.Request, o opened) (*progressView, error) {
	secret, err := p.cases.Secret(r.Context(), o.Code)
	if err != nil {
		return nil, fmt.Errorf("asking whether a case has a secret: %w", err)
	}
	history, err := p.cases.History(r.Context(), o.Code)
	if err != nil {
		return nil, fmt.Errorf("reading the history of a case: %w", err)
	}
	joined, err := p.joined(r, o.Case)
	if err != nil {
		return nil, err
	}
	t, offers := p.teller(r), p.documents().Rules.Offers(o.Case, casework.Resident, p.now())
	return &progressView{
		opened: o, Private: secret != "", Steps: t.steps(o.Case, history, ownStories), Joined: joined, Due: p.due(r, o.Case),
		MayRate:     slices.Contains(offers, casework.ActionRate) || slices.Contains(offers, casework.ActionReopen),
		MayWithdraw: slices.Contains(offers, casework.ActionWithdraw),
		Ratings:     t.ratings(!slices.Contains(offers, casework.ActionReopen)), MostText: casework.MostRemark,
	}, nil
}

// joined is the case that a merged one goes on as, at the end of the chain.
func (p *Public) joined(r *http.Request, c casework.Case) (*joinedView, error) {
	if c.State != casework.Merged {
		return nil, nil //nolint:nilnil // a case that goes on as itself has none, which is no error
	}
	for range mostMerges {
		if c.State != casework.Merged {
			break
		}
		var err error
		if c, err = p.cases.Case(r.Context(), c.MergedInto); err != nil {
			return nil, fmt.Errorf("following a merged case: %w", withoutCode(err))
		}
	}
	history, err := p.cases.History(r.Context(), c.Code)
	if err != nil {
		return nil, fmt.Errorf("reading the history of the case another was merged into: %w", withoutCode(err))
	}
	who, err := p.cases.Contact(r.Context(), c.Code)
	if err != nil {
		return nil, fmt.Errorf("reading whom to cover: %w", err)
	}
	history = slices.Clone(history)
	for i := range history { // an answer can name who raised the other case
		history[i].Words = privacy.MaskKnown(history[i].Words, who.Name, who.Phone)
	}
	return &joinedView{State: c.State, Steps: p.teller(r).steps(c, history, joinedStories), Due: p.due(r, c)}, nil
}

// withoutCode keeps a merged case that leads nowhere from being told as a receipt code that is unknown: the resident's is known.
func withoutCode(err error) error {
	if errors.Is(err, casework.ErrNoCase) {
		return errLeadsNowhere
	}
	return err
}

var errLeadsNowhere = errors.New("a merged case leads to none")

func (p *Public) due(r *http.Request, c casework.Case) *dueView {
	if !c.Pending() || c.Clock.Due.IsZero() {
		return nil
	}
	d := p.documents()
	view := &dueView{
		Day: c.Clock.Due.In(d.Location), Words: "status.due", Late: c.Overdue(d.Today(p.now())), Why: p.teller(r).reasons(d.Rules.Explain(c)),
	}
	if c.Route == casework.Unclassified {
		view.Words = "status.due_triage"
	}
	return view
}

// ratings are what a resident chooses from.
func (t teller) ratings(lastWord bool) []web.Option {
	var all []web.Option
	for _, s := range casework.Satisfactions() {
		option := web.Option{Value: string(s), Label: t.text("rating." + string(s))}
		if s == casework.NotSatisfied {
			option.Hint = t.text("rate.again")
			if lastWord {
				option.Hint = t.text("rate.last_word")
			}
		}
		all = append(all, option)
	}
	return all
}
