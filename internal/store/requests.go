package store

import (
	"crypto/hmac"
	"database/sql"
	"errors"
	"strconv"

	"township.dev/liaison/internal/casework"
)

// request is what somebody asked under an idempotency key. Its digest is keyed: an unkeyed hash beside a text that is
// stored in the clear would let a phone number be found by trying them all.
// Both stand in the row that the request has made.
type request struct {
	key    string
	digest []byte
}

// Scopes keep the digests of forms apart.
const (
	scopeSuggestion = "suggestion"
	scopeVisit      = "visit"
)

func (s *Store) suggestionRequest(submission casework.Submission) request {
	c, who := submission.Case, submission.Contact
	asked := []string{c.Topic, c.Village, c.Text, who.Name, who.Phone}
	for _, photo := range submission.Photos {
		asked = append(asked, string(photo.Full))
	}
	return s.request(scopeSuggestion, submission.Key, asked...)
}

func (s *Store) visitRequest(v casework.Visit, key string) request {
	return s.request(scopeVisit, key, v.Date.String(), strconv.Itoa(v.People), v.Note)
}

func (s *Store) request(scope, key string, asked ...string) request {
	if key == "" {
		return request{}
	}
	return request{key: key, digest: keyedHash(s.keys.requests, append([]string{scope}, asked...)...)}
}

const (
	caseByRequest  = `SELECT id, request_digest FROM cases WHERE request_key = $1`
	visitByRequest = `SELECT id, request_digest FROM visits WHERE request_key = $1`
)

// find reports whether the key is known and the id of what it made; ErrIdempotencyConflict when it asked something else.
func (r request) find(t *transaction, by string) (id int64, known bool, err error) {
	var digest []byte
	err = t.row(by, []any{orNull(r.key)}, &id, &digest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	case !hmac.Equal(digest, r.digest):
		return 0, false, casework.ErrIdempotencyConflict
	}
	return id, true, nil
}
