package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"time"

	"township.dev/liaison/internal/casework"
)

// logRow is a row of the log as the chain sees it.
type logRow struct {
	id     int64
	caseID int64 // 0 beside cases
	seq    int64
	at     int64
	role   string
	staff  int64
	action string
	// facts are the bytes stored, so that no other encoder can change what was hashed.
	facts  string
	digest []byte
}

// after is the hash of the row behind the one with the hash before. Every part is written with its length, so that none can be moved
// into its neighbour.
func (r logRow) after(before []byte) []byte {
	h := sha256.New()
	hashBytes(h, before)
	for _, n := range []int64{r.id, r.caseID, r.seq, r.at, r.staff} {
		var b [8]byte
		binary.BigEndian.PutUint64(b[:], uint64(n))
		_, _ = h.Write(b[:])
	}
	for _, text := range []string{r.role, r.action, r.facts} {
		hashBytes(h, []byte(text))
	}
	hashBytes(h, r.digest)
	return h.Sum(nil)
}

func hashBytes(h hash.Hash, b []byte) {
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(b)))
	_, _ = h.Write(length[:]) // a hash takes everything
	_, _ = h.Write(b)
}

// saltLengthOfWords in bytes. Without the salt, a hash of a phone number could be found by trying them all.
const saltLengthOfWords = 16

// digestOf is the salted hash by which the log knows texts that can be erased.
func digestOf(salt []byte, texts ...string) []byte {
	h := sha256.New()
	hashBytes(h, salt)
	for _, text := range texts {
		hashBytes(h, []byte(text))
	}
	return h.Sum(nil)
}

// digestOfSuggestion is that of the first event: all that the resident said.
func digestOfSuggestion(salt []byte, c casework.Case, who casework.Contact) []byte {
	return digestOf(salt, c.Topic, c.Village, c.Text, who.Name, who.Phone)
}

const (
	lastOfLog = `SELECT id, hash FROM events ORDER BY id DESC LIMIT 1`
	pointAt   = `SELECT id, hash FROM events WHERE id = $1`
)

// readHead finds where the log ends.
func readHead(ctx context.Context, s *statements) (casework.LogPoint, error) {
	var p casework.LogPoint
	err := s.row(ctx, lastOfLog, nil, &p.Length, &p.Hash)
	if errors.Is(err, sql.ErrNoRows) {
		return casework.LogPoint{}, nil
	}
	return p, err
}

const lastCase = `SELECT COALESCE(MAX(id), 0) FROM cases`

func readEnds(ctx context.Context, s *statements) (ends, error) {
	log, err := readHead(ctx, s)
	if err != nil {
		return ends{}, err
	}
	e := ends{log: log}
	err = s.row(ctx, lastCase, nil, &e.lastCase)
	return e, err
}

const appendEvent = `
INSERT INTO events (id, case_id, seq, at, actor_role, actor_staff, action, facts, words_digest, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// append writes the row behind the end of the log.
func (t *transaction) append(row logRow) error {
	row.id = t.ends.log.Length + 1
	sum := row.after(t.ends.log.Hash)
	_, err := t.exec(appendEvent, row.id, orNull(row.caseID), row.seq, row.at, row.role, orNull(row.staff), row.action, row.facts, row.digest, sum)
	if err != nil {
		return err
	}
	t.ends.log = casework.LogPoint{Length: row.id, Hash: sum}
	return nil
}

// Note implements casework.Log.
func (s *Store) Note(ctx context.Context, n casework.Note) error {
	if err := s.writer.do(ctx, func(t *transaction) error { return t.note(n) }); err != nil {
		return fmt.Errorf("writing to the log: %w", err)
	}
	return nil
}

// note writes an event that belongs to no case.
func (t *transaction) note(n casework.Note) error {
	return t.append(logRow{at: n.At.UnixMilli(), role: string(n.Actor.Role), staff: n.Actor.Staff, action: string(n.Action), facts: "{}"})
}

// noteBy is a note of the account.
func noteBy(a casework.Account, action casework.NoteAction, now time.Time) casework.Note {
	return casework.Note{At: now, Actor: a.Actor(), Action: action}
}

// LogHead implements casework.Log.
func (s *Store) LogHead(ctx context.Context) (casework.LogPoint, error) {
	p, err := readHead(ctx, s.reads)
	if err != nil {
		return casework.LogPoint{}, fmt.Errorf("reading the end of the log: %w", err)
	}
	return p, nil
}

// LogAt implements casework.Log.
func (s *Store) LogAt(ctx context.Context, length int64) (casework.LogPoint, bool, error) {
	var p casework.LogPoint
	err := s.reads.row(ctx, pointAt, []any{length}, &p.Length, &p.Hash)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return casework.LogPoint{}, false, nil
	case err != nil:
		return casework.LogPoint{}, false, fmt.Errorf("reading the log: %w", err)
	}
	return p, true, nil
}
