package casework

import (
	"context"
	"errors"
	"iter"
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
	// ErrWrongSecret: the case exists and its query secret is another one.
	ErrWrongSecret = errors.New("the query secret is wrong")
	// ErrNoPhoto: the case has no such photo.
	ErrNoPhoto = errors.New("the case has no such photo")
	// ErrWrongCredentials: no such account, or not its password; which of both is not told.
	ErrWrongCredentials = errors.New("username or password is wrong")
	// ErrSecondFactor: the password is right, and the account wants a one-time code too, which is missing or wrong.
	ErrSecondFactor = errors.New("the one-time code is missing or wrong")
	// ErrNoSession: unknown, expired or revoked.
	ErrNoSession = errors.New("not signed in")
	// ErrNoAccount: no account is declared under the name.
	ErrNoAccount = errors.New("no such account")

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
	Listings
	Keeping
	Visits
	Staff
	Log
	// Ready returns nil when the database can be read and the last write went well. After a failed write it tries one,
	// so that it recovers by itself.
	Ready(ctx context.Context) error
}

// Cases keeps cases with their contacts, photos and history.
type Cases interface {
	// Submit stores a new case, its first event, its contact, photos and idempotency key, all or nothing. With a key that is
	// known, the same request returns the first case as it is now, another request ErrIdempotencyConflict. ErrCodeTaken.
	Submit(ctx context.Context, s Submission) (Receipt, error)

	// Case returns the case, or ErrNoCase.
	Case(ctx context.Context, code Code) (Case, error)

	// Unlock returns the case to who knows its secret: ErrNoCase, ErrWrongSecret. Cases from before there were secrets open
	// to the code alone.
	Unlock(ctx context.Context, code Code, secret Secret) (Case, error)

	// Secret returns the case's query secret, for the receipt that staff print again; empty when the case has none.
	Secret(ctx context.Context, code Code) (Secret, error)

	// Contact returns who raised the case, empty when the resident left nothing, or ErrNoCase. For staff only.
	Contact(ctx context.Context, code Code) (Contact, error)

	// Photo returns a photo of the case, counted from 1: ErrNoCase, ErrNoPhoto.
	Photo(ctx context.Context, code Code, n int) (Photo, error)

	// History returns the events of the case, oldest first, or ErrNoCase.
	History(ctx context.Context, code Code) ([]Entry, error)

	// Change hands the case as it is now to change and stores what comes back together with its event, all or nothing;
	// no other change comes between. ErrNoCase. An error of change is returned as it is and nothing is stored. change
	// must be quick, must not use the repository, and may be called more than once.
	Change(ctx context.Context, code Code, change func(Case) (Case, Event, error)) (Case, error)

	// Merge does the same with two cases. ErrNoCase when either is missing.
	Merge(ctx context.Context, code, into Code, change func(c, into Case) (Merging, error)) (Merging, error)

	// Reporters lists the cases that were merged into this one, oldest first.
	Reporters(ctx context.Context, code Code) ([]Case, error)
}

// Listings finds and counts cases.
type Listings interface {
	// List returns a page of cases. ErrBadCursor.
	List(ctx context.Context, l Listing) (Page, error)

	// Each goes through all cases of the filter as whole cases, in the order they were received.
	Each(ctx context.Context, f Filter) iter.Seq2[Case, error]

	// Statistics counts cases.
	Statistics(ctx context.Context, p Period, scope Scope) (Statistics, error)

	// Backlog counts what waits and what has been. today decides what is overdue.
	Backlog(ctx context.Context, today workday.Date) (Backlog, error)
}

// Keeping is what the service itself does with cases over the years.
type Keeping interface {
	// MakeFindable brings the full-text index up to date, so that a search has nothing to wait for. List and Each see to it
	// themselves where they need it.
	MakeFindable(ctx context.Context) error

	// EndedBefore returns cases that ended before the instant and still have their texts, at most limit.
	EndedBefore(ctx context.Context, at time.Time, limit int) ([]Code, error)

	// ForgetVisitNotes erases what was noted of visits before the day, which can name who came. The visits stay counted.
	ForgetVisitNotes(ctx context.Context, before workday.Date) error
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
	// owner chose until the declared first password changes: then that one counts again, its one-time codes are off, and the
	// account's sessions end.
	DeclareStaff(ctx context.Context, declared []FirstPassword) error

	// SignIn checks the password, and the one-time code where the account wants one, and opens a session. ErrWrongCredentials, after
	// the same work whether the account exists or not; ErrSecondFactor.
	SignIn(ctx context.Context, c Credentials, s SigningIn) (Session, error)

	// SignInAs opens a session for who proved elsewhere to be the declared account: ErrNoAccount.
	SignInAs(ctx context.Context, username string, s SigningIn) (Session, error)

	// SignedIn returns whose session the token is, or ErrNoSession.
	SignedIn(ctx context.Context, token string, now time.Time) (Session, error)

	// SignOut ends the session; an unknown token is no error.
	SignOut(ctx context.Context, token string) error

	// Sessions of the account that have not expired, the newest first.
	Sessions(ctx context.Context, account int64, now time.Time) ([]Session, error)

	// EndSession ends one session of the account; one that is not there is no error.
	EndSession(ctx context.Context, account, session int64) error

	// ChangePassword replaces the account's password and ends its other sessions: ErrWrongCredentials when old is not the password.
	ChangePassword(ctx context.Context, s Session, old, replacement string, now time.Time) error

	// SetSecondFactor turns one-time codes on, or off where factor is the zero value: ErrWrongCredentials when password is not the account's.
	SetSecondFactor(ctx context.Context, s Session, password string, factor SecondFactor, now time.Time) error
}

// Log is the audit log: every event of every case, and what staff did beside cases, each row holding the hash of the one before.
type Log interface {
	// Note writes an event that belongs to no case.
	Note(ctx context.Context, n Note) error

	// LogHead returns how long the log is and the hash of its last row.
	LogHead(ctx context.Context) (LogPoint, error)

	// LogAt returns the hash the log had at the length; ok is false when it is shorter.
	LogAt(ctx context.Context, length int64) (p LogPoint, ok bool, err error)
}

// Note is an event beside the cases: who did what, when. It names nobody.
type Note struct {
	At     time.Time
	Actor  Actor
	Action NoteAction
}

// NoteAction is what staff did beside cases.
type NoteAction string

const (
	// NoteSignedIn is a sign-in.
	NoteSignedIn NoteAction = "signed_in"
	// NotePasswordChanged is a password chosen anew.
	NotePasswordChanged NoteAction = "password_changed"
	// NoteSecondFactorChanged is one-time codes turned on or off.
	NoteSecondFactorChanged NoteAction = "second_factor_changed"
	// NoteExported is a ledger taken out of the service.
	NoteExported NoteAction = "exported"
	// NoteExportedContacts is a ledger with names and phones.
	NoteExportedContacts NoteAction = "exported_contacts"
	// NoteDataKeyChanged is contacts encrypted under another data key.
	NoteDataKeyChanged NoteAction = "data_key_changed"
	// NoteRestored is the database put back from a backup.
	NoteRestored NoteAction = "restored"
)

// LogPoint is a length of the log with the hash of the row there, 32 bytes; none at length 0.
type LogPoint struct {
	Length int64
	Hash   []byte
}

// Submission is a new case on its way into storage, as Rules.Enter makes it.
type Submission struct {
	Case    Case
	Event   Event
	Contact Contact
	Secret  Secret
	// Key is the idempotency key, 1 to 128 visible ASCII characters (see CheckKey); empty means none.
	Key    string
	Photos []Photo
}

// Receipt acknowledges a submission.
type Receipt struct {
	Case Case
	// Secret of the case; that of the first submission when this one was a replay.
	Secret Secret
	// Replayed is true when the key had already brought the case in.
	Replayed bool
}

// Photo as it is kept: JPEG, without anything but the picture.
type Photo struct {
	Full  []byte
	Thumb []byte
}

// MostPhotos of a case.
const MostPhotos = 5
