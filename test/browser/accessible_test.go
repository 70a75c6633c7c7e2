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
func (p *person) looksOver(page string) *person {
	p.t.Helper()
	for _, width := range []int64{1280, 320} {
		p.screen(width, 800)
		p.blames(fmt.Sprintf("%s, %d wide", page, width), asks[[]string](p, audit))
		p.pictured(fmt.Sprintf("%s-%d", page, width))
	}
	p.blames(page, p.hears())
	return p
}

// blames the page.
func (p *person) blames(page string, complaints []string) {
	p.t.Helper()
	for _, complaint := range complaints {
		p.t.Errorf("%s: %s", page, complaint)
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
	if language := asks[string](p, "document.documentElement.lang"); language != string(p.reads) {
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

func TestTheAuditSeesWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := newStation(t).atDesk(t)
	r.opens("/")
	asks[bool](r, `(() => {
		const add = (html) => document.querySelector('main').insertAdjacentHTML('beforeend', html);
		const put = (id, style) => Object.assign(document.getElementById(id).style, style);
		add('<p id="faint">faint</p><button id="tiny">tiny</button><p id="wide">wide</p><input id="nameless"><a href="/news">'
			+ document.querySelector('nav a').innerText + '</a><h4>deep</h4><h1>second</h1><p id="faint"></p>');
		put('faint', {color: '#999'}); put('tiny', {minHeight: '0', padding: '0', height: '20px'}); put('wide', {width: '1400px'});
		return true;
	})()`)
	complaints := strings.Join(append(asks[[]string](r, audit), r.hears()...), "\n")
	for _, want := range []string{
		"contrast of 2.", `× 20.0 pixels: <button> "tiny"`, "pixels wide on a screen of 1280", "can be reached and has no name: textbox",
		"lead to", "several elements have the id faint", "has not one title", "leaves a level out before heading \"deep\"",
	} {
		if !strings.Contains(complaints, want) {
			t.Errorf("nobody complains of %q but of:\n%s", want, complaints)
		}
	}
}

// bothTypes runs the test with type as usual and with large type.
func bothTypes(t *testing.T, s *station, test func(p *person)) {
	t.Helper()
	for _, size := range []string{"usual", "large"} {
		t.Run(size, func(t *testing.T) {
			t.Parallel()
			p := s.atDesk(t)
			if p.opens("/"); size == "large" {
				p.follows(zh("layout.large"))
			}
			test(p)
		})
	}
}

func TestEveryoneCanUseTheResidentsPages(t *testing.T) {
	t.Parallel()
	s := busyStation(t)
	s.atDesk(t).signsIn(s, administrator)
	bothTypes(t, s, func(r *person) {
		for _, path := range []string{"/", "/suggest", "/status", "/handled", "/schedule", "/notice", "/calendar", "/news", "/station"} {
			r.opens(path).looksOver(path)
		}
		r.meets(http.StatusNotFound).opens("/nowhere").looksOver("nowhere")
		r.opens("/handled").follows("希望组织").looksOver("handled case")

		r.opens("/suggest").writes("短").meets(http.StatusUnprocessableEntity).sends(zh("suggest.send")).looksOver("refused")
		r.writes("村口的路灯坏了，请修一修。").uploads(zh("field.photos"), uprightPhoto(r.t)).sends(zh("suggest.send"))
		kept := r.keeps()
		r.looksOver("receipt")
		r.follows(zh("receipt.to_status")).looksOver("progress")
		r.follows(zh("withdraw.title")).looksOver("withdraw")
		admin := s.atDesk(r.t).comesBack(administrator).takesUp(kept.code)
		admin.clicks(zh("route.on_the_spot")).fills(zh("field.reason"), "站里有灯。").sends(zh("move.classify_send"))
		admin.answers(zh("result.A"), "已换新灯。", "已打电话告知。")
		r.looksUp(kept).looksOver("rating")
	})
}

func TestEveryoneOfTheStaffCanUseTheDesk(t *testing.T) {
	t.Parallel()
	s := busyStation(t)
	newcomer := s.atDesk(t).opens("/desk")
	newcomer.looksOver("sign-in")
	newcomer.newcomer(s, administrator).looksOver("first password")
	newcomer.settlesIn(s, administrator)
	bothTypes(t, s, func(p *person) {
		p.comesBack(administrator)
		for _, path := range []string{
			"/desk", "/desk?stage=all", "/desk/enter", "/desk/visits", "/desk/announcements", "/desk/statistics", "/desk/export",
			"/desk/account", "/desk/password", "/desk/account/codes",
		} {
			p.opens(path).looksOver(path)
		}
		for _, excerpt := range []string{"农用车过不去", "垃圾箱满了", "剪技术培训", "直接修到", "红白事攀比", "河道里"} {
			p.opens("/desk?stage=all").follows(excerpt).looksOver("case " + excerpt)
		}
		p.opens("/desk/announcements").follows(zh("calendar.of_station")).looksOver("calendar")
	})
}

func TestAResidentNeedsNoMouse(t *testing.T) {
	t.Parallel()
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
