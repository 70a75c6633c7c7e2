package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

const concurrency = 32

// turn is how many submissions one side makes before it is the other's turn: whatever else the machine does meets both.
const turn = 1000

// atOnce does n things, concurrency at a time, and returns how long that took.
func atOnce(b *testing.B, n int, do func(i int) error) time.Duration {
	b.Helper()
	var workers sync.WaitGroup
	var next atomic.Int64
	start := time.Now()
	for range concurrency {
		workers.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	workers.Wait()
	return time.Since(start)
}

// Submissions over HTTP to the real process, every one durable before it is acknowledged, beside the same inserts into
// the same kind of store without HTTP, in one run. The load is made on the same processors.
func BenchmarkSubmissions(b *testing.B) {
	p := launchQuietly(b, newMount(b))
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: concurrency}}
	defer client.CloseIdleConnections()
	repository := openStore(b)

	var overHTTP, inProcess time.Duration
	b.ResetTimer()
	for done := 0; done < b.N; done += turn {
		n := min(turn, b.N-done)
		overHTTP += atOnce(b, n, func(i int) error { return submitTo(b.Context(), client, p.public, done+i) })
		b.StopTimer()
		inProcess += atOnce(b, n, func(i int) error { return submitInto(b.Context(), repository, done+i) })
		b.StartTimer()
	}
	b.StopTimer()

	b.ReportMetric(float64(b.N)/overHTTP.Seconds(), "http/s")
	b.ReportMetric(float64(b.N)/inProcess.Seconds(), "in-process/s")
	b.ReportMetric(inProcess.Seconds()/overHTTP.Seconds(), "http-per-in-process")
	b.ReportMetric(p.rss(b), "rss-after-MiB")
	b.ReportMetric(0, "ns/op")
}

// Memory of the real process once it is ready and nobody asks anything of it, and the time it took to be ready.
func BenchmarkIdleMemory(b *testing.B) {
	var rss, ready float64
	for b.Loop() {
		m := newMount(b)
		begun := time.Now()
		p := launchQuietly(b, m)
		eventually(b, "the process is ready", func() bool {
			return p.send(b, http.MethodGet, p.internal+"/readyz", "").StatusCode == http.StatusOK
		})
		ready = time.Since(begun).Seconds() * 1000
		rss = p.rss(b)
		p.kill()
	}
	b.ReportMetric(rss, "rss-MiB")
	b.ReportMetric(ready, "ready-ms")
	b.ReportMetric(0, "ns/op")
}

func launchQuietly(b *testing.B, m *mount) *process {
	b.Helper()
	p := launch(b, m)
	p.log.forget()
	return p
}

func openStore(b *testing.B) casework.Repository {
	b.Helper()
	repository, err := store.Open(b.Context(), store.Options{DataDir: b.TempDir(), DataKey: bytes.Repeat([]byte{7}, 32)})
	must(b, err)
	b.Cleanup(func() { must(b, repository.Close()) })
	return repository
}

func suggestion(i int) casework.Suggestion {
	return casework.Suggestion{
		Topic: "道路交通", Village: "白额村", Text: fmt.Sprintf("白额村第%d段田间路被冲毁，三轮车进不去。", i), Name: "张三", Phone: "13912345678",
	}
}

func submitInto(ctx context.Context, repository casework.Repository, i int) error {
	rules := casework.Rules{Deadlines: casework.DefaultDeadlines(), Location: shanghai}
	s, err := suggestion(i).Check([]string{"道路交通"}, []string{"白额村"})
	if err != nil {
		return err
	}
	_, err = repository.Submit(ctx, rules.Receive(s, casework.NewCode(), "", time.Now()))
	return err
}

func submitTo(ctx context.Context, client *http.Client, address string, i int) error {
	s := suggestion(i)
	body := fmt.Sprintf(`{"topic":%q,"village":%q,"text":%q,"name":%q,"phone":%q}`, s.Topic, s.Village, s.Text, s.Name, s.Phone)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/api/v1/suggestions", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusCreated {
		return fmt.Errorf("submission %d: %s %w", i, response.Status, err)
	}
	return nil
}

var resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// rss is the resident memory of the process in MiB.
func (p *process) rss(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.command.Process.Pid), "status"))
	must(b, err)
	found := resident.FindSubmatch(status)
	if found == nil {
		b.Fatal("the kernel does not tell the process's memory")
	}
	kib, err := strconv.Atoi(string(found[1]))
	must(b, err)
	return float64(kib) / 1024
}
