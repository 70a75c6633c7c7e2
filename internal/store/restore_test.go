package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

// backedUp is a folder with one case, and a backup of it.
func backedUp(t *testing.T) (folder, file string) {
	t.Helper()
	folder, file = t.TempDir(), filepath.Join(t.TempDir(), "backup.db")
	briefly(t, folder, func(s *store.Store) {
		submit(t, s, road, "")
		if err := store.Backup(t.Context(), folder, file); err != nil {
			t.Fatal(err)
		}
	})
	return folder, file
}

func TestADatabaseThatIsReadIsNotReplaced(t *testing.T) {
	folder, file := backedUp(t)
	beneath(t, folder, func(reader *sql.DB) {
		reading, err := reader.BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true})
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := reading.QueryRow(`SELECT COUNT(*) FROM cases`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		briefly(t, folder, func(s *store.Store) { submit(t, s, road, "") }) // stays in the log while it is read
		_, err = store.Restore(t.Context(), options(folder), file)
		expectRefusal(t, err, store.ErrInUse, "try again")
		if err := reading.Rollback(); err != nil {
			t.Fatal(err)
		}
	})
	briefly(t, folder, func(s *store.Store) {
		if v, err := s.Verify(t.Context()); err != nil || v.Cases != 2 {
			t.Errorf("after a restore that was refused: %+v, error %v", v, err)
		}
	})
	restored, err := store.Restore(t.Context(), options(folder), file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), options(folder), restored.Kept); err != nil {
		t.Fatal(err)
	}
	briefly(t, folder, func(s *store.Store) {
		if v, err := s.Verify(t.Context()); err != nil || v.Cases != 2 {
			t.Errorf("the database that was kept: %+v, error %v", v, err)
		}
	})
}

func TestNobodyIsSignedInToARestoredDatabase(t *testing.T) {
	folder, file := t.TempDir(), filepath.Join(t.TempDir(), "backup.db")
	li := casework.FirstPassword{Username: "li", Name: "李干事", Role: casework.Administrator, Password: "first of li"}
	var session casework.Session
	briefly(t, folder, func(s *store.Store) {
		if err := s.DeclareStaff(t.Context(), []casework.FirstPassword{li}); err != nil {
			t.Fatal(err)
		}
		var err error
		if session, err = signIn(t, s, "li", li.Password); err != nil {
			t.Fatal(err)
		}
		if err := store.Backup(t.Context(), folder, file); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := store.Restore(t.Context(), options(folder), file); err != nil {
		t.Fatal(err)
	}
	briefly(t, folder, func(s *store.Store) {
		if _, err := s.SignedIn(t.Context(), session.Token, now); !errors.Is(err, casework.ErrNoSession) {
			t.Errorf("the session of the backup: %v", err)
		}
	})
}

// A file system that knows one name for a file only, and a restore that was cut short on it.
func TestNoNewDatabaseIsBegunBesideOneThatWasMovedAside(t *testing.T) {
	folder, file := backedUp(t)
	kept := filepath.Join(folder, "liaison.db.before-20261126T120000Z")
	if err := os.Rename(filepath.Join(folder, "liaison.db"), kept); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), options(folder))
	expectRefusal(t, err, store.ErrNoDatabase, kept, "rename that file back")
	if _, err := store.Restore(t.Context(), options(folder), file); err != nil {
		t.Errorf("restoring again: %v", err)
	}
	briefly(t, folder, func(*store.Store) {})
}

func TestWhatKilledProcessesLeftIsSwept(t *testing.T) {
	folder := t.TempDir()
	old := map[string]bool{"backup-1": true, "restore-2": true, "received-3": true, "liaison.db.before-1": false, "other": false}
	for name := range old {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		long := now.Add(-25 * time.Hour)
		if err := os.Chtimes(filepath.Join(folder, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, "backup-fresh"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(folder, "backup-fresh"), now, now); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "liaison.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(folder)
	o.Now = now
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)
	old["backup-fresh"] = false
	for name, goes := range old {
		if _, err := os.Stat(filepath.Join(folder, name)); (err != nil) != goes {
			t.Errorf("%s: %v", name, err)
		}
	}
}
