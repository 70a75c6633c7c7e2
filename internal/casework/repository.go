package casework

import (
	"context"
	"errors"
	"time"

	"township.dev/liaison/internal/workday"
)

// Errors of the rules and of storage; compare with errors.Is.
var (
	// ErrNotAllowed: the transition table has no such move. It comes as a *NotAllowedError.
	ErrNotAllowed = errors.New("the case cannot be moved like this now")
	// ErrNoCase: no case has the code.
	ErrNoCase = errors.New("no case has this receipt code")
	// ErrIdempotencyConflict: the key already belongs to another request.
	ErrIdempotencyConflict = errors.New("the idempotency key belongs to another request")
	// ErrCodeTaken: the freshly drawn code exists; draw another.
	ErrCodeTaken = errors.New("the receipt code is taken")
	// ErrBadCursor: the cursor does not come from a Page of the same listing.
	ErrBadCursor = errors.New("the cursor belongs to no page")
	// ErrWrongCredentials: no such account, or not its password; which of both is not told.
	ErrWrongCredentials = errors.New("username or password is wrong")
	// ErrNoSession: unknown, expired or revoked.
	ErrNoSession = errors.New("not signed in")

	// ErrUnavailable is matched by every error that says nothing of the request: storage cannot serve now. Nothing was half written.
	ErrUnavailable = errors.New("storage is unavailable")
	// ErrDiskFull is an ErrUnavailable: no room is left.
	ErrDiskFull error = unavailable("the disk is full")
	// ErrReadOnly is an ErrUnavailable: the volume or the file cannot be written.
	ErrReadOnly error = unavailable("storage is read-only")
	// ErrClosing is an ErrUnavailable: the service is stopping.
	ErrClosing error = unavailable("storage is closing")
)

// unavailable is a kind of ErrUnavailable.
type unavailable string

func (u unavailable) Error() string { return string(u) }

// Is makes errors.Is(err, ErrUnavailable) true.
func (u unavailable) Is(target error) bool { return target == ErrUnavailable }

// Repository keeps what a station knows. Every method is safe for concurrent use.
//
// A write that returns nil is durable: it survives a power cut. A write that returns an error has changed nothing, with
// one exception: when ctx ends while it waits, it may still come to pass (repeat it with the same idempotency key).
// Errors that are not named at a method match ErrUnavailable, or are faults of the program.
type Repository interface {
	Cases
	Visits
	Staff
	// Ready returns nil when the database can be read and the last write went well. After a failed write it tries one,
	// so that it recovers by itself.
	Ready(ctx context.Context) error
}

// Cases keeps cases with their contacts and history.
type Cases interface {
	// Submit stores a new case, its first event, its contact and its idempotency key, all or nothing, and returns it.
	// With a key that is known, the same request returns the first case as it is now and replayed true, another
	// request ErrIdempotencyConflict. ErrCodeTaken.
	Submit(ctx context.Context, s Submission) (c Case, replayed bool, err error)

	// Case returns the case, or ErrNoCase.
	Case(ctx context.Context, code Code) (Case, error)

	// Contact returns who raised the case, empty when the resident left nothing, or ErrNoCase. For staff only.
	Contact(ctx context.Context, code Code) (Contact, error)

	// History returns the events of the case, oldest first, or ErrNoCase.
	History(ctx context.Context, code Code) ([]Entry, error)

	// Change hands the case as it is now to change and stores what comes back together with its event, all or nothing;
	// no other change comes between. ErrNoCase. An error of change is returned as it is and nothing is stored. change
	// must be quick, must not use the repository, and may be called more than once.
	Change(ctx context.Context, code Code, change func(Case) (Case, Event, error)) (Case, error)

	// List returns a page of cases: pending ones by due day, then age; or all, newest first. ErrBadCursor.
	List(ctx context.Context, l Listing) (Page, error)

	// Backlog counts what waits and what has been. today decides what is overdue.
	Backlog(ctx context.Context, today workday.Date) (Backlog, error)
}

// Visits counts people who came, apart from cases.
type Visits interface {
	// RecordVisit stores a visit. The idempotency key, when not empty, works as in Submit; visits and cases do not share keys.
	RecordVisit(ctx context.Context, v Visit, by Actor, key string) (replayed bool, err error)

	// VisitsOn counts one day.
	VisitsOn(ctx context.Context, day workday.Date) (VisitCount, error)
}

// Staff keeps accounts and sessions. Passwords and tokens cannot be read back from it.
type Staff interface {
	// DeclareStaff makes the accounts those that the station declares: new ones are created with their first password, names
	// and roles follow, accounts no longer named cannot sign in and their sessions end. An account keeps the password its
	// owner chose until the declared first password changes: then that one counts again, and the account's sessions end.
	DeclareStaff(ctx context.Context, declared []FirstPassword) error

	// SignIn checks the password and opens a session. ErrWrongCredentials, after the same work whether the account exists or not.
	SignIn(ctx context.Context, username, password string, now time.Time, lifetime time.Duration) (Session, error)

	// SignedIn returns whose session the token is, or ErrNoSession.
	SignedIn(ctx context.Context, token string, now time.Time) (Session, error)

	// SignOut ends the session; an unknown token is no error.
	SignOut(ctx context.Context, token string) error
}

// Submission is a new case on its way into storage, as Rules.Receive makes it.
type Submission struct {
	Case    Case
	Event   Event
	Contact Contact
	// Key is the idempotency key, 1 to 128 visible ASCII characters (see CheckKey); empty means none.
	Key string
}

// Listing asks for a page.
type Listing struct {
	// Closed lists closed cases too.
	Closed bool
	// After continues behind a page; empty begins.
	After Cursor
	// Limit is the most cases returned, 1 to 200.
	Limit int
}

// Cursor is where a page ended. It is opaque and safe in a URL.
type Cursor string

// Page of a listing.
type Page struct {
	Cases []Summary
	// Next continues the listing; empty at its end.
	Next Cursor
}

// Summary is a case in a list. Excerpt is the beginning of its text, at most ExcerptLength characters.
type Summary struct {
	Code       Code
	Topic      string
	Village    string
	Excerpt    string
	State      State
	Route      Route
	ReceivedAt time.Time
	Due        workday.Date
}

// ExcerptLength is the number of characters of a Summary's excerpt.
const ExcerptLength = 80

// Pending reports whether the case still waits for somebody.
func (s Summary) Pending() bool { return s.State != Closed }

// Overdue reports whether the case is pending and its due day has passed.
func (s Summary) Overdue(today workday.Date) bool { return s.Pending() && s.Due.Before(today) }

// Backlog is what waits now and what has been since the database began.
type Backlog struct {
	// Routes holds every route, Unclassified included.
	Routes map[Route]RouteBacklog
	// OldestPending is when the case that waits longest was received; zero when none waits.
	OldestPending time.Time
	// Received, Visits and Closed only grow.
	Received int64
	Visits   int64
	// Closed holds every result.
	Closed map[Result]int64
}

// RouteBacklog counts the pending cases of one route.
type RouteBacklog struct {
	Pending int
	Overdue int
}

// Pending of all routes.
func (b Backlog) Pending() (n int) {
	for _, r := range b.Routes {
		n += r.Pending
	}
	return n
}

// Overdue of all routes.
func (b Backlog) Overdue() (n int) {
	for _, r := range b.Routes {
		n += r.Overdue
	}
	return n
}
