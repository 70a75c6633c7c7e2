package manifest

import (
	"fmt"
	"strings"

	nodes "go.yaml.in/yaml/v3"
)

// lines is where each field stands, by its path.
type lines map[string]int

// of returns the line of the field or of the nearest field around it.
func (l lines) of(field string) int {
	for {
		if line, ok := l[field]; ok || field == "" {
			return line
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
}

// read enters the fields of a node and returns those that stand twice.
func (l lines) read(path string, node *nodes.Node) []Fault {
	node = resolved(node)
	if _, known := l[path]; !known {
		l[path] = node.Line
	}
	var doubled []Fault
	switch node.Kind {
	case nodes.MappingNode:
		first := map[string]int{}
		for i := 0; i+1 < len(node.Content); i += 2 {
			key, value := node.Content[i], node.Content[i+1]
			if key.Tag == "!!merge" {
				doubled = append(doubled, l.merge(path, value)...)
				continue
			}
			at := join(path, key.Value)
			if line, twice := first[key.Value]; twice {
				doubled = append(doubled, Fault{Field: at, Line: key.Line, Message: fmt.Sprintf("stands twice, on line %d as well; remove one of them", line)})
				continue
			}
			first[key.Value] = key.Line
			l[at] = key.Line
			doubled = append(doubled, l.read(at, value)...)
		}
	case nodes.SequenceNode:
		for i, element := range node.Content {
			doubled = append(doubled, l.read(fmt.Sprintf("%s[%d]", path, i), element)...)
		}
	default: // a scalar has no fields
	}
	return doubled
}

// merge enters the fields that a mapping takes over from others (<<).
func (l lines) merge(path string, value *nodes.Node) []Fault {
	value = resolved(value)
	if value.Kind != nodes.SequenceNode {
		return l.read(path, value)
	}
	var doubled []Fault
	for _, element := range value.Content {
		doubled = append(doubled, l.read(path, element)...)
	}
	return doubled
}

func resolved(node *nodes.Node) *nodes.Node {
	for node.Kind == nodes.AliasNode {
		node = node.Alias
	}
	return node
}

// elementOf finds an element of a list that a mapping holds.
func elementOf(node *nodes.Node, field string, n int) *nodes.Node {
	node = resolved(node)
	for i := 0; i+1 < len(node.Content); i += 2 {
		if list := resolved(node.Content[i+1]); node.Content[i].Value == field && n < len(list.Content) {
			return list.Content[n]
		}
	}
	return node
}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
