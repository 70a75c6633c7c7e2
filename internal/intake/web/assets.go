package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
)

//go:embed static/*
var staticFiles embed.FS

// Assets are the style sheet and the icon. Their addresses hold a digest of their content, so that browsers keep them
// for good and fetch a new one when it changed.
type Assets struct {
	files map[string]asset  // by the name in the address
	paths map[string]string // by file name
}

// mediaTypes of the built-in files, so that what a machine has in /etc/mime.types decides nothing.
var mediaTypes = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}

type asset struct {
	mediaType string
	data      []byte
}

// LoadAssets reads the built-in files.
func LoadAssets() (*Assets, error) {
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("listing the built-in files: %w", err)
	}
	a := &Assets{files: map[string]asset{}, paths: map[string]string{}}
	for _, entry := range entries {
		data, err := staticFiles.ReadFile("static/" + entry.Name())
		if err != nil {
			return nil, fmt.Errorf("reading built-in file %s: %w", entry.Name(), err)
		}
		extension := path.Ext(entry.Name())
		sum := sha256.Sum256(data)
		name := strings.TrimSuffix(entry.Name(), extension) + "-" + hex.EncodeToString(sum[:6]) + extension
		a.files[name] = asset{mediaTypes[extension], data}
		a.paths[entry.Name()] = "/static/" + name
	}
	return a, nil
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
}
