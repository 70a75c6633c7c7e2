package peer

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"modernc.org/sqlite" // the driver of the intake and of PocketBase
)

const (
	// bareVariable names in the environment what this binary is started again as.
	bareVariable = "LIAISON_BENCH_BARE"
	// grouped is the least that keeps suggestions durably: no checks, no secrets, no history, no second table.
	grouped = "bare"
	// empty answers 200 to everything.
	empty = "empty"

	barePath = "/suggestions"
	// mostPerCommit bounds a group as the intake's store does.
	mostPerCommit = 256
)

// startBare starts this binary again as one of the bare handlers.
func startBare(b *testing.B, kind string) *service {
	b.Helper()
	folder := b.TempDir()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	return launch(b, &service{
		name: kind, path: barePath, keyInBody: true,
		command: func(public, _ string) (*exec.Cmd, string) {
			command := exec.CommandContext(b.Context(), self, public, folder)
			command.Env = append(os.Environ(), bareVariable+"="+kind)
			return command, "http://" + public + "/ready"
		},
		found: func(r receipt) string { return barePath + "/" + r.Code },
	})
}

// serveBare serves until it fails.
func serveBare(kind, address, folder string) error {
	handler := http.NewServeMux()
	handler.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	if kind == grouped {
		k, err := openKeeper(context.Background(), filepath.Join(folder, "bare.db"))
		if err != nil {
			return err
		}
		handler.HandleFunc("POST "+barePath, k.submit)
		handler.HandleFunc("GET "+barePath+"/{code}", k.lookUp)
	}
	return http.ListenAndServe(address, handler)
}

// keeper commits suggestions that arrive together in one transaction, with the driver and the durability of the intake.
type keeper struct {
	queue                 chan addition
	begin, insert, commit *sql.Stmt
	find                  *sql.Stmt
}

// addition is a suggestion on its way; done has its outcome once it is durable.
type addition struct {
	suggestion
	code string
	done chan error
}

const bareSchema = `CREATE TABLE IF NOT EXISTS suggestions (
	id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, topic TEXT, village TEXT, text TEXT, name TEXT, phone TEXT, key TEXT UNIQUE
)`

func openKeeper(ctx context.Context, path string) (*keeper, error) {
	if _, err := sqlite.Fdatasync(true); err != nil { // as the intake does
		return nil, fmt.Errorf("choosing how to sync: %w", err)
	}
	pragmas := url.Values{"_pragma": {"journal_mode(wal)", "synchronous(full)", "busy_timeout(5000)"}}
	writer, err := sql.Open("sqlite", "file:"+path+"?"+pragmas.Encode())
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	writer.SetMaxOpenConns(1)
	if _, err := writer.ExecContext(ctx, bareSchema); err != nil {
		return nil, fmt.Errorf("making the table: %w", err)
	}
	reader, err := sql.Open("sqlite", "file:"+path+"?"+pragmas.Encode())
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	k := &keeper{queue: make(chan addition, mostPerCommit)}
	for _, s := range []struct {
		db    *sql.DB
		query string
		into  **sql.Stmt
	}{
		{writer, `BEGIN IMMEDIATE`, &k.begin},
		{writer, `INSERT INTO suggestions (code, topic, village, text, name, phone, key) VALUES (?, ?, ?, ?, ?, ?, ?)`, &k.insert},
		{writer, `COMMIT`, &k.commit},
		{reader, `SELECT topic, village, text FROM suggestions WHERE code = ?`, &k.find},
	} {
		//nolint:sqlclosecheck // they live as long as the process
		if *s.into, err = s.db.PrepareContext(ctx, s.query); err != nil {
			return nil, fmt.Errorf("preparing %s: %w", s.query, err)
		}
	}
	go k.run(ctx)
	return k, nil
}

func (k *keeper) run(ctx context.Context) {
	group := make([]addition, 0, mostPerCommit)
	for first := range k.queue {
		group = k.gather(append(group[:0], first))
		err := k.keep(ctx, group)
		for _, a := range group {
			a.done <- err
		}
	}
}

// gather lets those whom the last commit answered ask again before the next.
func (k *keeper) gather(group []addition) []addition {
	for runtime.Gosched(); len(group) < mostPerCommit && len(k.queue) > 0; runtime.Gosched() {
		group = append(group, <-k.queue)
	}
	return group
}

// keep leaves a failed transaction as it is: any failure ends the benchmark.
func (k *keeper) keep(ctx context.Context, group []addition) error {
	if _, err := k.begin.ExecContext(ctx); err != nil {
		return err
	}
	for _, a := range group {
		if _, err := k.insert.ExecContext(ctx, a.code, a.Topic, a.Village, a.Text, a.Name, a.Phone, a.Key); err != nil {
			return err
		}
	}
	_, err := k.commit.ExecContext(ctx)
	return err
}

func (k *keeper) submit(w http.ResponseWriter, r *http.Request) {
	a := addition{code: rand.Text(), done: make(chan error, 1)}
	if err := json.NewDecoder(r.Body).Decode(&a.suggestion); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	k.queue <- a
	if err := <-a.done; err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"code": a.code})
}

func (k *keeper) lookUp(w http.ResponseWriter, r *http.Request) {
	var s suggestion
	if err := k.find.QueryRowContext(r.Context(), r.PathValue("code")).Scan(&s.Topic, &s.Village, &s.Text); err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(s)
}
