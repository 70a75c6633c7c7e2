package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed templates/*.html
var sharedTemplates embed.FS

// Pages are the templates of one area. A page is parsed when it is first shown in a language: most pages of most areas are not, and
// together they would take longer to parse than everything else a start does.
type Pages struct {
	catalogues map[Language]*Catalogue
	byLanguage map[Language]map[string]func() (*template.Template, error)
}

// buffers are reused, because every page is rendered whole before it is sent.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// LoadPages finds the templates of an area. A file per page; files that begin with _ are parts all its pages can use,
// and the parts and the layout of this package stand below them.
func LoadPages(catalogues map[Language]*Catalogue, assets *Assets, files fs.FS) (*Pages, error) {
	p := &Pages{catalogues: catalogues, byLanguage: map[Language]map[string]func() (*template.Template, error){}}
	for _, language := range Languages {
		parts := sync.OnceValues(func() (*template.Template, error) { return parseParts(catalogues[language], assets, files) })
		set := map[string]func() (*template.Template, error){}
		for _, source := range []fs.FS{sharedTemplates, files} {
			names, err := fs.Glob(source, "templates/[a-z]*.html")
			if err != nil {
				return nil, fmt.Errorf("listing the pages: %w", err)
			}
			for _, name := range names {
				set[strings.TrimSuffix(path.Base(name), ".html")] = sync.OnceValues(func() (*template.Template, error) {
					return parsePage(parts, source, name)
				})
			}
		}
		p.byLanguage[language] = set
	}
	return p, nil
}

// ParseAll parses every page in every language, to find out whether one cannot be.
func (p *Pages) ParseAll() error {
	var errs []error
	for language, set := range p.byLanguage {
		for name, page := range set {
			if _, err := page(); err != nil {
				errs = append(errs, fmt.Errorf("page %s in %s: %w", name, language, err))
			}
		}
	}
	return errors.Join(errs...)
}

// parseParts parses what the area's pages share.
func parseParts(words *Catalogue, assets *Assets, files fs.FS) (*template.Template, error) {
	shared, err := template.New("").Funcs(functions(words, assets)).ParseFS(sharedTemplates, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("parsing the shared parts: %w", err)
	}
	if parts, _ := fs.Glob(files, "templates/_*.html"); len(parts) > 0 {
		if shared, err = shared.ParseFS(files, parts...); err != nil {
			return nil, fmt.Errorf("parsing the area's parts: %w", err)
		}
	}
	return shared, nil
}

func parsePage(parts func() (*template.Template, error), source fs.FS, name string) (*template.Template, error) {
	shared, err := parts()
	if err != nil {
		return nil, err
	}
	base, err := shared.Clone()
	if err != nil {
		return nil, fmt.Errorf("copying the shared parts: %w", err)
	}
	page, err := base.ParseFS(source, name)
	if err != nil {
		return nil, fmt.Errorf("parsing %s: %w", name, err)
	}
	return page, nil
}

func (p *Pages) write(w http.ResponseWriter, status int, page string, view View) error {
	parsed, known := p.byLanguage[view.Language][page]
	if !known {
		return fmt.Errorf("page %q does not exist", page)
	}
	t, err := parsed()
	if err != nil {
		return err
	}
	buffer, _ := buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	defer buffers.Put(buffer)
	if err := t.ExecuteTemplate(buffer, "layout", view); err != nil {
		return fmt.Errorf("rendering page %s: %w", page, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(buffer.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(buffer.Bytes()) // the other end may be gone; there is nobody left to tell
	return nil
}
