package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// A mount is the folders an operator mounts into the intake, written the way a kubelet writes them.
type mount struct {
	config, secrets, staff, data string
	// webhook is mounted by those stations alone that have one.
	webhook string
	// oidc holds the secret at the identity provider where there is one.
	oidc string
	// ca holds the certificates of authorities where there are any.
	ca     string
	writes int
}

const (
	firstPassword = "first-password-of-wang"
	internalToken = "internal-token-of-forty-three-characters-00"
)

var shanghai = time.FixedZone("CST", 8*60*60)

// newMount returns the folders of Zhongduo's station.
func newMount(t testing.TB) *mount {
	t.Helper()
	root := t.TempDir()
	m := &mount{
		config: filepath.Join(root, "config"), secrets: filepath.Join(root, "secrets"),
		staff: filepath.Join(root, "staff"), data: filepath.Join(root, "data"), webhook: filepath.Join(root, "webhook"), oidc: filepath.Join(root, "oidc"), ca: filepath.Join(root, "ca"),
	}
	for _, folder := range []string{m.config, m.secrets, m.staff, m.data} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m.declare(t, zhongduo(), dutyFrom(today()))
	m.write(t, m.secrets, map[string][]byte{
		mounted.DataKeyFile: bytes.Repeat([]byte{7}, 32), mounted.InternalTokenFile: []byte(internalToken),
	})
	m.write(t, m.staff, map[string][]byte{"wang": []byte(firstPassword)})
	return m
}

// declare replaces the documents.
func (m *mount) declare(t testing.TB, station stationconf.Station, schedule stationconf.Schedule) {
	t.Helper()
	files := map[string][]byte{}
	var err error
	if files[stationconf.StationFile], err = stationconf.EncodeStation(station); err != nil {
		t.Fatal(err)
	}
	if files[stationconf.CalendarFile], err = stationconf.EncodeCalendar(stationconf.Calendar{}); err != nil {
		t.Fatal(err)
	}
	if files[stationconf.ScheduleFile], err = stationconf.EncodeSchedule(schedule); err != nil {
		t.Fatal(err)
	}
	m.write(t, m.config, files)
}

// write puts the files into a fresh folder and swaps the link ..data to it, as a kubelet does.
func (m *mount) write(t testing.TB, folder string, files map[string][]byte) {
	t.Helper()
	m.writes++
	fresh := fmt.Sprintf("..2026_%d", m.writes)
	must(t, os.Mkdir(filepath.Join(folder, fresh), 0o755))
	for name, data := range files {
		must(t, os.WriteFile(filepath.Join(folder, fresh, name), data, 0o600))
		link := filepath.Join(folder, name)
		if _, err := os.Lstat(link); os.IsNotExist(err) {
			must(t, os.Symlink(filepath.Join("..data", name), link))
		}
	}
	must(t, os.Symlink(fresh, filepath.Join(folder, "..data_tmp")))
	must(t, os.Rename(filepath.Join(folder, "..data_tmp"), filepath.Join(folder, "..data")))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (m *mount) args() []string {
	return []string{
		"serve", "--config-dir", m.config, "--secrets-dir", m.secrets, "--staff-dir", m.staff, "--data-dir", m.data, "--webhook-dir", m.webhook, "--oidc-dir", m.oidc, "--ca-dir", m.ca,
		"--bind-address", "127.0.0.1", "--public-port", "0", "--internal-port", "0",
		// The limits stand in the way as ever, but everything here comes from one address.
		"--sender-limit", "1000000/1ns", "--global-limit", "1000000/1ns",
	}
}

func today() workday.Date { return workday.DateOf(time.Now().In(shanghai)) }

func zhongduo() stationconf.Station {
	return stationconf.Station{
		Namespace: "jixian", Name: "zhongduo", DisplayName: "中垛乡人大代表联络站", TimeZone: "Asia/Shanghai",
		Township: stationconf.Township{
			Name: "中垛乡", Code: "141028204", County: "吉县", Population: 15000,
			Villages: []stationconf.Village{
				{Code: "141028204207", Name: "白额村", LiaisonDeputy: "d031"},
				{Code: "141028204200", Name: "中垛村"},
			},
		},
		Contact:        stationconf.Contact{Address: "吉县中垛乡政府院内", Phone: "0357-7920000", OpeningHours: "周一至周五 08:30-18:00"},
		Head:           stationconf.Head{Name: "李站长", Title: "人大主席"},
		Administrators: []stationconf.Administrator{{Username: "wang", Name: "王管理员"}},
		Topics:         []string{"产业发展", "道路交通", "环境卫生"},
		Deadlines:      casework.DefaultDeadlines(),
	}
}

// dutyFrom is a duty on the day and a reception ten days later.
func dutyFrom(day workday.Date) stationconf.Schedule {
	return stationconf.Schedule{
		Deputies: []stationconf.Person{
			{ID: "d001", Name: "县代表01", Level: "County", Phone: "13900000001"},
			{ID: "d031", Name: "乡代表09", Level: "Township", Village: "白额村"},
		},
		Leaders: []stationconf.Person{{ID: "l01", Name: "李站长", Title: "人大主席"}},
		Shifts: []stationconf.Shift{
			{Date: day, Kind: stationconf.ShiftDuty, Deputies: []string{"d001"}, Hours: "09:00-17:00"},
			{
				Date: day.AddDays(10), Kind: stationconf.ShiftReception, Deputies: []string{"d001", "d031"}, Leaders: []string{"l01"},
				Hours: "09:00-11:00", Place: "联络站", Topic: "道路交通", Provisional: true,
			},
		},
		PlannedUntil: day.AddDays(40),
	}
}

// A station is a running service.
type station struct {
	*mount
	public, internal string
	log              *record
	// stop ends it as SIGTERM does and returns what the command returned.
	stop func() error
}

// start runs the command in this process until the test ends.
func start(t testing.TB, m *mount) *station {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &station{mount: m, log: newRecord()}
	done := make(chan error, 1)
	go func() { done <- run(ctx, m.args(), func(string) string { return "" }, s.log) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("the service ended with: %v", err)
		}
	})
	select {
	case line := <-s.log.listening:
		s.public, s.internal = "http://"+line.Public, "http://"+line.Internal
	case err := <-done:
		done <- err
		t.Fatalf("the service did not start: %v\n%s", err, s.log)
	}
	return s
}

// listening is the log line that tells the addresses.
type listening struct{ Msg, Public, Internal string }

// record keeps the log and finds the line that tells the addresses.
type record struct {
	mu        sync.Mutex
	text      bytes.Buffer
	listening chan listening
	forgets   bool
}

func newRecord() *record { return &record{listening: make(chan listening, 1)} }

func (l *record) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.forgets {
		return len(p), nil
	}
	for line := range bytes.Lines(p) {
		var parsed listening
		if json.Unmarshal(line, &parsed) == nil && parsed.Public != "" {
			l.listening <- parsed
		}
	}
	return l.text.Write(p)
}

// forget what comes from now on, or a benchmark would measure the test's own memory.
func (l *record) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgets = true
}

func (l *record) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// patience is how long a test waits for the service; a busy machine takes its time, and a passing test never waits that long.
const patience = time.Minute

// eventually waits until the service has come to what the test expects of it.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !condition() {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("did not come to pass: %s", what)
		}
	}
}

// backlog asks as the operator does.
func (s *station) backlog(t testing.TB) stationconf.BacklogReport {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.internal+"/internal/backlog", nil)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+internalToken)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("/internal/backlog answers %s", response.Status)
	}
	report, err := stationconf.ReadBacklogReport(response.Body)
	must(t, err)
	return report
}

func pending(b stationconf.BacklogReport) (n int) {
	for _, route := range b.Routes {
		n += route.Pending
	}
	return n
}

// answer is what came back from a request.
type answer struct {
	*http.Response
	body string
}

func (s *station) send(t testing.TB, method, url, body string, header ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return answer{response, string(text)}
}
