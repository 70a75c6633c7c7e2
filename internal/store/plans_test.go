package store_test

import (
	"database/sql"
	"strings"
	"testing"

	"township.dev/liaison/internal/store"
)

// The database must find what it is asked for, however much there is beside it.
func TestNoFrequentQueryReadsAWholeTable(t *testing.T) {
	folder := t.TempDir()
	briefly(t, folder, func(*store.Store) {})
	beneath(t, folder, func(db *sql.DB) {
		for name, query := range store.Queries {
			for _, step := range plan(t, db, query) {
				onlyPending := strings.Contains(step, "USING COVERING INDEX cases_pending_by_route")
				if strings.HasPrefix(step, "SCAN") && !onlyPending || strings.Contains(step, "TEMP B-TREE") {
					t.Errorf("%s: %s", name, step)
				}
			}
		}
	})
}

func plan(t *testing.T, db *sql.DB, query string) (steps []string) {
	t.Helper()
	args := make([]any, strings.Count(query, "$"))
	for i := range args {
		args[i] = 1
	}
	rows, err := db.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
