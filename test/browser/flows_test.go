package browser

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// What people at a station do again and again.

// A receipt is what a resident takes home.
type receipt struct{ code, secret string }

var (
	codeWords   = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b`)
	secretWords = regexp.MustCompile(`(?m)^\s*([0-9A-Z]{4}-[0-9A-Z]{4})\s*$`)
)

// keeps the receipt that is on the page.
func (p *person) keeps() receipt {
	p.t.Helper()
	shown := p.shown()
	code, secret := codeWords.FindString(shown), secretWords.FindStringSubmatch(shown)
	if code == "" || secret == nil {
		p.fails("sees no receipt")
	}
	return receipt{code, secret[1]}
}

// suggests something about the roads of 白额村.
func (p *person) suggests(text string) receipt {
	p.t.Helper()
	p.opens("/suggest").writes(text).sends(zh("suggest.send")).sees(zh("receipt.title"))
	return p.keeps()
}

// writes into the form what must be there.
func (p *person) writes(text string) *person {
	p.t.Helper()
	return p.chooses(zh("field.topic"), "道路交通").chooses(zh("field.village"), "白额村").fills(zh("field.text"), text)
}

// looksUp how far it is, with what stands on the receipt.
func (p *person) looksUp(r receipt) *person {
	p.t.Helper()
	p.opens("/").follows(zh("nav.status"))
	return p.fills(zh("field.code"), r.code).fills(zh("field.secret"), r.secret).sends(zh("status.look_up"))
}

// Usernames of the station's staff.
const (
	administrator = "guanliyuan"
	deputy        = "daibiao"
)

// newcomer signs in for the first time, with the password that was handed out.
func (p *person) newcomer(s *station, username string) *person {
	p.t.Helper()
	return p.opens("/desk").fills(zh("field.username"), username).fills(zh("field.password"), s.passwords[username]).
		sends(zh("signin.send")).sees(zh("password.first_title"))
}

// chosen is the password that somebody of the staff chooses.
func chosen(username string) string { return "一句好记的话 " + username }

// settlesIn chooses the own password, which leads to the desk.
func (p *person) settlesIn(s *station, username string) *person {
	p.t.Helper()
	return p.fills(zh("field.old_password"), s.passwords[username]).fills(zh("field.new_password"), chosen(username)).
		fills(zh("field.new_password_again"), chosen(username)).sends(zh("password.send")).sees(zh("desk.pending"))
}

// signsIn for the first time and chooses a password.
func (p *person) signsIn(s *station, username string) *person {
	p.t.Helper()
	return p.newcomer(s, username).settlesIn(s, username)
}

// comesBack to the desk with the own password.
func (p *person) comesBack(username string) *person {
	p.t.Helper()
	return p.opens("/desk").fills(zh("field.username"), username).fills(zh("field.password"), chosen(username)).
		sends(zh("signin.send")).sees(zh("desk.pending"))
}

// takesUp the case: what is looked for by its code opens at once.
func (p *person) takesUp(code string) *person {
	p.t.Helper()
	return p.opens("/desk").fills(zh("desk.search"), code).sends(zh("desk.find")).sees(zh("case.title", "code", code))
}

// answers the case, tells the resident, and closes it.
func (p *person) answers(result, answer, told string) *person {
	p.t.Helper()
	return p.clicks(result).fills(zh("field.answer"), answer).sends(zh("move.answer_send")).tells(told)
}

// tells the resident by phone, and closes the case.
func (p *person) tells(told string) *person {
	p.t.Helper()
	return p.clicks(zh("channel.phone")).fills(zh("field.feedback"), told).sends(zh("move.feedback_send")).
		sends(zh("move.close_send")).sees(zh("case.done"))
}

// downloads what a button sends instead of a page, and returns where it is.
func (p *person) downloads(button string) string {
	p.t.Helper()
	folder, on := p.t.TempDir(), true
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(p.tab).BrowserContextID,
		DownloadPath: folder, EventsEnabled: &on,
	})
	must(p.t, err)
	progress := chromedp.BrowserEvents(ctx, browser.DownloadProgress)
	p.presses(p.find(buttons, button))
	for e, err := range progress {
		if err != nil || e.State == browser.DownloadProgressStateCanceled {
			p.fails(button + " downloads nothing")
		}
		if e.State == browser.DownloadProgressStateCompleted {
			break
		}
	}
	files, err := os.ReadDir(folder)
	must(p.t, err)
	if len(files) != 1 || strings.HasSuffix(files[0].Name(), ".crdownload") {
		p.fails("the download is not there")
	}
	return filepath.Join(folder, files[0].Name())
}
