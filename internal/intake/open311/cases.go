package open311

import (
	"context"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// Cases is what the interface asks of storage.
type Cases interface {
	// Request returns what the public may know of the case, or casework.ErrNoCase.
	Request(ctx context.Context, code casework.Code) (Request, error)

	// Requests returns those the query asks for, the one received last first. Codes that no case has are left out.
	Requests(ctx context.Context, q Query) ([]Request, error)
}

// Request is what the public may know of a case. What was written and who wrote it are no part of it.
type Request struct {
	Code    casework.Code
	Topic   string
	Village string
	State   casework.State
	// Ended is true once the case waits for nobody any more.
	Ended bool
	Route casework.Route
	// Result of the present answer, empty before there is one.
	Result casework.Result
	// Unit that handles the case, empty before it is assigned.
	Unit string
	// Due is the last day in time: to settle the case or, while it is unclassified, to classify it.
	Due workday.Date
	// Formal marks a deputy's formal suggestion.
	Formal bool
	// Reopened counts how often the case was opened again.
	Reopened int
	// Release is the text staff released to the public, empty when they released none.
	Release string
	// ReceivedAt is when the case came in, UpdatedAt when it last changed, EndedAt when it ended (zero before).
	ReceivedAt, UpdatedAt, EndedAt time.Time
}

// Query asks for requests.
type Query struct {
	// Codes, when there are any, are all that is asked for; everything below but Limit is then empty.
	Codes []casework.Code
	// Topics restricts to these; empty means any.
	Topics []string
	// From and To bound when a case was received, both included.
	From, To time.Time
	Status   Status
	// Skip is the number of requests left out at the beginning, Limit the most returned, 1 to MostRequests.
	Skip, Limit int
}

// MostRequests is how many requests one answer holds.
const MostRequests = 100

// Status is all that the specification knows of how far a request is.
type Status string

const (
	// AnyStatus asks for both.
	AnyStatus Status = ""
	// Open requests wait for somebody.
	Open Status = "open"
	// Closed requests wait for nobody, whatever became of them.
	Closed Status = "closed"
)

// Receipt acknowledges a suggestion that was stored.
type Receipt struct {
	Code casework.Code
	// Secret is the query secret as a resident types it; empty when it was told before and cannot be told again.
	Secret     string
	ReceivedAt time.Time
	// Replayed is true when the idempotency key had already brought it in.
	Replayed bool
}
