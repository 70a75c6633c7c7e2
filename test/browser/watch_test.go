package browser

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// mostBytes of a page's HTML, as it is before compression.
const mostBytes = 50_000

// A watch sees everything a tab asks for and everything it complains about.
type watch struct {
	mu     sync.Mutex
	origin string
	// documents by request, in the order in which they were asked for.
	documents []*document
	faults    []string
	// broken is true while the connection is meant to be.
	broken bool
}

// A document is a page as it came.
type document struct {
	request network.RequestID
	address string
	status  int64
	bytes   int64
}

func (w *watch) see(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.asked(e)
	case *network.EventResponseReceived:
		w.answered(e)
	case *network.EventDataReceived:
		if d := w.document(e.RequestID); d != nil {
			d.bytes += e.DataLength
		}
	case *network.EventLoadingFailed:
		if !w.broken && !e.Canceled {
			w.fault("a %s failed: %s", e.Type, e.ErrorText)
		}
	case *log.EventEntryAdded:
		// What the network said is known already, with its status.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			w.fault("the log says: %s (%s)", e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		w.fault("the console says %s: %s", e.Type, printed(e.Args))
	case *runtime.EventExceptionThrown:
		w.fault("a script failed: %s %s", e.ExceptionDetails.Text, printed([]*runtime.RemoteObject{e.ExceptionDetails.Exception}))
	case *audits.EventIssueAdded:
		w.complained(e.Issue)
	}
}

func (w *watch) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

func (w *watch) asked(e *network.EventRequestWillBeSent) {
	address := e.Request.URL
	if !strings.HasPrefix(address, w.origin+"/") && !strings.HasPrefix(address, "data:") {
		w.fault("a request left the station: %s", address)
	}
	if e.Type != network.ResourceTypeDocument {
		return
	}
	if d := w.document(e.RequestID); d != nil { // redirected
		d.address = address
		return
	}
	w.documents = append(w.documents, &document{request: e.RequestID, address: address})
}

func (w *watch) answered(e *network.EventResponseReceived) {
	if d := w.document(e.RequestID); d != nil {
		d.status = e.Response.Status
		return
	}
	if e.Response.Status >= 400 {
		w.fault("%s answers %d", e.Response.URL, e.Response.Status)
	}
}

func (w *watch) document(request network.RequestID) *document {
	for _, d := range slices.Backward(w.documents) {
		if d.request == request {
			return d
		}
	}
	return nil
}

func (w *watch) complained(issue *audits.InspectorIssue) {
	if policy := issue.Details.ContentSecurityPolicyIssueDetails; policy != nil {
		w.fault("the content security policy forbids %s %s", policy.ViolatedDirective, policy.BlockedURL)
		return
	}
	w.fault("an issue: %s %+v", issue.Code, issue.Details)
}

// printed is what was written to the console.
func printed(args []*runtime.RemoteObject) string {
	var said []string
	for _, a := range args {
		if a != nil {
			said = append(said, string(a.Value)+a.Description)
		}
	}
	return strings.Join(said, " ")
}

// breaks tells that the connection is meant to be broken from now on, or mended.
func (w *watch) breaks(broken bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = broken
}

// last is the page that was asked for last.
func (w *watch) last() document {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.documents) == 0 {
		return document{}
	}
	return *w.documents[len(w.documents)-1]
}

// wrong is everything that should not have been.
func (w *watch) wrong() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	wrong := slices.Clone(w.faults)
	for _, d := range w.documents {
		if d.status != 0 && d.bytes > mostBytes { // without an answer it is the browser's own page
			wrong = append(wrong, fmt.Sprintf("%s is %d bytes, more than %d", d.address, d.bytes, mostBytes))
		}
	}
	return wrong
}

// forgets what was wrong, because it was meant to be.
func (w *watch) forgets() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = nil
}
