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

// Receipt is what a resident keeps: both are needed to look a case up.
type Receipt struct {
	Code   string `json:"code"`
	Secret string `json:"secret"`
}

// Progress is what a resident can look up with a receipt.
type Progress struct {
	Code  string `json:"code"`
	State string `json:"state"`
}

// States of a case that is handled without another unit, in the order it passes through them, as the interface spells them.
func States() []string {
	return []string{"received", "classified", "answered", "feedback_given", "closed"}
}

// Closed reports whether the case is over.
func (p Progress) Closed() bool { return p.State == "closed" }

// Suggest submits a suggestion and returns its receipt. The same key again adds nothing and gives the same receipt.
func (v *Visitor) Suggest(ctx context.Context, key string, suggestion Suggestion) (receipt Receipt, added bool, err error) {
	body, err := json.Marshal(suggestion)
	if err != nil {
		return receipt, false, fmt.Errorf("encoding the suggestion: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+"/api/v1/suggestions", bytes.NewReader(body))
	if err != nil {
		return receipt, false, fmt.Errorf("preparing the suggestion: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	status, err := v.exchange(request, &receipt)
	if err != nil {
		return receipt, false, fmt.Errorf("submitting a suggestion: %w", err)
	}
	return receipt, status == http.StatusCreated, nil
}

// LookUp asks how far a case is.
func (v *Visitor) LookUp(ctx context.Context, receipt Receipt) (Progress, error) {
	var progress Progress
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+"/api/v1/suggestions/"+receipt.Code+"?secret="+receipt.Secret, nil)
	if err != nil {
		return progress, fmt.Errorf("preparing to look up %s: %w", receipt.Code, err)
	}
	if _, err := v.exchange(request, &progress); err != nil {
		return progress, fmt.Errorf("looking up %s: %w", receipt.Code, err)
	}
	return progress, nil
}
