// Package probe tries a station out as a resident uses it: it submits a suggestion, looks it up with its code and secret, and withdraws it.
package probe

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"time"

	"township.dev/liaison/internal/casework"
)

// Text is what the suggestion says, to whoever sees it at the desk or in the ledger.
const Text = "安装自检：本条由安装测试提交，随即自动撤回，请勿办理。Installation check: submitted and withdrawn by a test; nothing is to be done."

// Probe of one station.
type Probe struct {
	// Station is the address of its public port, for example http://zhongduo-intake.jixian.svc.
	Station string
	Client  *http.Client
	// Pause waits before a request is made again; it returns early, with an error, when the context ends.
	Pause func(context.Context, time.Duration) error
	// Out is told each step.
	Out io.Writer
}

// Run submits, looks up and withdraws. While the station cannot be reached or asks to wait, it tries again until the context ends. Its error says
// what the station answered and, where a suggestion is left behind, which.
func (p *Probe) Run(ctx context.Context) error {
	topic, err := p.topic(ctx)
	if err != nil {
		return err
	}
	receipt, err := p.submit(ctx, topic)
	if err != nil {
		return err
	}
	p.tell("submitted suggestion %s about %s", receipt.Code, topic)
	if err := p.follow(ctx, receipt); err != nil {
		return fmt.Errorf("suggestion %s is left at the station, to be withdrawn at the desk: %w", receipt.Code, err)
	}
	p.tell("the station takes suggestions, tells how far they are, and lets them be withdrawn")
	return nil
}

// follow the suggestion until it is withdrawn.
func (p *Probe) follow(ctx context.Context, r receipt) error {
	if err := p.expect(ctx, r, casework.Received); err != nil {
		return err
	}
	p.tell("looked it up by code and secret")
	if err := p.withdraw(ctx, r); err != nil {
		return err
	}
	if err := p.expect(ctx, r, casework.Withdrawn); err != nil {
		return err
	}
	p.tell("withdrew it")
	return nil
}

// topic is the first that the station has.
func (p *Probe) topic(ctx context.Context) (string, error) {
	var topics []struct {
		Name string `json:"service_name"`
	}
	if err := p.ask(ctx, "asking for the topics", request{path: "/open311/v2/services.json"}, &topics); err != nil {
		return "", err
	}
	if len(topics) == 0 {
		return "", fmt.Errorf("%s has no topic to submit a suggestion about: check that this is the public address of a station", p.Station)
	}
	return topics[0].Name, nil
}

// receipt opens the suggestion; the secret is told to nobody.
type receipt struct {
	Code   string `json:"code"`
	Secret string `json:"secret"`
}

func (p *Probe) submit(ctx context.Context, topic string) (r receipt, err error) {
	return r, p.ask(ctx, "submitting a suggestion", request{
		method: http.MethodPost, path: "/api/v1/suggestions",
		json:   map[string]string{casework.FieldTopic: topic, casework.FieldText: Text},
		header: map[string]string{"Idempotency-Key": "probe-" + rand.Text()},
	}, &r)
}

// expect the suggestion to be in the state.
func (p *Probe) expect(ctx context.Context, r receipt, want casework.State) error {
	var found struct {
		State casework.State `json:"state"`
	}
	err := p.ask(ctx, "looking the suggestion up", request{
		path: "/api/v1/suggestions/" + r.Code, header: map[string]string{"X-Query-Secret": r.Secret},
	}, &found)
	if err == nil && found.State != want {
		err = fmt.Errorf("looking the suggestion up: it is %s, and should be %s", found.State, want)
	}
	return err
}

// withdraw as a resident does, with the form of the site, which answers by leading back to the suggestion.
func (p *Probe) withdraw(ctx context.Context, r receipt) error {
	return p.ask(ctx, "withdrawing the suggestion", request{
		method: http.MethodPost, path: "/status/withdraw", wants: http.StatusSeeOther,
		form: map[string]string{casework.FieldCode: r.Code, casework.FieldSecret: r.Secret, casework.FieldReason: "安装自检 Installation check"},
	}, nil)
}

func (p *Probe) tell(format string, args ...any) {
	_, _ = fmt.Fprintf(p.Out, format+"\n", args...)
}
