package announcement

import (
	"context"
	"errors"

	"township.dev/liaison/internal/workday"
)

// Errors of storage; compare with errors.Is.
var (
	// ErrNoDelivery: no delivery has the event id.
	ErrNoDelivery = errors.New("no message has this event id")
	// ErrEventTaken: a delivery with the event id, or with the same revision of the reception, exists.
	ErrEventTaken = errors.New("the event id belongs to another message")
	// ErrNoFeed: no feed has the id or the token.
	ErrNoFeed = errors.New("no such calendar")
)

// Repository keeps messages and calendars. Every method is safe for concurrent use.
//
// A write that returns nil is durable: it survives a power cut. A write that returns an error has changed nothing, with one
// exception: when ctx ends while it waits, it may still come to pass. Errors that are not named at a method say that storage
// cannot serve now, or are faults of the program.
type Repository interface {
	Deliveries
	Feeds
}

// Deliveries keeps messages and what became of them. None is ever deleted.
type Deliveries interface {
	// RecordDelivery stores a new delivery. ErrEventTaken.
	RecordDelivery(ctx context.Context, d Delivery) error

	// Deliveries returns those about receptions from the day on, by day, then in the order they were recorded.
	Deliveries(ctx context.Context, from workday.Date) ([]Delivery, error)

	// ChangeDelivery hands the delivery as it is now to change and stores what comes back, all or nothing; no other change
	// comes between. ErrNoDelivery. An error of change is returned as it is and nothing is stored. change must be quick, must
	// not use the repository, may be called more than once, and must leave what identifies the delivery and what it tells alone.
	ChangeDelivery(ctx context.Context, eventID string, change func(Delivery) (Delivery, error)) (Delivery, error)
}

// Feeds keeps calendars and what they show. Tokens are encrypted at rest.
type Feeds interface {
	// AddFeeds stores those feeds whose ID is new, and leaves the others as they are: a known feed keeps its token.
	AddFeeds(ctx context.Context, feeds []Feed) error

	// ReplaceFeed stores the feed in place of that with the same ID, all or nothing: from then on the old token is nobody's.
	// ErrNoFeed.
	ReplaceFeed(ctx context.Context, f Feed) error

	// Feeds returns all feeds, by ID.
	Feeds(ctx context.Context) ([]Feed, error)

	// FeedOf returns the feed with the token, or ErrNoFeed. How long it takes tells nothing of the tokens there are.
	FeedOf(ctx context.Context, token string) (Feed, error)

	// Entries returns what all feeds show, cancelled events included, by feed, then day, then UID.
	Entries(ctx context.Context) ([]Entry, error)

	// EntriesOf returns what one feed shows from the day on, by day, then UID; none for an unknown feed.
	EntriesOf(ctx context.Context, feed string, from workday.Date) ([]Entry, error)

	// ReviseEntries stores the entries, each in place of that with the same feed and UID, and forgets those of days before the
	// given one; all or nothing. ErrNoFeed when the feed of an entry is unknown.
	ReviseEntries(ctx context.Context, revised []Entry, forgetBefore workday.Date) error
}
