package web

import (
	"bytes"
	"embed"
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

// Pages are the templates of one area, one set per language, parsed once.
type Pages struct {
	catalogues map[Language]*Catalogue
	byLanguage map[Language]map[string]*template.Template
}

// buffers are reused, because every page is rendered whole before it is sent.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// LoadPages parses the templates of an area. A file per page; files that begin with _ are parts all its pages can use,
// and the parts and the layout of this package stand below them.
func LoadPages(catalogues map[Language]*Catalogue, assets *Assets, files fs.FS) (*Pages, error) {
	p := &Pages{catalogues: catalogues, byLanguage: map[Language]map[string]*template.Template{}}
	for _, language := range Languages {
		set, err := parseAll(catalogues[language], assets, files)
		if err != nil {
			return nil, fmt.Errorf("parsing the pages in %s: %w", language, err)
		}
		p.byLanguage[language] = set
	}
	return p, nil
}

func parseAll(words *Catalogue, assets *Assets, files fs.FS) (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(functions(words, assets)).ParseFS(sharedTemplates, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("parsing the shared parts: %w", err)
	}
	if parts, _ := fs.Glob(files, "templates/_*.html"); len(parts) > 0 {
		if shared, err = shared.ParseFS(files, parts...); err != nil {
			return nil, fmt.Errorf("parsing the area's parts: %w", err)
		}
	}
	set := map[string]*template.Template{}
	for _, source := range []fs.FS{sharedTemplates, files} {
		names, err := fs.Glob(source, "templates/[a-z]*.html")
		if err != nil {
			return nil, fmt.Errorf("listing the pages: %w", err)
		}
		for _, name := range names {
			base, err := shared.Clone()
			if err != nil {
				return nil, fmt.Errorf("copying the shared parts: %w", err)
			}
			page, err := base.ParseFS(source, name)
			if err != nil {
				return nil, fmt.Errorf("parsing %s: %w", name, err)
			}
			set[strings.TrimSuffix(path.Base(name), ".html")] = page
		}
	}
	return set, nil
}

func (p *Pages) write(w http.ResponseWriter, status int, page string, view View) error {
	t, known := p.byLanguage[view.Language][page]
	if !known {
		return fmt.Errorf("page %q does not exist", page)
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
