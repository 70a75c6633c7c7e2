package browser

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
)

// A node is something on the page, as a screen reader is told of it.
type node struct {
	role, name, value string
	level             int
	focusable         bool
	focused           bool
	id                cdp.BackendNodeID
}

func (n node) String() string { return fmt.Sprintf("%s %q", n.role, n.name) }

// What a person looks for, and the roles it may have.
var (
	links    = []string{"link"}
	buttons  = []string{"button"}
	switches = []string{"button", "checkbox", "radio", "DisclosureTriangle"}
	fields   = []string{"textbox", "searchbox", "spinbutton", "Date", "DateTime"}
	lists    = []string{"combobox"}
)

// tree is everything on the page that is not hidden, in the order in which it is read out.
func (p *person) tree() []node {
	p.t.Helper()
	all := call(p, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes
	byID := make(map[accessibility.NodeID]*accessibility.Node, len(all))
	for _, n := range all {
		byID[n.NodeID] = n
	}
	var seen []node
	var visit func(n *accessibility.Node)
	visit = func(n *accessibility.Node) {
		if n == nil {
			return
		}
		if !n.Ignored {
			seen = append(seen, told(n))
		}
		for _, child := range n.ChildIDs {
			visit(byID[child])
		}
	}
	if len(all) > 0 {
		visit(all[0])
	}
	return seen
}

func told(n *accessibility.Node) node {
	properties := map[accessibility.PropertyName]string{}
	for _, property := range n.Properties {
		properties[property.Name] = text(property.Value)
	}
	level, _ := strconv.Atoi(properties[accessibility.PropertyNameLevel])
	return node{
		role: text(n.Role), name: folded(text(n.Name)), value: text(n.Value), level: level, id: n.BackendDOMNodeID,
		focusable: properties[accessibility.PropertyNameFocusable] == "true",
		focused:   properties[accessibility.PropertyNameFocused] == "true",
	}
}

// text of a value, whatever its type.
func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) == nil {
		return s
	}
	return string(v.Value)
}

func folded(s string) string { return strings.Join(strings.Fields(s), " ") }

// named finds what is called so, the better name first: the whole name, its beginning, a part of it.
func named(nodes []node, roles []string, name string) (node, bool) {
	for _, fits := range []func(string, string) bool{equal, strings.HasPrefix, strings.Contains} {
		i := slices.IndexFunc(nodes, func(n node) bool { return slices.Contains(roles, n.role) && fits(n.name, name) })
		if i >= 0 {
			return nodes[i], true
		}
	}
	return node{}, false
}

func equal(a, b string) bool { return a == b }

// find waits until something of the roles with that name is on the page.
func (p *person) find(roles []string, name string) node {
	p.t.Helper()
	var found node
	var nodes []node
	p.eventually(func() string {
		return fmt.Sprintf("finds no %s %q but %v", strings.Join(roles, " or "), name, ofRoles(nodes, roles))
	}, func() (ok bool) {
		nodes = p.tree()
		found, ok = named(nodes, roles, name)
		return ok
	})
	return found
}

func ofRoles(nodes []node, roles []string) []node {
	return slices.DeleteFunc(slices.Clone(nodes), func(n node) bool { return !slices.Contains(roles, n.role) })
}
