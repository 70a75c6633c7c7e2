package visitor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Suggestion is what a resident submits.
type Suggestion struct {
	Topic   string `json:"topic"`
	Village string `json:"village,omitempty"`
	Text    string `json:"text"`
}

// Progress is what a resident can look up with a receipt code.
type Progress struct {
	Code  string `json:"code"`
	State string `json:"state"`
}

// States of a case in the order it passes through them, as the interface spells them.
func States() []string {
	return []string{"received", "classified", "answered", "feedback_given", "closed"}
}

// Closed reports whether the case is over.
func (p Progress) Closed() bool { return p.State == "closed" }

// Suggest submits a suggestion and returns its receipt code. The same key again adds nothing and gives the same code.
func (v *Visitor) Suggest(ctx context.Context, key string, suggestion Suggestion) (code string, added bool, err error) {
	body, err := json.Marshal(suggestion)
	if err != nil {
		return "", false, fmt.Errorf("encoding the suggestion: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+"/api/v1/suggestions", bytes.NewReader(body))
	if err != nil {
		return "", false, fmt.Errorf("preparing the suggestion: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	var receipt Progress
	status, err := v.exchange(request, &receipt)
	if err != nil {
		return "", false, fmt.Errorf("submitting a suggestion: %w", err)
	}
	return receipt.Code, status == http.StatusCreated, nil
}

// LookUp asks how far a case is.
func (v *Visitor) LookUp(ctx context.Context, code string) (Progress, error) {
	var progress Progress
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+"/api/v1/suggestions/"+code, nil)
	if err != nil {
		return progress, fmt.Errorf("preparing to look up %s: %w", code, err)
	}
	if _, err := v.exchange(request, &progress); err != nil {
		return progress, fmt.Errorf("looking up %s: %w", code, err)
	}
	return progress, nil
}
