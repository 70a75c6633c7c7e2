package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/announcement"
)

const (
	addFeed = `
INSERT INTO feeds (id, token_hash, key_id, sealed, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`
	replaceFeed = `UPDATE feeds SET token_hash = $1, key_id = $2, sealed = $3, created_at = $4 WHERE id = $5`
	selectFeed  = `SELECT id, key_id, sealed, created_at FROM feeds `
	allFeeds    = selectFeed + `ORDER BY id`
	// By its hash: comparing that byte by byte tells nothing of the token.
	feedByToken = selectFeed + `WHERE token_hash = $1`
)

// AddFeeds implements announcement.Feeds.
func (s *Store) AddFeeds(ctx context.Context, feeds []announcement.Feed) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		for _, f := range feeds {
			if _, err := t.exec(addFeed, f.ID, hashToken(f.Token), s.keys.id, s.keys.sealToken(f), f.Created.UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("adding calendars: %w", err)
	}
	return nil
}

// ReplaceFeed implements announcement.Feeds.
func (s *Store) ReplaceFeed(ctx context.Context, f announcement.Feed) error {
	err := s.writer.do(ctx, func(t *transaction) error {
		result, err := t.exec(replaceFeed, hashToken(f.Token), s.keys.id, s.keys.sealToken(f), f.Created.UnixMilli(), f.ID)
		if err != nil {
			return err
		}
		if replaced, err := result.RowsAffected(); err != nil || replaced != 1 {
			return errors.Join(err, announcement.ErrNoFeed)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("replacing the address of a calendar: %w", err)
	}
	return nil
}

// Feeds implements announcement.Feeds.
func (s *Store) Feeds(ctx context.Context) ([]announcement.Feed, error) {
	var all []announcement.Feed
	err := s.reads.each(ctx, allFeeds, nil, func(rows *sql.Rows) error {
		f, err := s.keys.scanFeed(rows.Scan)
		all = append(all, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the calendars: %w", err)
	}
	return all, nil
}

// FeedOf implements announcement.Feeds.
func (s *Store) FeedOf(ctx context.Context, token string) (announcement.Feed, error) {
	f, err := s.keys.scanFeed(func(into ...any) error { return s.reads.row(ctx, feedByToken, []any{hashToken(token)}, into...) })
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return announcement.Feed{}, announcement.ErrNoFeed
	case err != nil:
		return announcement.Feed{}, fmt.Errorf("finding a calendar: %w", err)
	}
	return f, nil
}

func (k *keyring) scanFeed(scan func(into ...any) error) (announcement.Feed, error) {
	var (
		f       announcement.Feed
		keyID   string
		sealed  []byte
		created instant
	)
	if err := scan(&f.ID, &keyID, &sealed, &created); err != nil {
		return announcement.Feed{}, err
	}
	if keyID != k.id {
		return announcement.Feed{}, fmt.Errorf("%w: the address of a calendar was encrypted under the key %s", ErrWrongDataKey, keyID)
	}
	token, err := k.tokens.Open(nil, nil, sealed, tokenOf(f.ID, keyID))
	if err != nil {
		return announcement.Feed{}, fmt.Errorf("the address of a calendar does not decrypt; the database was altered outside of this service: %w", err)
	}
	f.Token, f.Created = string(token), created.Time
	return f, nil
}

func (k *keyring) sealToken(f announcement.Feed) []byte {
	return k.tokens.Seal(nil, nil, []byte(f.Token), tokenOf(f.ID, k.id))
}

// tokenOf binds a sealed token to its feed and key: moved to another row, it does not open.
func tokenOf(feed, keyID string) []byte { return []byte("token of " + feed + " under " + keyID) }
