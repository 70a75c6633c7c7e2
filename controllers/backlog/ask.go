package backlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"township.dev/liaison/internal/stationconf"
)

const (
	reportPath = "/internal/backlog"
	// maxAnswer bounds what one poll reads; a report has under 1 KiB.
	maxAnswer = 64 << 10
)

// door is where and with what a station's intake can be asked.
type door struct {
	// address is host:port of the internal port.
	address string
	token   string
}

// questioner asks intakes for their backlog over HTTP. An intake is a tenant's process: it may be slow, broken or hostile, so
// time, size and redirects are bounded here.
type questioner struct {
	client *http.Client
}

func newQuestioner(timeout time.Duration) *questioner {
	transport := &http.Transport{
		// No Proxy: pod addresses are asked directly, whatever the environment says.
		DialContext: (&net.Dialer{Timeout: timeout}).DialContext,
		// A connection kept open from poll to poll takes as much memory as all else that is held of a station.
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 16 << 10,
		DisableCompression:     true,
	}
	return &questioner{client: &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// ask returns the intake's report, or a silence that says why there is none. seen is the length of the audit log that the report is to prove.
func (q *questioner) ask(ctx context.Context, d door, seen int64) (stationconf.BacklogReport, error) {
	var none stationconf.BacklogReport
	target := url.URL{Scheme: "http", Host: d.address, Path: reportPath}
	if seen > 0 {
		target.RawQuery = url.Values{stationconf.AuditQuery: {strconv.FormatInt(seen, 10)}}.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return none, silent(ReasonUnreachable, fmt.Errorf("asking %s: %w", d.address, err))
	}
	request.Header.Set("Authorization", "Bearer "+d.token)
	request.Header.Set("Accept", "application/json")

	response, err := q.client.Do(request)
	if err != nil {
		return none, silent(ReasonUnreachable, fmt.Errorf("asking for the backlog: %w", err))
	}
	defer func() { _ = response.Body.Close() }() // nothing to save: the body was only read

	if err := checkStatus(response.StatusCode); err != nil {
		return none, err
	}
	body, err := readBounded(response.Body)
	if err != nil {
		return none, err
	}
	return decodeReport(body, seen)
}

func checkStatus(code int) error {
	switch code {
	case http.StatusOK:
		return nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return silent(ReasonTokenRefused, fmt.Errorf("the intake answered status %d", code))
	default:
		return silent(ReasonBadAnswer, fmt.Errorf("the intake answered status %d", code))
	}
}

func readBounded(from io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, maxAnswer+1))
	if err != nil {
		return nil, silent(ReasonUnreachable, fmt.Errorf("reading the backlog report: %w", err))
	}
	if len(body) > maxAnswer {
		return nil, silent(ReasonBadAnswer, fmt.Errorf("the backlog report is larger than %d bytes", maxAnswer))
	}
	return body, nil
}

// decodeReport reads a report and refuses one that contradicts itself. Unknown fields are let pass: a newer intake may say more.
func decodeReport(body []byte, seen int64) (stationconf.BacklogReport, error) {
	var report stationconf.BacklogReport
	if err := json.Unmarshal(body, &report); err != nil {
		return stationconf.BacklogReport{}, silent(ReasonBadAnswer, fmt.Errorf("decoding the backlog report: %w", err))
	}
	if err := errors.Join(checkReport(report), checkAudit(report.Audit, seen)); err != nil {
		return stationconf.BacklogReport{}, silent(ReasonBadAnswer, fmt.Errorf("checking the backlog report: %w", err))
	}
	return report, nil
}

// maxVersion bounds the text that a report can put into a station's status.
const maxVersion = 64

// maxPending is the largest count of waiting cases the status can hold.
const maxPending = 1<<31 - 1

func checkReport(report stationconf.BacklogReport) error {
	if report.Routes == nil {
		return errors.New("it has no routes")
	}
	if len(report.Version) > maxVersion || strings.ContainsFunc(report.Version, unprintable) {
		return fmt.Errorf("its version is not printable text of at most %d bytes", maxVersion)
	}
	pending := 0
	for route, waiting := range report.Routes {
		if waiting.Pending < 0 || waiting.Overdue < 0 || waiting.Overdue > waiting.Pending {
			return fmt.Errorf("route %q has %d cases pending and %d of them overdue", route, waiting.Pending, waiting.Overdue)
		}
		if waiting.Pending > maxPending-pending {
			return errors.New("its pending cases are too many to be true")
		}
		pending += waiting.Pending
	}
	if pending > 0 && report.OldestPending.IsZero() {
		return errors.New("cases are pending, but it does not say since when")
	}
	return checkTotals(report)
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

func checkTotals(report stationconf.BacklogReport) error {
	if report.Received < 0 || report.Visits < 0 {
		return fmt.Errorf("it counts %d cases received and %d visits", report.Received, report.Visits)
	}
	if report.Reopened < 0 || report.Withdrawn < 0 || report.Merged < 0 {
		return fmt.Errorf("it counts %d cases opened again, %d withdrawn and %d merged", report.Reopened, report.Withdrawn, report.Merged)
	}
	if c := report.Closings; c != nil && (c.OnTime < 0 || c.Late < 0) {
		return fmt.Errorf("it counts %d cases closed in time and %d late", c.OnTime, c.Late)
	}
	for rating, n := range report.Satisfaction {
		if n < 0 {
			return fmt.Errorf("it counts %d ratings %q", n, rating)
		}
	}
	for result, closed := range report.Closed {
		if closed < 0 {
			return fmt.Errorf("it counts %d cases closed with result %q", closed, result)
		}
	}
	return nil
}
