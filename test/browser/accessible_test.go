package browser

import (
	_ "embed"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp/kb"
)

//go:embed testdata/audit.js
var audit string

// looksOver the page on a wide and on a narrow screen, and says what somebody could not see, reach or understand.
func (p *person) looksOver(page string) {
	p.t.Helper()
	for _, width := range []int64{1280, 320} {
		p.screen(width, 800)
		for _, complaint := range append(asks[[]string](p, audit), p.hears()...) {
			p.t.Errorf("%s, %d wide: %s", page, width, complaint)
		}
		p.pictured(fmt.Sprintf("%s-%d", strings.NewReplacer("/", "_", "?", "_").Replace(page), width))
	}
}

// hears the page as a screen reader reads it out, and says what is wrong with it.
func (p *person) hears() (complaints []string) {
	p.t.Helper()
	nodes := p.tree()
	for _, n := range nodes {
		if n.focusable && n.name == "" {
			complaints = append(complaints, "can be reached and has no name: "+n.String())
		}
	}
	for _, role := range []string{"banner", "main", "contentinfo"} {
		if found := ofRoles(nodes, []string{role}); len(found) != 1 {
			complaints = append(complaints, fmt.Sprintf("has %d landmarks %s", len(found), role))
		}
	}
	complaints = append(complaints, outline(ofRoles(nodes, []string{"heading"}))...)
	if language := asks[string](p, "document.documentElement.lang"); language != "zh-CN" {
		complaints = append(complaints, "is said to be in "+language)
	}
	for _, issue := range call(p, audits.CheckFormsIssues, cdp.Empty{}).FormIssues {
		complaints = append(complaints, fmt.Sprintf("has a form with %+v", issue))
	}
	return complaints
}

// outline of a page: one title, and no level left out on the way down.
func outline(headings []node) (complaints []string) {
	if len(ofLevel(headings, 1)) != 1 {
		complaints = append(complaints, fmt.Sprintf("has not one title but %v", ofLevel(headings, 1)))
	}
	before := 0
	for _, h := range headings {
		if h.level > before+1 {
			complaints = append(complaints, fmt.Sprintf("leaves a level out before %v", h))
		}
		before = h.level
	}
	return complaints
}

func ofLevel(headings []node, level int) []node {
	return slices.DeleteFunc(slices.Clone(headings), func(h node) bool { return h.level != level })
}

func TestEveryoneCanUseTheResidentsPages(t *testing.T) {
	s := busyStation(t)
	for _, type_ := range []string{"usual", "large"} {
		t.Run(type_, func(t *testing.T) {
			r := s.onPhone(t)
			if type_ == "large" {
				r.opens("/").follows(zh("layout.large"))
			}
			for _, path := range []string{"/", "/suggest", "/status", "/handled", "/schedule", "/notice", "/calendar", "/news", "/station"} {
				r.opens(path).looksOver(path)
			}
			r.meets(http.StatusNotFound).opens("/nowhere").looksOver("/nowhere")

			r.opens("/handled").follows("已安排本月").looksOver("/handled/one")
			r.withoutScripts().meets(http.StatusUnprocessableEntity).opens("/suggest")
		})
	}
}

func TestAResidentNeedsNoMouse(t *testing.T) {
	s := newStation(t)
	r := s.atDesk(t).opens("/suggest")
	if got := r.tabs(); got.name != zh("layout.skip") {
		t.Errorf("the first stop is %v", got)
	}
	r.types(kb.Enter).sees(zh("suggest.lead"))
	r.stops(zh("field.topic")).arrowsTo(zh("field.topic"), "道路交通")
	r.stops(zh("field.village")).arrowsTo(zh("field.village"), "白额村")
	r.stops(zh("field.text")).types("The lamp at the entrance is broken.")
	r.stops(zh("field.photos")).stops(zh("field.name")).types("Zhang").stops(zh("field.phone")).types("13912345678").stops(zh("suggest.send"))
	r.loads("pressing Enter", func() { r.types(kb.Enter) }).sees(zh("receipt.title"))
}

// tabs to the next stop, which must show that it is one.
func (p *person) tabs() node {
	p.t.Helper()
	p.types(kb.Tab)
	if outline := asks[string](p, "getComputedStyle(document.activeElement).outlineStyle"); outline == "none" {
		p.fails("does not see where the keyboard is")
	}
	var stop node
	for _, n := range p.tree() {
		if n.focused && n.role != "RootWebArea" {
			stop = n
		}
	}
	return stop
}

// stops at what has that name, which must be the next.
func (p *person) stops(name string) *person {
	p.t.Helper()
	if got := p.tabs(); !strings.HasPrefix(got.name, name) {
		p.fails(fmt.Sprintf("the next stop after Tab is %v and not %q", got, name))
	}
	return p
}
