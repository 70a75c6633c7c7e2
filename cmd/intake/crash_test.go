package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

const (
	crashes        = 5
	senders        = 8
	enoughReceipts = 150
)

// kill -9 in the middle of concurrent submissions: whatever was acknowledged answers under its receipt code after a restart,
// and repeating every request with its key adds exactly what had not been stored.
func TestKillLosesNothingThatWasAcknowledged(t *testing.T) {
	m := newMount(t)
	receipts := map[string]receipt{} // by key
	sent := 0
	for round := range crashes {
		p := launch(t, m)
		got, tried := p.submitUntilKilled(t, round)
		sent += tried
		for key, kept := range got {
			receipts[key] = kept
		}
	}
	p := launch(t, m)
	for key, kept := range receipts {
		if got := p.send(t, http.MethodGet, p.public+kept.api(), ""); got.StatusCode != 200 {
			t.Fatalf("receipt %s of %s was acknowledged and now answers %d", kept.code, key, got.StatusCode)
		}
		again, _, err := p.submitOnce(t.Context(), key)
		if must(t, err); again != kept {
			t.Fatalf("key %s was acknowledged with %v and now belongs to %v", key, kept, again)
		}
	}
	// While the service goes on: no row of the log is missing, and each case is where its events have led it.
	if said, err := m.keep(t, "verify"); err != nil || !strings.Contains(said, fmt.Sprintf("%d cases", p.backlog(t).Received)) {
		t.Errorf("%q, error %v", said, err)
	}
	received := p.backlog(t).Received
	if received < int64(len(receipts)) || received > int64(sent) {
		t.Errorf("%d cases from %d requests of which %d were acknowledged", received, sent, len(receipts))
	}
	t.Logf("%d requests, %d acknowledged, %d stored, %d kills", sent, len(receipts), received, crashes)
}

// submitUntilKilled sends from all sides, kills the process in the middle, and returns what was acknowledged.
func (p *process) submitUntilKilled(t *testing.T, round int) (receipts map[string]receipt, tried int) {
	t.Helper()
	var mu sync.Mutex
	var workers sync.WaitGroup
	receipts = map[string]receipt{}
	enough := make(chan struct{})
	for sender := range senders {
		workers.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("round-%d-sender-%d-%d", round, sender, n)
				kept, status, err := p.submitOnce(t.Context(), key)
				mu.Lock()
				tried++
				if err == nil && status == http.StatusCreated {
					if receipts[key] = kept; len(receipts) == enoughReceipts {
						close(enough)
					}
				}
				mu.Unlock()
				if err != nil {
					return // the process is gone
				}
			}
		})
	}
	<-enough
	p.kill()
	workers.Wait()
	return receipts, tried
}

var errNoReceipt = errors.New("no receipt came back")

func (s *station) submitOnce(ctx context.Context, key string) (kept receipt, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.public+"/api/v1/suggestions",
		strings.NewReader(`{"topic":"道路交通","village":"白额村","text":"路灯坏了好几天：`+key+`","name":"张三"}`))
	if err != nil {
		return receipt{}, 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return receipt{}, 0, err
	}
	defer response.Body.Close()
	var told struct{ Code, Secret string }
	if err := json.NewDecoder(response.Body).Decode(&told); err != nil {
		return receipt{}, 0, err
	}
	if told.Code == "" || told.Secret == "" {
		return receipt{}, response.StatusCode, errNoReceipt
	}
	return receipt{told.Code, told.Secret}, response.StatusCode, nil
}
