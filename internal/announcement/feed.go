package announcement

import (
	"crypto/rand"
	"time"
)

// StationFeed is the ID of the station's own calendar. No deputy's id has such a sign in it.
const StationFeed = "@station"

// Feed is a calendar that a phone subscribes to. Whoever knows its token can read it.
type Feed struct {
	// ID is StationFeed, or the id of a deputy.
	ID string
	// Token stands in the feed's address and is as hard to guess as a key.
	Token string
	// Created is when the token was drawn.
	Created time.Time
}

// NewFeed draws a token for the feed.
func NewFeed(id string, now time.Time) Feed {
	// 26 letters and digits, at least 128 bits of chance, which a phone's keyboard and every address can hold.
	return Feed{ID: id, Token: rand.Text(), Created: Instant(now)}
}
