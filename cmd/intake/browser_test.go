package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// A browser keeps cookies, follows links and fills in the forms it finds on the page, as a person would.
type browser struct {
	t      testing.TB
	client *http.Client
	at     *url.URL
	status int
	size   int
	page   *goquery.Document
}

func open(t testing.TB, address string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &browser{t: t, client: &http.Client{Jar: jar}}
	b.at, err = url.Parse(address)
	must(t, err)
	return b.visit("/")
}

// visit follows a link, relative to where the browser is.
func (b *browser) visit(reference string) *browser {
	b.t.Helper()
	to, err := b.at.Parse(reference)
	must(b.t, err)
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, to.String(), nil)
	must(b.t, err)
	return b.send(request)
}

// fill sends the form inside the selector with the pairs filled in: name, value, name, value … Fields that the form has
// not are a mistake of the page.
func (b *browser) fill(selector string, pairs ...string) *browser {
	b.t.Helper()
	form := b.page.Find(selector).Filter("form")
	if form.Length() == 0 {
		form = b.page.Find(selector).Find("form")
	}
	if form.Length() != 1 {
		b.t.Fatalf("%s has %d forms at %s", b.at, form.Length(), selector)
	}
	values := url.Values{}
	form.Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name := field.AttrOr("name", "")
		switch {
		case field.Is("input[type=radio]"):
			if _, checked := field.Attr("checked"); checked {
				values.Set(name, field.AttrOr("value", ""))
			}
		case field.Is("select"):
			values.Set(name, field.Find("option[selected]").AttrOr("value", ""))
		case field.Is("textarea"):
			values.Set(name, field.Text())
		default:
			values.Set(name, field.AttrOr("value", ""))
		}
	})
	for i := 0; i+1 < len(pairs); i += 2 {
		if form.Find("[name="+pairs[i]+"]").Length() == 0 {
			b.t.Fatalf("the form at %s has no field %s", b.at, pairs[i])
		}
		values.Set(pairs[i], pairs[i+1])
	}
	to, err := b.at.Parse(form.AttrOr("action", b.at.String()))
	must(b.t, err)
	if form.AttrOr("method", "get") == "get" {
		to.RawQuery = values.Encode()
		return b.visit(to.String())
	}
	body, kind := encoded(b.t, values, form.AttrOr("enctype", "application/x-www-form-urlencoded"))
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, to.String(), body)
	must(b.t, err)
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Origin", b.at.Scheme+"://"+b.at.Host)
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.send(request)
}

func (b *browser) send(request *http.Request) *browser {
	b.t.Helper()
	response, err := b.client.Do(request)
	must(b.t, err)
	defer response.Body.Close()
	b.at, b.status, b.size = response.Request.URL, response.StatusCode, int(response.ContentLength)
	b.page, err = goquery.NewDocumentFromReader(response.Body)
	must(b.t, err)
	return b
}

// text of what the selector finds, with white space folded.
func (b *browser) text(selector string) string {
	return strings.Join(strings.Fields(b.page.Find(selector).Text()), " ")
}

// sees checks that the selector's text holds the words.
func (b *browser) sees(selector string, words ...string) *browser {
	b.t.Helper()
	text := b.text(selector)
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.t.Fatalf("%s (%d): %q does not say %q but %q", b.at, b.status, selector, w, text)
		}
	}
	return b
}

// arrives checks status and path.
func (b *browser) arrives(status int, path string) *browser {
	b.t.Helper()
	if b.status != status || !strings.HasPrefix(b.at.Path, path) {
		b.t.Fatalf("arrived at %s with %d, not at %s with %d: %s", b.at, b.status, path, status, b.text("main"))
	}
	return b
}

// encoded is the form as browsers send it, with its media type.
func encoded(t testing.TB, values url.Values, kind string) (io.Reader, string) {
	t.Helper()
	if kind != "multipart/form-data" {
		return strings.NewReader(values.Encode()), kind
	}
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for name, all := range values {
		for _, value := range all {
			must(t, parts.WriteField(name, value))
		}
	}
	must(t, parts.Close())
	return &body, parts.FormDataContentType()
}

// ownPassword is the one that the administrator chooses in the place of the first.
const ownPassword = "password that wang has chosen"

// signIn as the station's administrator, who chooses a password the first time.
func (b *browser) signIn() *browser {
	b.t.Helper()
	b.visit("/desk").arrives(200, "/desk/sign-in")
	if b.fill("main form[action='/desk/sign-in']", "username", "wang", "password", ownPassword).status == http.StatusOK {
		return b.arrives(200, "/desk")
	}
	b.fill("main form[action='/desk/sign-in']", "username", "wang", "password", firstPassword).arrives(200, "/desk/password")
	b.fill("main", "old_password", firstPassword, "new_password", ownPassword, "new_password_again", ownPassword)
	return b.visit("/desk").arrives(200, "/desk")
}

// receipt is what a resident keeps.
type receipt struct{ code, secret string }

// address of the progress page.
func (r receipt) address() string { return "/status?code=" + r.code + "&secret=" + r.secret }

// api is the address at which programs look the case up.
func (r receipt) api() string { return "/api/v1/suggestions/" + r.code + "?secret=" + r.secret }

// opens checks that the receipt shows its case.
func (r receipt) opens(b *browser) {
	b.t.Helper()
	b.visit(r.address()).arrives(200, "/status").sees("main", r.code)
}

// suggest as a resident and return the receipt.
func (b *browser) suggest(text string) receipt {
	b.t.Helper()
	b.visit("/suggest").fill("main", "topic", "道路交通", "village", "白额村", "text", text, "name", "张三", "phone", "13912345678")
	b.arrives(200, "/receipt/")
	return receipt{b.text("#code"), b.text("#secret")}
}
