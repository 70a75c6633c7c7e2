package store_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
	"township.dev/liaison/internal/store/storetest"
)

// TestMain becomes the process that a crash test kills, or one that reads, when it is told to.
func TestMain(m *testing.M) {
	if folder := os.Getenv(readFolder); folder != "" {
		os.Exit(readUntilToldToEnd(folder))
	}
	if folder := os.Getenv(doomedFolder); folder != "" {
		os.Exit(writeUntilKilled(folder))
	}
	os.Exit(m.Run())
}

func TestSQLite(t *testing.T) {
	storetest.Run(t, func(t *testing.T) casework.Repository {
		s := open(t, t.TempDir())
		t.Cleanup(func() { expectSound(t, s) })
		return s
	})
}

func TestSQLiteKeepsAnnouncements(t *testing.T) {
	storetest.RunAnnouncements(t, func(t *testing.T) announcement.Repository { return open(t, t.TempDir()) })
}

// dataKey of the tests' station.
func dataKey() []byte { return []byte("a data key of exactly 32 bytes..") }

func options(folder string) store.Options {
	return store.Options{DataDir: folder, DataKey: dataKey()}
}

// open opens the database of the folder and closes it with the test.
func open(t testing.TB, folder string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), options(folder))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

// expectSound verifies what a test has made of the database.
func expectSound(t *testing.T, s *store.Store) {
	t.Helper()
	if _, err := s.Verify(context.Background()); err != nil { // the test's context has ended
		t.Error(err)
	}
}

func closeStore(t testing.TB, s *store.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// briefly opens the database of the folder for f alone.
func briefly(t *testing.T, folder string, f func(*store.Store)) {
	t.Helper()
	s, err := store.Open(t.Context(), options(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	f(s)
}

// beneath runs f on the file itself, as somebody with a shell could.
func beneath(t *testing.T, folder string, f func(*sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, "liaison.db"))
	if err != nil {
		t.Fatal(err)
	}
	f(db)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

var (
	now   = time.Date(2026, time.March, 9, 1, 30, 0, 0, time.UTC)
	rules = casework.Rules{}
	road  = casework.Suggestion{Topic: "道路交通", Village: "白额村", Text: "田间路被冲毁，秋收前请修好。", Name: "王小明", Phone: "13900000031"}
)

// bring submits, and returns the case and whether it was there already.
func bring(ctx context.Context, s *store.Store, submission casework.Submission) (casework.Case, bool, error) {
	receipt, err := s.Submit(ctx, submission)
	return receipt.Case, receipt.Replayed, err
}

func submit(t testing.TB, s *store.Store, suggestion casework.Suggestion, key string) casework.Case {
	t.Helper()
	c, _, err := bring(t.Context(), s, rules.Receive(suggestion, casework.NewCode(), key, now))
	if err != nil {
		t.Fatalf("Submit: %v", err)
	}
	return c
}
