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
	crashes        = 3
	senders        = 8
	enoughReceipts = 150
)

// kill -9 in the middle of concurrent submissions: whatever was acknowledged answers under its receipt code after a restart,
// and repeating every request with its key adds exactly what had not been stored.
func TestKillLosesNothingThatWasAcknowledged(t *testing.T) {
	m := newMount(t)
	receipts := map[string]string{} // by key
	sent := 0
	for round := range crashes {
		p := launch(t, m)
		got, tried := p.submitUntilKilled(t, round)
		sent += tried
		for key, code := range got {
			receipts[key] = code
		}
	}
	p := launch(t, m)
	for key, code := range receipts {
		if got := p.send(t, http.MethodGet, p.public+"/api/v1/suggestions/"+code, ""); got.StatusCode != 200 {
			t.Fatalf("receipt %s of %s was acknowledged and now answers %d", code, key, got.StatusCode)
		}
		again, _, err := p.submitOnce(t.Context(), key)
		if must(t, err); again != code {
			t.Fatalf("key %s was acknowledged with %s and now belongs to %s", key, code, again)
		}
	}
	received := p.backlog(t).Received
	if received < int64(len(receipts)) || received > int64(sent) {
		t.Errorf("%d cases from %d requests of which %d were acknowledged", received, sent, len(receipts))
	}
	t.Logf("%d requests, %d acknowledged, %d stored, %d kills", sent, len(receipts), received, crashes)
}

// submitUntilKilled sends from all sides, kills the process in the middle, and returns what was acknowledged.
func (p *process) submitUntilKilled(t *testing.T, round int) (receipts map[string]string, tried int) {
	t.Helper()
	var mu sync.Mutex
	var workers sync.WaitGroup
	receipts = map[string]string{}
	enough := make(chan struct{})
	for sender := range senders {
		workers.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("round-%d-sender-%d-%d", round, sender, n)
				code, status, err := p.submitOnce(t.Context(), key)
				mu.Lock()
				tried++
				if err == nil && status == http.StatusCreated {
					if receipts[key] = code; len(receipts) == enoughReceipts {
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

func (s *station) submitOnce(ctx context.Context, key string) (code string, status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.public+"/api/v1/suggestions",
		strings.NewReader(`{"topic":"道路交通","village":"白额村","text":"路灯坏了好几天：`+key+`","name":"张三"}`))
	if err != nil {
		return "", 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", 0, err
	}
	defer response.Body.Close()
	var receipt struct{ Code string }
	if err := json.NewDecoder(response.Body).Decode(&receipt); err != nil {
		return "", 0, err
	}
	if receipt.Code == "" {
		return "", response.StatusCode, errNoReceipt
	}
	return receipt.Code, response.StatusCode, nil
}
