// Package submission brings a suggestion into storage, by whichever way it came.
package submission

import (
	"context"
	"errors"
	"fmt"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
)

// Cases is where suggestions are stored.
type Cases interface {
	Submit(ctx context.Context, s casework.Submission) (casework.Receipt, error)
}

// Check returns the suggestion normalised by what the station declares. key may be empty. The error is casework.FieldErrors.
func Check(d *mounted.Documents, s casework.Suggestion, key string) (casework.Suggestion, error) {
	clean, err := s.Check(d.Station.Topics, d.Villages)
	if err != nil {
		return casework.Suggestion{}, err
	}
	if key != "" {
		if err := casework.CheckKey(key); err != nil {
			return casework.Suggestion{}, err
		}
	}
	return clean, nil
}

// mostDraws of a receipt code: that two in a row are taken is less likely than that something is broken.
const mostDraws = 3

// Store keeps a suggestion that was checked, durably, under a code and a secret that it draws. Of how, Key, Source, By and Photos count.
func Store(ctx context.Context, cases Cases, rules casework.Rules, s casework.Suggestion, how casework.Entering, now time.Time) (casework.Receipt, error) {
	var (
		receipt casework.Receipt
		err     error
	)
	how.Secret = casework.NewSecret()
	for range mostDraws {
		how.Code = casework.NewCode()
		receipt, err = cases.Submit(ctx, rules.Enter(s, how, now))
		if !errors.Is(err, casework.ErrCodeTaken) {
			break
		}
	}
	if err != nil {
		return casework.Receipt{}, fmt.Errorf("storing a suggestion: %w", err)
	}
	return receipt, nil
}
