// Package kinds finds out whether a cluster's CRDs have what this release's have: an API server drops, without a word, the fields that its CRDs lack.
package kinds

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/discovery"

	"township.dev/liaison/api/v1alpha1"
)

// Lack is what a CRD lacks.
type Lack struct {
	// CRD is its name.
	CRD string
	// Fields it does not have; empty when there is no such CRD.
	Fields []string
}

// mostTold is how many fields are named.
const mostTold = 3

// Told names the fields, or the first of many.
func (l Lack) Told() string {
	told := strings.Join(l.Fields[:min(mostTold, len(l.Fields))], ", ")
	if more := len(l.Fields) - mostTold; more > 0 {
		told += fmt.Sprintf(" and %d more", more)
	}
	return told
}

// ours are the kinds by their plural names.
var ours = map[string]reflect.Type{
	"liaisonstations":  reflect.TypeFor[v1alpha1.LiaisonStation](),
	"deputyrosters":    reflect.TypeFor[v1alpha1.DeputyRoster](),
	"dutyschedules":    reflect.TypeFor[v1alpha1.DutySchedule](),
	"holidaycalendars": reflect.TypeFor[v1alpha1.HolidayCalendar](),
}

// Lacking asks the API server what it serves, as it tells everybody who may sign in; nobody needs the right to read CRDs. It tells of a kind some moments
// before it tells of the kind's fields, and a kind whose fields it does not tell is taken to have them all.
func Lacking(client discovery.DiscoveryInterface) ([]Lack, error) {
	served, err := served(client)
	if err != nil {
		return nil, err
	}
	schemas, err := schemasOf(client)
	if err != nil {
		return nil, err
	}
	var found []Lack
	for _, plural := range slices.Sorted(maps.Keys(ours)) {
		lack := Lack{CRD: plural + "." + v1alpha1.GroupVersion.Group}
		if served[plural] {
			lack.Fields = lacking(ours[plural], schemas[ours[plural].Name()], "")
		}
		if !served[plural] || len(lack.Fields) > 0 {
			found = append(found, lack)
		}
	}
	return found, nil
}

// served are the kinds that there are, by their plural names.
func served(client discovery.DiscoveryInterface) (map[string]bool, error) {
	kinds := map[string]bool{}
	list, err := client.ServerResourcesForGroupVersion(v1alpha1.GroupVersion.String())
	switch {
	case apierrors.IsNotFound(err):
		return kinds, nil
	case err != nil:
		return nil, fmt.Errorf("asking which of our kinds are served: %w", err)
	}
	for _, resource := range list.APIResources {
		kinds[resource.Name] = true
	}
	return kinds, nil
}

// schema is the part of an OpenAPI schema that names fields.
type schema struct {
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	Kinds      []struct {
		Kind string `json:"kind"`
	} `json:"x-kubernetes-group-version-kind"`
}

func schemasOf(client discovery.DiscoveryInterface) (map[string]*schema, error) {
	paths, err := client.OpenAPIV3().Paths()
	if err != nil {
		return nil, fmt.Errorf("asking how the kinds are described: %w", err)
	}
	ours, known := paths["apis/"+v1alpha1.GroupVersion.String()]
	if !known {
		return nil, nil
	}
	text, err := ours.Schema("application/json")
	if err != nil {
		return nil, fmt.Errorf("asking how our kinds are described: %w", err)
	}
	return schemasIn(text)
}

func schemasIn(text []byte) (map[string]*schema, error) {
	var document struct {
		Components struct {
			Schemas map[string]*schema `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, fmt.Errorf("reading the schema of our kinds: %w", err)
	}
	byKind := map[string]*schema{}
	for _, s := range document.Components.Schemas {
		if len(s.Kinds) == 1 && s.Properties["metadata"] != nil {
			byKind[s.Kinds[0].Kind] = s
		}
	}
	return byKind, nil
}

// lacking are the fields of a Go type that the schema does not have; below a field that it lacks nothing more is looked for.
func lacking(of reflect.Type, in *schema, path string) []string {
	of, in = elements(of, in)
	if of.Kind() != reflect.Struct || of.PkgPath() != reflect.TypeFor[v1alpha1.LiaisonStation]().PkgPath() || in == nil {
		return nil
	}
	var missing []string
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			missing = append(missing, lacking(field.Type, in, path)...)
		case in.Properties[name] == nil:
			missing = append(missing, path+name)
		default:
			missing = append(missing, lacking(field.Type, in.Properties[name], path+name+".")...)
		}
	}
	return missing
}

// elements goes through pointers and lists to what they hold.
func elements(of reflect.Type, in *schema) (reflect.Type, *schema) {
	for {
		switch of.Kind() {
		case reflect.Pointer:
			of = of.Elem()
		case reflect.Slice:
			of = of.Elem()
			if in != nil {
				in = in.Items
			}
		default:
			return of, in
		}
	}
}
