package storetest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/workday"
)

// OpenAnnouncements returns an empty repository that the test closes. Every call is a database of its own.
type OpenAnnouncements func(t *testing.T) announcement.Repository

// RunAnnouncements holds a repository to what announcement promises of it.
func RunAnnouncements(t *testing.T, open OpenAnnouncements) {
	groups := []struct {
		name  string
		tests map[string]func(*testing.T, announcement.Repository)
	}{
		{"Deliveries", deliveryTests},
		{"Feeds", feedTests},
		{"Entries", entryTests},
	}
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			for _, name := range slices.Sorted(maps.Keys(group.tests)) {
				t.Run(name, func(t *testing.T) { group.tests[name](t, open(t)) })
			}
		})
	}
}

// march is a day of the month in which the suite takes place.
func march(day int) workday.Date { return workday.NewDate(2026, time.March, day) }

// expect compares two values, which are equal field by field.
func expect(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := difference(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
