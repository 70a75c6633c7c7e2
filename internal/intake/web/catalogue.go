package web

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed locales/*/*.json
var localeFiles embed.FS

// Language the service speaks.
type Language string

const (
	// Chinese is what residents and staff see unless they ask for another.
	Chinese Language = "zh-CN"
	// English is the second.
	English Language = "en"
)

// Short name, for addresses.
func (l Language) Short() string {
	short, _, _ := strings.Cut(string(l), "-")
	return short
}

// Languages in the order of preference.
var Languages = []Language{Chinese, English}

// Catalogue holds the words of one language by key.
type Catalogue struct {
	Language Language
	words    map[string]string
}

// LoadCatalogues reads the built-in catalogues: a folder for each language, a file for each part of the site. That the languages agree
// in their keys is proved by a test, not at run time.
func LoadCatalogues() (map[Language]*Catalogue, error) {
	all := make(map[Language]*Catalogue, len(Languages))
	for _, language := range Languages {
		c := &Catalogue{Language: language, words: map[string]string{}}
		files, err := fs.Glob(localeFiles, "locales/"+string(language)+"/*.json")
		if err != nil {
			return nil, fmt.Errorf("listing the words of %s: %w", language, err)
		}
		for _, file := range files {
			if err := c.add(file); err != nil {
				return nil, fmt.Errorf("reading the words of %s: %w", language, err)
			}
		}
		all[language] = c
	}
	return all, nil
}

func (c *Catalogue) add(file string) error {
	data, err := localeFiles.ReadFile(file)
	if err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	var words map[string]string
	if err := json.Unmarshal(data, &words); err != nil {
		return fmt.Errorf("reading %s: %w", file, err)
	}
	for key, text := range words {
		if c.Has(key) {
			return fmt.Errorf("reading %s: %s stands in another file too", file, key)
		}
		c.words[key] = text
	}
	return nil
}

// Text returns the words for key with each {name} replaced by its value; args are name, value, name, value …
// A key that is unknown comes back as it is, so that a page shows something rather than nothing.
func (c *Catalogue) Text(key string, args ...any) string {
	words, known := c.words[key]
	if !known {
		return key
	}
	for i := 0; i+1 < len(args); i += 2 {
		words = strings.ReplaceAll(words, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(args[i+1]))
	}
	return words
}

// Has reports whether the key is known.
func (c *Catalogue) Has(key string) bool {
	_, known := c.words[key]
	return known
}

// Message and Remedy of a problem, in this language. A field is called by the name its label has.
func (c *Catalogue) Message(p Problem) string {
	message := c.Text("problem."+p.Code, c.args(p)...)
	if p.Subject == "" {
		return message
	}
	return c.Text("form.about", "subject", p.Subject, "message", message)
}

// Remedy says what to do about the problem.
func (c *Catalogue) Remedy(p Problem) string { return c.Text("remedy."+p.Code, c.args(p)...) }

func (c *Catalogue) args(p Problem) []any {
	name, label := p.Field, cmp.Or(p.Label, "field."+p.Field)
	if c.Has(label) {
		name = c.Text(label)
	}
	return append([]any{"field", name}, p.Args...)
}
