package public

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

// shelf keeps cases in memory, as far as the residents' site asks for them. What it leaves out panics.
type shelf struct {
	casework.Cases

	mu      sync.Mutex
	kept    []*file
	failure error
}

type file struct {
	casework.Submission
	history []casework.Entry
}

func (s *shelf) find(code casework.Code) (*file, error) {
	for _, f := range s.kept {
		if f.Case.Code == code {
			return f, nil
		}
	}
	return nil, casework.ErrNoCase
}

// put a case on the shelf that did not come by the site.
func (s *shelf) put(sub casework.Submission) {
	s.kept = append(s.kept, &file{sub, []casework.Entry{{Event: sub.Event}}})
}

func (s *shelf) Submit(_ context.Context, sub casework.Submission) (casework.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure != nil {
		return casework.Receipt{}, s.failure
	}
	for _, f := range s.kept {
		if sub.Key == "" || f.Key != sub.Key {
			continue
		}
		if f.Case.Text != sub.Case.Text {
			return casework.Receipt{}, casework.ErrIdempotencyConflict
		}
		return casework.Receipt{Case: f.Case, Secret: f.Secret, Replayed: true}, nil
	}
	s.put(sub)
	return casework.Receipt{Case: sub.Case, Secret: sub.Secret}, nil
}

func (s *shelf) Case(_ context.Context, code casework.Code) (casework.Case, error) {
	f, err := s.find(code)
	if err != nil {
		return casework.Case{}, err
	}
	return f.Case, nil
}

func (s *shelf) Unlock(_ context.Context, code casework.Code, secret casework.Secret) (casework.Case, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(code)
	switch {
	case s.failure != nil:
		return casework.Case{}, s.failure
	case err != nil:
		return casework.Case{}, err
	case f.Secret != "" && f.Secret != secret:
		return casework.Case{}, casework.ErrWrongSecret
	}
	return f.Case, nil
}

func (s *shelf) Secret(_ context.Context, code casework.Code) (casework.Secret, error) {
	f, err := s.find(code)
	if err != nil {
		return "", err
	}
	return f.Secret, nil
}

func (s *shelf) Contact(_ context.Context, code casework.Code) (casework.Contact, error) {
	f, err := s.find(code)
	if err != nil {
		return casework.Contact{}, err
	}
	return f.Contact, nil
}

func (s *shelf) History(_ context.Context, code casework.Code) ([]casework.Entry, error) {
	f, err := s.find(code)
	if err != nil {
		return nil, err
	}
	return f.history, nil
}

func (s *shelf) Photo(_ context.Context, code casework.Code, n int) (casework.Photo, error) {
	f, err := s.find(code)
	if err != nil {
		return casework.Photo{}, err
	}
	if n < 1 || n > len(f.Photos) {
		return casework.Photo{}, casework.ErrNoPhoto
	}
	return f.Photos[n-1], nil
}

func (s *shelf) Change(_ context.Context, code casework.Code, change func(casework.Case) (casework.Case, casework.Event, error)) (casework.Case, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(code)
	if err != nil {
		return casework.Case{}, err
	}
	moved, event, err := change(f.Case)
	if err != nil {
		return casework.Case{}, err
	}
	f.Case, f.history = moved, append(f.history, casework.Entry{Event: event})
	return moved, nil
}

// List returns released cases, the newest first, a page at a time; a cursor is the code of the last case of a page.
func (s *shelf) List(_ context.Context, l casework.Listing) (casework.Page, error) {
	var page casework.Page
	behind := l.After == ""
	for i := len(s.kept) - 1; i >= 0; i-- {
		c := s.kept[i].Case
		switch {
		case !behind:
			behind = casework.Cursor(c.Code) == l.After
			continue
		case !c.Released() || l.Topic != "" && c.Topic != l.Topic || l.Village != "" && c.Village != l.Village:
			continue
		case len(page.Cases) == l.Limit:
			page.Next = casework.Cursor(page.Cases[l.Limit-1].Code)
			return page, nil
		}
		page.Cases = append(page.Cases, casework.Summary{
			Code: c.Code, Topic: c.Topic, Village: c.Village, Excerpt: c.Text, State: c.State, Result: c.Answer.Result, Rating: c.Rating.Value,
			ReceivedAt: c.ReceivedAt, EndedOn: c.EndedOn, Release: c.Release,
		})
	}
	if !behind {
		return casework.Page{}, casework.ErrBadCursor
	}
	return page, nil
}

// newGoneRequest is one whose sender has gone away.
func newGoneRequest(t *testing.T) (*http.Request, context.CancelFunc) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return httptest.NewRequestWithContext(ctx, http.MethodPost, "/suggest", nil), cancel
}

func villageOf(name string) stationconf.Village {
	return stationconf.Village{Name: name, LiaisonDeputy: "d031"}
}
