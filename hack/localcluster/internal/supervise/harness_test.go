package supervise

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"k8s.io/utils/clock"
	testclock "k8s.io/utils/clock/testing"
)

// The names under which the test binary is something else than a test.
const (
	steadyProgram     = "steady"
	stubbornProgram   = "stubborn"
	failingProgram    = "failing"
	supervisorProgram = "supervisor"
)

const partIsReady = "ready\n"

func TestMain(m *testing.M) {
	switch os.Args[0] {
	case steadyProgram:
		runUntil(syscall.SIGTERM)
	case stubbornProgram:
		signal.Ignore(syscall.SIGTERM)
		runUntil(syscall.SIGINT)
	case failingProgram:
		fmt.Println("bad flag")
		code, _ := strconv.Atoi(os.Args[2])
		os.Exit(code)
	case supervisorProgram:
		superviseOnePart(os.Args[1])
	default:
		os.Exit(m.Run())
	}
}

// runUntil says who it is in the log, tells through the named pipe of its first argument that it is ready, and
// waits for the signal.
func runUntil(end os.Signal) {
	ctx, stop := signal.NotifyContext(context.Background(), end)
	defer stop()
	fmt.Println("I am " + os.Getenv("PART"))
	// Also for reading, so that it does not wait for someone who does.
	pipe, err := os.OpenFile(os.Args[1], os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	defer pipe.Close()
	<-ctx.Done()
}

// superviseOnePart is a supervisor whose part writes to the supervisor's own output.
func superviseOnePart(folder string) {
	pipe := filepath.Join(folder, "ready")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		panic(err)
	}
	supervisor := &Supervisor{
		Stages:      [][]Part{{{Name: "etcd", Args: []string{steadyProgram, pipe}, Ready: awaitPipe(pipe)}}},
		Program:     "/proc/self/exe",
		Environment: func(part string) []string { return []string{"PART=" + part} },
		Log:         func(string) string { return "/proc/self/fd/1" },
		Publish: func(record Record) {
			if record.Phase == Running {
				fmt.Print(partIsReady)
			}
		},
		Clock: clock.RealClock{},
	}
	if err := supervisor.Run(context.Background()); err != nil {
		panic(err)
	}
}

// steady is a part that ends when asked.
func steady(t *testing.T, name string) Part { return program(t, steadyProgram, name) }

// stubborn is a part that does not.
func stubborn(t *testing.T, name string) Part { return program(t, stubbornProgram, name) }

// failing is a part that ends at once with the given code.
func failing(t *testing.T, name string, code int) Part {
	part := program(t, failingProgram, name)
	part.Args = append(part.Args, strconv.Itoa(code))
	part.Ready = func(ctx context.Context, _ time.Time) error {
		<-ctx.Done()
		return ctx.Err()
	}
	return part
}

func program(t *testing.T, program, name string) Part {
	t.Helper()
	pipe := filepath.Join(t.TempDir(), "ready")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	return Part{Name: name, Args: []string{program, pipe}, Ready: awaitPipe(pipe), StopWithin: time.Hour}
}

// awaitPipe is ready once the program has opened its named pipe.
func awaitPipe(pipe string) func(context.Context, time.Time) error {
	return func(context.Context, time.Time) error {
		reader, err := os.Open(pipe)
		if err != nil {
			return err
		}
		return reader.Close()
	}
}

func reexec(t *testing.T, program string, args ...string) *exec.Cmd {
	t.Helper()
	return &exec.Cmd{Path: "/proc/self/exe", Args: append([]string{program}, args...)}
}

// control is a supervisor under test.
type control struct {
	t       *testing.T
	clock   *announcedClock
	cancel  context.CancelFunc
	records chan Record
	result  chan error
	last    Record
	// seen, when set, is shown every record.
	seen func(Record)
}

func start(t *testing.T, stages ...[]Part) *control {
	t.Helper()
	return startIn(t, t.TempDir(), stages...)
}

func startIn(t *testing.T, logs string, stages ...[]Part) *control {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &control{
		t:       t,
		clock:   newAnnouncedClock(),
		cancel:  cancel,
		records: make(chan Record, 1000), // more than a test's supervisor ever publishes
		result:  make(chan error, 1),
	}
	supervisor := &Supervisor{
		Stages:      stages,
		Program:     "/proc/self/exe",
		Environment: func(part string) []string { return []string{"PART=" + part} },
		Log:         func(part string) string { return filepath.Join(logs, part+".log") },
		Publish:     func(record Record) { c.records <- record },
		Clock:       c.clock,
	}
	go func() {
		err := supervisor.Run(ctx)
		close(c.records)
		c.result <- err
	}()
	t.Cleanup(func() {
		cancel()
		for range c.records {
		}
	})
	return c
}

// await returns the next record that is as wanted.
func (c *control) await(what string, wanted func(Record) bool) Record {
	c.t.Helper()
	for record := range c.records {
		c.note(record)
		if wanted(record) {
			return record
		}
	}
	c.t.Fatalf("waiting for %s: the supervisor ended with %+v", what, c.last)
	return Record{}
}

// stop asks the supervisor to end and returns its last record.
func (c *control) stop() Record {
	c.t.Helper()
	c.cancel()
	if err := c.end(); err != nil {
		c.t.Fatal(err)
	}
	return c.last
}

// end waits until the supervisor has ended.
func (c *control) end() error {
	for record := range c.records {
		c.note(record)
	}
	return <-c.result
}

func (c *control) note(record Record) {
	c.last = record
	if c.seen != nil {
		c.seen(record)
	}
}

func phase(wanted Phase) func(Record) bool {
	return func(record Record) bool { return record.Phase == wanted }
}

func names(record Record) []string {
	var names []string
	for _, part := range record.Parts {
		names = append(names, part.Name)
	}
	return names
}

func part(record Record, name string) PartRecord {
	found, _ := record.Part(name)
	return found
}

func kill(t *testing.T, record Record, name string) {
	t.Helper()
	if err := syscall.Kill(part(record, name).PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// announcedClock is a fake clock that tells when someone has begun to wait for it.
type announcedClock struct {
	*testclock.FakeClock
	timers chan struct{}
}

func newAnnouncedClock() *announcedClock {
	morning := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	return &announcedClock{FakeClock: testclock.NewFakeClock(morning), timers: make(chan struct{}, 100)}
}

func (c *announcedClock) NewTimer(d time.Duration) clock.Timer {
	timer := c.FakeClock.NewTimer(d)
	c.timers <- struct{}{}
	return timer
}
