package docs

import (
	"path/filepath"
	"strings"
	"testing"
)

// book are the pages whose commands are run on one cluster, in this order: a county is set up by the tutorial, and the others work on it.
var book = []string{
	"docs/tutorial.md",
}

// elsewhere are pages whose commands other tests run, and which.
var elsewhere = map[string]string{
	"docs/cli.md": "internal/cli",
}

func TestACountyByTheBook(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a whole cluster and follows every page, which takes minutes")
	}
	here := somewhere(t)
	for _, page := range chapters(t) {
		if !t.Run(filepath.Base(page), func(t *testing.T) { here.run(t, runnable(commands(t, page))) }) {
			t.Fatal("the pages that follow need what this one does")
		}
	}
}

// chapters are the book's pages, the runbooks in the place where they belong.
func chapters(t *testing.T) []string {
	t.Helper()
	all := append([]string{}, book...)
	for _, page := range pages(t) {
		if strings.HasPrefix(page, filepath.Join("docs", "runbooks")) {
			all = append(all, page)
		}
	}
	return all
}

func runnable(blocks []block) []block {
	var found []block
	for _, b := range blocks {
		if b.notRun() == "" {
			found = append(found, b)
		}
	}
	return found
}
