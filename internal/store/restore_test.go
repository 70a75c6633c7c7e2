package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
	if _, err := store.Restore(t.Context(), at(folder, now), restored.Kept); err != nil {
		t.Fatal(err)
	}
	briefly(t, folder, func(s *store.Store) {
		if v, err := s.Verify(t.Context()); err != nil || v.Cases != 2 {
			t.Errorf("the database that was kept: %+v, error %v", v, err)
		}
	})
}

// What an interrupted backup leaves, or a wrong name finds, must not take the place of the station's cases.
func TestWhatHoldsNoStationsDatabaseIsNotRestored(t *testing.T) {
	folder, file := backedUp(t)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte
		want    error
		says    string
	}{
		"an empty file":                       {nil, store.ErrNoStation, "it is empty"},
		"a text":                              {bytes.Repeat([]byte("no database "), 1000), store.ErrDamaged, "does not begin as one"},
		"another program's file":              {foreign(t, `CREATE TABLE notes (text)`), store.ErrNoStation, "another program's"},
		"another program's with a version":    {foreign(t, `CREATE TABLE notes (text); PRAGMA user_version = 5`), store.ErrNoStation, "another program's"},
		"another program's, migrated as ours": {foreign(t, migratedAsOurs), store.ErrNoStation, "another program's"},
		"a database that was never a station's": {foreign(t, `CREATE TABLE data_keys (id, proof, since); CREATE TABLE cases (id); CREATE TABLE events (id); `+migratedAsOurs),
			store.ErrNoStation, "no station has begun"},
		"the first page of a backup":                            {whole[:4096], store.ErrDamaged, "cut off"},
		"a backup without its end":                              {whole[:len(whole)-5000], store.ErrDamaged, "bytes came"},
		"a backup but for some zeros that SQLite does not miss": {whole[:len(whole)-100], store.ErrDamaged, fmt.Sprintf("%d of %d bytes came", len(whole)-100, len(whole))},
		"a backup with a hole":                                  {slices.Concat(whole[:100], make([]byte, 3996), whole[4096:]), store.ErrDamaged, "malformed"},
		"less than a page":                                      {whole[:50], store.ErrDamaged, "cut off"},
	} {
		t.Run(name, func(t *testing.T) {
			given := filepath.Join(t.TempDir(), "given.db")
			if err := os.WriteFile(given, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := store.Restore(t.Context(), options(folder), given)
			expectRefusal(t, err, c.want, given, c.says, "liaison-intake backup", "nothing was changed")
			expectKept(t, folder)
			briefly(t, folder, func(s *store.Store) {
				if v, err := s.Verify(t.Context()); err != nil || v.Cases != 1 {
					t.Errorf("the station's database: %+v, error %v", v, err)
				}
			})
		})
	}
}

// migratedAsOurs is what the library leaves that migrates the station's schema, and other programs' too.
const migratedAsOurs = `
CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)`

// foreign is a database that the statements have made.
func foreign(t *testing.T, statements string) []byte {
	t.Helper()
	folder := t.TempDir()
	beneath(t, folder, func(db *sql.DB) {
		if _, err := db.Exec(statements); err != nil {
			t.Fatal(err)
		}
	})
	content, err := os.ReadFile(filepath.Join(folder, "liaison.db"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestAFolderIsNamedFromWhereOneStands(t *testing.T) {
	folder, file := backedUp(t)
	t.Chdir(filepath.Dir(folder))
	if restored, err := store.Restore(t.Context(), options(filepath.Base(folder)), file); err != nil || restored.Cases != 1 {
		t.Errorf("%+v, error %v", restored, err)
	}
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

// at is the options at the moment, by which a restore names what it keeps.
func at(folder string, moment time.Time) store.Options {
	o := options(folder)
	o.Now = moment
	return o
}

func TestNothingThatWasKeptIsOverwritten(t *testing.T) {
	folder, file := backedUp(t)
	first, err := store.Restore(t.Context(), at(folder, now), file)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(first.Kept)
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Restore(t.Context(), at(folder, now), file)
	expectRefusal(t, err, store.ErrExists, first.Kept)
	if after, err := os.ReadFile(first.Kept); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the first that was kept is another, error %v", err)
	}
	briefly(t, folder, func(s *store.Store) {
		if v, err := s.Verify(t.Context()); err != nil || v.Cases != 1 {
			t.Errorf("%+v, error %v", v, err)
		}
	})
}

// However far a restore came, what was there before is still there, under one name.
func TestARestoreThatFailsTakesNothingAway(t *testing.T) {
	for name, c := range map[string]struct {
		// came is what happened after the present database was named.
		came func(present, kept string) error
		// present and kept are what they hold in the end; nothing means that there is no such file.
		present, kept string
	}{
		"before the other took its place":          {func(string, string) error { return nil }, "old", ""},
		"where a file has one name only":           {func(present, _ string) error { return os.Remove(present) }, "old", ""},
		"after the other took its place":           {func(present, _ string) error { return overwrite(present) }, "new", "old"},
		"on a volume from which the name vanished": {func(_, kept string) error { return os.Remove(kept) }, "old", ""},
	} {
		t.Run(name, func(t *testing.T) {
			present := filepath.Join(t.TempDir(), "liaison.db")
			kept := present + ".before-now"
			if err := os.WriteFile(present, []byte("old"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(store.SetAside(present, kept), c.came(present, kept)); err != nil {
				t.Fatal(err)
			}
			left, err := store.TakeBack(present, kept)
			if err != nil || (left != "") != (c.kept != "") {
				t.Errorf("it says that %q is left, error %v", left, err)
			}
			for path, want := range map[string]string{present: c.present, kept: c.kept} {
				if got, _ := os.ReadFile(path); string(got) != want {
					t.Errorf("%s holds %q, want %q", filepath.Base(path), got, want)
				}
			}
		})
	}
}

// overwrite puts another file in the place of this one.
func overwrite(path string) error {
	fresh := path + ".new"
	return errors.Join(os.WriteFile(fresh, []byte("new"), 0o600), os.Rename(fresh, path))
}

func TestWhatKilledProcessesLeftIsSwept(t *testing.T) {
	folder, _ := backedUp(t)
	inUse, err := store.NewScratch(folder, store.ScratchBackup)
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"backup-1", "restore-2", "received-3", "other"} {
		if err := os.Mkdir(filepath.Join(folder, left), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, own := range []string{"backup-20261126", "backup-2026-11-26.db", "liaison.db.before-1"} {
		if err := os.WriteFile(filepath.Join(folder, own), []byte("a backup"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(filepath.Join(folder, "liaison.db"), filepath.Join(folder, "liaison.db.before-2")); err != nil {
		t.Fatal(err) // by a restore that came no further
	}
	briefly(t, folder, func(*store.Store) {
		want := map[string]bool{
			filepath.Base(inUse.Path): true, "other": true, "backup-20261126": true, "backup-2026-11-26.db": true, "liaison.db": true, "liaison.db.before-1": true,
			"backup-1": false, "restore-2": false, "received-3": false, "liaison.db.before-2": false,
		}
		for name, stays := range want {
			if _, err := os.Stat(filepath.Join(folder, name)); (err == nil) != stays {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	if err := inUse.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(inUse.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s stays: %v", inUse.Path, err)
	}
}
