package store

import (
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
)

// Backup writes the database of the folder to a new file, as it is at one moment, while the service goes on. The file holds photos and
// contacts, the latter encrypted as they are: it is of no use without the data key.
func Backup(ctx context.Context, folder, file string) (err error) {
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
}

// Restore puts a backup in the place of the folder's database, which the service must not have open. The backup is checked first, with
// the data key of o: its file, its log, its schema. What was there is moved aside, never deleted.
func Restore(ctx context.Context, o Options, file string) (_ Restored, err error) {
	lock, err := lockFolder(o.DataDir)
	if err != nil {
		return Restored{}, err
	}
	// Opening the restored database takes the lock again.
	unlocked := false
	defer func() {
		if !unlocked {
			err = errors.Join(err, lock.Close())
		}
	}()
	scratch, err := os.MkdirTemp(o.DataDir, scratchRestore)
	if err != nil {
		return Restored{}, fmt.Errorf("preparing to restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	checked, err := checkBackup(ctx, o, scratch, file)
	if err != nil {
		return Restored{}, fmt.Errorf("checking %s: %w; nothing was changed", file, err)
	}
	kept, err := swap(ctx, o, scratch)
	if err != nil {
		return Restored{Kept: kept}, err
	}
	unlocked = true
	if err := lock.Close(); err != nil {
		return Restored{checked, kept}, fmt.Errorf("unlocking the folder: %w", err)
	}
	return Restored{checked, kept}, nil
}

// checkBackup copies the file into the scratch folder, brings it up to date, verifies it, and notes in its log that it was restored. Nobody is
// signed in to it: whose session was ended since must not be let in again.
func checkBackup(ctx context.Context, o Options, scratch, file string) (v Verified, err error) {
	if err := copyFile(file, filepath.Join(scratch, databaseName)); err != nil {
		return v, err
	}
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

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}

// swap puts the checked database in the place of the present one, which is kept under another name. At every moment one of both bears the name of
// the database, whatever happens.
func swap(ctx context.Context, o Options, scratch string) (kept string, err error) {
	present, err := filepath.Abs(filepath.Join(o.DataDir, databaseName))
	if err != nil {
		return "", fmt.Errorf("finding data folder %s: %w", o.DataDir, err)
	}
	checked := filepath.Join(scratch, databaseName)
	if err := checkpoint(ctx, checked); err != nil {
		return "", err
	}
	if _, err := os.Stat(present); err == nil {
		// What stands in the write-ahead log belongs to the file.
		if err := checkpoint(ctx, present); err != nil {
			return "", err
		}
		kept = present + keptMark + o.Now.UTC().Format("20060102T150405Z")
		if err := nameToo(present, kept); err != nil {
			return "", fmt.Errorf("keeping the present database: %w", err)
		}
	}
	if err := replace(present, checked); err != nil {
		left, errBack := takeBack(present, kept)
		return left, errors.Join(err, errBack)
	}
	return kept, nil
}

func replace(present, checked string) error {
	for _, rest := range []string{"-wal", "-shm"} {
		if err := os.Remove(present + rest); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing what the present database left: %w", err)
		}
	}
	return place(checked, present)
}

// keptMark stands between a database's name and the time when another took its place.
const keptMark = ".before-"

// nameToo gives the file a second name, or that one alone where the file system knows one name only. It never takes the name of another file.
func nameToo(present, kept string) error {
	if _, err := os.Lstat(kept); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w; try again", kept, ErrExists)
	}
	if os.Link(present, kept) != nil {
		if err := os.Rename(present, kept); err != nil {
			return err
		}
	}
	if err := syncFolder(filepath.Dir(kept)); err != nil {
		_, errBack := takeBack(present, kept)
		return errors.Join(err, errBack)
	}
	return nil
}

// takeBack undoes nameToo, unless another database bears the name already: then the kept one is left, as the only one of its content.
func takeBack(present, kept string) (left string, err error) {
	was, err := os.Stat(kept)
	if err != nil {
		return "", nil //nolint:nilerr // nothing was kept
	}
	there, err := os.Stat(present)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.Rename(kept, present)
	case err == nil && os.SameFile(there, was):
		err = os.Remove(kept)
	default:
		return kept, err
	}
	if err != nil {
		return kept, err
	}
	return "", nil
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
		return fmt.Errorf("%s: %w; let it end, a backup or a verification perhaps, and try again", path, ErrInUse)
	}
	return nil
}
