package storetest

import (
	"errors"
	"testing"

	"township.dev/liaison/internal/announcement"
)

var feedTests = map[string]func(*testing.T, announcement.Repository){
	"a calendar is found by its token": func(t *testing.T, r announcement.Repository) {
		station, deputy := announcement.NewFeed(announcement.StationFeed, monday), announcement.NewFeed("d031", monday)
		add(t, r, deputy, station)
		expect(t, "all", []announcement.Feed{station, deputy}, feeds(t, r))
		for _, f := range []announcement.Feed{station, deputy} {
			found, err := r.FeedOf(t.Context(), f.Token)
			if err != nil {
				t.Fatalf("FeedOf: %v", err)
			}
			expect(t, f.ID, f, found)
		}
	},
	"an unknown token is nobody's": func(t *testing.T, r announcement.Repository) {
		f := announcement.NewFeed("d031", monday)
		add(t, r, f)
		for _, token := range []string{"", "x", f.Token + "x", f.Token[1:], f.ID} {
			if _, err := r.FeedOf(t.Context(), token); !errors.Is(err, announcement.ErrNoFeed) {
				t.Errorf("%q: %v, want ErrNoFeed", token, err)
			}
		}
	},
	"a calendar that is added again keeps its token": func(t *testing.T, r announcement.Repository) {
		first := announcement.NewFeed("d031", monday)
		add(t, r, first)
		add(t, r, announcement.NewFeed("d031", monday), announcement.NewFeed("d032", monday))
		if all := feeds(t, r); len(all) != 2 || all[0] != first {
			t.Errorf("%+v", all)
		}
	},
	"a revoked token is nobody's from then on": func(t *testing.T, r announcement.Repository) {
		old, other := announcement.NewFeed("d031", monday), announcement.NewFeed("d032", monday)
		add(t, r, old, other)
		fresh := announcement.NewFeed("d031", monday.Add(days))
		if err := r.ReplaceFeed(t.Context(), fresh); err != nil {
			t.Fatalf("ReplaceFeed: %v", err)
		}
		if _, err := r.FeedOf(t.Context(), old.Token); !errors.Is(err, announcement.ErrNoFeed) {
			t.Errorf("the old one: %v, want ErrNoFeed", err)
		}
		if found, err := r.FeedOf(t.Context(), fresh.Token); err != nil || found != fresh {
			t.Errorf("the new one: %+v, error %v", found, err)
		}
		expect(t, "all", []announcement.Feed{fresh, other}, feeds(t, r))
	},
	"a calendar that does not exist has no token to revoke": func(t *testing.T, r announcement.Repository) {
		if err := r.ReplaceFeed(t.Context(), announcement.NewFeed("d031", monday)); !errors.Is(err, announcement.ErrNoFeed) {
			t.Errorf("%v, want ErrNoFeed", err)
		}
		if all := feeds(t, r); len(all) != 0 {
			t.Errorf("%+v", all)
		}
	},
}

func add(t *testing.T, r announcement.Repository, all ...announcement.Feed) {
	t.Helper()
	if err := r.AddFeeds(t.Context(), all); err != nil {
		t.Fatalf("AddFeeds: %v", err)
	}
}

func feeds(t *testing.T, r announcement.Repository) []announcement.Feed {
	t.Helper()
	all, err := r.Feeds(t.Context())
	if err != nil {
		t.Fatalf("Feeds: %v", err)
	}
	return all
}
