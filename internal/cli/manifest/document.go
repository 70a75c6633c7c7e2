package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	nodes "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
)

// Document is one API object as it stands in a file.
type Document struct {
	// File as the user named it.
	File string
	// Kind of the object, never empty.
	Kind string

	// where the object stands, as messages name it: the file and, when it holds several, the document.
	where   string
	value   map[string]any
	lines   lines
	doubled []Fault
}

// String is where the object stands.
func (d *Document) String() string { return d.where }

// Line on which a field stands or, where it is absent, what should hold it.
func (d *Document) Line(field string) int { return d.lines.of(field) }

// Fault says what is wrong with a field of the document.
func (d *Document) Fault(field, message string) Fault {
	return Fault{Where: d.where, Field: field, Line: d.Line(field), Message: message}
}

// Decode fills in an object of our API, which into points to. What the API has no field for, what stands twice and what has the wrong type is left out and
// told in the faults.
func (d *Document) Decode(into any) []Fault {
	var faults []Fault
	for _, doubled := range d.doubled {
		doubled.Where = d.where
		faults = append(faults, doubled)
	}
	if version, ok := d.value["apiVersion"]; ok && version != v1alpha1.GroupVersion.String() {
		faults = append(faults, d.Fault("apiVersion", fmt.Sprintf("must be %s", v1alpha1.GroupVersion)))
	}
	c := conformer{document: d}
	fitting := c.fit("", d.value, reflect.TypeOf(into).Elem())
	faults = append(faults, c.faults...)
	text, err := json.Marshal(fitting)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil { // a time stamp, say, which has a grammar of its own
		faults = append(faults, d.Fault("", fmt.Sprintf("cannot be read: %s", err)))
	}
	return faults
}

// parse reads the documents of one file; empty ones do not count.
func parse(file string, data []byte) ([]*Document, []Fault) {
	var found [][]*Document
	var faults []Fault
	for _, part := range split(data) {
		objects, err := parsePart(part)
		if err != nil {
			faults = append(faults, Fault{Where: shown(file), Message: err.Error()})
		}
		if len(objects) > 0 {
			found = append(found, objects)
		}
	}
	var documents []*Document
	for n, objects := range found {
		where := shown(file)
		if len(found) > 1 {
			where += fmt.Sprintf(", document %d", n+1)
		}
		for _, object := range objects {
			object.File, object.where = file, where+object.where
			if object.Kind == "" {
				faults = append(faults, object.Fault("kind", "must be given, for example kind: DeputyRoster"))
				continue
			}
			documents = append(documents, object)
		}
	}
	return documents, faults
}

// parsePart reads one document, which is an object, a list of objects or nothing.
func parsePart(part chunk) ([]*Document, error) {
	// Empty lines in front make every line number that of the file.
	text := append(bytes.Repeat([]byte("\n"), part.line-1), part.text...)
	var root nodes.Node
	decoder := nodes.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if err := decoder.Decode(new(nodes.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the document of line %d goes on after its end; begin each document with a line ---", part.line)
	}
	// What a scalar means is decided as the API server decides it, which is not quite as the reader of nodes would.
	var value any
	if err := yaml.Unmarshal(text, &value, useNumber); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if value == nil {
		return nil, nil
	}
	object, ok := value.(map[string]any)
	if !ok || len(root.Content) != 1 {
		return nil, fmt.Errorf("the document of line %d is no object; it must have fields such as kind and spec", root.Content[0].Line)
	}
	return objects(object, root.Content[0]), nil
}

func useNumber(d *json.Decoder) *json.Decoder {
	d.UseNumber()
	return d
}

// objects returns the object, or those it lists.
func objects(value map[string]any, node *nodes.Node) []*Document {
	kind, _ := value["kind"].(string)
	items, isList := value["items"].([]any)
	if !isList || !strings.HasSuffix(kind, "List") {
		document := &Document{Kind: kind, value: value, lines: lines{}}
		document.doubled = document.lines.read("", node)
		return []*Document{document}
	}
	var documents []*Document
	for n, item := range items {
		fields, _ := item.(map[string]any)
		for _, object := range objects(fields, elementOf(node, "items", n)) {
			object.where = fmt.Sprintf(", items[%d]%s", n, object.where)
			if object.Kind == "" && kind != "List" {
				object.Kind = strings.TrimSuffix(kind, "List") // items of a typed list may leave it out
			}
			documents = append(documents, object)
		}
	}
	return documents
}
