package announce

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/authorities"
	"township.dev/liaison/internal/stationconf"
)

const (
	// patience is how long an attempt may take, until the answer is read.
	patience = 10 * time.Second
	// mostAnswer is how much of an answer is read, in bytes.
	mostAnswer = 64 << 10
	// mostAddress is how much of the file with the address is read, in bytes.
	mostAddress = 8 << 10
)

// webhook posts messages to the township's receiver. Its address is a secret (a group robot's has a key in it): nothing that
// leaves this file holds the address, nor the text of an error that could.
type webhook struct {
	dir      string
	patience time.Duration
	client   *http.Client
}

// outcome of an attempt.
type outcome struct {
	state   announcement.State
	problem announcement.Problem
}

func newWebhook(dir string, limit time.Duration, believed *authorities.Authorities) webhook {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return webhook{
		dir: dir, patience: cmp.Or(limit, patience),
		client: &http.Client{
			Transport: believed.Transport(&http.Transport{
				Proxy: http.ProxyFromEnvironment,
				// On a connection that is used again, and on HTTP/2, net/http repeats a request by itself when the connection breaks,
				// the more so when it bears an idempotency key. Whether to repeat is decided by the rules of announcement alone.
				DisableKeepAlives: true,
				Protocols:         protocols,
				// Bounds what an odd receiver makes us hold.
				MaxResponseHeaderBytes: mostAnswer,
			}),
			// A redirect could lead the message anywhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// address is read anew for every attempt, so that a new one counts at once. why is empty when there is one.
func (w webhook) address() (address string, why announcement.Reason) {
	file, err := os.Open(filepath.Join(w.dir, stationconf.WebhookURLFile))
	if err != nil {
		return "", announcement.NoAddress
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostAddress))
	text := strings.TrimSpace(string(data))
	if err != nil || text == "" {
		return "", announcement.NoAddress
	}
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return "", announcement.BadAddress
	}
	return text, ""
}

// post sends one message and says what became of it.
func (w webhook) post(ctx context.Context, address, format, eventID string, body []byte) outcome {
	ctx, cancel := context.WithTimeout(ctx, w.patience)
	defer cancel()
	// Before there is a connection nothing can have been written to it.
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return refused(announcement.BadAddress, 0)
	}
	// Without it net/http could not rewind the body, which is as well: nothing is sent twice.
	request.GetBody = nil
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Idempotency-Key", eventID)
	request.Header.Set("User-Agent", "liaison-intake")
	response, err := w.client.Do(request)
	switch {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return refused(announcement.Untrusted, 0)
	case err != nil && !connected.Load():
		return refused(announcement.NoConnection, 0)
	case err != nil:
		return unknown(announcement.NoAnswer, 0)
	}
	defer response.Body.Close()
	return judge(response, format)
}

// judge says what an answer means.
func judge(response *http.Response, format string) outcome {
	switch status := response.StatusCode; {
	case status >= 200 && status < 300 && format == stationconf.WebhookWeCom:
		return judgeWeCom(response)
	case status >= 200 && status < 300:
		return outcome{state: announcement.Delivered}
	case status >= 300 && status < 400:
		return refused(announcement.Redirected, status)
	case status >= 400 && status < 500, status == http.StatusServiceUnavailable:
		return refused(announcement.RefusedByStatus, status)
	case status >= 500 && status < 600:
		return unknown(announcement.ServerFault, status)
	default:
		return unknown(announcement.StrangeAnswer, status)
	}
}

// judgeWeCom reads what the robot says, which answers 200 whatever it thinks of a message.
func judgeWeCom(response *http.Response) outcome {
	data, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return unknown(announcement.NoAnswer, 0)
	}
	var answer struct {
		Code *int `json:"errcode"`
	}
	switch err := json.Unmarshal(data, &answer); {
	case err != nil, answer.Code == nil, response.StatusCode != http.StatusOK:
		return unknown(announcement.StrangeAnswer, response.StatusCode)
	case *answer.Code != 0:
		return refused(announcement.RefusedByCode, *answer.Code)
	default:
		return outcome{state: announcement.Delivered}
	}
}

func refused(why announcement.Reason, number int) outcome {
	return outcome{announcement.Refused, announcement.Problem{Reason: why, Number: number}}
}

func unknown(why announcement.Reason, number int) outcome {
	return outcome{announcement.Unknown, announcement.Problem{Reason: why, Number: number}}
}

// settle is the delivery after the attempt.
func (o outcome) settle(d announcement.Delivery, now time.Time) (announcement.Delivery, error) {
	switch o.state {
	case announcement.Delivered:
		return d.Accept(now)
	case announcement.Refused:
		return d.Refuse(o.problem, now)
	default:
		return d.Lose(o.problem, now)
	}
}
