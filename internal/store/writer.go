package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"township.dev/liaison/internal/casework"
)

// mostPerCommit bounds how long the first write of a group waits for the last.
const mostPerCommit = 256

// writer is the one goroutine that writes. Writes that arrive while a commit is being synced share the next one, so the
// cost of the sync is divided by them. One that fails harms no other; it may be run again to see to that.
type writer struct {
	statements *statements
	conn       *sql.Conn
	queue      chan *pendingWrite
	closing    chan struct{}
	closeOnce  sync.Once
	done       chan struct{}

	// ends is where what only grows ends, endsKnown false after a commit whose fate is uncertain; only the writing goroutine uses them.
	ends      ends
	endsKnown bool

	mu sync.Mutex
	// last is what kept the last group from disk, nil when nothing did; for Ready.
	last error
}

// pendingWrite is one write on its way. outcome holds the answer, which comes after the commit.
type pendingWrite struct {
	ctx     context.Context
	write   func(*transaction) error
	outcome chan error
	err     error
	tallies map[string]int64
}

// ends is where what only grows ends.
type ends struct {
	log casework.LogPoint
	// lastCase is an id.
	lastCase int64
}

// transaction is what a write may use. Its context never ends: a write that has begun is finished.
type transaction struct {
	statements *statements
	tallies    map[string]int64
	// ends within this transaction.
	ends ends
	// wrote is true once a statement was run that may have changed something.
	wrote bool
}

func startWriter(conn *sql.Conn) *writer {
	w := &writer{
		statements: newStatements(conn), conn: conn,
		queue: make(chan *pendingWrite, mostPerCommit), closing: make(chan struct{}), done: make(chan struct{}),
	}
	go w.run()
	return w
}

// do runs the write and returns when it is durable, or has failed and changed nothing. When ctx ends first, it may still
// come to pass.
func (w *writer) do(ctx context.Context, write func(*transaction) error) error {
	p := &pendingWrite{ctx: ctx, write: write, outcome: make(chan error, 1)}
	select {
	case <-w.closing:
		return casework.ErrClosing
	default:
	}
	select {
	case w.queue <- p:
	case <-w.closing:
		return casework.ErrClosing
	case <-ctx.Done():
		return fmt.Errorf("waiting to write: %w", ctx.Err())
	}
	select {
	case err := <-p.outcome:
		return err
	case <-ctx.Done():
		return fmt.Errorf("waiting for the write: %w", ctx.Err())
	case <-w.done:
		// The goroutine may have answered just before it ended.
		select {
		case err := <-p.outcome:
			return err
		default:
			return casework.ErrClosing
		}
	}
}

func (w *writer) run() {
	defer close(w.done)
	group := make([]*pendingWrite, 0, mostPerCommit)
	for {
		select {
		case p := <-w.queue:
			group = w.gather(append(group[:0], p))
			w.commit(group)
			clear(group) // a write may hold much memory
		case <-w.closing:
			w.finish(group[:0])
			return
		}
	}
}

// finish commits what was queued before the writer closed.
func (w *writer) finish(group []*pendingWrite) {
	for {
		select {
		case p := <-w.queue:
			w.commit(w.gather(append(group[:0], p)))
		default:
			return
		}
	}
}

// gather adds what is waiting already. It lets those that are about to ask come first: whoever the last commit answered
// has had no turn to ask again, and would otherwise wait for a commit of one.
func (w *writer) gather(group []*pendingWrite) []*pendingWrite {
	for len(group) < mostPerCommit {
		select {
		case p := <-w.queue:
			group = append(group, p)
			continue
		default:
		}
		runtime.Gosched()
		if len(w.queue) == 0 {
			break
		}
	}
	return group
}

// commit runs the group in one transaction and answers every write. Where the disk has no room for the whole group, each is a group of its own: some fit.
func (w *writer) commit(group []*pendingWrite) {
	err := w.together(group)
	if errors.Is(err, casework.ErrDiskFull) && len(group) > 1 {
		for i := range group {
			w.commit(group[i : i+1])
		}
		return
	}
	outcome := err
	for _, p := range group {
		if p.err == nil {
			p.err = err
		} else if errors.Is(p.err, casework.ErrUnavailable) {
			outcome = p.err
		}
	}
	// Before the answers: who was refused finds Ready refusing too.
	w.mu.Lock()
	w.last = outcome
	w.mu.Unlock()
	for _, p := range group {
		p.outcome <- p.err
	}
}

// together returns an error when the transaction as a whole has failed; those of single writes are noted with them.
func (w *writer) together(group []*pendingWrite) error {
	err := w.attempt(group, w.plainly)
	if errors.Is(err, errHalfWritten) {
		err = w.attempt(group, w.apart)
	}
	return err
}

// errHalfWritten: a write failed after it had written something, in a transaction without savepoints.
var errHalfWritten = errors.New("a write failed half way")

// attempt runs every write of the group in one transaction.
func (w *writer) attempt(group []*pendingWrite, run func(*pendingWrite, *ends) error) error {
	if err := w.control("BEGIN IMMEDIATE"); err != nil {
		return fmt.Errorf("beginning to write: %w", err)
	}
	sums, behind := map[string]int64{}, w.ends
	if !w.endsKnown {
		var err error
		if behind, err = readEnds(context.Background(), w.statements); err != nil {
			return w.abandon(fmt.Errorf("reading where the log ends: %w", err))
		}
	}
	for _, p := range group {
		if p.err = p.ctx.Err(); p.err != nil {
			continue
		}
		if err := run(p, &behind); err != nil {
			return w.abandon(err)
		}
		if p.err == nil {
			for name, n := range p.tallies {
				sums[name] += n
			}
		}
	}
	if err := w.addTallies(sums); err != nil {
		return w.abandon(err)
	}
	if err := w.control("COMMIT"); err != nil {
		return w.abandon(fmt.Errorf("making the write durable: %w", err))
	}
	w.ends, w.endsKnown = behind, true
	return nil
}

// plainly runs one write and moves the ends. Savepoints cost more than the writes between them, and hardly a write fails after it
// has begun to write: so the group is tried without them first, and with them only when one did.
func (w *writer) plainly(p *pendingWrite, behind *ends) error {
	t := &transaction{statements: w.statements, ends: *behind}
	if p.err = guarded(p.write, t); p.err != nil {
		if t.wrote {
			return errHalfWritten
		}
		return nil
	}
	*behind, p.tallies = t.ends, t.tallies
	return nil
}

// apart runs one write in its savepoint and moves the ends if it succeeds. Its own error is noted in it; an error is returned
// when the transaction is lost.
func (w *writer) apart(p *pendingWrite, behind *ends) error {
	if err := w.control("SAVEPOINT one_write"); err != nil {
		return fmt.Errorf("beginning a write: %w", err)
	}
	t := &transaction{statements: w.statements, ends: *behind}
	if p.err = guarded(p.write, t); p.err != nil {
		// A full disk and its like end the whole transaction; then there is no savepoint any more.
		if err := w.control("ROLLBACK TO one_write"); err != nil {
			return p.err
		}
		t.ends = *behind
	}
	*behind, p.tallies = t.ends, t.tallies
	if err := w.control("RELEASE one_write"); err != nil {
		return fmt.Errorf("ending a write: %w", err)
	}
	return nil
}

// guarded keeps a write that panics from ending the process with everybody else's writes.
func guarded(write func(*transaction) error, t *transaction) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a write panicked: %v\n%s", r, debug.Stack())
		}
	}()
	return write(t)
}

// abandon ends the transaction and returns the error that led to it.
func (w *writer) abandon(cause error) error {
	// SQLite may have rolled back already, and then says so.
	_ = w.control("ROLLBACK")
	w.endsKnown = false
	return cause
}

const addTally = `INSERT INTO tallies (name, n) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET n = tallies.n + excluded.n`

func (w *writer) addTallies(sums map[string]int64) error {
	for name, n := range sums {
		if _, err := w.statements.exec(context.Background(), addTally, name, n); err != nil {
			return fmt.Errorf("counting: %w", err)
		}
	}
	return nil
}

func (w *writer) control(statement string) error {
	_, err := w.statements.exec(context.Background(), statement)
	return err
}

// lastOutcome of a commit, nil before the first.
func (w *writer) lastOutcome() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// close finishes what is queued. It may be called twice.
func (w *writer) close() error {
	w.closeOnce.Do(func() { close(w.closing) })
	<-w.done
	return errors.Join(w.statements.close(), w.conn.Close())
}

func (t *transaction) exec(query string, args ...any) (sql.Result, error) {
	t.wrote = true
	return t.statements.exec(context.Background(), query, args...)
}

func (t *transaction) row(query string, args []any, into ...any) error {
	return t.statements.row(context.Background(), query, args, into...)
}

// add runs an INSERT … ON CONFLICT DO NOTHING of one row and returns errTaken when there was a conflict.
func (t *transaction) add(query string, args ...any) error {
	before := t.wrote
	result, err := t.exec(query, args...)
	if err != nil {
		return err
	}
	added, err := result.RowsAffected()
	if err == nil && added == 0 {
		t.wrote, err = before, errTaken
	}
	return err
}

// count adds one to a tally if the write succeeds; the tallies of a group are written together.
func (t *transaction) count(name string) {
	if t.tallies == nil {
		t.tallies = map[string]int64{}
	}
	t.tallies[name]++
}

func (t *transaction) each(query string, args []any, scan func(*sql.Rows) error) error {
	return t.statements.each(context.Background(), query, args, scan)
}
