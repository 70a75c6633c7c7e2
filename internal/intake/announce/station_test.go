package announce_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/authorities"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/store"
	"township.dev/liaison/internal/workday"
)

// station is a liaison station whose clock, documents and webhook the test decides, on a real database.
type station struct {
	*testing.T
	*announce.Announcer
	site     *httptest.Server
	store    *store.Store
	faults   *faults
	folder   string
	log      *safeBuffer
	counted  *counted
	patience time.Duration
	believed *authorities.Authorities

	mu        sync.Mutex
	now       time.Time
	documents *mounted.Documents
}

var shanxi = time.FixedZone("CST", 8*60*60)

func october(day int) workday.Date { return workday.NewDate(2026, time.October, day) }

// at is a moment in October 2026 at the station.
func at(day, hour, minute int) time.Time {
	return time.Date(2026, time.October, day, hour, minute, 0, 0, shanxi)
}

// newStation opens on Monday, 5 October 2026, at noon, with the documents of zhongduo.
func newStation(t *testing.T) *station {
	t.Helper()
	s := &station{T: t, folder: t.TempDir(), log: new(safeBuffer), now: at(5, 12, 0)}
	opened, err := store.Open(t.Context(), store.Options{DataDir: t.TempDir(), DataKey: bytes.Repeat([]byte{7}, 32), Now: s.now})
	must(t, err)
	t.Cleanup(func() { must(t, opened.Close()) })
	s.store, s.faults = opened, &faults{Repository: opened}
	s.mount(zhongduo())
	s.restart()
	return s
}

// restart begins a process of its own on the same database.
func (s *station) restart() {
	s.Helper()
	catalogues, err := web.LoadCatalogues()
	must(s.T, err)
	assets, err := web.LoadAssets()
	must(s.T, err)
	s.counted = &counted{settled: map[announcement.State]int{}}
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	router := web.NewRouter(web.RouterOptions{
		Log: log, Now: s.clock, Open: func() bool { return true }, Observe: func(string) func(web.Outcome) { return func(web.Outcome) {} },
	})
	s.Announcer, err = announce.New(announce.Options{
		Router: router, Catalogues: catalogues, Assets: assets, Sign: func() web.Sign { return web.Sign{} }, Documents: s.inForce,
		Repository: s.faults, WebhookDir: s.folder, Metrics: s.counted, Log: log, Now: s.clock, Patience: s.patience,
		Authorities: s.believed,
	})
	must(s.T, err)
	site := httptest.NewServer(router)
	s.Cleanup(site.Close)
	s.site = site
}

func (s *station) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *station) inForce() *mounted.Documents {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.documents
}

// mount puts other documents into force.
func (s *station) mount(d documents) {
	s.Helper()
	made, err := mounted.NewDocuments(d.Station, stationconf.Calendar{}, d.Schedule)
	must(s.T, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.documents = made
}

// set the clock.
func (s *station) set(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// step does what is due at the moment.
func (s *station) step(now time.Time) {
	s.Helper()
	s.set(now)
	must(s.T, s.Step(s.Context()))
}

// messages that were recorded, oldest first.
func (s *station) messages() []announcement.Delivery {
	s.Helper()
	all, err := s.store.Deliveries(s.Context(), workday.Date{})
	must(s.T, err)
	return all
}

// only is the one message there is.
func (s *station) only() announcement.Delivery {
	s.Helper()
	all := s.messages()
	if len(all) != 1 {
		s.Fatalf("%d messages, want 1: %+v", len(all), all)
	}
	return all[0]
}

// documents of a station, before they are mounted.
type documents struct {
	Station  stationconf.Station
	Schedule stationconf.Schedule
}

// zhongduo has a reception on Saturday, 10 October, which is a make-up day, and duty on the Monday after.
func zhongduo() documents {
	return documents{
		Station: stationconf.Station{
			Namespace: "ji", Name: "zhongduo", DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai",
			Township: stationconf.Township{Name: "中垛乡", Code: "141028204", County: "吉县"},
			Contact:  stationconf.Contact{Address: "中垛村128号", Phone: "0357-7920000"},
			Topics:   []string{"道路交通"}, Deadlines: casework.DefaultDeadlines(), SiteURL: "https://zhongduo.example.org",
			Webhook: &stationconf.Webhook{Format: stationconf.WebhookJSON},
		},
		Schedule: stationconf.Schedule{
			Deputies: []stationconf.Person{
				{ID: "d001", Name: "张三", Level: "County", Phone: "13900000001"}, {ID: "d002", Name: "李四", Level: "Township", Phone: "13900000002"},
				{ID: "d003", Name: "赵六", Level: "Township"},
			},
			Leaders: []stationconf.Person{{ID: "l01", Name: "王五", Title: "副乡长", Phone: "13900000009"}},
			Shifts: []stationconf.Shift{
				{
					Date: october(10), Kind: stationconf.ShiftReception, Hours: "09:00-11:00", Topic: "道路交通", AnnounceOn: october(7),
					Deputies: []string{"d001", "d002"}, Leaders: []string{"l01"},
				},
				{Date: october(12), Kind: stationconf.ShiftDuty, Hours: "08:30-17:00", Deputies: []string{"d003"}},
			},
			PlannedUntil: october(31),
		},
	}
}

// reception of the tenth, to be changed.
func (d documents) reception(change func(*stationconf.Shift)) documents {
	change(&d.Schedule.Shifts[0])
	return d
}

// faults is a repository whose writes or reads a test can make fail.
type faults struct {
	announcement.Repository
	settling, revising error
}

func (f *faults) ChangeDelivery(ctx context.Context, eventID string, change func(announcement.Delivery) (announcement.Delivery, error)) (announcement.Delivery, error) {
	return f.Repository.ChangeDelivery(ctx, eventID, func(d announcement.Delivery) (announcement.Delivery, error) {
		if d.State == announcement.Sending && f.settling != nil {
			return d, f.settling
		}
		return change(d)
	})
}

func (f *faults) ReviseEntries(ctx context.Context, revised []announcement.Entry, forgetBefore workday.Date) error {
	if f.revising != nil {
		return f.revising
	}
	return f.Repository.ReviseEntries(ctx, revised, forgetBefore)
}

// counted is what the metrics were told.
type counted struct {
	settled map[announcement.State]int
	unknown int
}

func (c *counted) AnnouncementSettled(s announcement.State) { c.settled[s]++ }
func (c *counted) AnnouncementsUnknown(n int)               { c.unknown = n }

// safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// receiver is the township's webhook. It answers as told and keeps what came.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	answer http.HandlerFunc
	posts  []post
}

type post struct {
	key, mediaType, body string
}

// secretPath stands for the key in a group robot's address.
const secretPath = "/cgi-bin/webhook/send?key=secret-693a91f6"

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func saying(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
}

// receive mounts the address of a receiver that answers so.
func (s *station) receive(answer http.HandlerFunc) *receiver {
	s.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		r.posts = append(r.posts, post{request.Header.Get("Idempotency-Key"), request.Header.Get("Content-Type"), string(body)})
		answer := r.answer
		r.mu.Unlock()
		answer(w, request)
	}))
	s.Cleanup(r.Close)
	s.address(r.URL + secretPath)
	return r
}

// from now on the receiver answers so.
func (r *receiver) from(answer http.HandlerFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) got() []post {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]post(nil), r.posts...)
}

// address mounts the webhook's address.
func (s *station) address(text string) {
	s.Helper()
	must(s.T, os.WriteFile(filepath.Join(s.folder, stationconf.WebhookURLFile), []byte(text+"\n"), 0o600))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
