package store_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/store"
)

// restoredTwice is a folder with two kept databases, the older of which somebody has opened since.
func restoredTwice(t *testing.T) (folder, older, newer string) {
	t.Helper()
	folder, file := backedUp(t)
	var kept []string
	for _, moment := range []time.Time{now, now.Add(time.Hour)} {
		restored, err := store.Restore(t.Context(), at(folder, moment), file)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, filepath.Base(restored.Kept))
	}
	for _, companion := range []string{"-wal", "-shm"} {
		put(t, filepath.Join(folder, kept[0]+companion))
	}
	return folder, kept[0], kept[1]
}

func put(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sizeOf the files together.
func sizeOf(t *testing.T, folder string, names ...string) (size int64) {
	t.Helper()
	for _, name := range names {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	return size
}

func namesIn(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func expectKept(t *testing.T, folder string, want ...store.KeptDatabase) {
	t.Helper()
	got, err := store.Kept(folder)
	if difference := cmp.Diff(want, got); difference != "" || err != nil {
		t.Errorf("error %v, kept are (-want +got):\n%s", err, difference)
	}
}

func TestWhatRestoresKeptIsListedAndForgottenWhileTheServiceRuns(t *testing.T) {
	folder, older, newer := restoredTwice(t)
	first := store.KeptDatabase{Name: older, Size: sizeOf(t, folder, older, older+"-wal", older+"-shm"), Replaced: now}
	second := store.KeptDatabase{Name: newer, Size: sizeOf(t, folder, newer), Replaced: now.Add(time.Hour)}
	briefly(t, folder, func(s *store.Store) {
		expectKept(t, folder, first, second)
		before := namesIn(t, folder)
		forgotten, err := store.Forget(folder, older)
		if err != nil || forgotten != first {
			t.Errorf("forgotten is %+v, error %v", forgotten, err)
		}
		expectKept(t, folder, second)
		stays := slices.DeleteFunc(before, func(name string) bool { return strings.HasPrefix(name, older) })
		if difference := cmp.Diff(stays, namesIn(t, folder)); difference != "" {
			t.Errorf("the folder's files (-want +got):\n%s", difference)
		}
		submit(t, s, road, "")
		if v, err := s.Verify(t.Context()); err != nil || v.Cases != 2 {
			t.Errorf("the station's database: %+v, error %v", v, err)
		}
	})
}

// What is no kept database is neither listed nor forgotten, however much it looks like one.
func TestNothingElseIsForgotten(t *testing.T) {
	folder, older, newer := restoredTwice(t)
	present := filepath.Join(folder, "liaison.db")
	elsewhere := filepath.Join(t.TempDir(), "liaison.db.before-20260309T013000Z")
	put(t, elsewhere)
	put(t, filepath.Join(folder, "backup.db"))
	put(t, filepath.Join(folder, "liaison.db.before-1"))
	put(t, filepath.Join(folder, "20260309T013000Z"))
	for name, create := range map[string]func(string) error{
		"liaison.db.before-20260101T000000Z": func(path string) error { return os.Mkdir(path, 0o700) },
		"liaison.db.before-20260102T000000Z": func(path string) error { return os.Symlink(elsewhere, path) },
		"liaison.db.before-20260103T000000Z": func(path string) error { return os.Link(present, path) }, // by a restore that came no further
	} {
		if err := create(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	before := namesIn(t, folder)
	if kept, err := store.Kept(folder); err != nil || len(kept) != 2 {
		t.Errorf("%+v, error %v", kept, err)
	}
	for _, name := range []string{
		"", ".", "..", "liaison.db", "liaison.db-wal", "liaison.db-shm", "intake.lock", "backup.db",
		"liaison.db.before-1", "liaison.db.before-", "liaison.db.before-*", "20260309T013000Z",
		"liaison.db.before-20260101T000000Z", "liaison.db.before-20260102T000000Z", "liaison.db.before-20260103T000000Z", "liaison.db.before-20260104T000000Z",
		older + "-wal", older + "-shm", older + " ", "./" + older, filepath.Join(folder, newer), elsewhere, "../" + filepath.Base(folder) + "/" + newer,
	} {
		_, err := store.Forget(folder, name)
		expectRefusal(t, err, store.ErrNotKept, "liaison-intake kept", "without its folder")
	}
	if difference := cmp.Diff(before, namesIn(t, folder)); difference != "" {
		t.Errorf("files have gone (-before +after):\n%s", difference)
	}
	sizeOf(t, filepath.Dir(elsewhere), filepath.Base(elsewhere))
}

// A restore that was cut short, on a file system that knows one name for a file only.
func TestTheOnlyDatabaseIsNotForgotten(t *testing.T) {
	folder, older, newer := restoredTwice(t)
	if err := os.Remove(filepath.Join(folder, "liaison.db")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{older, newer} {
		_, err := store.Forget(folder, name)
		expectRefusal(t, err, store.ErrNoDatabase, "restore a backup first")
		sizeOf(t, folder, name)
	}
}

func TestAFolderThatIsNotThereIsTold(t *testing.T) {
	_, err := store.Kept(filepath.Join(t.TempDir(), "missing"))
	expectRefusal(t, err, os.ErrNotExist, "missing", "name another folder")
}
