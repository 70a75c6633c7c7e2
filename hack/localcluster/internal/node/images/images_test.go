package images

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTagAndDigestAreIgnored(t *testing.T) {
	binary := executable(t)
	catalog := catalogOf(t, fmt.Sprintf(`[{"repository": "liaison.township.dev/liaison-intake", "binary": %q, "env": {"A": "b"}}]`, binary))
	digest := "@sha256:" + strings.Repeat("a", 64)
	for _, image := range []string{"", ":dev", ":v1" + digest, digest} {
		found, err := catalog.Lookup("liaison.township.dev/liaison-intake" + image)
		if err != nil {
			t.Errorf("%q: %v", image, err)
			continue
		}
		if found.Binary != binary || found.Env["A"] != "b" || found.EntryPoint() != "/intake" {
			t.Errorf("%q: %+v with entrypoint %s", image, found, found.EntryPoint())
		}
	}
}

func TestAnUnknownImageNamesTheKnownOnesAndTheRemedy(t *testing.T) {
	catalog := catalogOf(t, fmt.Sprintf(`[{"repository": "b.example/two", "binary": %[1]q}, {"repository": "a.example/one", "binary": %[1]q}]`, executable(t)))
	_, err := catalog.Lookup("postgres:17")
	if err == nil {
		t.Fatal("an unknown image was found")
	}
	for _, want := range []string{`"postgres:17"`, "a.example/one, b.example/two", "docker.io/library/postgres", catalog.file} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the message misses %q: %v", want, err)
		}
	}
}

func TestTheFileIsReadAgainWhenItChanges(t *testing.T) {
	catalog := catalogOf(t, `[]`)
	if _, err := catalog.Lookup("a.example/one"); err == nil {
		t.Fatal("found in an empty list")
	}
	content := fmt.Sprintf(`[{"repository": "a.example/one", "binary": %q}]`, executable(t))
	if err := os.WriteFile(catalog.file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(catalog.file, time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Lookup("a.example/one"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsWrongWithAnEntryIsSaid(t *testing.T) {
	tests := []struct{ content, want string }{
		{`{`, "reading the list of images in"},
		{`[{"binary": "/x"}]`, "an entry has no repository"},
		{`[{"repository": "a/b", "binary": "x"}]`, "must be an absolute path"},
		{`[{"repository": "a/b", "binary": "/no/such/file"}]`, "is missing"},
		{`[{"repository": "a/b", "binary": "/etc/passwd"}]`, "is not an executable file"},
	}
	for _, test := range tests {
		if _, err := catalogOf(t, test.content).Lookup("a/b"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one that says %q", test.content, err, test.want)
		}
	}
}

func catalogOf(t *testing.T, content string) *Catalog {
	t.Helper()
	file := filepath.Join(t.TempDir(), "images.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(file)
}

func executable(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "intake")
	if err := os.WriteFile(path, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
