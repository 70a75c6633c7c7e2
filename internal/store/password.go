package store

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of a password's hash, argon2id: 19 MiB, 2 passes, 1 lane, which is what OWASP asks at least.
const (
	hashMemory = 19 * 1024 // KiB
	hashPasses = 2
	hashLanes  = 1
	hashLength = 32
	saltLength = 16
	// What a stored hash may ask for at most, so that an altered one cannot exhaust the memory.
	mostMemory = 64 * 1024
	mostPasses = 10
)

// hasher hashes one password at a time, so that guessers cannot use up a small pod's memory.
type hasher struct {
	turn chan struct{}
	// decoy is checked when there is no account, so that its absence takes as long to find out as a wrong password.
	decoy string
}

func newHasher() *hasher {
	unknowable := phc{salt: random(saltLength), sum: random(hashLength), memory: hashMemory, passes: hashPasses, lanes: hashLanes}
	return &hasher{turn: make(chan struct{}, 1), decoy: unknowable.String()}
}

// hash returns a PHC string.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	made := phc{salt: random(saltLength), memory: hashMemory, passes: hashPasses, lanes: hashLanes}
	var err error
	made.sum, err = h.compute(ctx, password, made, hashLength)
	return made.String(), err
}

// matches reports whether the PHC string is that of the password.
func (h *hasher) matches(ctx context.Context, password, stored string) (bool, error) {
	want, err := parsePHC(stored)
	if err != nil {
		return false, err
	}
	sum, err := h.compute(ctx, password, want, len(want.sum))
	return err == nil && subtle.ConstantTimeCompare(sum, want.sum) == 1, err
}

func (h *hasher) compute(ctx context.Context, password string, p phc, length int) ([]byte, error) {
	select {
	case h.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting to check a password: %w", ctx.Err())
	}
	defer func() { <-h.turn }()
	sum := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(length)) // hashes are short
	// Its work memory is several times what the idle service needs; it must not stay with the process until the next collection.
	debug.FreeOSMemory()
	return sum, nil
}

// phc is an argon2id hash in the format of the password hashing competition.
type phc struct {
	salt, sum      []byte
	memory, passes uint32
	lanes          uint8
}

func (p phc) String() string {
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, encode(p.salt), encode(p.sum))
}

var errBadHash = errors.New("a stored password hash cannot be read")

func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return phc{}, errBadHash
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return phc{}, fmt.Errorf("%w: %w", errBadHash, err)
	}
	var errSalt, errSum error
	p.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, errSum = base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(errSalt, errSum); err != nil {
		return phc{}, fmt.Errorf("%w: %w", errBadHash, err)
	}
	if p.memory > mostMemory || p.passes < 1 || p.passes > mostPasses || p.lanes < 1 || len(p.sum) < hashLength/2 || len(p.sum) > 2*hashLength {
		return phc{}, errBadHash
	}
	return p, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program would end first
	return b
}
