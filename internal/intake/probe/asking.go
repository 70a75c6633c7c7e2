package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// again is how long to wait for a station that does not say how long.
const again = 2 * time.Second

// most is how much of an answer is read.
const most = 1 << 20

// request to the station; a GET without more.
type request struct {
	method, path string
	header       map[string]string
	// json or form is the body.
	json, form map[string]string
	// wants is the status of a good answer; 0 is any of 2xx.
	wants int
}

// ask until the station answers for good, and decode its answer.
func (p *Probe) ask(ctx context.Context, doing string, r request, into any) error {
	for {
		later, err := p.once(ctx, r, into)
		if err == nil {
			return nil
		}
		if later > 0 {
			err = errors.Join(p.Pause(ctx, later), err)
			if ctx.Err() == nil {
				continue
			}
		}
		return fmt.Errorf("%s: %w", doing, err)
	}
}

// once asks once. later is how long to wait before the same may go well, 0 when it will not.
func (p *Probe) once(ctx context.Context, r request, into any) (later time.Duration, err error) {
	prepared, err := r.prepare(ctx, p.Station)
	if err != nil {
		return 0, err
	}
	response, err := p.Client.Do(prepared)
	if err != nil {
		return again, fmt.Errorf("the station cannot be reached: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return again, fmt.Errorf("the station broke off: %w", err)
	}
	if !r.good(response.StatusCode) {
		return patience(response), refused(response, body)
	}
	if into == nil {
		return 0, nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return 0, fmt.Errorf("the answer is not what a station says, check the address %s: %w", p.Station, err)
	}
	return 0, nil
}

func (r request) good(status int) bool {
	if r.wants != 0 {
		return status == r.wants
	}
	return status/100 == 2
}

func (r request) prepare(ctx context.Context, station string) (*http.Request, error) {
	method, body, mediaType := http.MethodGet, []byte(nil), ""
	if r.method != "" {
		method = r.method
	}
	switch {
	case r.json != nil:
		encoded, err := json.Marshal(r.json)
		if err != nil {
			return nil, fmt.Errorf("encoding the request: %w", err)
		}
		body, mediaType = encoded, "application/json"
	case r.form != nil:
		values := url.Values{}
		for name, value := range r.form {
			values.Set(name, value)
		}
		body, mediaType = []byte(values.Encode()), "application/x-www-form-urlencoded"
	}
	prepared, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(station, "/")+r.path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("preparing the request: %w", err)
	}
	prepared.Header.Set("Accept-Language", "en")
	if mediaType != "" {
		prepared.Header.Set("Content-Type", mediaType)
	}
	for name, value := range r.header {
		prepared.Header.Set(name, value)
	}
	return prepared, nil
}

// patience is what the answer asks for: a number of seconds, or a proxy's or starting station's "not now". A flood, during which suggestions come in by
// the site's form alone, names no time.
func patience(response *http.Response) time.Duration {
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return again
	}
	return 0
}

// refused is the station's own account of why, or the status alone where another answered.
func refused(response *http.Response, body []byte) error {
	var said struct {
		Error struct{ Code, Message, Remedy string }
	}
	if json.Unmarshal(body, &said) == nil && said.Error.Code != "" {
		return fmt.Errorf("the station answers %s (%s): %s. %s", response.Status, said.Error.Code, said.Error.Message, said.Error.Remedy)
	}
	return fmt.Errorf("%s answers %s", response.Request.URL.Redacted(), response.Status)
}
