package chaos

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

// intakes answer the operator's polls, each at a loopback address of its own.
type intakes struct {
	port int32

	mu        sync.Mutex
	addresses map[client.ObjectKey]string
	// moods by address; who has none answers well.
	moods map[string]mood
}

// mood is how an intake answers.
type mood struct {
	name   string
	answer http.HandlerFunc
}

// moods an intake can be in. What the hostile ones say must not come out anywhere.
var moods = []mood{
	{"busy", busy},
	{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	{"fails", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "call "+secretPhone, http.StatusInternalServerError)
	}},
	{"refuses", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "who are you", http.StatusUnauthorized) }},
	{"babbles", text(`{"version":"` + secretPhone + `\n","routes":{}}`)},
	{"is no JSON", text("<html>" + secretPhone)},
	{"counts below zero", text(`{"version":"1","routes":{"county":{"pending":-3}}}`)},
	{"counts too far", text(`{"version":"1","routes":{"county":{"pending":2147483648}}}`)},
	{"sends away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	}},
	{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	{"never ends", endless},
	{"dribbles", dribble},
}

func newIntakes(t *testing.T) *intakes {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatalf("listening on %s", listener.Addr())
	}
	i := &intakes{port: int32(address.Port), addresses: map[client.ObjectKey]string{}, moods: map[string]mood{}}
	server := &http.Server{Handler: i, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }() // ends when it is closed
	t.Cleanup(func() { _ = server.Close() })
	return i
}

// addressOf a station's pod. It keeps it, whatever becomes of the pod.
func (i *intakes) addressOf(pod client.ObjectKey) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.addresses[pod] == "" {
		i.addresses[pod] = fmt.Sprintf("127.9.0.%d", len(i.addresses)+1)
	}
	return i.addresses[pod]
}

// draw another mood for the pod's intake, or let it answer well again.
func (i *intakes) draw(pod client.ObjectKey, r *rand.Rand) string {
	address, n := i.addressOf(pod), r.IntN(len(moods)+4)
	i.mu.Lock()
	defer i.mu.Unlock()
	if n >= len(moods) {
		delete(i.moods, address)
		return "answers"
	}
	i.moods[address] = moods[n]
	return moods[n].name
}

func (i *intakes) cheer() {
	i.mu.Lock()
	defer i.mu.Unlock()
	clear(i.moods)
}

// ServeHTTP implements http.Handler.
func (i *intakes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	address, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	i.mu.Lock()
	mood := i.moods[address]
	i.mu.Unlock()
	if mood.answer == nil {
		report(w, 7)
		return
	}
	mood.answer(w, r)
}

func report(w http.ResponseWriter, received int64) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(stationconf.BacklogReport{ // whoever hangs up asks again
		Version: "chaos", Received: received, Routes: map[casework.Route]stationconf.RouteBacklog{casework.County: {Pending: 2, Overdue: 1}},
		OldestPending: time.Date(2026, time.March, 3, 9, 0, 0, 0, time.UTC),
	})
}

var visits atomic.Int64

func busy(w http.ResponseWriter, _ *http.Request) { report(w, visits.Add(1)) }

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) } // as above
}

func endless(w http.ResponseWriter, r *http.Request) {
	page := []byte(strings.Repeat("0", 8<<10))
	for r.Context().Err() == nil {
		if _, err := w.Write(page); err != nil {
			return
		}
	}
}

func dribble(w http.ResponseWriter, r *http.Request) {
	for {
		select {
		case <-r.Context().Done():
			return
		case <-time.After(200 * time.Millisecond):
			if _, err := w.Write([]byte(" ")); err != nil || http.NewResponseController(w).Flush() != nil {
				return
			}
		}
	}
}
