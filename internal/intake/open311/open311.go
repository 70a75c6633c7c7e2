// Package open311 answers programs as the GeoReport v2 specification of Open311 has it (https://wiki.open311.org/GeoReport_v2):
// a topic is one of its services, a case one of its service requests. It tells nothing that is not public: who raised a case
// and what was written stay hidden. docs/open311.md says what it adds and where it differs.
package open311

import (
	"context"
	"embed"
	"fmt"
	"net/http"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/refusal"
	"township.dev/liaison/internal/intake/web"
)

// Routes by which a suggestion comes in, for the metrics that count them.
const (
	SubmitByXML  = "POST " + endpoint + "/requests.xml"
	SubmitByJSON = "POST " + endpoint + "/requests.json"

	root     = "/open311/"
	endpoint = "/open311/v2"
)

// Options of New; all are needed.
type Options struct {
	Router     *web.Router
	Catalogues map[web.Language]*web.Catalogue
	Assets     *web.Assets
	Sign       func() web.Sign
	Documents  func() *mounted.Documents
	Cases      Cases
	// Submit checks a suggestion and the idempotency key of its sender, which may be empty, by the station's rules
	// (casework.FieldErrors tell what is wrong with either) and stores it durably.
	Submit func(ctx context.Context, s casework.Suggestion, key string) (Receipt, error)
	// Admit returns the problem of a request that is not taken now, because too much is being sent.
	Admit func(w http.ResponseWriter, r *http.Request, key string) error
	// Keys are the API keys in force. A program needs one of them to submit where the station's document says so.
	Keys func() []string
	Now  func() time.Time
}

// Open311 answers programs.
type Open311 struct {
	area      *web.Area
	words     map[web.Language]*web.Catalogue
	documents func() *mounted.Documents
	cases     Cases
	deliver   func(ctx context.Context, s casework.Suggestion, key string) (Receipt, error)
	admit     func(w http.ResponseWriter, r *http.Request, key string) error
	keys      func() []string
	now       func() time.Time
	topics    changeset
	// routes tells which methods an address takes.
	routes *http.ServeMux
}

// New registers the routes below /open311/ in the router, with an answer of their own for what none of them matches.
func New(o Options) (*Open311, error) {
	pages, err := web.LoadPages(o.Catalogues, o.Assets, embed.FS{})
	if err != nil {
		return nil, fmt.Errorf("loading the words of the Open311 interface: %w", err)
	}
	i := &Open311{
		area: web.NewArea(o.Router, pages, o.Sign), words: o.Catalogues, documents: o.Documents,
		cases: o.Cases, deliver: o.Submit, admit: o.Admit, keys: o.Keys, now: o.Now, routes: http.NewServeMux(),
	}
	i.area.Translate = refusal.Of
	for _, f := range formats {
		i.handle("GET /open311/discovery."+f.name, i.discovery)
		i.handle("GET "+endpoint+"/discovery."+f.name, i.discovery)
		i.handle("GET "+endpoint+"/services."+f.name, i.services)
		i.handle("GET "+endpoint+"/requests."+f.name, i.requests)
		i.handle("POST "+endpoint+"/requests."+f.name, i.submit)
	}
	i.handle("GET "+endpoint+"/services/{name}", i.definition)
	i.handle("GET "+endpoint+"/requests/{name}", i.request)
	i.handle("GET "+endpoint+"/tokens/{name}", i.token)
	i.area.Own(root, i.unmatched, i.fail)
	return i, nil
}

// resource is what stands at an address.
type resource func(a asked) (answer, error)

// handle registers the resource. It writes the refusals too: there can be several at once.
func (i *Open311) handle(pattern string, find resource) {
	i.routes.Handle(pattern, http.NotFoundHandler())
	i.area.Own(pattern, func(w http.ResponseWriter, r *http.Request) error {
		f, known := formatOf(r.URL.Path)
		found, err := i.find(w, r, known, find)
		if err == nil {
			err = f.write(w, http.StatusOK, found)
		}
		if err != nil {
			i.refuse(w, r, f, err)
		}
		return err
	}, i.fail)
}

// fail writes what the router refuses before the resource is asked.
func (i *Open311) fail(w http.ResponseWriter, r *http.Request, p web.Problem) {
	f, _ := formatOf(r.URL.Path)
	i.refuse(w, r, f, p)
}

func (i *Open311) find(w http.ResponseWriter, r *http.Request, known bool, find resource) (answer, error) {
	if !known {
		return answer{}, web.NotFound
	}
	a, err := i.read(r)
	if err != nil {
		return answer{}, err
	}
	a.writer = w
	return find(a)
}

// unmatched answers what no other route does.
func (i *Open311) unmatched(w http.ResponseWriter, r *http.Request) error {
	f, _ := formatOf(r.URL.Path)
	err := web.NotFound
	if methods := i.methods(r); len(methods) > 0 {
		w.Header().Set("Allow", strings.Join(methods, ", "))
		err = web.MethodNotAllowed
	}
	i.refuse(w, r, f, err)
	return err
}

// methods lists those under which the address does exist.
func (i *Open311) methods(r *http.Request) []string {
	var all []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		if _, pattern := i.routes.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host}); pattern != "" {
			all = append(all, method)
		}
	}
	return all
}
