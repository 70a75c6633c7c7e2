package main

import (
	"bytes"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/store"
)

func TestChangedDocumentsComeIntoForce(t *testing.T) {
	m := newMount(t)
	s := start(t, m)
	home := open(t, s.public).sees("#duty", "县代表01")

	schedule := dutyFrom(today())
	schedule.Deputies[0].Name = "县代表22"
	m.declare(t, zhongduo(), schedule)
	eventually(t, "the new deputy is on the home page", func() bool { return strings.Contains(home.visit("/").text("#duty"), "县代表22") })

	// A bad document changes nothing, is counted, and leaves the service ready.
	m.write(t, m.config, map[string][]byte{stationconf.StationFile: []byte(`{"displayName":""}`)})
	eventually(t, "the bad document is counted", func() bool {
		return strings.Contains(s.metrics(t), `liaison_intake_document_reloads_total{result="failed"} 1`)
	})
	home.visit("/").arrives(200, "/").sees("#duty", "县代表22").sees("header", "中垛乡")
	if got := s.send(t, http.MethodGet, s.internal+"/readyz", ""); got.StatusCode != 200 {
		t.Errorf("not ready after a bad document: %s", got.body)
	}
	if !strings.Contains(s.log.String(), "the documents stay as they were") {
		t.Error("the log does not tell of the bad document")
	}

	// Reading it once more, because something else changed, is no second failure.
	const rotated = "rotated-token-of-forty-three-characters-000"
	m.rotateToken(t, rotated)
	eventually(t, "the folders were read again", func() bool { return s.askBacklog(t, rotated) == 200 })
	if !strings.Contains(s.metrics(t), `liaison_intake_document_reloads_total{result="failed"} 1`) {
		t.Error("one bad document is counted more than once")
	}

	schedule.Deputies[0].Name = "县代表07"
	m.declare(t, zhongduo(), schedule)
	eventually(t, "the mended document is in force", func() bool { return strings.Contains(home.visit("/").text("#duty"), "县代表07") })
}

func TestAServiceWithoutDocumentsIsNotReadyUntilTheyCome(t *testing.T) {
	m := newMount(t)
	m.write(t, m.config, nil)
	s := start(t, m)
	got := s.send(t, http.MethodGet, s.internal+"/readyz", "")
	if got.StatusCode != 503 || !strings.Contains(got.body, stationconf.StationFile) {
		t.Errorf("/readyz: %d %s", got.StatusCode, got.body)
	}
	if page := s.send(t, http.MethodGet, s.public+"/", ""); page.StatusCode != 503 || !strings.Contains(page.body, "暂时不能用") {
		t.Errorf("home: %d", page.StatusCode)
	}
	m.declare(t, zhongduo(), dutyFrom(today()))
	eventually(t, "the service is ready", func() bool {
		return s.send(t, http.MethodGet, s.internal+"/readyz", "").StatusCode == 200
	})
	open(t, s.public).sees("#duty", "县代表01")
}

func TestStaffFollowTheDocuments(t *testing.T) {
	m := newMount(t)
	s := start(t, m)
	wang := open(t, s.public).signIn()

	// A second administrator is declared, whose password is mounted already. Who tries before the documents are read would soon have to wait for
	// half a minute, like everybody who guesses.
	station := zhongduo()
	station.Administrators = append(station.Administrators, stationconf.Administrator{Username: "zhao", Name: "赵管理员"})
	m.write(t, m.staff, map[string][]byte{"wang": []byte(firstPassword), "zhao": []byte("first-password-of-zhao")})
	m.declare(t, station, dutyFrom(today()))
	eventually(t, "the documents are read", func() bool {
		return strings.Contains(s.metrics(t), `liaison_intake_document_reloads_total{result="applied"} 2`)
	})
	var zhao *browser
	eventually(t, "the new administrator can sign in", func() bool {
		zhao = open(t, s.public).visit("/desk/sign-in").fill("main", "username", "zhao", "password", "first-password-of-zhao")
		return zhao.status == 200
	})
	zhao.sees("nav", "赵管理员")
	wang.visit("/desk").arrives(200, "/desk").sees("nav", "王管理员")

	// The first leaves: the session ends, and the password opens nothing any more.
	station.Administrators = station.Administrators[1:]
	m.declare(t, station, dutyFrom(today()))
	eventually(t, "the session ends", func() bool { return wang.visit("/desk").at.Path == "/desk/sign-in" })
	wang.fill("main", "username", "wang", "password", firstPassword).arrives(401, "/desk/sign-in")
	zhao.visit("/desk").arrives(200, "/desk").sees("nav", "赵管理员")
	zhao.fill("nav").arrives(200, "/desk/sign-in").visit("/desk").arrives(200, "/desk/sign-in")
}

// What the webhook and the identity provider need is tested beside them; here it is mounted, and the operator told.
func TestTheOperatorIsToldOfTheAuthorities(t *testing.T) {
	m := newMount(t)
	s := start(t, m)
	if told := s.backlog(t).Authorities; told != nil {
		t.Errorf("without a mount the operator is told %+v", told)
	}
	must(t, os.Mkdir(m.ca, 0o755))
	if told := s.backlog(t).Authorities; told == nil || told.Problem != stationconf.AuthoritiesMissing {
		t.Errorf("without the ConfigMap the operator is told %+v", told)
	}
	server := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	m.write(t, m.ca, map[string][]byte{
		stationconf.AuthoritiesFile: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}),
	})
	if told := s.backlog(t).Authorities; told == nil || told.Problem != "" {
		t.Errorf("with certificates the operator is told %+v", told)
	}
}

func TestTheInternalTokenFollowsItsSecret(t *testing.T) {
	m := newMount(t)
	s := start(t, m)
	const rotated = "rotated-token-of-forty-three-characters-000"
	m.rotateToken(t, rotated)
	eventually(t, "the new token is taken", func() bool { return s.askBacklog(t, rotated) == 200 })
	if got := s.askBacklog(t, internalToken); got != 401 {
		t.Errorf("the old token still opens: %d", got)
	}
}

// What docs/operations.md says of a Secret that was changed by hand: the running service keeps the key it has, verify tells, and a start either moves
// everything over or changes nothing.
func TestADataKeyReplacedByHandCountsFromTheNextStart(t *testing.T) {
	m := newMount(t)
	s := start(t, m)
	before := open(t, s.public).suggest("白额村田间路被冲毁，三轮车进不去。")
	old, err := os.ReadFile(filepath.Join(m.secrets, mounted.DataKeyFile))
	must(t, err)
	changed := map[string][]byte{mounted.DataKeyFile: bytes.Repeat([]byte{9}, len(old)), mounted.InternalTokenFile: []byte("another-token-of-forty-three-characters-000")}
	m.write(t, m.secrets, changed)
	eventually(t, "the folder was read again", func() bool { return s.askBacklog(t, string(changed[mounted.InternalTokenFile])) == 200 })

	after := open(t, s.public).suggest("请在村口装一盏路灯。")
	if said, err := m.keep(t, "verify"); !errors.Is(err, store.ErrWrongDataKey) {
		t.Errorf("verify says %q, error %v, want that the key is another", said, err)
	}
	must(t, s.stop())
	if err := run(t.Context(), m.args(), func(string) string { return "" }, io.Discard); !errors.Is(err, store.ErrWrongDataKey) {
		t.Errorf("the service starts with a key that is not the database's: %v", err)
	}

	changed[mounted.PreviousKeyFile] = old
	m.write(t, m.secrets, changed)
	s = start(t, m)
	for _, receipt := range []receipt{before, after} {
		receipt.opens(open(t, s.public))
	}
	if said, err := m.keep(t, "verify"); err != nil || !strings.Contains(said, "2 cases") {
		t.Errorf("after the move verify says %q, error %v", said, err)
	}
}

// rotateToken replaces the internal token beside the data key.
func (m *mount) rotateToken(t *testing.T, token string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(m.secrets, mounted.DataKeyFile))
	must(t, err)
	m.write(t, m.secrets, map[string][]byte{mounted.DataKeyFile: key, mounted.InternalTokenFile: []byte(token)})
}

// askBacklog as the operator and return the status.
func (s *station) askBacklog(t *testing.T, token string) int {
	t.Helper()
	return s.send(t, http.MethodGet, s.internal+"/internal/backlog", "", "Authorization", "Bearer "+token).StatusCode
}
