package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static/*
var staticFiles embed.FS

// Assets are style sheets, scripts and the icon. Their addresses hold a digest of their content, so that browsers keep them
// for good and fetch a new one when it changed.
type Assets struct {
	files map[string]asset  // by the name in the address
	paths map[string]string // by file name
}

// mediaTypes of the built-in files, so that what a machine has in /etc/mime.types decides nothing.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}

type asset struct {
	mediaType string
	data      []byte
}

// LoadAssets reads the built-in files that all areas share.
func LoadAssets() (*Assets, error) {
	a := &Assets{files: map[string]asset{}, paths: map[string]string{}}
	if err := a.Add(staticFiles); err != nil {
		return nil, err
	}
	return a, nil
}

// Add reads the files an area brings in its folder static. It must be called before the first request, and a name can be taken only once.
func (a *Assets) Add(files fs.FS) error {
	names, err := fs.Glob(files, "static/*")
	if err != nil {
		return fmt.Errorf("listing the built-in files: %w", err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("reading built-in file %s: %w", name, err)
		}
		if err := a.add(path.Base(name), data); err != nil {
			return err
		}
	}
	return nil
}

func (a *Assets) add(name string, data []byte) error {
	extension := path.Ext(name)
	mediaType, known := mediaTypes[extension]
	if _, taken := a.paths[name]; taken || !known {
		return fmt.Errorf("built-in file %s: its name is taken or its kind unknown", name)
	}
	sum := sha256.Sum256(data)
	address := strings.TrimSuffix(name, extension) + "-" + hex.EncodeToString(sum[:6]) + extension
	a.files[address] = asset{mediaType, data}
	a.paths[name] = "/static/" + address
	return nil
}

// Path of a file by its plain name.
func (a *Assets) Path(name string) string { return a.paths[name] }

// Serve registers the files' route in the area.
func (a *Assets) Serve(area *Area) {
	area.Page("GET /static/{file}", func(w http.ResponseWriter, r *http.Request) error {
		file, known := a.files[r.PathValue("file")]
		if !known {
			return NotFound
		}
		CacheFor(w, "public, max-age=31536000, immutable")
		w.Header().Set("Content-Type", file.mediaType)
		_, _ = w.Write(file.data)
		return nil
	})
	// Browsers ask for it under this name where a page is not ours to say another, such as a picture opened on its own.
	area.Page("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) error {
		CacheFor(w, "public, max-age=86400")
		w.Header().Set("Content-Type", mediaTypes[".svg"])
		_, _ = w.Write(a.files[path.Base(a.Path("icon.svg"))].data)
		return nil
	})
}
