package apply

import (
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
)

// covers reports whether the live object already holds everything the desired one asks for. Fields the desired object does not
// name are not looked at: they belong to others, or to the API server's defaults. kind decides which lists merge by key, and what is taken whole.
func covers(kind string, live, desired map[string]any) bool {
	return coversMap(kind, "", live, desired)
}

func coversValue(kind, path string, live, desired any) bool {
	switch want := desired.(type) {
	case map[string]any:
		have, ok := live.(map[string]any)
		return ok && coversMap(kind, path, have, want)
	case []any:
		have, ok := live.([]any)
		if !ok {
			// An empty list is not stored: egress: [] comes back as no egress at all.
			return live == nil && len(want) == 0
		}
		if keys := mergeKeys(kind, path); keys != nil {
			return coversKeyedList(kind, path, keys, have, want)
		}
		return coversAtomicList(kind, path, have, want)
	default:
		return equalScalars(path, live, desired)
	}
}

func coversMap(kind, path string, live, desired map[string]any) bool {
	for key, want := range desired {
		have, at := live[key], join(path, key)
		if !coversValue(kind, at, have, want) || takenWhole(kind, at) && have != nil && !coversValue(kind, at, want, have) {
			return false
		}
	}
	return true
}

func coversAtomicList(kind, path string, live, desired []any) bool {
	if len(live) != len(desired) {
		return false
	}
	for i := range desired {
		if !coversValue(kind, path, live[i], desired[i]) {
			return false
		}
	}
	return true
}

// coversKeyedList finds each desired element by its keys; what others added stays theirs.
func coversKeyedList(kind, path string, keys []string, live, desired []any) bool {
	for _, want := range desired {
		have := findByKeys(keys, live, want)
		if have == nil || !coversValue(kind, path, have, want) {
			return false
		}
	}
	return true
}

func findByKeys(keys []string, list []any, wanted any) any {
	want := elementKey(keys, wanted)
	for _, element := range list {
		if elementKey(keys, element) == want {
			return element
		}
	}
	return nil
}

// elementKey identifies an element of a list that merges by key; a set's elements identify themselves.
func elementKey(keys []string, element any) [2]any {
	object, isMap := element.(map[string]any)
	if !isMap {
		return [2]any{element}
	}
	var id [2]any
	for i, key := range keys {
		id[i] = object[key]
		if id[i] == nil && key == "protocol" {
			id[i] = "TCP"
		}
	}
	return id
}

func equalScalars(path string, live, desired any) bool {
	if reflect.DeepEqual(live, desired) {
		return true
	}
	if a, isNumber := number(live); isNumber {
		b, isNumber := number(desired)
		return isNumber && a == b
	}
	return isQuantity(path) && equalQuantities(live, desired)
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	default:
		return 0, false
	}
}

// equalQuantities knows that the API server writes 1024Mi as 1Gi.
func equalQuantities(live, desired any) bool {
	a, ok := parseQuantity(live)
	if !ok {
		return false
	}
	b, ok := parseQuantity(desired)
	return ok && a.Cmp(b) == 0
}

func parseQuantity(value any) (resource.Quantity, bool) {
	text, ok := value.(string)
	if !ok {
		return resource.Quantity{}, false
	}
	quantity, err := resource.ParseQuantity(text)
	return quantity, err == nil
}
