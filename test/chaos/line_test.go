package chaos

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// line is the wire between the operators and the API server. It can be cut, be dead for a while, and be slow.
type line struct {
	listener net.Listener
	server   string
	done     context.Context

	mu    sync.Mutex
	dead  bool
	delay time.Duration
	open  map[net.Conn]bool
}

func newLine(t *testing.T, server string) *line {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done, end := context.WithCancel(context.Background())
	l := &line{listener: listener, server: server, done: done, open: map[net.Conn]bool{}}
	go l.accept()
	t.Cleanup(func() { end(); _ = listener.Close(); l.cut() })
	return l
}

func (l *line) address() string { return l.listener.Addr().String() }

func (l *line) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return // closed
		}
		go l.carry(near)
	}
}

func (l *line) carry(near net.Conn) {
	defer func() { _ = near.Close() }() // cut, perhaps
	far, err := (&net.Dialer{}).DialContext(l.done, "tcp", l.server)
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	if !l.keep(near, far) {
		return
	}
	ended := make(chan bool, 2)
	for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
		go func() {
			l.copy(to, from)
			ended <- true
		}()
	}
	<-ended
	l.drop(near, far)
}

func (l *line) copy(to io.Writer, from io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			l.dawdle()
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (l *line) dawdle() {
	l.mu.Lock()
	delay := l.delay
	l.mu.Unlock()
	if delay == 0 {
		return
	}
	select {
	case <-time.After(delay):
	case <-l.done.Done():
	}
}

// keep a connection, unless the line is dead.
func (l *line) keep(near, far net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		l.open[near], l.open[far] = true, true
	}
	return !l.dead
}

func (l *line) drop(near, far net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, near)
	delete(l.open, far)
}

// cut every connection, and with it every watch; new ones can be made.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		_ = c.Close()
	}
	clear(l.open)
}

// die until revive.
func (l *line) die() {
	l.mu.Lock()
	l.dead = true
	l.mu.Unlock()
	l.cut()
}

func (l *line) revive() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = false
}

// slow makes everything that is sent wait that long.
func (l *line) slow(delay time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.delay = delay
}
