package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// swap puts the checked database in the place of the present one, which is kept under another name. At every moment one of both bears the name of
// the database, whatever happens, and beside it stands no write-ahead log but its own.
func swap(ctx context.Context, o Options, scratch string) (r Restored, err error) {
	present, err := filepath.Abs(filepath.Join(o.DataDir, databaseName))
	if err != nil {
		return r, fmt.Errorf("finding data folder %s: %w", o.DataDir, err)
	}
	checked := filepath.Join(scratch, databaseName)
	if err := checkpoint(ctx, checked); err != nil {
		return r, err
	}
	if _, err := os.Stat(present); err == nil {
		if r.Unreadable, err = finish(ctx, present); err != nil {
			return r, err
		}
		r.Kept = filepath.Join(filepath.Dir(present), keptName(o.Now))
		if err := setAside(present, r.Kept); err != nil {
			return Restored{}, fmt.Errorf("keeping the present database: %w", err)
		}
	}
	if err := replace(present, checked); err != nil {
		left, errBack := takeBack(present, r.Kept)
		return Restored{Kept: left}, errors.Join(err, errBack)
	}
	return r, nil
}

func replace(present, checked string) error {
	if err := errors.Join(removeCompanions(present), syncFolder(filepath.Dir(present))); err != nil {
		return fmt.Errorf("removing what the present database left: %w", err)
	}
	return place(checked, present)
}

// finish moves into the file what its write-ahead log holds. It leaves both alone where the file is unreadable, for whoever can still make something
// of them.
func finish(ctx context.Context, path string) (unreadable bool, err error) {
	err = lookInto(path, func(db *sql.DB) error {
		var tables int
		if err := db.QueryRowContext(ctx, tablesOfAStation).Scan(&tables); err != nil {
			return fmt.Errorf("reading %s: %w", path, fault(err))
		}
		return nil
	})
	if err == nil {
		err = checkpoint(ctx, path)
	}
	if isDamaged(err) {
		return true, notOpenElsewhere(path)
	}
	return false, err
}

// checkpoint moves all of the write-ahead log into the file. It fails while another process reads the file, as part of the log would stay behind.
func checkpoint(ctx context.Context, path string) (err error) {
	db, err := openPool(path, writerPool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var busy, logged, moved int
	if err := db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &logged, &moved); err != nil {
		return fmt.Errorf("finishing %s: %w", path, fault(err))
	}
	if busy != 0 {
		return inUse(path)
	}
	return nil
}

func inUse(path string) error {
	return fmt.Errorf("%s: %w; let it end, a backup or a verification perhaps, and try again", path, ErrInUse)
}

// notOpenElsewhere asks for the locks on a file that SQLite itself cannot open any more: another process may have it open from before, and would remove
// the write-ahead log of that name when it ends. These are the bytes of which each connection has one locked.
func notOpenElsewhere(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	lock := unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: 0x40000000, Len: 512}
	if err := unix.FcntlFlock(file.Fd(), unix.F_GETLK, &lock); err != nil {
		return fmt.Errorf("asking who has %s open: %w", path, err)
	}
	if lock.Type != unix.F_UNLCK {
		return inUse(path)
	}
	return nil
}

// setAside gives the database another name beside its own, or that one alone where the file system knows one name for a file only, and moves its
// companions there. It never takes the name of another file.
func setAside(present, kept string) error {
	if _, err := os.Lstat(kept); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w; try again", kept, ErrExists)
	}
	if err := nameToo(present, kept); err != nil {
		_, errBack := takeBack(present, kept)
		return errors.Join(err, errBack)
	}
	return nil
}

// nameToo first names the file: the companions are put back if it goes no further, as the two names are seen to be of one file.
func nameToo(present, kept string) error {
	if os.Link(present, kept) != nil {
		return rename(present, kept)
	}
	if err := syncFolder(filepath.Dir(kept)); err != nil {
		return err
	}
	return moveCompanions(present, kept)
}

// rename moves the file last: companions without their file would be taken for the next one's.
func rename(present, kept string) error {
	err := moveCompanions(present, kept)
	if err == nil {
		err = os.Rename(present, kept)
	}
	if err != nil {
		return errors.Join(err, moveCompanions(kept, present))
	}
	return syncFolder(filepath.Dir(kept))
}

// takeBack undoes setAside, unless another database bears the name already: then the kept one is left, as the only one of its content.
func takeBack(present, kept string) (left string, err error) {
	was, err := os.Stat(kept)
	if err != nil {
		return "", nil //nolint:nilerr // nothing was kept
	}
	there, err := os.Stat(present)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err = os.Rename(kept, present); err == nil {
			err = moveCompanions(kept, present)
		}
	case err == nil && os.SameFile(there, was):
		if err = moveCompanions(kept, present); err == nil {
			err = os.Remove(kept)
		}
	default:
		return kept, err
	}
	if err != nil {
		return kept, err
	}
	return "", nil
}

// moveCompanions from the one name of a database to the other, durably.
func moveCompanions(from, to string) error {
	for _, companion := range companions {
		if err := os.Rename(from+companion, to+companion); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncFolder(filepath.Dir(to))
}
