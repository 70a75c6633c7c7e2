package store

import "context"

// Queries that run often, by name; the tests look at how the database answers them.
var Queries = map[string]string{
	"case by code":      caseByCode,
	"case by id":        caseByID,
	"contact":           privateByCode,
	"photo":             photoByCode,
	"reporters":         reportersOf,
	"ended":             endedBefore,
	"phones to hash":    contactsUnhashed,
	"history":           historyByCode,
	"backlog":           countPending,
	"visits of a day":   countVisits,
	"visits' notes":     forgetNotes,
	"request":           caseByRequest,
	"visit's request":   visitByRequest,
	"session":           findSession,
	"sessions to clear": endExpired,
	"message":           deliveryByID,
	"messages":          deliveriesFrom,
	"calendar":          feedByToken,
	"calendar's events": entriesOf,
}

// Pragma sets a pragma on the connection that writes.
func (s *Store) Pragma(ctx context.Context, pragma string) error {
	_, err := s.writer.conn.ExecContext(ctx, "PRAGMA "+pragma)
	return err
}

// Write runs a write that does what the test says.
func (s *Store) Write(ctx context.Context, write func() error) error {
	return s.writer.do(ctx, func(*transaction) error { return write() })
}

// Queued is how many writes wait for the next commit.
func (s *Store) Queued() int { return len(s.writer.queue) }

// Pages the database has.
func (s *Store) Pages(ctx context.Context) (n int, err error) {
	err = s.writer.conn.QueryRowContext(ctx, "PRAGMA page_count").Scan(&n)
	return n, err
}

// SetAside and TakeBack are the steps by which a restore keeps what was there; Rename is SetAside where a file has one name only.
var (
	SetAside = setAside
	Rename   = rename
	TakeBack = takeBack
)

// BackupInto and RestoreWhere are Backup and RestoreStream where so much is free.
var (
	BackupInto   = backup
	RestoreWhere = restore
)

// FreeOn the volume of a folder.
var FreeOn = freeOn

// Reserve is what stays free beside a copy.
const Reserve = reserve
