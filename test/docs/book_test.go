package docs

import (
	"path/filepath"
	"slices"
	"testing"
)

// book are the pages whose commands are run on one cluster, in this order: a county is set up by the tutorial, the runbooks and others work on it, and the
// operations end with its removal. Whoever installs again after that finds the cluster clean.
var book = []string{
	tutorial,
	"README.md",
	runbooks,
	"docs/monitoring.md",
	"docs/open311.md",
	"docs/operations.md",
	"charts/README.md",
	"config/samples/README.md",
}

// runbooks stands for all pages in that folder.
const runbooks = "docs/runbooks"

// tutorial is followed with the bundle alone, the other pages in a checkout.
const tutorial = "docs/tutorial.md"

// elsewhere are pages whose commands are run by other tests, or as those of another page.
var elsewhere = map[string]string{
	"docs/cli.md":                      "internal/cli",
	"docs/air-gapped.md":               "hack/tools/ociimage",
	"docs/county-repository/README.md": "test/layouts",
	"CONTRIBUTING.md":                  "the command is this package's",
	"hack/localcluster/README.md":      "test/e2e and this package begin and end with such a cluster",
	"README.zh-CN.md":                  "the commands are those of README.md",
	"docs/tutorial.zh-CN.md":           "the commands are those of docs/tutorial.md",
}

func TestACountyByTheBook(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a whole cluster and follows every page, which takes minutes")
	}
	here := somewhere(t)
	followed := here.run(t, tutorial)
	here.after = "" // what the tutorial has set up ends with it
	for _, page := range chapters(t)[1:] {
		if followed {
			followed = here.inCheckout(read(t, page)).run(t, page)
		}
	}
}

// chapters are the book's pages, each runbook with commands among them.
func chapters(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, chapter := range book {
		if chapter != runbooks {
			all = append(all, chapter)
			continue
		}
		for _, page := range pages(t) {
			if filepath.Dir(page) == runbooks && len(runnable(commands(t, page))) > 0 {
				all = append(all, page)
			}
		}
	}
	return all
}

func runnable(blocks []block) []block {
	return slices.DeleteFunc(slices.Clone(blocks), func(b block) bool { return b.notRun() != "" })
}

// run follows one page, and reports whether that went well: what comes after it needs what it does.
func (p place) run(t *testing.T, page string) bool {
	return t.Run(page, func(t *testing.T) { p.follow(t, runnable(commands(t, page))) })
}
