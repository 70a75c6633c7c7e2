package storetest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
)

var listTests = map[string]func(*testing.T, *station){
	"pending cases come by due day, then age": func(t *testing.T, s *station) {
		county := s.receive(road).Code
		s.move(county, classify(casework.County))
		township := s.receive(road).Code
		s.move(township, classify(casework.Township))
		fresh := s.receive(road).Code
		alsoFresh := s.receive(road).Code
		done := s.receive(road).Code
		s.move(done, classify(casework.OnTheSpot), answer(casework.ResolvedA), told, casework.Close{})
		want := []casework.Code{fresh, alsoFresh, township, county}
		if diff := difference(want, codes(s.pages(pendingByDue, 200))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	},
	"all cases come newest first": func(t *testing.T, s *station) {
		first := s.receive(road).Code
		s.move(first, classify(casework.OnTheSpot), answer(casework.ResolvedA), told, casework.Close{})
		second := s.receive(road).Code
		if diff := difference([]casework.Code{second, first}, codes(s.pages(allNewest, 200))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	},
	"pages of any size join without gap or repetition": func(t *testing.T, s *station) {
		const count = 23
		for i := range count {
			c := s.receive(road)
			if i%3 == 0 {
				s.move(c.Code, classify(casework.Explain))
			}
			if i%5 == 0 {
				s.pass(days)
			}
		}
		for _, listing := range []casework.Listing{pendingByDue, allNewest} {
			whole := codes(s.pages(listing, 200))
			if len(whole) != count {
				t.Fatalf("%d cases listed, want %d", len(whole), count)
			}
			for _, limit := range []int{1, 2, 7, 22, 23, 24} {
				if diff := difference(whole, codes(s.pages(listing, limit))); diff != "" {
					t.Errorf("order %s, pages of %d (-whole +pages):\n%s", listing.Order, limit, diff)
				}
			}
		}
	},
	"a page holds while cases move": func(t *testing.T, s *station) {
		first, second, third := s.receive(road).Code, s.receive(road).Code, s.receive(road).Code
		page, err := s.List(t.Context(), casework.Listing{Filter: pending, Limit: 2})
		if err != nil || page.Next == "" {
			t.Fatalf("next %q, error %v", page.Next, err)
		}
		s.move(second, classify(casework.County))
		s.move(first, classify(casework.OnTheSpot), answer(casework.ResolvedA), told, casework.Close{})
		rest, err := s.List(t.Context(), casework.Listing{Filter: pending, After: page.Next, Limit: 2})
		if diff := difference([]casework.Code{third, second}, codes(rest.Cases)); err != nil || diff != "" {
			t.Errorf("error %v (-want +got):\n%s", err, diff)
		}
	},
	"a row tells what the desk shows": func(t *testing.T, s *station) {
		long := road
		long.Text = strings.Repeat("修路", casework.ExcerptLength)
		c := s.receive(long)
		want := casework.Summary{
			Code: c.Code, Topic: c.Topic, Village: c.Village, Excerpt: strings.Repeat("修路", casework.ExcerptLength/2),
			State: casework.Received, Route: casework.Unclassified, ReceivedAt: c.ReceivedAt, Due: c.Clock.Due,
		}
		if diff := difference([]casework.Summary{want}, s.pages(pendingByDue, 10)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	},
	"a cursor of no page or of the other listing": func(t *testing.T, s *station) {
		for range 3 {
			s.receive(road)
		}
		page, err := s.List(t.Context(), casework.Listing{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, listing := range []casework.Listing{
			{After: "d.", Limit: 1},
			{After: "d.2026-02-30.1", Limit: 1},
			{After: "d.2026-02-28.x", Limit: 1},
			{After: "n.1", Limit: 1},
			{After: "'; --", Limit: 1},
			{After: page.Next, Order: casework.Newest, Limit: 1},
		} {
			if _, err := s.List(t.Context(), listing); !errors.Is(err, casework.ErrBadCursor) {
				t.Errorf("cursor %q: %v, want ErrBadCursor", listing.After, err)
			}
		}
	},
	"nothing to list": func(t *testing.T, s *station) {
		for _, listing := range []casework.Listing{pendingByDue, allNewest} {
			page, err := s.List(t.Context(), listing)
			if err != nil || len(page.Cases) != 0 || page.Next != "" {
				t.Errorf("order %s: %+v, error %v", listing.Order, page, err)
			}
		}
	},
}

var (
	pending      = casework.Filter{Stage: casework.StagePending}
	pendingByDue = casework.Listing{Filter: pending, Order: casework.ByDue}
	allNewest    = casework.Listing{Order: casework.Newest}
)

// pages reads the whole listing, page by page.
func (s *station) pages(listing casework.Listing, limit int) []casework.Summary {
	s.Helper()
	var all []casework.Summary
	listing.Limit = limit
	for {
		page, err := s.List(s.Context(), listing)
		if err != nil {
			s.Fatalf("List(%+v): %v", listing, err)
		}
		all = slices.Concat(all, page.Cases)
		if page.Next == "" {
			return all
		}
		if len(page.Cases) != limit {
			s.Fatalf("a page of %d holds %d cases", limit, len(page.Cases))
		}
		listing.After = page.Next
	}
}

func codes(cases []casework.Summary) []casework.Code {
	all := make([]casework.Code, len(cases))
	for i, c := range cases {
		all[i] = c.Code
	}
	return all
}
