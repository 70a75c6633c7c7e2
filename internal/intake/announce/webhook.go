package announce

import (
	"bytes"
	"context"
	"encoding/json"
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
	"township.dev/liaison/internal/stationconf"
)

const (
	// usualPatience is how long an attempt may take where Options do not say.
	usualPatience = 10 * time.Second

	// mostAnswer bounds, in bytes, what is read of an answer; the robot's has a few dozen.
	mostAnswer = 64 << 10
)

// outcome is what became of an attempt: it moves the delivery from Sending to where it stands now.
type outcome func(d announcement.Delivery, now time.Time) (announcement.Delivery, error)

func accept() outcome { return announcement.Delivery.Accept }

// refuse is for a message that certainly was not taken, so that it may be sent again by itself.
func refuse(reason announcement.Reason, number int) outcome {
	return func(d announcement.Delivery, now time.Time) (announcement.Delivery, error) {
		return d.Refuse(announcement.Problem{Reason: reason, Number: number}, now)
	}
}

// lose is for a message that may have been taken.
func lose(reason announcement.Reason, number int) outcome {
	return func(d announcement.Delivery, now time.Time) (announcement.Delivery, error) {
		return d.Lose(announcement.Problem{Reason: reason, Number: number}, now)
	}
}

// webhook posts messages. Its address is a secret: neither it nor an error that quotes it leaves this file.
type webhook struct {
	file   string
	client *http.Client
}

func newWebhook(dir string, patience time.Duration) webhook {
	if patience == 0 {
		patience = usualPatience
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	return webhook{
		file: filepath.Join(dir, stationconf.WebhookURLFile),
		client: &http.Client{
			Timeout: patience,
			// A connection that is used again, and HTTP/2, let the transport repeat by itself a request with an
			// Idempotency-Key. Whether one is repeated is decided here alone.
			Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, Protocols: &protocols},
			// Who is sent elsewhere would hand the message to somebody the township did not name.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// address is read at each attempt, because the township may change its Secret at any time. A reason comes back instead where
// there is none to send to.
func (h webhook) address() (string, announcement.Reason) {
	data, err := os.ReadFile(h.file)
	text := strings.TrimSpace(string(data))
	if err != nil || text == "" {
		return "", announcement.NoAddress
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return "", announcement.BadAddress
	}
	return text, ""
}

// send makes one attempt.
func (h webhook) send(ctx context.Context, address string, station stationconf.Station, d announcement.Delivery) outcome {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	request, err := newRequest(ctx, address, station, d)
	if err != nil {
		return refuse(announcement.BadAddress, 0)
	}
	response, err := h.client.Do(request)
	switch {
	case err != nil && !connected.Load():
		return refuse(announcement.NoConnection, 0)
	case err != nil: // even a part of the request may have been enough for the receiver
		return lose(announcement.NoAnswer, 0)
	}
	defer response.Body.Close()
	return judge(response, station.Webhook.Format)
}

func newRequest(ctx context.Context, address string, station stationconf.Station, d announcement.Delivery) (*http.Request, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(payloadOf(station, d)); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &body)
	if err != nil {
		return nil, err
	}
	request.GetBody = nil // sent once, see newWebhook
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Idempotency-Key", d.EventID)
	request.Header.Set("User-Agent", "liaison-intake")
	return request, nil
}

// judge tells from an answer whether the message was taken.
func judge(response *http.Response, format string) outcome {
	status := response.StatusCode
	switch {
	case status >= 200 && status < 300 && format == stationconf.WebhookWeCom:
		return judgeRobot(response)
	case status >= 200 && status < 300:
		return accept()
	case status >= 300 && status < 400:
		return refuse(announcement.Redirected, status)
	case status >= 400 && status < 500, status == http.StatusServiceUnavailable:
		return refuse(announcement.RefusedByStatus, status)
	case status >= 500 && status < 600:
		return lose(announcement.ServerFault, status)
	default:
		return lose(announcement.StrangeAnswer, status)
	}
}

// judgeRobot reads what a WeCom group robot says: it answers 200 to what it refuses, too.
func judgeRobot(response *http.Response) outcome {
	var answer struct {
		Code *int `json:"errcode"`
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil || json.Unmarshal(data, &answer) != nil || answer.Code == nil || response.StatusCode != http.StatusOK {
		return lose(announcement.StrangeAnswer, response.StatusCode)
	}
	if *answer.Code != 0 {
		return refuse(announcement.RefusedByCode, *answer.Code)
	}
	return accept()
}
