package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

func TestDataOutlivesTheProcess(t *testing.T) {
	folder := t.TempDir()
	var c casework.Case
	briefly(t, folder, func(s *store.Store) { c = submit(t, s, road, "k1") })
	briefly(t, folder, func(s *store.Store) {
		if got, err := s.Case(t.Context(), c.Code); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("case %+v, error %v", got, err)
		}
		if contact, err := s.Contact(t.Context(), c.Code); err != nil || contact != road.Contact() {
			t.Errorf("contact %+v, error %v", contact, err)
		}
		if again := submit(t, s, road, "k1"); again.Code != c.Code {
			t.Errorf("the key made another case")
		}
	})
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	_, err := store.Open(t.Context(), options(folder))
	expectRefusal(t, err, store.ErrLocked, folder, "stop the other process")
	// The one that has it is not disturbed.
	submit(t, s, road, "")
}

func TestTheLockIsGivenBack(t *testing.T) {
	folder := t.TempDir()
	for range 3 {
		briefly(t, folder, func(*store.Store) {})
	}
	wrong := options(folder)
	wrong.DataKey = []byte("another key of exactly 32 bytes.")
	if _, err := store.Open(t.Context(), wrong); err == nil {
		t.Fatal("another key was accepted")
	}
	briefly(t, folder, func(*store.Store) {})
}

func TestTheDataKeyMustBeTheDatabases(t *testing.T) {
	folder := t.TempDir()
	briefly(t, folder, func(s *store.Store) { submit(t, s, road, "") })
	for _, test := range []struct {
		key    string
		want   error
		remedy string
	}{
		{"another key of exactly 32 bytes.", store.ErrWrongDataKey, "restore the station's data Secret"},
		{"", store.ErrNoDataKey, "data-key"},
		{"too short", store.ErrNoDataKey, "data-key"},
	} {
		_, err := store.Open(t.Context(), store.Options{DataDir: folder, DataKey: []byte(test.key)})
		expectRefusal(t, err, test.want, test.remedy)
		if test.key != "" && strings.Contains(err.Error(), test.key) {
			t.Error("the error tells the key")
		}
	}
	briefly(t, folder, func(*store.Store) {})
}

func TestFoldersThatCannotBeUsed(t *testing.T) {
	_, err := store.Open(t.Context(), options(filepath.Join(t.TempDir(), "missing")))
	expectRefusal(t, err, os.ErrNotExist, "mount the station's volume")

	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "liaison.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), options(folder)); err == nil {
		t.Error("a folder was opened as a database")
	}

	folder = t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "liaison.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), options(folder))
	expectRefusal(t, err, casework.ErrUnavailable, "liaison.db", "not a database")
}

func TestADatabaseOfANewerVersionIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	briefly(t, folder, func(*store.Store) {})
	beneath(t, folder, func(db *sql.DB) {
		if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, TRUE)`); err != nil {
			t.Fatal(err)
		}
	})
	_, err := store.Open(t.Context(), options(folder))
	expectRefusal(t, err, store.ErrNewerSchema, "999", "run that version")
}

func TestOthersCannotReadTheFiles(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	submit(t, s, road, "")
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("files %v, error %v", files, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %s", file, info.Mode())
		}
	}
}

// expectRefusal wants the error to be the one and to say the parts.
func expectRefusal(t *testing.T, err, want error, parts ...string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%v, want %v", err, want)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
}
