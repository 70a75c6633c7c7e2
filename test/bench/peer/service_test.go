package peer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// startWithin is how long a service may take until it is ready.
const startWithin = 30 * time.Second

// service takes suggestions over HTTP and tells of each by its receipt.
type service struct {
	name string
	// command starts it on its data folder; ready is asked until it answers 200. Nobody uses the internal address but for that.
	command func(public, internal string) (command *exec.Cmd, ready string)
	// path suggestions are sent to.
	path string
	// keyInBody where an idempotency key is a field, and no header.
	keyInBody bool
	// found is the path where the suggestion of a receipt stands.
	found func(receipt) string

	process *exec.Cmd
	public  string
	client  *http.Client
	sent    atomic.Int64
	asked   atomic.Int64
}

// suggestion is what a resident sends.
type suggestion struct {
	Topic   string `json:"topic"`
	Village string `json:"village"`
	Text    string `json:"text"`
	Name    string `json:"name"`
	Phone   string `json:"phone"`
	Key     string `json:"key,omitempty"`
}

// receipt is what the services answer, each its own part of it.
type receipt struct{ ID, Code, Secret string }

// launch starts the service for the first time and ends it with the benchmark.
func launch(b *testing.B, s *service) *service {
	b.Helper()
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: mostHands, DisableCompression: true}}
	b.Cleanup(s.stop)
	s.start(b)
	return s
}

// start returns how long it took until the service was ready. PocketBase does not tell which port it was given; hence everybody gets
// addresses that were free a moment ago, and readiness is asked for in the same way.
func (s *service) start(b *testing.B) time.Duration {
	b.Helper()
	public, internal := freeAddress(b), freeAddress(b)
	command, ready := s.command(public, internal)
	command.Stderr = os.Stderr
	began := time.Now()
	if err := command.Start(); err != nil {
		b.Fatalf("starting %s: %v", s.name, err)
	}
	s.process, s.public = command, "http://"+public
	for every := time.NewTicker(time.Millisecond); !s.answers(b, ready); <-every.C {
		if time.Since(began) > startWithin {
			b.Fatalf("%s is not ready after %s", s.name, startWithin)
		}
	}
	return time.Since(began)
}

// answers reports whether the address does so with 200.
func (s *service) answers(b *testing.B, address string) bool {
	b.Helper()
	_, err := s.send(b.Context(), http.MethodGet, address, nil, nil)
	return err == nil
}

// stop ends the process in good order.
func (s *service) stop() {
	s.client.CloseIdleConnections()
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGTERM)
	_ = s.process.Wait()
	s.process = nil
}

func (s *service) restart(b *testing.B) time.Duration {
	b.Helper()
	s.stop()
	return s.start(b)
}

// submit sends the next suggestion, which is like no other.
func (s *service) submit(ctx context.Context) error {
	_, err := s.sendSuggestion(ctx)
	return err
}

// fill submits n suggestions and returns where they are found.
func (s *service) fill(b *testing.B, n int) (found []string) {
	b.Helper()
	paths := make(chan string, n)
	drive(b, manyHands, n, func() error {
		answer, err := s.sendSuggestion(b.Context())
		if err != nil {
			return err
		}
		var r receipt
		if err := json.Unmarshal(answer, &r); err != nil && len(answer) > 0 {
			return fmt.Errorf("reading the receipt of %s: %w", s.name, err)
		}
		paths <- s.found(r)
		return nil
	})
	close(paths)
	for path := range paths {
		found = append(found, path)
	}
	return found
}

// lookUp asks for the next of those suggestions.
func (s *service) lookUp(ctx context.Context, found []string) error {
	next := int(s.asked.Add(1)) % len(found)
	_, err := s.send(ctx, http.MethodGet, s.public+found[next], nil, nil)
	return err
}

func (s *service) sendSuggestion(ctx context.Context) (answer []byte, err error) {
	n := s.sent.Add(1)
	key := fmt.Sprintf("suggestion-%012d", n)
	what := suggestion{
		Topic: topic, Village: village, Name: "张三", Phone: "13912345678",
		Text: fmt.Sprintf("白额村第%012d段田间路被冲毁，三轮车进不去，地里的苹果运不出来，请尽快派人来看。", n),
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if s.keyInBody {
		what.Key = key
	} else {
		header.Set("Idempotency-Key", key)
	}
	body, err := json.Marshal(what)
	if err != nil {
		return nil, fmt.Errorf("writing a suggestion: %w", err)
	}
	return s.send(ctx, http.MethodPost, s.public+s.path, header, body)
}

// send returns the answer; one that is no success is an error.
func (s *service) send(ctx context.Context, method, address string, header http.Header, body []byte) (answer []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", s.name, err)
	}
	if header != nil {
		request.Header = header
	}
	response, err := s.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("asking %s: %w", s.name, err)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("reading what %s answers: %w", s.name, err)
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s: %s answers %s: %s", method, address, s.name, response.Status, answer)
	}
	return answer, nil
}

var resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// rss is the resident memory of the process in MiB.
func (s *service) rss(b *testing.B) float64 {
	b.Helper()
	return float64(s.kernelTells(b, "status", resident)[0]) / 1024
}

// tick is the unit in which the kernel counts the time of a process.
const tick = time.Second / 100

// What follows the command's name, which stands in brackets: its state, ten numbers, then its time in user and in system mode.
var times = regexp.MustCompile(`\) \S+(?: \S+){10} (\d+) (\d+) `)

// cpu is how much processor time the process has had.
func (s *service) cpu(b *testing.B) time.Duration {
	b.Helper()
	told := s.kernelTells(b, "stat", times)
	return time.Duration(told[0]+told[1]) * tick
}

// kernelTells returns the numbers that the pattern marks in a file about the process.
func (s *service) kernelTells(b *testing.B, file string, pattern *regexp.Regexp) (numbers []int) {
	b.Helper()
	told, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(s.process.Process.Pid), file))
	if err != nil {
		b.Fatal(err)
	}
	found := pattern.FindSubmatch(told)
	if found == nil {
		b.Fatalf("the kernel's %s of %s is not as expected: %s", file, s.name, told)
	}
	for _, digits := range found[1:] {
		number, err := strconv.Atoi(string(digits))
		if err != nil {
			b.Fatal(err)
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// binary is the size of the file in MiB.
func (s *service) binary(b *testing.B) float64 {
	b.Helper()
	file, err := os.Stat(s.process.Path)
	if err != nil {
		b.Fatal(err)
	}
	return float64(file.Size()) / (1 << 20)
}

func freeAddress(b *testing.B) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
