package web

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Sign is what the head and foot of every page tell: whose station this is and how to reach it.
type Sign struct {
	Station string
	County  string
	Town    string
	Address string
	Phone   string
}

// Area is one part of the site with its own pages and navigation, such as the residents' or the staff's.
type Area struct {
	router *Router
	pages  *Pages
	// Sign is asked for every page, as the station's document can change.
	Sign func() Sign
	// Visitor is who is signed in, shown in the head; nil where nobody signs in.
	Visitor func(r *http.Request) string
	// Role is what who is signed in may do, so that a page offers no more; nil where nobody signs in.
	Role func(r *http.Request) string
	// Translate knows the errors of the packages behind the area.
	Translate func(error) (Problem, bool)
}

// NewArea returns the area that routes through the router and renders with the pages.
func NewArea(router *Router, pages *Pages, sign func() Sign) *Area {
	return &Area{router: router, pages: pages, Sign: sign}
}

// Page registers a handler whose problems are shown as a page.
func (a *Area) Page(pattern string, h Handler, special ...Routing) {
	a.router.handle(pattern, h, a.translate, a.failPage, special...)
}

// API registers a handler whose problems are answered as JSON.
func (a *Area) API(pattern string, h Handler, special ...Routing) {
	a.router.handle(pattern, h, a.translate, a.failJSON, special...)
}

// Own registers a handler of an interface with a form of its own for problems: fail writes them.
func (a *Area) Own(pattern string, h Handler, fail func(w http.ResponseWriter, r *http.Request, p Problem)) {
	a.router.handle(pattern, h, a.translate, fail)
}

func (a *Area) translate(err error) (Problem, bool) {
	if a.Translate == nil {
		return Problem{}, false
	}
	return a.Translate(err)
}

// View is what a template sees.
type View struct {
	Language Language
	// Large is true for who asked for large type and strong contrast (关怀版).
	Large   bool
	Sign    Sign
	Visitor string
	Role    string
	Data    any

	// address of the page; nil when no link can lead to it.
	address *url.URL
}

// In is the address of the page in a language.
func (v View) In(l Language) string { return v.wishing(languageWish, l.Short()) }

// Resized is the address of the page in the other size of type.
func (v View) Resized() string {
	if v.Large {
		return v.wishing(sizeWish, usualSize)
	}
	return v.wishing(sizeWish, largeSize)
}

// wishing is the address of the page with a wish in it. The path stays escaped as it came: unescaped, /%2Felsewhere.example
// would become a link to another site.
func (v View) wishing(name, value string) string {
	if v.address == nil {
		return "/?" + name + "=" + value
	}
	query := v.address.Query()
	query.Set(name, value)
	return v.address.EscapedPath() + "?" + query.Encode()
}

// Render writes the page. It is rendered whole before a byte is sent, so that a fault cannot leave half a page.
func (a *Area) Render(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	view := View{Language: languageOf(r), Large: wantsLarge(r), Sign: a.Sign(), Data: data}
	if a.router.hasPage(r) {
		view.address = r.URL
	}
	if a.Visitor != nil {
		view.Visitor = a.Visitor(r)
	}
	if a.Role != nil {
		view.Role = a.Role(r)
	}
	return a.pages.write(w, status, page, view)
}

// RenderForm renders a page with a form in it and answers with the status of the form's first problem.
func (a *Area) RenderForm(w http.ResponseWriter, r *http.Request, page string, form *Form, data any) error {
	if !form.OK() {
		Note(r, form.Problems[0])
	}
	return a.Render(w, r, form.Status(), page, data)
}

// Text is the words for a key in the language of the request.
func (a *Area) Text(r *http.Request, key string, args ...any) string {
	return a.pages.catalogues[languageOf(r)].Text(key, args...)
}

// Date is the day in the language of the request, as the function date of templates has it.
func (a *Area) Date(r *http.Request, t time.Time) string {
	return a.pages.catalogues[languageOf(r)].Date(t)
}

func (a *Area) failPage(w http.ResponseWriter, r *http.Request, p Problem) {
	if err := a.Render(w, r, p.Status, "problem", p); err != nil {
		exchangeOf(r).fault = fmt.Errorf("rendering the page of problem %s: %w", p.Code, err)
		failPlainly(w, r, p)
	}
}

type problemBody struct {
	Error problemFields `json:"error"`
}

type problemFields struct {
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

func (a *Area) failJSON(w http.ResponseWriter, r *http.Request, p Problem) {
	words := a.pages.catalogues[languageOf(r)]
	err := WriteJSON(w, p.Status, problemBody{problemFields{p.Code, p.Field, words.Message(p), words.Remedy(p)}})
	if err != nil {
		exchangeOf(r).fault = err
	}
}

// failPlainly needs nothing that can fail itself.
func failPlainly(w http.ResponseWriter, r *http.Request, p Problem) {
	http.Error(w, fmt.Sprintf("%s\n服务出错，请稍后再试。编号 / reference: %s", http.StatusText(p.Status), exchangeOf(r).reference), p.Status)
}
