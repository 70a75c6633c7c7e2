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
type request struct {
	scope, key, keyID string
	digest            []byte
}

// Scopes keep the keys of forms apart.
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
	return request{scope: scope, key: key, keyID: s.keys.id, digest: keyedHash(s.keys.requests, append([]string{scope}, asked...)...)}
}

const (
	findRequest = `SELECT digest, COALESCE(case_id, 0) FROM requests WHERE scope = $1 AND key = $2`
	addRequest  = `INSERT INTO requests (scope, key, key_id, digest, case_id) VALUES ($1, $2, $3, $4, $5)`
)

// find reports whether the key is known and which case it made, 0 for none; ErrIdempotencyConflict when it asked something else.
func (r request) find(t *transaction) (caseID int64, known bool, err error) {
	if r.key == "" {
		return 0, false, nil
	}
	var digest []byte
	err = t.row(findRequest, []any{r.scope, r.key}, &digest, &caseID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, false, nil
	case err != nil:
		return 0, false, err
	case !hmac.Equal(digest, r.digest):
		return 0, false, casework.ErrIdempotencyConflict
	}
	return caseID, true, nil
}

// add notes the request; caseID is 0 when it made no case.
func (r request) add(t *transaction, caseID int64) error {
	if r.key == "" {
		return nil
	}
	_, err := t.exec(addRequest, r.scope, r.key, r.keyID, r.digest, orNull(caseID))
	return err
}
