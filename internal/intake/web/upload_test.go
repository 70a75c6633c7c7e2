package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"township.dev/liaison/internal/intake/web"
)

// uploadLimit of the upload of the tests' site: more than one file's worth, as it is in the service.
const uploadLimit = 1 << 20

var errTakenEnough = errors.New("no more can be taken")

// upload answers with what the form brought; a file called stop ends the reading.
func (s *site) upload(w http.ResponseWriter, r *http.Request) error {
	s.files, s.before = map[string]int64{}, ""
	form, err := web.ReadUpload(r, web.Upload{Field: "photos", Patience: time.Minute, Take: func(form *web.Form, name string, content io.Reader) error {
		switch name {
		case "stop":
			return errTakenEnough
		case "unread":
			s.files[name] = 0
			return nil
		}
		n, err := io.Copy(io.Discard, content)
		s.files[name], s.before = n, form.Value("name")
		return err
	}})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "name=%s files=%d", form.Value("name"), len(s.files))
	return err
}

// multipartBody is a form with the parts: a field's name and value, or photos/<name> and its content.
func multipartBody(t testing.TB, parts ...string) (body, contentType string) {
	t.Helper()
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	for i := 0; i+1 < len(parts); i += 2 {
		field, file, isFile := strings.Cut(parts[i], "/")
		part, err := w.CreateFormField(field)
		if isFile {
			part, err = w.CreateFormFile(field, file)
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, parts[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.String(), w.FormDataContentType()
}

func TestAFormWithFilesIsRead(t *testing.T) {
	s := newSite(t)
	for name, c := range map[string]struct {
		parts  []string
		answer string
		files  map[string]int64
		before string
	}{
		"fields alone":              {[]string{"name", "张三"}, "name=张三 files=0", map[string]int64{}, ""},
		"a field and two files":     {[]string{"name", "x", "photos/a.jpg", "12345", "photos/b.jpg", "1"}, "name=x files=2", map[string]int64{"a.jpg": 5, "b.jpg": 1}, "x"},
		"no file chosen":            {[]string{"name", "x", "photos/", ""}, "name=x files=0", map[string]int64{}, ""},
		"a field behind the files":  {[]string{"photos/a.jpg", "12345", "name", "x"}, "name=x files=1", map[string]int64{"a.jpg": 5}, ""},
		"a file nobody reads":       {[]string{"photos/unread", strings.Repeat("x", 200<<10), "name", "x"}, "name=x files=1", map[string]int64{"unread": 0}, ""},
		"a file larger than a form": {[]string{"photos/big.jpg", strings.Repeat("x", 2*web.MaxBody), "name", "x"}, "name=x files=1", map[string]int64{"big.jpg": 2 * web.MaxBody}, ""},
		"the first of two values":   {[]string{"name", "x", "name", "y"}, "name=x files=0", map[string]int64{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			body, contentType := multipartBody(t, c.parts...)
			response, answer := s.do(t, "POST", "/upload", body, "Content-Type", contentType)
			if response.StatusCode != http.StatusOK || answer != c.answer {
				t.Fatalf("got %d %q, want %q", response.StatusCode, answer, c.answer)
			}
			if fmt.Sprint(s.files) != fmt.Sprint(c.files) || s.before != c.before {
				t.Errorf("files %v after %q, want %v after %q", s.files, s.before, c.files, c.before)
			}
		})
	}
}

func TestAFormThatMayBringFilesCanComeWithout(t *testing.T) {
	s := newSite(t)
	if response, answer := s.do(t, "POST", "/upload", "name=x", "Content-Type", formType); response.StatusCode != http.StatusOK || answer != "name=x files=0" {
		t.Errorf("got %d %s", response.StatusCode, answer)
	}
	response, answer := s.do(t, "POST", "/upload", "name="+strings.Repeat("x", web.MaxBody), "Content-Type", formType)
	if response.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(answer, "最多64KB") {
		t.Errorf("a plain form of any size: %d", response.StatusCode)
	}
}

func TestAFormWithFilesThatIsRefused(t *testing.T) {
	s := newSite(t)
	good, contentType := multipartBody(t, "name", "x", "photos/a.jpg", "12345")
	big, bigType := multipartBody(t, "name", strings.Repeat("x", web.MaxBody+1))
	behind, behindType := multipartBody(t, "photos/a.jpg", strings.Repeat("x", web.MaxBody), "name", strings.Repeat("x", web.MaxBody))
	huge, hugeType := multipartBody(t, "photos/a.jpg", strings.Repeat("x", uploadLimit))
	stopped, stoppedType := multipartBody(t, "photos/stop", "12345")
	var many []string
	for range 65 {
		many = append(many, "name", "x")
	}
	crowd, crowdType := multipartBody(t, many...)
	for name, c := range map[string]struct {
		body, contentType string
		status            int
		says              string
	}{
		"a field too large":              {big, bigType, 413, "最多64KB"},
		"the same behind a file":         {behind, behindType, 413, "最多64KB"},
		"a part's header too large":      {"--b\r\nX-Filler: " + strings.Repeat("x", 2*web.MaxBody) + "\r\n\r\n\r\n--b--\r\n", "multipart/form-data; boundary=b", 413, "最多64KB"},
		"more than the route takes":      {huge, hugeType, 413, "合计最多1MB"},
		"more parts than any form has":   {crowd, crowdType, 400, "读不出来"},
		"cut off in a file":              {good[:len(good)-40], contentType, 400, "读不出来"},
		"without a boundary":             {good, "multipart/form-data", 400, "读不出来"},
		"with another boundary":          {good, "multipart/form-data; boundary=other", 400, "读不出来"},
		"another kind of several parts":  {good, "multipart/mixed; boundary=b", 415, formType},
		"a media type nobody can read":   {good, "multipart/form-data; boundary", 415, formType},
		"a file that ends the reading":   {stopped, stoppedType, 500, "服务出错"},
		"other forms take no files":      {good, contentType, 415, formType},
		"other routes keep to their own": {strings.Repeat("x", web.MaxBody+1), formType, 413, "最多64KB"},
	} {
		t.Run(name, func(t *testing.T) {
			path := "/upload"
			if strings.HasPrefix(name, "other ") {
				path = "/form"
			}
			response, answer := s.do(t, "POST", path, c.body, "Content-Type", c.contentType)
			if response.StatusCode != c.status || !strings.Contains(answer, c.says) {
				t.Errorf("got %d, want %d with %q:\n%s", response.StatusCode, c.status, c.says, answer)
			}
		})
	}
}

// A flood of half-sent forms costs no more than the fields that stand in them.
func FuzzReadUpload(f *testing.F) {
	good, contentType := multipartBody(f, "name", "张三", "photos/a.jpg", "12345", "text", "路灯坏了")
	f.Add([]byte(good), contentType)
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=photos; filename*=utf-8''%e4%b8%ad\r\n\r\nx\r\n--b--"), "multipart/form-data; boundary=b")
	f.Add([]byte("--b\nContent-Transfer-Encoding: quoted-printable\n\n=\n--b--"), "multipart/form-data; boundary=b")
	f.Add([]byte("name=x"), formType)
	router := web.NewRouter(web.RouterOptions{
		Log: slog.New(slog.DiscardHandler), Observe: func(string) func(web.Outcome) { return func(web.Outcome) {} },
		Open: func() bool { return true }, Now: func() time.Time { return time.Time{} },
	})
	var held int
	area := web.NewArea(router, emptyPages(f), func() web.Sign { return web.Sign{} })
	area.Page("POST /upload", func(w http.ResponseWriter, r *http.Request) error {
		held = 0
		form, err := web.ReadUpload(r, web.Upload{Field: "photos", Take: func(_ *web.Form, name string, content io.Reader) error {
			n, err := io.Copy(io.Discard, content)
			held += len(name) + int(n)
			return err
		}})
		if err != nil {
			return err
		}
		held += len(form.Value("name")) + len(form.Value("text"))
		w.WriteHeader(http.StatusNoContent)
		return nil
	}, web.Accepting(1<<20))
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		request := httptest.NewRequest(http.MethodPost, "/upload", bytes.NewReader(body))
		request.Header.Set("Content-Type", contentType)
		answer := httptest.NewRecorder()
		router.ServeHTTP(answer, request)
		if s := answer.Code; s != 204 && s != 400 && s != 413 && s != 415 {
			t.Errorf("answered with %d", s)
		}
		if held > len(body) {
			t.Errorf("a body of %d bytes brought %d", len(body), held)
		}
	})
}

// emptyPages can show problems and nothing else.
func emptyPages(t testing.TB) *web.Pages {
	t.Helper()
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		t.Fatal(err)
	}
	pages, err := web.LoadPages(catalogues, assets, fstest.MapFS{
		"templates/_nav.html": {Data: []byte(`{{define "nav"}}{{end}}{{define "foot"}}{{end}}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}
