package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
)

// rekey moves everything that the previous data key protects over to the present one, all or nothing, and notes that one as in use.
func (s *Store) rekey(ctx context.Context, now time.Time) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		if _, err := t.exec(addDataKey, s.keys.id, s.keys.proof, now.UnixMilli()); err != nil {
			return err
		}
		moves := []func(*transaction) error{s.rekeyContacts, s.rekeyFeeds, s.rekeyFactors, forgetRequests}
		for _, move := range moves {
			if err := move(t); err != nil {
				return err
			}
		}
		return t.note(casework.Note{At: now, Actor: casework.Actor{Role: casework.System}, Action: casework.NoteDataKeyChanged})
	})
	if err != nil {
		return fmt.Errorf("moving to the new data key: %w", err)
	}
	return nil
}

// later of the two: the key in use is the youngest, whatever the clock did meanwhile.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

const (
	contactsAfter = `SELECT id, code, contact_key_id, contact FROM cases WHERE id > $1 AND contact IS NOT NULL ORDER BY id LIMIT $2`
	resealContact = `UPDATE cases SET contact_key_id = $1, contact = $2, phone_hash = $3 WHERE id = $4`
	resealFeed    = `UPDATE feeds SET key_id = $1, sealed = $2 WHERE id = $3`
	sealedFeeds   = `SELECT id, key_id, sealed, created_at FROM feeds ORDER BY id`
	sealedFactors = `SELECT id, factor_sealed FROM staff WHERE factor_sealed IS NOT NULL ORDER BY id`
	resealFactor  = `UPDATE staff SET factor_key_id = $1, factor_sealed = $2 WHERE id = $3`
)

// dropRequests lets go of the idempotency keys.
var dropRequests = []string{
	`UPDATE cases SET request_key = NULL, request_digest = NULL WHERE request_key IS NOT NULL`,
	`UPDATE visits SET request_key = NULL, request_digest = NULL WHERE request_key IS NOT NULL`,
}

// rekeyContacts goes through the contacts in parts, so that many of them need no more memory than few.
func (s *Store) rekeyContacts(t *transaction) error {
	for last := int64(0); ; {
		var part []contactRow
		if err := t.each(contactsAfter, []any{last, hashedAtOnce}, scanContacts(&part)); err != nil {
			return err
		}
		if len(part) == 0 {
			return nil
		}
		for _, row := range part {
			p, err := s.previous.openPrivate(row.code, row.sealedPrivate)
			if err != nil {
				return err
			}
			sealed, err := s.sealPrivate(row.code, p)
			if err != nil {
				return err
			}
			if _, err := t.exec(resealContact, sealed.keyID, sealed.bytes, sealed.phoneHash, row.id); err != nil {
				return err
			}
			last = row.id
		}
	}
}

func (s *Store) rekeyFeeds(t *transaction) error {
	var feeds []announcement.Feed
	err := t.each(sealedFeeds, nil, func(rows *sql.Rows) error {
		f, err := s.previous.scanFeed(rows.Scan)
		feeds = append(feeds, f)
		return err
	})
	for _, f := range feeds {
		_, errStored := t.exec(resealFeed, s.keys.id, s.keys.sealToken(f), f.ID)
		err = errors.Join(err, errStored)
	}
	return err
}

func (s *Store) rekeyFactors(t *transaction) error {
	sealed := map[int64][]byte{}
	err := t.each(sealedFactors, nil, func(rows *sql.Rows) error {
		var (
			id    int64
			bytes []byte
		)
		err := rows.Scan(&id, &bytes)
		sealed[id] = bytes
		return err
	})
	for id, bytes := range sealed {
		secret, errOpened := s.previous.openFactor(id, bytes)
		_, errStored := t.exec(resealFactor, s.keys.id, s.keys.sealFactor(id, secret), id)
		err = errors.Join(err, errOpened, errStored)
	}
	return err
}

// forgetRequests drops what only the previous key can compare: who repeats a request across the change of the key makes a second
// case, which staff see as a duplicate.
func forgetRequests(t *transaction) error {
	for _, statement := range dropRequests {
		if _, err := t.exec(statement); err != nil {
			return err
		}
	}
	return nil
}
