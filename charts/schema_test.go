package charts

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

var update = flag.Bool("update", false, "rewrite what is generated of the charts' values.schema.json, and the golden files")

// A township's values are the specs of its two objects, so their schema is made from the CRDs: `go test ./charts -run Schema -update`.
func TestStationSchemaIsMadeFromTheAPI(t *testing.T) {
	file := filepath.Join(stationChart, "values.schema.json")
	made := stationSchema(t)
	if *update {
		if err := os.WriteFile(file, made, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(made, read(t, file)) {
		t.Errorf("%s is not what the API's kinds make of it; run go test ./charts -run Schema -update", file)
	}
}

type schema map[string]any

// overlay lays another schema over this one; nil takes out what is there.
func (s schema) overlay(over schema) {
	for key, value := range over {
		below, isSchema := value.(schema)
		there, wasSchema := s[key].(schema)
		switch {
		case value == nil:
			delete(s, key)
		case isSchema && wasSchema:
			there.overlay(below)
		default:
			s[key] = value
		}
	}
}

func stationSchema(t *testing.T) []byte {
	t.Helper()
	station := specOf(t, "liaisonstations")
	delete(station, "rosterRef") // the chart names the roster itself
	roster := specOf(t, "deputyrosters")
	delete(roster["deputies"].(schema), "minItems") // an empty list is what a chart that creates no roster has
	mayBeEmpty(roster["reception"].(schema))
	roster["create"] = schema{"type": "boolean", "description": "create the roster with this release"}
	roster["name"] = objectName("name of the roster; by default the station's")

	values := maps.Clone(station)
	values["nameOverride"] = objectName("name of the station's object; by default the release's name")
	values["roster"] = schema{"type": "object", "additionalProperties": false, "properties": roster,
		"description": "roster of the deputies who serve at the station"}
	intake := station["intake"].(schema)["properties"].(schema)
	values["test"] = schema{"type": "object", "additionalProperties": false, "description": "the pod of helm test", "properties": schema{
		"enabled": schema{"type": "boolean", "description": "have a pod for helm test"},
		"image":   schema{"type": "string", "maxLength": 512, "description": "image with liaison-intake; by default intake.image"},

		"imagePullSecrets": intake["imagePullSecrets"], "nodeSelector": intake["nodeSelector"], "tolerations": intake["tolerations"],
	}}
	values["labels"] = labelsByName("labels on the objects of this release")
	values["annotations"] = stringsByName("annotations on the objects of this release")
	values["global"] = schema{"type": "object", "description": "set by a parent chart; not used here"}

	made, err := json.MarshalIndent(schema{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"title":   "Values of the chart liaison-station", "type": "object",
		"additionalProperties": false, "properties": values,
		"required": []string{"displayName", "township", "staff", "topics", "roster", "test"},
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(made, '\n')
}

func specOf(t *testing.T, plural string) schema {
	t.Helper()
	objects := decode(t, read(t, "..", "config", "crd", "bases", "liaison.township.dev_"+plural+".yaml"))
	crd := objects[0].(*apiextensionsv1.CustomResourceDefinition)
	spec := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"]
	return fromAPI(spec)["properties"].(schema)
}

func objectName(description string) schema {
	return schema{"type": "string", "pattern": "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 40, "description": description}
}

func stringsByName(description string) schema {
	return schema{"type": "object", "additionalProperties": schema{"type": "string"}, "description": description}
}

// labelsByName are those that Kubernetes takes, and that the charts leave free.
func labelsByName(description string) schema {
	return schema{"type": "object", "additionalProperties": false, "patternProperties": schema{labelName: labelValue()},
		"properties": reservedLabels(), "description": description}
}

// labelName is also how an annotation is named.
const labelName = "^([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$"

func labelValue() schema {
	return schema{"type": "string", "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", "maxLength": 63}
}

// reservedLabels are set by the charts themselves.
func reservedLabels() schema {
	reserved := schema{}
	for _, name := range []string{"name", "instance", "version", "part-of", "managed-by"} {
		reserved["app.kubernetes.io/"+name] = false
	}
	reserved["helm.sh/chart"] = false
	return reserved
}

// mayBeEmpty lets an object stand for "not set" when it has no field at all, as in values.yaml.
func mayBeEmpty(s schema) {
	s["if"] = schema{"minProperties": 1}
	s["then"] = schema{"required": s["required"]}
	delete(s, "required")
}

// fromAPI turns the schema of an API field into that of a chart value.
func fromAPI(api apiextensionsv1.JSONSchemaProps) schema {
	s := schema{}
	put := func(key string, value any, present bool) {
		if present {
			s[key] = value
		}
	}
	put("description", strings.Join(strings.Fields(api.Description), " "), api.Description != "")
	put("type", api.Type, api.Type != "")
	put("minimum", api.Minimum, api.Minimum != nil)
	put("maximum", api.Maximum, api.Maximum != nil)
	put("minLength", api.MinLength, api.MinLength != nil)
	put("maxLength", api.MaxLength, api.MaxLength != nil)
	put("minItems", api.MinItems, api.MinItems != nil)
	put("maxItems", api.MaxItems, api.MaxItems != nil)
	put("maxProperties", api.MaxProperties, api.MaxProperties != nil)
	put("required", api.Required, len(api.Required) > 0)
	put("enum", api.Enum, len(api.Enum) > 0)
	put("pattern", pattern(api), pattern(api) != "")
	put("uniqueItems", true, api.XListType != nil && *api.XListType == "set")
	if api.XIntOrString {
		s["type"] = []string{"integer", "string"}
	}
	if api.Type == "object" {
		shape(s, api)
	}
	if api.Items != nil {
		s["items"] = fromAPI(*api.Items.Schema)
	}
	return s
}

func shape(s schema, api apiextensionsv1.JSONSchemaProps) {
	if api.AdditionalProperties != nil {
		s["additionalProperties"] = fromAPI(*api.AdditionalProperties.Schema)
		return
	}
	properties := schema{}
	for _, name := range slices.Sorted(maps.Keys(api.Properties)) {
		properties[name] = fromAPI(api.Properties[name])
	}
	s["properties"], s["additionalProperties"] = properties, false
}

var matchesRule = regexp.MustCompile(`^self\.matches\('([^']*)'\)$`)

// pattern is the field's own pattern, that of its date format, or the one a CEL rule asks for.
func pattern(api apiextensionsv1.JSONSchemaProps) string {
	if api.Pattern != "" {
		return api.Pattern
	}
	if api.Format == "date" {
		return `^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`
	}
	for _, rule := range api.XValidations {
		if found := matchesRule.FindStringSubmatch(rule.Rule); found != nil {
			return strings.ReplaceAll(found[1], `\\`, `\`)
		}
	}
	return ""
}
