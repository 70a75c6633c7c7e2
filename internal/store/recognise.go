package store

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// Other programs have tables of the one name or the other.
	tablesOfAStation = `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('goose_db_version', 'data_keys', 'cases', 'events')`
	countDataKeys    = `SELECT COUNT(*) FROM data_keys`
)

// A database file begins with a header of this length, as https://sqlite.org/fileformat.html lays it down.
const (
	headerLength = 100
	headerMagic  = "SQLite format 3\x00"
)

// announcedSize is how many bytes a database file has by its header, which stays unread.
func announcedSize(in *bufio.Reader) (int64, error) {
	header, err := in.Peek(headerLength)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return 0, err
	case len(header) == 0:
		return 0, fmt.Errorf("%w: it is empty", ErrNoStation)
	case err != nil || !bytes.HasPrefix(header, []byte(headerMagic)):
		return 0, fmt.Errorf("%w: it does not begin as one", ErrDamaged)
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 1 << 16 // which two bytes cannot hold
	}
	return page * int64(binary.BigEndian.Uint32(header[28:])), nil
}

// receive writes what is given to a new file. Less than was announced is no backup, although SQLite may miss nothing.
func receive(given io.Reader, announced int64, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	came, err := io.Copy(file, given)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if came < announced {
		return fmt.Errorf("%w: %d of %d bytes came", ErrDamaged, came, announced)
	}
	return nil
}

// recognise refuses a database that no station has written. Open would make a new station's of it, with an empty log that holds.
func recognise(ctx context.Context, path string) error {
	return lookInto(path, func(db *sql.DB) error {
		var tables, keys int
		if err := db.QueryRowContext(ctx, tablesOfAStation).Scan(&tables); err != nil {
			return fmt.Errorf("looking for the station's tables: %w", err)
		}
		if tables < 4 {
			return fmt.Errorf("%w: it is another program's", ErrNoStation)
		}
		if err := db.QueryRowContext(ctx, countDataKeys).Scan(&keys); err != nil {
			return fmt.Errorf("looking for the station's data key: %w", err)
		}
		if keys == 0 {
			return fmt.Errorf("%w: no station has begun to use it", ErrNoStation)
		}
		return nil
	})
}

// lookInto a database that stays as it is, with its write-ahead log: a connection that may write would empty the log when it is closed, into whatever the
// file has become.
func lookInto(path string, ask func(*sql.DB) error) (err error) {
	db, err := openPool(path, lookPool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return ask(db)
}

// notRestored says what keeps the file from being restored, and what to do.
func notRestored(name string, err error) error {
	if isDamaged(err) {
		err = fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrNoStation) {
		err = fmt.Errorf("%w; give a whole file that liaison-intake backup has written", err)
	}
	return fmt.Errorf("checking %s: %w; nothing was changed", name, err)
}
