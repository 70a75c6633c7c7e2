package submission_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/submission"
)

// crowded is storage in which the first codes drawn are taken.
type crowded struct{ taken, asked int }

func (c *crowded) Submit(_ context.Context, s casework.Submission) (casework.Receipt, error) {
	c.asked++
	if c.asked <= c.taken {
		return casework.Receipt{}, casework.ErrCodeTaken
	}
	return casework.Receipt{Case: s.Case, Secret: s.Secret}, nil
}

func TestACodeThatIsTakenIsDrawnAgain(t *testing.T) {
	road := casework.Suggestion{Topic: "道路交通", Text: "路坏了，请修。"}
	for taken, want := range map[int]error{0: nil, 2: nil, 3: casework.ErrCodeTaken} {
		cases := &crowded{taken: taken}
		receipt, err := submission.Store(t.Context(), cases, casework.Rules{}, road, casework.Entering{Source: casework.FromPhone}, time.Unix(0, 0))
		if !errors.Is(err, want) {
			t.Errorf("with %d taken: %v, want %v", taken, err, want)
		}
		if want == nil && (receipt.Case.Code == "" || receipt.Secret == "" || receipt.Case.Source != casework.FromPhone) {
			t.Errorf("with %d taken: %+v", taken, receipt)
		}
	}
}
