package browser

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"township.dev/liaison/internal/intake/web"
)

// patience is how long a person waits for something on the page; on a busy machine it takes its time.
const patience = time.Minute

// A person sits before a tab of an own browser profile: nobody else's cookies, nobody else's drafts.
type person struct {
	t     testing.TB
	tab   context.Context
	watch *watch
	// finger presses by touch instead of a mouse.
	finger bool
	// pictures taken so far.
	pictures int
	// met is the status that the next page is meant to have.
	met int64
	// reads is the language that pages are meant to be in.
	reads web.Language
}

// onPhone is a resident with a small phone.
func (s *station) onPhone(t testing.TB) *person {
	t.Helper()
	p := s.person(t)
	p.screen(360, 740)
	p.finger = true
	call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	return p
}

// atDesk is somebody with mouse and keyboard.
func (s *station) atDesk(t testing.TB) *person {
	t.Helper()
	p := s.person(t)
	p.screen(1280, 900)
	return p
}

func (s *station) person(t testing.TB) *person {
	t.Helper()
	browser, err := chromium()
	must(t, err)
	p := &person{t: t, watch: &watch{origin: s.public}, met: http.StatusOK, reads: web.Chinese}
	tab, leave := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.watch.see))
	t.Cleanup(func() {
		leave()
		for _, wrong := range p.watch.wrong() {
			t.Error(wrong)
		}
	})
	must(t, chromedp.Do(tab))
	p.tab = tab
	call(p, audits.Enable, cdp.Empty{})
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return p
}

// screen of so many CSS pixels.
func (p *person) screen(width, height int64) {
	p.t.Helper()
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
}

// call sends a command to the person's tab.
func call[P, R any](p *person, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	result, err := tries(p, command, params)
	if err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// tries a command that the person's tab may not be able to answer yet.
func tries[P, R any](p *person, command cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	return chromedp.Call(ctx, command, params)
}

// asks evaluates an expression in the page.
func asks[T any](p *person, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// isBefore reports whether the person is before the whole page of that address. While one page takes another's place the tab answers with an error, which is no more than "not yet".
func (p *person) isBefore(address string) bool {
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	where, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? location.href : ""`, chromedp.EvalAwaitPromise))
	return err == nil && where == address
}

// eventually waits until it is so.
func (p *person) eventually(complaint func() string, is func() bool) {
	p.t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !is() {
		select {
		case <-again.C:
		case <-deadline:
			p.fails(complaint())
		}
	}
}

// fails the test with what the person has before the eyes.
func (p *person) fails(complaint string) {
	p.t.Helper()
	p.pictured("failed")
	p.t.Fatalf("at %s: %s\n%s", p.address(), complaint, p.shown())
}

// pictured keeps a picture of the whole page, where somebody wants to look at them.
func (p *person) pictured(step string) *person {
	p.t.Helper()
	folder := os.Getenv("LIAISON_SCREENSHOTS")
	if folder == "" {
		return p
	}
	size := call(p, page.GetLayoutMetrics, cdp.Empty{}).CSSContentSize
	beyond := true
	picture := call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{
		CaptureBeyondViewport: &beyond, Clip: &page.Viewport{Width: size.Width, Height: size.Height, Scale: 1},
	}).Data
	p.pictures++
	name := fmt.Sprintf("%s-%02d-%s.png", p.t.Name(), p.pictures, step)
	must(p.t, os.MkdirAll(folder, 0o755))
	must(p.t, os.WriteFile(filepath.Join(folder, strings.NewReplacer("/", "_", "?", "_", " ", "_").Replace(name)), picture, 0o644))
	return p
}
