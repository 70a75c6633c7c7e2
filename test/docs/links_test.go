package docs

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	proof   = regexp.MustCompile(`\[(Test\w+)\]\(([^)\s]+)\)`)
)

// Where a page leads, there is something, and under the heading it names.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range pages(t) {
		for _, found := range link.FindAllStringSubmatch(read(t, page), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			at := page
			if target != "" {
				at = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(filepath.Join(root, at)); err != nil {
				t.Errorf("%s leads to %s, which is not there", page, at)
				continue
			}
			if anchor != "" && !strings.Contains(anchors(read(t, at)), " "+unescaped(t, anchor)+" ") {
				t.Errorf("%s leads to %s, which has no heading #%s", page, at, anchor)
			}
		}
	}
}

// A claim about security names the test that proves it.
func TestProofsExist(t *testing.T) {
	page := filepath.Join("docs", "security.md")
	proofs := proof.FindAllStringSubmatch(read(t, page), -1)
	if len(proofs) < 50 {
		t.Errorf("only %d proofs were found", len(proofs))
	}
	for _, found := range proofs {
		at := filepath.Join(filepath.Dir(page), found[2])
		if !strings.Contains(read(t, at), "func "+found[1]+"(") {
			t.Errorf("%s has no %s", at, found[1])
		}
	}
}

func read(t *testing.T, page string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func unescaped(t *testing.T, anchor string) string {
	t.Helper()
	plain, err := url.PathUnescape(anchor)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// anchors are the page's headings as GitHub names them, between spaces.
func anchors(content string) string {
	all := " "
	for _, found := range heading.FindAllStringSubmatch(content, -1) {
		all += strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, found[1]) + " "
	}
	return all
}
