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

// mostDraws of a receipt code: that two in a row are taken is less likely than that something is broken.
const mostDraws = 3

// Take checks the suggestion by what the station declares and stores it durably, under a code and a secret that it draws. Of how,
// Key, Source, By and Photos count. The error may hold casework.FieldErrors.
func Take(ctx context.Context, d *mounted.Documents, cases Cases, s casework.Suggestion, how casework.Entering, now time.Time) (casework.Receipt, error) {
	clean, err := s.Check(d.Station.Topics, d.Villages)
	if err != nil {
		return casework.Receipt{}, err
	}
	if how.Key != "" {
		if err := casework.CheckKey(how.Key); err != nil {
			return casework.Receipt{}, err
		}
	}
	var receipt casework.Receipt
	for range mostDraws {
		how.Code, how.Secret = casework.NewCode(), casework.NewSecret()
		receipt, err = cases.Submit(ctx, d.Rules.Enter(clean, how, now))
		if !errors.Is(err, casework.ErrCodeTaken) {
			break
		}
	}
	if err != nil {
		return casework.Receipt{}, fmt.Errorf("storing a suggestion: %w", err)
	}
	return receipt, nil
}
