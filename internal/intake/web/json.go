package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

func requireMediaType(r *http.Request, want string) error {
	got, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || got != want {
		return UnsupportedMedia.With("want", want)
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return UnsupportedMedia.With("want", want+"; charset=utf-8")
	}
	return nil
}

// ReadJSON reads an object of strings into fields, by name. It is strict, so that a misspelt field is an answer and not
// a lost word: unknown and repeated fields, values that are no strings, and data behind the object are Problems. null counts as absent.
func ReadJSON(r *http.Request, fields map[string]*string) error {
	if err := requireMediaType(r, "application/json"); err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		if p, known := problemIn(err); known {
			return p
		}
		return MalformedJSON.Because(err) // the sender broke off
	}
	if !utf8.Valid(body) {
		return UnreadableText.At("body")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := readObject(decoder, fields); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return TrailingData
	}
	return nil
}

func readObject(decoder *json.Decoder, fields map[string]*string) error {
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return MalformedJSON
	}
	seen := make(map[string]bool, len(fields))
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return MalformedJSON
		}
		name, _ := token.(string)
		target, known := fields[name]
		switch {
		case !known:
			return UnknownField.At(printable(name))
		case seen[name]:
			return DuplicateField.At(name)
		}
		seen[name] = true
		if err := readString(decoder, name, target); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return MalformedJSON
	}
	return nil
}

func readString(decoder *json.Decoder, name string, target *string) error {
	token, err := decoder.Token()
	if err != nil {
		return MalformedJSON
	}
	switch value := token.(type) {
	case string:
		*target = value
	case nil: // null
	default:
		return WrongType.At(name)
	}
	return nil
}

// printable shortens a name that came from outside to what an answer can repeat.
func printable(name string) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	const most = 40
	if runes := []rune(clean); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return clean
}

// WriteJSON answers with the value.
func WriteJSON(w http.ResponseWriter, status int, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding the answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // the other end may be gone; there is nobody left to tell
	return nil
}
