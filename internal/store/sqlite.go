package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"modernc.org/sqlite"
)

// databaseName is the file in the data folder; SQLite puts its -wal and -shm beside it.
const databaseName = "liaison.db"

// pool says how connections of one kind are opened. The pragmas stand in the DSN, so that every connection has them.
type pool struct {
	connections int
	pragmas     []string
	// readOnly leaves the file and its write-ahead log as they are, also when it is closed.
	readOnly bool
}

var (
	shared = []string{
		// A reader can meet the checkpoint that a closing process makes.
		"busy_timeout(5000)",
		"foreign_keys(1)",
		// The pod's root is read-only, and what SQLite sorts here is small.
		"temp_store(memory)",
	}
	writerPool = pool{connections: 1, pragmas: append([]string{
		"journal_mode(wal)",
		// An acknowledged suggestion survives a power cut: every commit is synced.
		"synchronous(full)",
		"cache_size(-2000)",
		// What is erased is overwritten, not only let go.
		"secure_delete(fast)",
		// After a rush the log file shrinks again.
		"journal_size_limit(16777216)",
		// A page that many suggestions touch is copied into the database once for all of them.
		"wal_autocheckpoint(4000)",
	}, shared...)}
	// A table is replaced while others refer to it: the name it gets in the end is the one they know.
	migrationPool = pool{connections: 1, pragmas: []string{"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "secure_delete(fast)", "foreign_keys(0)"}}
	backupPool    = pool{connections: 1, pragmas: []string{"busy_timeout(5000)"}}
	lookPool      = pool{connections: 1, pragmas: []string{"busy_timeout(5000)"}, readOnly: true}
	readerPool    = pool{connections: 4, pragmas: append([]string{"query_only(1)", "cache_size(-512)"}, shared...)}
)

// syncData has SQLite sync by fdatasync, as every distribution's build does: what is left out are the file's times, which say nothing
// about what it holds. The driver's default is fsync, which waits for the file system's journal too.
var syncData = sync.OnceValue(func() error {
	_, err := sqlite.Fdatasync(true)
	if errors.Is(err, sqlite.ErrFdatasyncUnavailable) {
		return nil
	}
	return err
})

func openPool(path string, p pool) (*sql.DB, error) {
	if err := syncData(); err != nil {
		return nil, fmt.Errorf("preparing to open %s: %w", path, err)
	}
	// In a URI a relative path would begin with a host.
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("finding %s: %w", path, err)
	}
	query := url.Values{"_pragma": p.pragmas, "_txlock": {"deferred"}, "_dqs": {"0"}}
	if p.readOnly {
		query.Set("mode", "ro")
	}
	connector, err := sqlite.NewConnector((&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("preparing to open %s: %w", path, err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(p.connections)
	db.SetMaxIdleConns(p.connections)
	return db, nil
}

// databaseFile makes sure that the file exists and that nobody else can read it.
func databaseFile(folder string) (string, error) {
	path, err := filepath.Abs(filepath.Join(folder, databaseName))
	if err != nil {
		return "", fmt.Errorf("finding data folder %s: %w", folder, err)
	}
	if err := notHalfRestored(path); err != nil {
		return "", err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return "", fmt.Errorf("%w; the user of this process (uid %s) must be allowed to read and write it", err, strconv.Itoa(os.Getuid()))
	}
	if err := errors.Join(file.Close(), syncFolder(folder)); err != nil {
		return "", fmt.Errorf("creating %s: %w", path, err)
	}
	return path, nil
}

// notHalfRestored refuses to begin a new database beside one that was moved aside: a restore was cut short, on a file system that knows one name for a
// file only.
func notHalfRestored(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	kept, err := filepath.Glob(path + keptMark + "*")
	kept = slices.DeleteFunc(kept, isCompanion)
	if err != nil || len(kept) == 0 {
		return nil //nolint:nilerr // only a malformed pattern is an error
	}
	return fmt.Errorf("%w at %s, but %s is there: a restore was cut short; rename that file back (with -wal, if there is one, too), restore again, or move it elsewhere to begin with an empty database", ErrNoDatabase, path, kept[len(kept)-1])
}

// presentFile is the folder's database, which must be there.
func presentFile(folder string) (string, error) {
	path, err := filepath.Abs(filepath.Join(folder, databaseName))
	if err != nil {
		return "", fmt.Errorf("finding data folder %s: %w", folder, err)
	}
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w in %s: %w", ErrNoDatabase, folder, err)
	}
	return path, nil
}

// syncFolder makes the names in the folder durable. Some network file systems refuse it, having no need of it.
func syncFolder(folder string) error {
	dir, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	if err := dir.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}
