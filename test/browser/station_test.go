package browser

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/intake/demo"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/store"
	"township.dev/liaison/internal/workday"
)

// A station is the service of Zhongduo, running.
type station struct {
	root, public, internal string
	// passwords are the first ones, by username.
	passwords map[string]string
}

var shanghai = time.FixedZone("CST", 8*60*60)

func today() workday.Date { return workday.DateOf(time.Now().In(shanghai)) }

// newStation has no cases yet.
func newStation(t testing.TB) *station {
	t.Helper()
	s := prepare(t)
	s.start(t)
	return s
}

// busyStation has the sample cases.
func busyStation(t testing.TB) *station {
	t.Helper()
	s := prepare(t)
	s.fill(t)
	s.start(t)
	return s
}

func prepare(t testing.TB) *station {
	t.Helper()
	s := &station{root: t.TempDir(), passwords: map[string]string{}}
	logins, err := demo.Write(s.root, today())
	must(t, err)
	for _, login := range logins {
		s.passwords[login.Username] = login.Password
	}
	return s
}

func (s *station) folder(name string) string { return filepath.Join(s.root, name) }

// fill writes the sample cases, as if they had come in over the last weeks.
func (s *station) fill(t testing.TB) {
	t.Helper()
	key, err := mounted.ReadDataKey(s.folder(demo.SecretsFolder))
	must(t, err)
	documents, err := mounted.ReadDocuments(s.folder(demo.ConfigFolder))
	must(t, err)
	repository, err := store.Open(t.Context(), store.Options{DataDir: s.folder(demo.DataFolder), DataKey: key, Now: time.Now()})
	must(t, err)
	must(t, demo.Fill(t.Context(), repository, documents.Rules, time.Now()))
	must(t, repository.Close())
}

// start the service and wait until it tells its addresses.
func (s *station) start(t testing.TB) {
	t.Helper()
	path, err := service()
	must(t, err)
	command := exec.Command(path, "serve", "--bind-address=127.0.0.1", "--public-port=0", "--internal-port=0", "--sender-limit=1000/1ms",
		"--config-dir="+s.folder(demo.ConfigFolder), "--secrets-dir="+s.folder(demo.SecretsFolder),
		"--staff-dir="+s.folder(demo.StaffFolder), "--data-dir="+s.folder(demo.DataFolder),
		"--webhook-dir="+s.folder("webhook"), "--oidc-dir="+s.folder("oidc"), "--open311-dir="+s.folder("open311"))
	log, err := command.StdoutPipe()
	must(t, err)
	command.Stderr = os.Stderr
	must(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	s.public, s.internal = addresses(t, log)
}

// addresses are told by a line of the log; what comes after it is read so that the service never waits for its reader.
func addresses(t testing.TB, log io.Reader) (public, internal string) {
	t.Helper()
	lines := bufio.NewScanner(log)
	var all strings.Builder
	for lines.Scan() {
		var line struct{ Public, Internal string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Public != "" {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return "http://" + line.Public, "http://" + line.Internal
		}
		all.WriteString(lines.Text() + "\n")
	}
	t.Fatalf("the service does not listen:\n%s", all.String())
	return "", ""
}

// received is how many suggestions the station counts, as the operator is told.
func (s *station) received(t testing.TB) int64 {
	t.Helper()
	token, err := os.ReadFile(filepath.Join(s.folder(demo.SecretsFolder), mounted.InternalTokenFile))
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.internal+"/internal/backlog", nil)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+string(token))
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer response.Body.Close()
	report, err := stationconf.ReadBacklogReport(response.Body)
	must(t, err)
	return report.Received
}
