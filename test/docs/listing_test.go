package docs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite testdata/not-run.txt")

// Commands that nobody runs may rot. Who adds one says why, here for the review to see.
func TestWhatIsNotRunIsListed(t *testing.T) {
	var list strings.Builder
	for _, page := range pages(t) {
		for _, b := range commands(t, page) {
			first, _, _ := strings.Cut(b.text, "\n")
			switch reason := b.notRun(); {
			case b.info != "" && b.info != "sh" && reason == "":
				t.Errorf("%s: the fence says %q; a block of commands is fenced as sh, or as sh not-run: with a reason", b.where(), b.info)
			case reason != "":
				fmt.Fprintf(&list, "%s: %s\n    %s\n", page, reason, first)
			}
		}
	}
	golden := filepath.Join("testdata", "not-run.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(list.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if difference := cmp.Diff(string(want), list.String()); difference != "" {
		t.Errorf("%s does not list what is not run; go test ./test/docs -update writes it (-listed +pages):\n%s", golden, difference)
	}
}

// A page that no test knows would have commands that nobody runs.
func TestEveryPageIsRunSomewhere(t *testing.T) {
	known := map[string]string{}
	for _, chapter := range chapters(t) {
		known[chapter] = "here"
	}
	for page, where := range elsewhere {
		known[page] = where
	}
	for _, page := range pages(t) {
		runnable := 0
		for _, b := range commands(t, page) {
			if b.notRun() == "" {
				runnable++
			}
		}
		where := known[page]
		switch {
		case runnable > 0 && where == "":
			t.Errorf("%s has commands that no test runs: add it to the book, or say in elsewhere which test runs them", page)
		case runnable == 0 && where != "" && where != "here":
			t.Errorf("%s has no commands any more: take it out of elsewhere", page)
		}
		delete(known, page)
	}
	for page := range known {
		t.Errorf("there is no page %s any more", page)
	}
}

// Who reads the Chinese page gets the same commands.
func TestTranslationsHaveTheSameCommands(t *testing.T) {
	for _, page := range []string{"README.md", filepath.Join("docs", "tutorial.md")} {
		translation := strings.TrimSuffix(page, ".md") + ".zh-CN.md"
		if difference := cmp.Diff(said(commands(t, page)), said(commands(t, translation))); difference != "" {
			t.Errorf("%s and %s have other commands (-first +second):\n%s", page, translation, difference)
		}
	}
}

// said is what the blocks say without remarks, which are translated.
func said(blocks []block) []string {
	var all []string
	for _, b := range blocks {
		for line := range strings.Lines(b.text) {
			command, _, _ := strings.Cut(line, "  # ")
			all = append(all, strings.TrimSpace(command))
		}
		all = append(all, "prints "+b.prints)
	}
	return all
}

// kubectl waits for the creation of one object only: of two, neither of which is there, it says at once that they are not found (kubectl 1.37, RunWaitContext).
func TestCreationIsWaitedForOneByOne(t *testing.T) {
	named := regexp.MustCompile(`\s[a-z.]+/[a-z0-9.-]+`)
	for _, page := range pages(t) {
		for _, b := range commands(t, page) {
			for line := range strings.Lines(b.text) {
				if strings.Contains(line, " wait --for=create ") && len(named.FindAllString(line, -1)) != 1 {
					t.Errorf("%s: a wait for creation names one object: %s", b.where(), line)
				}
			}
		}
	}
}

func TestBlocksOfAPage(t *testing.T) {
	page := "text\n\n    kubectl get lst\n      # more\n\n1. a list\n\n       helm list\n\n```sh\nset -e\n```\n\nprints\n\n```text\na  b …\n```\n\n    up{job=\"x\"}\n\n```sh not-run: no\nmake\n```\n"
	var got []string
	for _, b := range blocks("page.md", page) {
		got = append(got, fmt.Sprintf("%d %s %q %s", b.line, b.info, b.text, b.notRun()))
	}
	want := []string{
		`3  "kubectl get lst\n  # more\n" `, `8  "helm list\n" `, `10 sh "set -e\n" `, `16 text "a  b …\n" `, `20  "up{job=\"x\"}\n" `, `22 sh not-run: no "make\n" no`,
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Error(difference)
	}
}

func TestWhatIsPrintedIsCompared(t *testing.T) {
	printed := "NAME     READY\nzhongduo  True   1d\nend\n"
	for _, test := range []struct{ wanted, lacks string }{
		{"NAME READY\nzhongduo True …\n", ""},
		{"zhongduo … 1d\nend\n", ""},
		{"end\nNAME READY\n", "NAME READY\n"},
		{"zhongduo False …\n", "zhongduo False …\n"},
		{"…duo …\n", ""},
	} {
		if got := lacks(printed, test.wanted); got != test.lacks {
			t.Errorf("%q lacks %q, want %q", test.wanted, got, test.lacks)
		}
	}
}
