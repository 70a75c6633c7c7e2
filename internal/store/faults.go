package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"township.dev/liaison/internal/casework"
)

// fault gives an error of the database the name that casework has for it.
func fault(err error) error {
	switch codeOf(err) {
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", casework.ErrDiskFull, err)
	case sqlite3.SQLITE_READONLY:
		return fmt.Errorf("%w: %w", casework.ErrReadOnly, err)
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
		sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", casework.ErrUnavailable, err)
	}
	return err
}

// isDamaged reports whether the database can make nothing of its file.
func isDamaged(err error) bool {
	code := codeOf(err)
	return code == sqlite3.SQLITE_NOTADB || code == sqlite3.SQLITE_CORRUPT
}

// codeOf the database's error, without its details; that of no error for any other.
func codeOf(err error) int {
	var failed *sqlite.Error
	if !errors.As(err, &failed) {
		return sqlite3.SQLITE_OK
	}
	const primary = 0xff
	return failed.Code() & primary
}

// isTaken reports whether a row was refused because another has its unique value.
func isTaken(err error) bool {
	var failed *sqlite.Error
	return errors.As(err, &failed) &&
		(failed.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || failed.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
}
