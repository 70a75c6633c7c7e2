// Package docs runs the commands that the documentation has, as they stand there, on a cluster.
//
// A block of commands is fenced as sh, or indented with a known program at its beginning. Each is run, one page in one shell from its top to its end, unless its fence says
// "sh not-run: REASON"; what is not run is listed in testdata/not-run.txt, so that a review sees it. A block fenced as text right after a block of commands is what these
// print, "…" standing for anything. A block fenced as "yaml FILE" is written to that file.
package docs

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..")

// block of a page, without fence or indentation.
type block struct {
	page string
	line int
	// info is what stands behind the fence, empty for an indented block.
	info string
	text string
	// prints is what the page says that the commands print; empty where it says nothing.
	prints string
}

// notRun is why the block is not run; empty if it is.
func (b block) notRun() string {
	reason, _ := strings.CutPrefix(b.info, "sh not-run:")
	if reason == b.info {
		return ""
	}
	return strings.TrimSpace(reason)
}

// programs are what an indented block begins with when it is one of commands.
var programs = regexp.MustCompile(`^(kubectl|kubectl-liaison|helm|make|curl|git|go|docker|sed|tar|sha256sum|cp|export|promtool|liaison-intake|localcluster|bin/\S+|\./\S+|hack/\S+|[A-Z_]+=\S+)( |$)`)

// pages are all pages with commands.
func pages(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "charts/*.md", "config/*/*.md", "hack/*/*.md"} {
		matches, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range matches {
			page, err := filepath.Rel(root, match)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, page)
		}
	}
	return found
}

// commands are the page's blocks of commands, in their order.
func commands(t *testing.T, page string) []block {
	t.Helper()
	return commandsOf(page, read(t, page))
}

func commandsOf(page, content string) []block {
	var found []block
	var before *block
	for _, b := range blocks(page, content) {
		switch {
		case b.info == "sh" || strings.HasPrefix(b.info, "sh "), b.info == "" && programs.MatchString(b.text):
			found = append(found, b)
			before = &found[len(found)-1]
			continue
		case strings.HasPrefix(b.info, "yaml "):
			b.text = fmt.Sprintf("cat > %s <<'END OF FILE'\n%sEND OF FILE\n", strings.TrimPrefix(b.info, "yaml "), b.text)
			b.info = "sh"
			found = append(found, b)
		case b.info == "text" && before != nil:
			before.prints = b.text
		}
		before = nil
	}
	return found
}

// blocks are all fenced and indented blocks of a page.
func blocks(page, content string) []block {
	var found []block
	lines := strings.Split(content, "\n")
	for i := 0; i < len(lines); i++ {
		var body []string
		b := block{page: page, line: i + 1}
		info, fenced := strings.CutPrefix(lines[i], "```")
		switch {
		case fenced:
			b.info = info
			body = slices.Collect(until(lines[i+1:], func(line string) bool { return strings.HasPrefix(line, "```") }))
			i += len(body) + 1
		case indented(lines[i]) && (i == 0 || lines[i-1] == ""):
			body = slices.Collect(until(lines[i:], func(line string) bool { return !indented(line) }))
			i += len(body) - 1
		default:
			continue
		}
		b.text = unindented(body, fenced)
		found = append(found, b)
	}
	return found
}

func indented(line string) bool { return strings.HasPrefix(line, "    ") }

func unindented(lines []string, fenced bool) string {
	if fenced {
		return strings.Join(lines, "\n") + "\n"
	}
	margin := len(lines[0]) - len(strings.TrimLeft(lines[0], " "))
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimPrefix(line, strings.Repeat(" ", margin)) + "\n")
	}
	return b.String()
}

// until yields the lines before the first that ends them.
func until(lines []string, ends func(string) bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, line := range lines {
			if ends(line) || !yield(line) {
				return
			}
		}
	}
}
