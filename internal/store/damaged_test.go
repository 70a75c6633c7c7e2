package store_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

// spoilers damage a database, as disks and people do.
var spoilers = map[string]func(whole []byte) []byte{
	"the header is broken":     func(whole []byte) []byte { return append([]byte("something else.."), whole[16:]...) },
	"the first page is zeroed": func(whole []byte) []byte { return append(make([]byte, 4096), whole[4096:]...) },
	"the schema page is broken": func(whole []byte) []byte {
		return slices.Concat(whole[:100], bytes.Repeat([]byte{0xff}, 3996), whole[4096:])
	},
	"the file is cut off": func(whole []byte) []byte { return whole[:len(whole)/2] },
}

// writtenLast stands in the write-ahead log of a service that was killed.
const writtenLast = "秋收前还没有修好。"

// killed is a folder as a service leaves it that was killed, with a backup of before its last write.
func killed(t *testing.T) (folder, file string) {
	t.Helper()
	alive, file := backedUp(t)
	folder = t.TempDir()
	beneath(t, alive, func(db *sql.DB) {
		if _, err := db.Exec(`UPDATE cases SET text = $1`, writtenLast); err != nil {
			t.Fatal(err)
		}
		for name, content := range contentOf(t, alive) {
			write(t, filepath.Join(folder, name), content)
		}
	})
	return folder, file
}

// contentOf the database of a folder, by the names of its files.
func contentOf(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	content := map[string][]byte{}
	for _, name := range namesIn(t, folder) {
		if strings.HasPrefix(name, "liaison.db") {
			content[name] = read(t, filepath.Join(folder, name))
		}
	}
	return content
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The day for which there are backups.
func TestADamagedDatabaseIsReplacedAndKeptAsItWas(t *testing.T) {
	for name, spoil := range spoilers {
		for state, left := range map[string]func(*testing.T) (folder, file string){"stopped": backedUp, "killed": killed} {
			t.Run(name+", "+state, func(t *testing.T) {
				folder, file := left(t)
				present := filepath.Join(folder, "liaison.db")
				write(t, present, spoil(read(t, present)))
				before := contentOf(t, folder)
				restored, err := store.Restore(t.Context(), at(folder, now), file)
				if err != nil || restored.Cases != 1 {
					t.Fatalf("%+v, error %v", restored, err)
				}
				expectKeptAsItWas(t, before, contentOf(t, folder), restored)
				expectOneCaseAndForget(t, folder, filepath.Base(restored.Kept))
			})
		}
	}
}

func TestAServiceWhoseDatabaseIsDamagedSaysWhatHelps(t *testing.T) {
	for _, name := range []string{"the header is broken", "the schema page is broken"} {
		t.Run(name, func(t *testing.T) {
			folder, _ := backedUp(t)
			present := filepath.Join(folder, "liaison.db")
			write(t, present, spoilers[name](read(t, present)))
			_, err := store.Open(t.Context(), options(folder))
			expectRefusal(t, err, casework.ErrUnavailable, "liaison.db is damaged", "restore a backup")
		})
	}
}

func expectKeptAsItWas(t *testing.T, before, after map[string][]byte, restored store.Restored) {
	t.Helper()
	if !restored.Unreadable {
		t.Error("it does not tell that what was there is damaged")
	}
	for name, content := range before {
		// The index of the log is made again by whoever opens it.
		if kept := filepath.Base(restored.Kept) + strings.TrimPrefix(name, "liaison.db"); !strings.HasSuffix(name, "-shm") && !bytes.Equal(after[kept], content) {
			t.Errorf("%s is not as it was: %d bytes were %d", kept, len(after[kept]), len(content))
		}
	}
	if _, found := after["liaison.db-wal"]; found {
		t.Errorf("a write-ahead log stands beside the restored database: there are %v", slices.Sorted(maps.Keys(after)))
	}
}

// expectOneCaseAndForget wants the case back, and nothing left of what was kept once it is forgotten.
func expectOneCaseAndForget(t *testing.T, folder, kept string) {
	t.Helper()
	briefly(t, folder, func(s *store.Store) {
		if v, err := s.Verify(t.Context()); err != nil || v.Cases != 1 {
			t.Errorf("the restored database: %+v, error %v", v, err)
		}
	})
	if _, err := store.Forget(folder, kept); err != nil {
		t.Error(err)
	}
	if difference := cmp.Diff([]string{"intake.lock", "liaison.db"}, namesIn(t, folder)); difference != "" {
		t.Errorf("the folder's files (-want +got):\n%s", difference)
	}
}

// What stands in the write-ahead log stands nowhere else: whatever a restore was about to do when it was cut short, the log stays with its file.
func TestARestoreThatIsCutShortSeparatesNoDatabaseFromItsLog(t *testing.T) {
	const earlier = "liaison.db.before-20260101T000000Z"
	for name, came := range map[string]func(present, kept string) error{
		"when the file has another name": os.Link,
		"when the log has moved, and its index has not": func(present, kept string) error {
			return errors.Join(os.Link(present, kept), os.Rename(present+"-wal", kept+"-wal"))
		},
		"when all has moved": store.SetAside,
	} {
		t.Run(name+", the service starts", func(t *testing.T) {
			folder, _ := killed(t)
			if err := came(filepath.Join(folder, "liaison.db"), filepath.Join(folder, earlier)); err != nil {
				t.Fatal(err)
			}
			briefly(t, folder, func(*store.Store) {})
			expectKept(t, folder)
			expectWrittenLast(t, contentOf(t, folder)["liaison.db"])
		})
		t.Run(name+", the restore is repeated", func(t *testing.T) {
			folder, file := killed(t)
			if err := came(filepath.Join(folder, "liaison.db"), filepath.Join(folder, earlier)); err != nil {
				t.Fatal(err)
			}
			restored, err := store.Restore(t.Context(), at(folder, now), file)
			if err != nil || restored.Unreadable {
				t.Fatalf("%+v, error %v", restored, err)
			}
			expectWrittenLast(t, read(t, restored.Kept))
			expectOneCaseAndForget(t, folder, filepath.Base(restored.Kept))
		})
	}
}

func expectWrittenLast(t *testing.T, content []byte) {
	t.Helper()
	if !bytes.Contains(content, []byte(writtenLast)) {
		t.Error("what was written last is lost")
	}
}

// A file system that knows one name for a file only: the file goes last, so that until then the service opens what it had.
func TestWhereAFileHasOneNameItsCompanionsGoWithIt(t *testing.T) {
	folder, _ := killed(t)
	present, kept := filepath.Join(folder, "liaison.db"), filepath.Join(folder, "liaison.db.before-20260101T000000Z")
	before := contentOf(t, folder)
	if err := store.Rename(present, kept); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), options(folder))
	expectRefusal(t, err, store.ErrNoDatabase, kept+" is there", "with -wal")
	if left, err := store.TakeBack(present, kept); err != nil || left != "" {
		t.Errorf("%q is left, error %v", left, err)
	}
	if difference := cmp.Diff(before, contentOf(t, folder)); difference != "" {
		t.Errorf("the database (-want +got):\n%s", difference)
	}
}

// Who has a database open from before it was damaged removes, in the end, the write-ahead log of that name.
func TestADamagedDatabaseThatIsReadIsNotReplaced(t *testing.T) {
	folder, file := backedUp(t)
	present := filepath.Join(folder, "liaison.db")
	end := readInAnotherProcess(t, folder)
	write(t, present, spoilers["the header is broken"](read(t, present)))
	before := namesIn(t, folder)
	_, err := store.Restore(t.Context(), at(folder, now), file)
	expectRefusal(t, err, store.ErrInUse, "try again")
	if difference := cmp.Diff(before, namesIn(t, folder)); difference != "" {
		t.Errorf("the folder's files (-want +got):\n%s", difference)
	}
	end()
	if _, err := store.Restore(t.Context(), at(folder, now), file); err != nil {
		t.Error(err)
	}
}

// readFolder names the database that a process reads until its standard input ends.
const readFolder = "LIAISON_TEST_READ_FOLDER"

func readInAnotherProcess(t *testing.T, folder string) (end func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) // this test itself
	cmd.Env = append(os.Environ(), readFolder+"="+folder)
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if said, err := bufio.NewReader(output).ReadString('\n'); err != nil {
		t.Fatalf("the reading process said %q, error %v", said, err)
	}
	return func() {
		if err := errors.Join(input.Close(), cmd.Wait()); err != nil {
			t.Error(err)
		}
	}
}

// readUntilToldToEnd is the other process.
func readUntilToldToEnd(folder string) int {
	s, err := store.OpenToRead(context.Background(), options(folder))
	if err == nil {
		_, err = s.Verify(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	_, _ = fmt.Fprintln(os.Stdout, "reading")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}
