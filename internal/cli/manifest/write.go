package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	nodes "go.yaml.in/yaml/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/internal/cli/show"
)

// Object is an object of our API as a person writes it: without what the server adds.
type Object struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   Metadata `json:"metadata"`
	Spec       any      `json:"spec"`
}

// Metadata is what a person writes of an object's metadata.
type Metadata struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// MetadataOf keeps what a person writes; what kubectl apply remembers is not that.
func MetadataOf(from *metav1.ObjectMeta) Metadata {
	kept := Metadata{Name: from.Name, Namespace: from.Namespace, Labels: from.Labels}
	for key, value := range from.Annotations {
		if key == "kubectl.kubernetes.io/last-applied-configuration" {
			continue
		}
		if kept.Annotations == nil {
			kept.Annotations = map[string]string{}
		}
		kept.Annotations[key] = value
	}
	return kept
}

// Encode writes the object as YAML, which is for people and kubectl, or as JSON, which is for programs.
func (o Object) Encode(form string) ([]byte, error) {
	if form == show.JSON {
		return o.JSON()
	}
	return o.YAML()
}

// JSON is the object with its fields in the order of the API.
func (o Object) JSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // a topic may hold &
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(o); err != nil {
		return nil, fmt.Errorf("encoding %s %s: %w", o.Kind, o.Metadata.Name, err)
	}
	return b.Bytes(), nil
}

// YAML is the object as a person would write it: fields in the order of the API, a line for each deputy, leader or day. It is the same for equal objects.
func (o Object) YAML() ([]byte, error) {
	text, err := o.JSON()
	if err != nil {
		return nil, err
	}
	var root nodes.Node
	if err := nodes.Unmarshal(escaped(text), &root); err != nil { // JSON is YAML
		return nil, fmt.Errorf("encoding %s %s: %w", o.Kind, o.Metadata.Name, err)
	}
	layOut(root.Content[0], 0)
	var b bytes.Buffer
	encoder := nodes.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(&root); err != nil {
		return nil, fmt.Errorf("encoding %s %s: %w", o.Kind, o.Metadata.Name, err)
	}
	return b.Bytes(), nil
}

// escaped writes the characters that JSON takes as they are and YAML does not as JSON may write them too.
func escaped(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		if r >= 0x7f && r <= 0x9f || r == '\uFEFF' || r == '\uFFFE' || r == '\uFFFF' {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.Bytes()
}

// longestLine is how many characters a list's element may have on one line.
const longestLine = 300

// layOut gives a node and what it holds the style a person would choose. The outermost two levels, such as metadata and spec, have lines of their own.
func layOut(node *nodes.Node, level int) {
	node.Style = 0
	switch node.Kind {
	case nodes.ScalarNode:
		if node.Tag == "!!str" && !isPlain(node.Value) {
			node.Style = nodes.DoubleQuotedStyle
		}
	case nodes.MappingNode:
		if level > 1 && simple(node) {
			node.Style = nodes.FlowStyle
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			layOut(node.Content[i], level+1)
			layOut(node.Content[i+1], level+1)
		}
	case nodes.SequenceNode:
		if simple(node) {
			node.Style = nodes.FlowStyle
		}
		for _, element := range node.Content {
			layOut(element, level+1)
			if element.Kind == nodes.MappingNode && !holdsManyObjects(element) && length(element) <= longestLine {
				element.Style = nodes.FlowStyle
			}
		}
	default: // what was read from JSON has no other
	}
}

// simple tells a list or an object of scalars.
func simple(node *nodes.Node) bool {
	for _, child := range node.Content {
		if child.Kind != nodes.ScalarNode {
			return false
		}
	}
	return true
}

// holdsManyObjects tells of an element such as a year, whose days want lines of their own, and not of a deputy with a leave.
func holdsManyObjects(node *nodes.Node) bool {
	const many = 4
	for _, child := range node.Content {
		if child.Kind == nodes.SequenceNode && len(child.Content) >= many && !simple(child) {
			return true
		}
	}
	return false
}

func length(node *nodes.Node) int {
	n := len([]rune(node.Value)) + 2
	for _, child := range node.Content {
		n += length(child)
	}
	return n
}

// isPlain tells whether a text without quotes is read as that text, by the API server's rules and by newer ones. What begins as numbers do looks like one.
func isPlain(text string) bool {
	if text == "" || strings.ContainsRune("0123456789+-.", rune(text[0])) {
		return false
	}
	var old []any
	var today []any
	inList := []byte("[" + text + "]")
	if yaml.Unmarshal(inList, &old) != nil || nodes.Unmarshal(inList, &today) != nil {
		return false
	}
	return len(old) == 1 && old[0] == text && len(today) == 1 && today[0] == text
}
