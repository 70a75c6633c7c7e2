package intake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/open311"
	"township.dev/liaison/internal/intake/submission"
)

// georeport is what the Open311 interface sees of the station's cases.
type georeport struct {
	cases     casework.Repository
	documents func() *mounted.Documents
	now       func() time.Time
}

// Submit implements the option of open311.
func (g georeport) Submit(ctx context.Context, s casework.Suggestion, key string) (open311.Receipt, error) {
	d := g.documents()
	clean, err := submission.Check(d, s, key)
	if err != nil {
		return open311.Receipt{}, err
	}
	how := casework.Entering{Key: key, Source: casework.FromOpen311, By: casework.Actor{Role: casework.Resident}}
	receipt, err := submission.Store(ctx, g.cases, d.Rules, clean, how, g.now())
	if err != nil {
		return open311.Receipt{}, err
	}
	told := open311.Receipt{Code: receipt.Case.Code, ReceivedAt: receipt.Case.ReceivedAt, Replayed: receipt.Replayed}
	if receipt.Secret != "" {
		told.Secret = receipt.Secret.String()
	}
	return told, nil
}

// Request implements open311.Cases.
func (g georeport) Request(ctx context.Context, code casework.Code) (open311.Request, error) {
	c, err := g.cases.Case(ctx, code)
	if err != nil {
		return open311.Request{}, err
	}
	return open311.Request{
		Code: c.Code, Topic: c.Topic, Village: c.Village, State: c.State, Ended: !c.Pending(), Route: c.Route,
		Result: c.Answer.Result, Unit: c.Assignment.Unit, Due: c.Clock.Due, Formal: c.Formal(), Reopened: c.Reopened,
		Release: c.Release.Text, ReceivedAt: c.ReceivedAt, UpdatedAt: c.LastStep(), EndedAt: c.EndedAt,
	}, nil
}

// Requests implements open311.Cases.
func (g georeport) Requests(ctx context.Context, q open311.Query) ([]open311.Request, error) {
	codes := slices.Compact(slices.Sorted(slices.Values(q.Codes)))
	if len(codes) == 0 {
		var err error
		if codes, err = g.list(ctx, q); err != nil {
			return nil, err
		}
	}
	requests := make([]open311.Request, 0, len(codes))
	for _, code := range codes {
		r, err := g.Request(ctx, code)
		if errors.Is(err, casework.ErrNoCase) {
			continue
		}
		if err != nil {
			return nil, err
		}
		requests = append(requests, r)
	}
	slices.SortStableFunc(requests, func(a, b open311.Request) int { return b.ReceivedAt.Compare(a.ReceivedAt) })
	return requests, nil
}

// stages that a status of the specification stands for.
var stages = map[open311.Status]casework.Stage{open311.Open: casework.StagePending, open311.Closed: casework.StageEnded}

func (g georeport) list(ctx context.Context, q open311.Query) ([]casework.Code, error) {
	filter := casework.Filter{Topics: q.Topics, Stage: stages[q.Status], ReceivedFrom: q.From}
	if !q.To.IsZero() {
		// The last instant counts, and a case keeps milliseconds.
		filter.ReceivedTo = q.To.Truncate(time.Millisecond).Add(time.Millisecond)
	}
	page, err := g.cases.List(ctx, casework.Listing{Filter: filter, Order: casework.Newest, Skip: q.Skip, Limit: q.Limit})
	if err != nil {
		return nil, fmt.Errorf("listing requests: %w", err)
	}
	codes := make([]casework.Code, 0, len(page.Cases))
	for _, c := range page.Cases {
		codes = append(codes, c.Code)
	}
	return codes, nil
}
