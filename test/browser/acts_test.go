package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// address is where the person is.
func (p *person) address() string { return asks[string](p, "location.href") }

// shown is the text of the page as it is shown.
func (p *person) shown() string {
	return asks[string](p, "document.body ? document.body.innerText : ''")
}

// loads does something that leads to another page, and waits until that is there.
func (p *person) loads(what string, does func()) *person {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	loaded := chromedp.Events(ctx, page.LoadEventFired)
	does()
	for _, err := range loaded {
		if err != nil {
			p.fails(what + " leads nowhere")
		}
		break
	}
	if got := p.watch.last(); got.status != p.met {
		p.fails(fmt.Sprintf("%s leads to %s, which answers %d and not %d", what, got.address, got.status, p.met))
	}
	p.met = http.StatusOK
	return p
}

// meets says which status the next page has, where it is not 200.
func (p *person) meets(status int64) *person {
	p.met = status
	return p
}

// opens an address of the station.
func (p *person) opens(path string) *person {
	p.t.Helper()
	return p.loads(path, func() { call(p, page.Navigate, page.NavigateParams{URL: p.watch.origin + path}) })
}

// at is the path where the person is.
func (p *person) at() string {
	p.t.Helper()
	address, err := url.Parse(p.address())
	must(p.t, err)
	return address.Path
}

// follows a link by its name.
func (p *person) follows(name string) *person {
	p.t.Helper()
	link := p.find(links, name)
	return p.loads(link.String(), func() { p.presses(link) })
}

// sends a form by its button.
func (p *person) sends(name string) *person {
	p.t.Helper()
	button := p.find(buttons, name)
	return p.loads(button.String(), func() { p.presses(button) })
}

// clicks something that leads to no other page: a button of a script, a box, what unfolds.
func (p *person) clicks(name string) *person {
	p.t.Helper()
	p.presses(p.find(switches, name))
	return p
}

// fills in the field with that label, in the place of what stood there.
func (p *person) fills(label, value string) *person {
	p.t.Helper()
	p.presses(p.find(fields, label))
	call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Commands: []string{"selectAll"}})
	call(p, input.InsertText, input.InsertTextParams{Text: value})
	return p
}

// chooses an option of the list with that label, by the arrow keys.
func (p *person) chooses(label, option string) *person {
	p.t.Helper()
	list := p.find(lists, label)
	call(p, dom.Focus, dom.FocusParams{BackendNodeID: list.id})
	return p.arrowsTo(label, option)
}

func (p *person) arrowsTo(label, option string) *person {
	p.t.Helper()
	const mostOptions = 60
	for range mostOptions {
		if p.find(lists, label).value == option {
			return p
		}
		p.types(kb.ArrowDown)
	}
	p.fails(fmt.Sprintf("the list %q has no %q", label, option))
	return p
}

// dates sets the field with that label to a day; how a day is typed differs between browsers.
func (p *person) dates(label, day string) *person {
	p.t.Helper()
	p.does(p.find(fields, label), "function(day) { this.value = day }", day)
	return p
}

// does runs a function on something on the page.
func (p *person) does(on node, function string, arguments ...string) {
	p.t.Helper()
	object := call(p, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: on.id}).Object
	params := runtime.CallFunctionOnParams{FunctionDeclaration: function, ObjectID: object.ObjectID}
	for _, a := range arguments {
		params.Arguments = append(params.Arguments, &runtime.CallArgument{Value: []byte(fmt.Sprintf("%q", a))})
	}
	call(p, runtime.CallFunctionOn, params)
}

// uploads files into the field with that label.
func (p *person) uploads(label string, files ...string) *person {
	p.t.Helper()
	call(p, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: files, BackendNodeID: p.find(buttons, label).id})
	return p
}

// presses what is on the page, where it is.
func (p *person) presses(n node) {
	p.t.Helper()
	call(p, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: n.id})
	quads := call(p, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: n.id}).Quads
	if len(quads) == 0 {
		p.fails(n.String() + " is not visible")
	}
	q := quads[0]
	x, y := (q[0]+q[4])/2, (q[1]+q[5])/2
	press := chromedp.MouseClickXY(x, y)
	if p.finger {
		press = chromedp.TapXY(x, y)
	}
	p.runs(press)
}

// types keys, as chromedp/kb names them.
func (p *person) types(keys string, options ...chromedp.KeyOption) *person {
	p.t.Helper()
	p.runs(chromedp.KeyEvent(keys, options...))
	return p
}

func (p *person) runs(action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.tab, patience)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		p.t.Fatal(err)
	}
}

// sees the words on the page, wherever the lines break.
func (p *person) sees(words ...string) *person {
	p.t.Helper()
	for _, w := range words {
		p.eventually(func() string { return "does not see " + w }, func() bool { return strings.Contains(dense(p.shown()), dense(w)) })
	}
	return p
}

// misses the words: they are not on the page.
func (p *person) misses(words ...string) *person {
	p.t.Helper()
	shown := dense(p.shown())
	for _, w := range words {
		if strings.Contains(shown, dense(w)) {
			p.fails("sees " + w)
		}
	}
	return p
}

// dense is the text without its white space.
func dense(s string) string { return strings.Join(strings.Fields(s), "") }
