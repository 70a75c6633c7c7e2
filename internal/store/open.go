// Package store keeps on disk what a station must not forget. It implements casework.Repository and announcement.Repository,
// whose comments say what it promises.
//
// One goroutine writes and groups concurrent writes into one commit (writer.go); readers have connections of their own.
// The statements are portable SQL beside the functions that run them; what only SQLite knows is in sqlite.go, lock.go,
// faults.go and migrations/sqlite.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
)

// Options of Open. DataDir and DataKey are needed.
type Options struct {
	// DataDir is the folder of the database, on a volume that keeps what it was told to keep.
	DataDir string
	// DataKey is the station's secret of 32 bytes, under which personal data is encrypted.
	DataKey []byte
	// PreviousKey is the data key before this one, while what it encrypted moves over to the new one; nil where none was replaced.
	PreviousKey []byte
	// Now is noted with the data key of a new database.
	Now time.Time
}

// Store is an open database. It is safe for concurrent use; Close it once.
type Store struct {
	keys *keyring
	// previous is nil where no data key was replaced.
	previous *keyring
	writer   *writer
	reads    *statements
	readers  *sql.DB
	writing  *sql.DB
	lock     *os.File
	hasher   *hasher
	// declaring keeps two declarations of staff apart.
	declaring sync.Mutex
}

var (
	_ casework.Repository     = (*Store)(nil)
	_ announcement.Repository = (*Store)(nil)
)

// Open locks the data folder, brings the schema up to date and checks that the data key is the one of this database.
// Its errors say what to do.
func Open(ctx context.Context, o Options) (_ *Store, err error) {
	s := &Store{hasher: newHasher()}
	if s.keys, s.previous, err = newKeyrings(o.DataKey, o.PreviousKey); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if s.lock, err = lockFolder(o.DataDir); err != nil {
		return nil, err
	}
	if err := sweep(o.DataDir); err != nil {
		return nil, err
	}
	path, err := databaseFile(o.DataDir)
	if err != nil {
		return nil, err
	}
	if s.writing, err = openPool(path, writerPool); err != nil {
		return nil, err
	}
	if err := migrate(ctx, s.writing, path); err != nil {
		return nil, notOpened(path, err)
	}
	if s.readers, err = openPool(path, readerPool); err != nil {
		return nil, err
	}
	s.reads = newStatements(s.readers)
	conn, err := s.writing.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to %s: %w", path, fault(err))
	}
	s.writer = startWriter(conn)
	if err := s.checkDataKey(ctx, o.Now); err != nil {
		return nil, err
	}
	if err := s.hashPhones(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// notOpened says why, and what to do where nothing but a backup helps.
func notOpened(path string, err error) error {
	if isDamaged(err) {
		return fmt.Errorf("database %s is damaged: %w; restore a backup of it, which keeps the file as it is aside", path, fault(err))
	}
	return fmt.Errorf("database %s: %w", path, fault(err))
}

// OpenToRead opens the database to read it while another process may have it open for writing. It neither locks the folder nor changes
// anything: the schema must be that of this version. Only what reads may be called.
func OpenToRead(ctx context.Context, o Options) (_ *Store, err error) {
	s := &Store{}
	if s.keys, s.previous, err = newKeyrings(o.DataKey, o.PreviousKey); err != nil {
		return nil, err
	}
	path, err := presentFile(o.DataDir)
	if err != nil {
		return nil, err
	}
	if s.readers, err = openPool(path, readerPool); err != nil {
		return nil, err
	}
	s.reads = newStatements(s.readers)
	if err := s.checkReadable(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

// checkReadable makes sure that the database is one of this version, and of this key.
func (s *Store) checkReadable(ctx context.Context) error {
	if err := checkSchema(ctx, s.readers); err != nil {
		return err
	}
	known, err := s.knownKeys(ctx)
	if err != nil {
		return fmt.Errorf("checking the data key: %w", err)
	}
	if len(known) > 0 && !known[len(known)-1].proves(s.keys) {
		return s.wrongDataKey(known[len(known)-1].id)
	}
	return nil
}

// Close finishes the writes that have begun, refuses new ones with casework.ErrClosing, and unlocks the folder.
func (s *Store) Close() error { return s.release() }

// release lets go of whatever Open has got so far, in the opposite order.
func (s *Store) release() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	if s.reads != nil {
		errs = append(errs, s.reads.close())
	}
	for _, pool := range []*sql.DB{s.readers, s.writing} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing the database: %w", err)
	}
	return nil
}
