package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/search"
)

// Rules of what may be the same matter told twice.
const (
	similarDays    = 90
	mostSimilar    = 5
	mostCandidates = 200
)

// similarView is a case that may be about the same matter.
type similarView struct {
	casework.Summary
	// Percent of what both texts say.
	Percent int
}

// similarTo finds the cases that may be about the same matter.
func (d *Desk) similarTo(ctx context.Context, c casework.Case) ([]similarView, error) {
	candidates, err := d.candidates(ctx, c.Topic, c.Village, c.ReceivedAt)
	if err != nil {
		return nil, err
	}
	return alike(candidates, c), nil
}

// candidates are the latest cases of the topic and village that came within the days before, or since. A page of them is enough, and
// costs no more however many a station has.
func (d *Desk) candidates(ctx context.Context, topic, village string, at time.Time) ([]casework.Summary, error) {
	page, err := d.repository.List(ctx, casework.Listing{
		Filter: casework.Filter{Topic: topic, Village: village, ReceivedFrom: at.AddDate(0, 0, -similarDays)},
		Order:  casework.Newest, Limit: mostCandidates,
	})
	if err != nil {
		return nil, fmt.Errorf("looking for similar cases: %w", err)
	}
	return page.Cases, nil
}

// alike picks the candidates that are probably the same matter, the most similar first. Texts are compared by their beginnings,
// which say what it is about.
func alike(candidates []casework.Summary, c casework.Case) []similarView {
	var found []similarView
	text := beginning(c.Text)
	for _, other := range candidates {
		// A filter without a village is one for all villages.
		if other.Code == c.Code || other.Village != c.Village || other.State == casework.Merged {
			continue
		}
		if alike := search.Similarity(text, other.Excerpt); alike >= search.SameMatter {
			found = append(found, similarView{Summary: other, Percent: int(alike * 100)})
		}
	}
	slices.SortStableFunc(found, func(a, b similarView) int { return cmp.Compare(b.Percent, a.Percent) })
	return found[:min(len(found), mostSimilar)]
}

func beginning(text string) string {
	chars := []rune(text)
	return string(chars[:min(len(chars), casework.ExcerptLength)])
}

// proposed is the case into which a link proposes to merge; the zero value when it proposes none that the person sees.
func (d *Desk) proposed(r *http.Request) (casework.Summary, error) {
	code, err := casework.ParseCode(r.URL.Query().Get(casework.FieldInto))
	if err != nil {
		return casework.Summary{}, nil
	}
	c, err := d.open(r, code)
	if errors.Is(err, casework.ErrNoCase) {
		return casework.Summary{}, nil
	}
	return casework.Summary{Code: c.Code, Topic: c.Topic, Village: c.Village, Excerpt: beginning(c.Text), State: c.State}, err
}
