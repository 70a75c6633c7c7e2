package backlog

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

const token = "the-token-of-this-station-0123456789abcdefgh"

// intake stands for a station's intake service as the operator meets it: an address, a token, and an answer that a test can spoil.
type intake struct {
	server *httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc
	asked  int
}

func startIntake(t *testing.T) *intake {
	t.Helper()
	i := &intake{}
	i.server = httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(i.server.Close)
	i.reports(quiet())
	return i
}

func (i *intake) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	i.asked++
	answer := i.answer
	i.mu.Unlock()
	if r.URL.Path != reportPath || r.Header.Get("Authorization") != "Bearer "+token {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	answer(w, r)
}

func (i *intake) answers(answer http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func (i *intake) reports(report stationconf.BacklogReport) {
	i.answers(func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(report) })
}

// keeps reports an audit log beside the figures of 中垛乡, and the entry it is asked about.
func (i *intake) keeps(log auditLog) {
	i.answers(func(w http.ResponseWriter, r *http.Request) {
		report := zhongduo()
		report.Audit = log.audit(r.URL.Query().Get(stationconf.AuditQuery))
		_ = json.NewEncoder(w).Encode(report)
	})
}

func (i *intake) fails() {
	i.answers(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
}

func (i *intake) timesAsked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

func (i *intake) door() door { return door{address: i.server.Listener.Addr().String(), token: token} }

func (i *intake) hostAndPort(t *testing.T) (string, int32) {
	t.Helper()
	host, port, err := net.SplitHostPort(i.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.ParseInt(port, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return host, int32(number)
}

// auditLog is the hashes of its entries.
type auditLog []string

// entries makes a log of n entries written by somebody; the hash of an entry covers all before it.
func (l auditLog) entries(n int, by string) auditLog {
	grown := slices.Clone(l)
	for range n {
		before := strings.Join(grown, "")
		grown = append(grown, fmt.Sprintf("%x", sha256.Sum256([]byte(before+by))))
	}
	return grown
}

func (l auditLog) audit(asked string) *stationconf.Audit {
	if len(l) == 0 {
		return &stationconf.Audit{}
	}
	shown := &stationconf.Audit{Length: int64(len(l)), Head: l[len(l)-1]}
	if n, err := strconv.Atoi(asked); err == nil && n <= len(l) {
		shown.Asked = &stationconf.AuditPoint{Length: int64(n), Hash: l[n-1]}
	}
	return shown
}

// head is the end of the log as the status keeps it.
func (l auditLog) head() v1alpha1.AuditHead {
	return v1alpha1.AuditHead{Length: int64(len(l)), Head: l[len(l)-1]}
}

// quiet is the report of a station where nothing has happened yet.
func quiet() stationconf.BacklogReport {
	return stationconf.BacklogReport{
		Version: "0.1.0",
		Routes: map[casework.Route]stationconf.RouteBacklog{
			casework.Unclassified: {}, casework.OnTheSpot: {}, casework.Township: {}, casework.County: {}, casework.Explain: {},
		},
		Closed: map[casework.Result]int64{},
	}
}

// zhongduo is the ledger of 中垛乡 on 3 August 2022: one case is at the county, 55 are closed.
func zhongduo() stationconf.BacklogReport {
	report := quiet()
	report.Routes[casework.County] = stationconf.RouteBacklog{Pending: 1}
	report.OldestPending = noon.Add(-49 * time.Hour).Add(123 * time.Millisecond)
	report.Received, report.Visits = 56, 68
	report.Closed = map[casework.Result]int64{casework.ResolvedA: 50, casework.PlannedB: 5}
	return report
}
