package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"township.dev/liaison/internal/casework"
)

const (
	insertPhoto = `INSERT INTO photos (case_id, n, full, thumb) VALUES ($1, $2, $3, $4)`
	photoByCode = `SELECT p.full, p.thumb FROM cases c LEFT JOIN photos p ON p.case_id = c.id AND p.n = $2 WHERE c.code = $1`
)

// addPhotos stores photos in the database itself: they are durable with their case, and one backup holds all.
func addPhotos(t *transaction, caseID int64, photos []casework.Photo) error {
	for i, p := range photos {
		if _, err := t.exec(insertPhoto, caseID, i+1, p.Full, p.Thumb); err != nil {
			return err
		}
	}
	return nil
}

// Photo implements casework.Cases.
func (s *Store) Photo(ctx context.Context, code casework.Code, n int) (casework.Photo, error) {
	var p casework.Photo
	err := s.reads.row(ctx, photoByCode, []any{string(code), n}, &p.Full, &p.Thumb)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return casework.Photo{}, fmt.Errorf("reading a photo: %w", casework.ErrNoCase)
	case err != nil:
		return casework.Photo{}, fmt.Errorf("reading a photo: %w", err)
	case p.Full == nil:
		return casework.Photo{}, fmt.Errorf("reading a photo: %w", casework.ErrNoPhoto)
	}
	return p, nil
}
