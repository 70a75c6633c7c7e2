package intake

import (
	"context"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/open311"
)

// shelf holds cases by code, and does nothing else of a repository.
type shelf struct {
	casework.Repository
	held map[casework.Code]casework.Case
}

func (s shelf) Case(_ context.Context, code casework.Code) (casework.Case, error) {
	c, known := s.held[code]
	if !known {
		return casework.Case{}, casework.ErrNoCase
	}
	return c, nil
}

func TestRequestsAskedForByIDComeOnceEachTheNewestFirst(t *testing.T) {
	day := time.Date(2026, time.March, 9, 0, 0, 0, 0, time.UTC)
	g := georeport{cases: shelf{held: map[casework.Code]casework.Case{
		"OLDOLDOLDOLD": {Code: "OLDOLDOLDOLD", ReceivedAt: day}, "NEWNEWNEWNEW": {Code: "NEWNEWNEWNEW", ReceivedAt: day.AddDate(0, 0, 1)},
	}}}
	got, err := g.Requests(t.Context(), open311.Query{Codes: []casework.Code{"OLDOLDOLDOLD", "NEWNEWNEWNEW", "NEWNEWNEWNEW", "NVLLNVLLNVLL"}})
	if err != nil || len(got) != 2 || got[0].Code != "NEWNEWNEWNEW" || got[1].Code != "OLDOLDOLDOLD" {
		t.Errorf("got %+v, error %v", got, err)
	}
}
