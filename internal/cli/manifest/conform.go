package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// conformer holds a value that was read against the type it is for. A decoder would stop at the first mistake and count no list's elements; a person
// wants to see all of them at once, each with its place.
type conformer struct {
	document *Document
	faults   []Fault
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// fit returns the part of the value that a decoder for the type takes.
func (c *conformer) fit(path string, value any, t reflect.Type) any {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if value == nil || reflect.PointerTo(t).Implements(unmarshaler) {
		return value
	}
	switch t.Kind() {
	case reflect.Struct:
		return c.fitStruct(path, value, t)
	case reflect.Map:
		return c.fitMap(path, value, t)
	case reflect.Slice:
		return c.fitSlice(path, value, t)
	case reflect.String:
		return keep[string](c, path, value, "text; put it in quotes")
	case reflect.Bool:
		return keep[bool](c, path, value, "true or false")
	case reflect.Int32, reflect.Int64:
		return c.fitInteger(path, value, t.Bits())
	default:
		return value
	}
}

func (c *conformer) fitStruct(path string, value any, t reflect.Type) any {
	object, ok := value.(map[string]any)
	if !ok {
		return c.refuse(path, value, "an object with fields of its own")
	}
	fields := fieldsOf(t)
	fitting := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		at := join(path, name)
		field, known := fields[name]
		if !known {
			c.say(at, "unknown field; correct its name or remove it. Known here: "+strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
			continue
		}
		fitting[name] = c.fit(at, object[name], field)
	}
	return fitting
}

func (c *conformer) fitMap(path string, value any, t reflect.Type) any {
	object, ok := value.(map[string]any)
	if !ok {
		return c.refuse(path, value, "an object with fields of its own")
	}
	fitting := make(map[string]any, len(object))
	for _, name := range slices.Sorted(maps.Keys(object)) {
		fitting[name] = c.fit(join(path, name), object[name], t.Elem())
	}
	return fitting
}

func (c *conformer) fitSlice(path string, value any, t reflect.Type) any {
	list, ok := value.([]any)
	if !ok {
		return c.refuse(path, value, "a list; write it as [a, b] or with a dash before each element")
	}
	fitting := make([]any, len(list))
	for i, element := range list {
		fitting[i] = c.fit(fmt.Sprintf("%s[%d]", path, i), element, t.Elem())
	}
	return fitting
}

func (c *conformer) fitInteger(path string, value any, bits int) any {
	number, ok := value.(json.Number)
	if !ok {
		return c.refuse(path, value, "a whole number without quotes")
	}
	if _, err := strconv.ParseInt(number.String(), 10, bits); err != nil {
		return c.refuse(path, value, "a whole number of ordinary size")
	}
	return value
}

// keep returns a value that has the type, and refuses others.
func keep[T any](c *conformer, path string, value any, want string) any {
	if _, ok := value.(T); !ok {
		return c.refuse(path, value, want)
	}
	return value
}

func (c *conformer) refuse(path string, value any, want string) any {
	c.say(path, fmt.Sprintf("is %s and must be %s", described(value), want))
	return nil
}

func (c *conformer) say(path, message string) {
	c.faults = append(c.faults, c.document.Fault(path, message))
}

// described names the type of a value that was read, and repeats none, because it may be personal data.
func described(value any) string {
	switch value.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// fieldsOf returns the types of a struct's fields by their names in JSON, those of structs taken in inline included.
func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			maps.Copy(fields, fieldsOf(field.Type))
		case name != "" && name != "-":
			fields[name] = field.Type
		}
	}
	return fields
}
