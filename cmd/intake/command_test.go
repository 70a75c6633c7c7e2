package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/mounted"
)

func TestSubcommands(t *testing.T) {
	nothing := func(string) string { return "" }
	for name, want := range map[string]string{"version": "dev\n", "help": "Usage:"} {
		var out bytes.Buffer
		if err := run(t.Context(), []string{name}, nothing, &out); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s: %v %q", name, err, &out)
		}
	}
	if err := run(t.Context(), []string{"server"}, nothing, nil); err == nil || !strings.Contains(err.Error(), "help") {
		t.Errorf("an unknown subcommand: %v", err)
	}
}

func TestWhatKeepsTheServiceFromStartingIsToldWithItsFlag(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, m *mount)
		want  []string
	}{
		"no data key": {func(t *testing.T, m *mount) {
			t.Helper()
			must(t, os.Remove(filepath.Join(m.secrets, mounted.DataKeyFile)))
		}, []string{"--secrets-dir", mounted.DataKeyFile}},
		"a data key too short": {func(t *testing.T, m *mount) {
			t.Helper()
			m.write(t, m.secrets, map[string][]byte{mounted.DataKeyFile: []byte("short")})
		}, []string{"--secrets-dir", "32"}},
		"a database that is none": {func(t *testing.T, m *mount) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(m.data, "liaison.db"), bytes.Repeat([]byte("no database "), 500), 0o600))
		}, []string{"--data-dir", "liaison.db"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMount(t)
			c.spoil(t, m)
			err := run(t.Context(), m.args(), func(string) string { return "" }, newRecord())
			if err == nil {
				t.Fatal("it started")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestTheSessionCookieIsForTheDeskAlone(t *testing.T) {
	s := start(t, newMount(t))
	for proto, secure := range map[string]bool{"http": false, "https": true} {
		got := s.send(t, "POST", s.public+"/desk/sign-in", "username=wang&password="+firstPassword, "Content-Type", formType, "X-Forwarded-Proto", proto)
		cookie := got.Header.Get("Set-Cookie")
		for _, want := range []string{"desk=", "Path=/desk;", "HttpOnly", "SameSite=Lax"} {
			if !strings.Contains(cookie, want) {
				t.Errorf("the cookie lacks %s: %s", want, cookie)
			}
		}
		if strings.Contains(cookie, "Secure") != secure {
			t.Errorf("by %s the cookie is %s", proto, cookie)
		}
	}
}

func TestAFolderMayBeNamedFromWhereTheCommandRuns(t *testing.T) {
	m := newMount(t)
	t.Chdir(filepath.Dir(m.data))
	m.data = "data"
	open(t, start(t, m).public).suggest("相对路径也能存下来。")
}
