package open311

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"path"
	"strings"
)

// format is a form of answers; its name ends the address that asks for it.
type format struct {
	name      string
	mediaType string
	encode    func(answer) ([]byte, error)
}

// The specification asks for XML and allows JSON; what asks for neither is answered in XML.
var formats = []format{
	{name: "xml", mediaType: "text/xml; charset=utf-8", encode: encodeXML},
	{name: "json", mediaType: "application/json; charset=utf-8", encode: encodeJSON},
}

// formatOf is the format the address ends in; known is false when it ends in none.
func formatOf(address string) (f format, known bool) {
	suffix := strings.TrimPrefix(path.Ext(address), ".")
	for _, f := range formats {
		if f.name == suffix {
			return f, true
		}
	}
	return formats[0], false
}

// answer is what a resource tells, in the shape each format has: in JSON no name stands around a list.
type answer struct {
	xml, json any
	// next is the address of the following page; empty when this is the last.
	next string
}

func encodeXML(a answer) ([]byte, error) {
	data, err := xml.Marshal(a.xml)
	return append([]byte(xml.Header), data...), err
}

func encodeJSON(a answer) ([]byte, error) { return json.Marshal(a.json) }

// write sends the answer, which is encoded whole before a byte goes out. Pages of other sites may read it: it holds nothing
// that depends on who asks.
func (f format) write(w http.ResponseWriter, status int, a answer) error {
	data, err := f.encode(a)
	if err != nil {
		return fmt.Errorf("encoding an answer as %s: %w", f.name, err)
	}
	header := w.Header()
	header.Set("Content-Type", f.mediaType)
	header.Set("Access-Control-Allow-Origin", "*")
	if a.next != "" {
		header.Set("Link", "<"+a.next+`>; rel="next"`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(append(data, '\n')) // the other end may be gone; there is nobody left to tell
	return nil
}

// text is null in JSON while it is empty, as the specification's examples have it.
type text string

// MarshalJSON implements json.Marshaler.
func (t text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// extended holds what we add to the specification, in a namespace of our own.
type extended[T any] struct {
	Liaison T `json:"liaison" xml:"https://township.dev/liaison/open311 liaison"`
}
