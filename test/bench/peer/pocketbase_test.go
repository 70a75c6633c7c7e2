package peer

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

const (
	pocketBase = "pocketbase"

	superuser         = "bench@example.com"
	superuserPassword = "password-of-the-benchmark"
)

// suggestionsCollection equals what the intake keeps of a suggestion. Anybody may add to it and look up what he knows the ID of; nobody
// may list it. Logs and limits are as shipped: every request is logged to a database of its own, and nothing is limited.
const suggestionsCollection = `{
	"name": "suggestions", "type": "base", "createRule": "", "viewRule": "",
	"fields": [
		{"name": "topic", "type": "text", "required": true},
		{"name": "village", "type": "text"},
		{"name": "text", "type": "text", "required": true},
		{"name": "name", "type": "text"},
		{"name": "phone", "type": "text"},
		{"name": "key", "type": "text"}
	],
	"indexes": ["CREATE UNIQUE INDEX idx_suggestions_key ON suggestions (key)"]
}`

// buildPocketBase does nothing when it is built already.
var buildPocketBase = sync.OnceValue(func() error {
	build := exec.Command(filepath.Join("..", "..", "..", "hack", "build-peer.sh"))
	build.Stderr = os.Stderr
	return build.Run()
})

// startPocketBase starts it with an empty collection.
func startPocketBase(b *testing.B) *service {
	b.Helper()
	if err := buildPocketBase(); err != nil {
		b.Fatalf("building PocketBase: %v", err)
	}
	binary := filepath.Join("..", "..", "..", "bin", "peer", "pocketbase")
	data := filepath.Join(b.TempDir(), "pb_data")
	create := exec.CommandContext(b.Context(), binary, "--dir", data, "superuser", "upsert", superuser, superuserPassword)
	if out, err := create.CombinedOutput(); err != nil {
		b.Fatalf("making PocketBase's superuser: %v\n%s", err, out)
	}
	s := launch(b, &service{
		name: pocketBase, path: "/api/collections/suggestions/records", keyInBody: true,
		command: func(public, _ string) (*exec.Cmd, string) {
			return exec.CommandContext(b.Context(), binary, "--dir", data, "serve", "--http", public), "http://" + public + "/api/health"
		},
		found: func(r receipt) string { return "/api/collections/suggestions/records/" + r.ID },
	})
	s.createCollection(b)
	return s
}

// createCollection of suggestions, through PocketBase's API.
func (s *service) createCollection(b *testing.B) {
	b.Helper()
	header := http.Header{"Content-Type": {"application/json"}}
	credentials, err := json.Marshal(map[string]string{"identity": superuser, "password": superuserPassword})
	if err != nil {
		b.Fatal(err)
	}
	address := s.public + "/api/collections/_superusers/auth-with-password"
	answer, err := s.send(b.Context(), http.MethodPost, address, header, credentials)
	if err != nil {
		b.Fatal(err)
	}
	var session struct{ Token string }
	if err := json.Unmarshal(answer, &session); err != nil {
		b.Fatalf("reading PocketBase's token: %v", err)
	}
	header.Set("Authorization", session.Token)
	if _, err := s.send(b.Context(), http.MethodPost, s.public+"/api/collections", header, []byte(suggestionsCollection)); err != nil {
		b.Fatal(err)
	}
}
