package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

const (
	readAnything  = `SELECT COUNT(*) FROM data_keys`
	takeRoom      = `INSERT INTO tallies (name, n) VALUES ($1, 0)`
	giveRoomBack  = `DELETE FROM tallies WHERE name = $1`
	roomForACase  = 16 << 10
	nameOfNothing = "."
)

// Ready implements casework.Repository.
func (s *Store) Ready(ctx context.Context) error {
	var n int
	if err := s.reads.row(ctx, readAnything, nil, &n); err != nil {
		return fmt.Errorf("reading the database: %w", err)
	}
	if s.writer.lastOutcome() == nil {
		return nil
	}
	// Nobody is sent here while this says no, so nobody's write would find out that the disk has room again.
	err := s.writer.do(ctx, func(t *transaction) error {
		filler := strings.Repeat(nameOfNothing, roomForACase)
		_, errTaken := t.exec(takeRoom, filler)
		_, errGiven := t.exec(giveRoomBack, filler)
		return errors.Join(errTaken, errGiven)
	})
	if err != nil {
		return fmt.Errorf("writing the database: %w", err)
	}
	return nil
}
