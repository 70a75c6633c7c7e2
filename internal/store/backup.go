package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"township.dev/liaison/internal/casework"
)

// Errors of Backup and Restore.
var (
	// ErrExists means that the backup would overwrite a file.
	ErrExists = errors.New("a file of that name exists")
	// ErrInUse means that another process reads a database that was to be replaced.
	ErrInUse = errors.New("another process reads the database")
	// ErrNoDatabase means that there is nothing to back up.
	ErrNoDatabase = errors.New("there is no database")
	// ErrNoStation means that what was given to be restored is not a station's.
	ErrNoStation = errors.New("it holds no station's database")
	// ErrDamaged means that what was given to be restored cannot be read.
	ErrDamaged = errors.New("it is damaged, cut off or no database at all")
)

// Backup writes the database of the folder to a new file, as it is at one moment, while the service goes on. The file holds photos and
// contacts, the latter encrypted as they are: it is of no use without the data key.
// It refuses where the copy would fill the volume.
func Backup(ctx context.Context, folder, file string) error {
	return backup(ctx, folder, file, freeOn)
}

func backup(ctx context.Context, folder, file string, free func(string) int64) (err error) {
	path, err := presentFile(folder)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w; name another one or move it away", file, ErrExists)
	}
	db, err := openPool(path, backupPool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var size int64
	if err := db.QueryRowContext(ctx, sizeOfCopy).Scan(&size); err != nil {
		return fmt.Errorf("measuring the database: %w", fault(err))
	}
	if err := checkRoom(size, filepath.Dir(file), free); err != nil {
		return err
	}
	// Written beside and renamed when whole: no half backup ever bears the name.
	part := file + ".part"
	defer func() {
		if err != nil {
			_ = os.Remove(part)
		}
	}()
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, part); err != nil {
		return fmt.Errorf("copying the database: %w", fault(err))
	}
	return place(part, file)
}

// sizeOfCopy is an upper bound: pages that are in use are packed into fewer.
const sizeOfCopy = `SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size`

// place makes the file durable under its final name, readable by its owner alone.
func place(part, file string) error {
	f, err := os.OpenFile(part, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("finishing %s: %w", file, err)
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("finishing %s: %w", file, err)
	}
	if err := os.Rename(part, file); err != nil {
		return fmt.Errorf("finishing %s: %w", file, err)
	}
	if err := syncFolder(filepath.Dir(file)); err != nil {
		return fmt.Errorf("finishing %s: %w", file, err)
	}
	return nil
}

// Restored says what Restore did.
type Restored struct {
	Verified
	// Kept is the database that was there before, moved aside; empty when there was none.
	Kept string
	// Unreadable tells that the database that was there is damaged. It is kept as it was found, with its companions.
	Unreadable bool
}

// Restore puts a backup in the place of the folder's database, which the service must not have open. The backup is checked first, with
// the data key of o: its file, its log, its schema. What was there is moved aside, never deleted, also where it is damaged:
// Kept lists it and Forget removes it.
func Restore(ctx context.Context, o Options, file string) (_ Restored, err error) {
	in, err := os.Open(file)
	if err != nil {
		return Restored{}, fmt.Errorf("reading the backup: %w; nothing was changed", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	return restore(ctx, o, file, in, freeOn)
}

// RestoreStream restores a backup as it comes in. Name says where from.
func RestoreStream(ctx context.Context, o Options, name string, in io.Reader) (Restored, error) {
	return restore(ctx, o, name, in, freeOn)
}

func restore(ctx context.Context, o Options, name string, in io.Reader, free func(string) int64) (_ Restored, err error) {
	lock, err := lockFolder(o.DataDir)
	if err != nil {
		return Restored{}, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	// What an earlier one left that was killed: its half of the way is gone back, and the room is needed.
	if err := sweep(o.DataDir); err != nil {
		return Restored{}, err
	}
	checked, scratch, err := check(ctx, o, in, free)
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	if err != nil {
		return Restored{}, notRestored(name, err)
	}
	restored, err := swap(ctx, o, scratch)
	if err != nil {
		return restored, err
	}
	restored.Verified = checked
	return restored, nil
}

// check what is given to be restored, in a folder of its own beside the database, where it goes on from: the volume holds it once.
func check(ctx context.Context, o Options, in io.Reader, free func(string) int64) (v Verified, scratch string, err error) {
	given := bufio.NewReader(in)
	size, err := announcedSize(given)
	if err != nil {
		return v, "", err
	}
	if err := checkRoom(size, o.DataDir, free); err != nil {
		return v, "", err
	}
	if scratch, err = os.MkdirTemp(o.DataDir, scratchRestore); err != nil {
		return v, "", fmt.Errorf("making room for it: %w", err)
	}
	path := filepath.Join(scratch, databaseName)
	if err := receive(given, size, path); err != nil {
		return v, scratch, err
	}
	if err := recognise(ctx, path); err != nil {
		return v, scratch, err
	}
	v, err = prepare(ctx, o, scratch)
	return v, scratch, err
}

// prepare brings the backup in the scratch folder up to date, verifies it, and notes in its log that it was restored. Nobody is signed in to it: whose
// session was ended since must not be let in again.
func prepare(ctx context.Context, o Options, scratch string) (v Verified, err error) {
	s, err := Open(ctx, Options{DataDir: scratch, DataKey: o.DataKey, PreviousKey: o.PreviousKey, Now: o.Now})
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if v, err = s.Verify(ctx); err != nil {
		return v, err
	}
	return v, s.writer.do(ctx, func(t *transaction) error {
		if _, err := t.exec(endAllSessions); err != nil {
			return fmt.Errorf("ending the sessions of the backup: %w", err)
		}
		return t.note(casework.Note{At: o.Now, Actor: casework.Actor{Role: casework.System}, Action: casework.NoteRestored})
	})
}

const endAllSessions = `DELETE FROM sessions`
