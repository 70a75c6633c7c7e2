package open311

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/intake/web"
)

// Names of the parameters that more than one resource knows.
const (
	fieldJurisdiction = "jurisdiction_id"
	fieldKey          = "api_key"
	fieldExtensions   = "extensions"
	fieldService      = "service_code"
	fieldRequest      = "service_request_id"
)

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
)

// asked is a request with what it carries in its address and its form.
type asked struct {
	*http.Request
	values    url.Values
	documents *mounted.Documents
	// writer is for headers alone.
	writer http.ResponseWriter
}

// get returns a parameter; one that is empty counts as absent.
func (a asked) get(name string) string { return strings.TrimSpace(a.values.Get(name)) }

// name is the last part of the path, without the format.
func (a asked) name() string {
	last := a.PathValue("name")
	return strings.TrimSuffix(last, path.Ext(last))
}

// extended reports whether the sender wants to see what we add to the specification. Others get what it says and nothing else,
// because some clients stop at an element they do not know.
func (a asked) extended() bool {
	wanted, err := strconv.ParseBool(a.get(fieldExtensions))
	return err == nil && wanted
}

// read takes the parameters out of the request and refuses those for another jurisdiction.
func (i *Open311) read(r *http.Request) (asked, error) {
	values, err := readValues(r)
	if err != nil {
		return asked{}, err
	}
	a := asked{Request: r, values: values, documents: i.documents()}
	if id := a.get(fieldJurisdiction); id != "" && !slices.Contains(jurisdictions(a.documents), id) {
		return asked{}, UnknownJurisdiction
	}
	return a, nil
}

// jurisdictions are the names of the one jurisdiction there is: its code among the divisions and, as the specification
// suggests, the host of its site.
func jurisdictions(d *mounted.Documents) []string {
	names := []string{d.Station.Township.Code}
	if site, err := url.Parse(d.Station.SiteURL); err == nil && site.Host != "" {
		names = append(names, site.Host, site.Hostname())
	}
	return names
}

func readValues(r *http.Request) (url.Values, error) {
	values, err := parsed(r)
	if err != nil {
		return nil, err
	}
	for name, all := range values {
		if slices.ContainsFunc(all, func(v string) bool { return !utf8.ValidString(v) }) {
			return nil, web.UnreadableText.At(shown(name))
		}
	}
	return values, nil
}

// parsed reads the address and, of a POST, the form. Some clients send a form in parts, as for a file, also without one.
func parsed(r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return nil, BadQuery
		}
		return values, nil
	}
	mediaType, err := formTypeOf(r)
	if err != nil {
		return nil, err
	}
	if mediaType == multipartType {
		err = r.ParseMultipartForm(web.MaxBody)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		if p, tooLarge := tooLargeIn(err); tooLarge {
			return nil, p
		}
		return nil, web.MalformedForm
	}
	if r.MultipartForm != nil && len(r.MultipartForm.File) > 0 {
		return nil, FilesNotAccepted
	}
	return r.Form, nil
}

func formTypeOf(r *http.Request) (string, error) {
	got, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || got != formType && got != multipartType {
		return "", web.UnsupportedMedia.With("want", formType)
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", web.UnsupportedMedia.With("want", fmt.Sprintf("%s; charset=utf-8", got))
	}
	return got, nil
}

// list returns the values of a parameter that can be repeated or name several, parted by commas.
func list(values url.Values, name string) []string {
	var all []string
	for _, value := range values[name] {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}
