package charts

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"township.dev/liaison/test/fixture"
)

// An operator with defaults that cannot be ends at its start, or, in an upgrade, never takes over: the chart says so first.
func TestTheChartRefusesTheDefaultsThatTheOperatorRefuses(t *testing.T) {
	beyondASchema := []string{"resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}"} // quantities cannot be compared there
	for content := range fixture.RefusedDefaults() {
		file := filepath.Join(t.TempDir(), "values.yaml")
		write(t, file, "intake: {defaults: {"+content+"}}")
		_, complaint := helm(t, "template", "release", operatorChart, "--values", file)
		if slices.Contains(beyondASchema, content) {
			if complaint != "" {
				t.Errorf("%s: excused, and yet refused: %s", content, complaint)
			}
			continue
		}
		if !strings.Contains(complaint, "at '/intake/defaults") {
			t.Errorf("%s: %q, want the place in intake.defaults", content, complaint)
		}
	}
}

func TestTheChartTakesTheDefaultsThatTheOperatorTakes(t *testing.T) {
	for _, content := range fixture.TakenDefaults() {
		file := filepath.Join(t.TempDir(), "values.yaml")
		write(t, file, "intake: {defaults: {"+content+"}}")
		render(t, operatorChart, "--values", file)
	}
}

// The county's defaults are a station's spec.intake without what is each station's own, so that part of the operator's schema, which is
// otherwise written by hand, is made in the same way.
func TestTheSchemaOfTheCountysDefaultsIsMadeFromTheAPI(t *testing.T) {
	file := filepath.Join(operatorChart, "values.schema.json")
	const indent = "        "
	part := regexp.MustCompile(`(?s)\n` + indent + `"defaults": \{.*?\n` + indent + `\}`)
	made, err := json.MarshalIndent(defaultsSchema(t), indent, "  ")
	if err != nil {
		t.Fatal(err)
	}
	before := read(t, file)
	after := part.ReplaceAllLiteral(before, slices.Concat([]byte("\n"+indent+`"defaults": `), made))
	if *update {
		write(t, file, string(after))
	}
	if !bytes.Equal(after, read(t, file)) {
		t.Errorf("intake.defaults in %s is not what the API makes of it; run go test ./charts -run Schema -update", file)
	}
}

// defaultsSchema is that of a station's intake without what is each station's own, and with what an API server asks of the objects that are made of it:
// what it refuses there, it refuses for every station.
func defaultsSchema(t *testing.T) schema {
	t.Helper()
	intake := specOf(t, "liaisonstations")["intake"].(schema)
	resources := intake["properties"].(schema)["resources"].(schema)["properties"].(schema)
	object := schema{"pattern": objectPattern}
	mayBeUnset := schema{"pattern": "^$|" + objectPattern}
	annotations := schema{"patternProperties": schema{ofTheOperator: false, labelName: schema{"type": "string"}}, "additionalProperties": false}
	intake.overlay(schema{"description": nil, "properties": schema{
		"host":             nil,
		"image":            nil,
		"imagePullSecrets": schema{"items": schema{"properties": schema{"name": object}}, "uniqueItems": true},
		"nodeSelector":     schema{"patternProperties": schema{labelName: labelValue()}, "additionalProperties": false},
		"tolerations":      schema{"items": tolerable()},
		"labels":           schema{"patternProperties": schema{ofTheOperator: false, labelName: labelValue()}, "additionalProperties": false, "properties": ownLabels()},
		"annotations":      annotations,
		"exposure": schema{"minProperties": 1, "maxProperties": 1, "properties": schema{
			"ingress": schema{"properties": schema{"className": object, "tlsSecretName": object, "annotations": annotations}},
			"gateway": schema{"properties": schema{"parentRefs": schema{"items": schema{"properties": schema{
				"name": object, "namespace": schema{"pattern": "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}, "sectionName": mayBeUnset,
			}}}}},
		}},
		"resources":      schema{"properties": schema{"requests": amounts(resources["requests"]), "limits": amounts(resources["limits"])}},
		"storage":        schema{"properties": schema{"type": nil, "size": nil, "storageClassName": object}},
		"trustedProxies": schema{"items": schema{"pattern": "^[0-9A-Fa-f.:]+/[1-9][0-9]{0,2}$"}},
		"caConfigMapRef": schema{"properties": schema{"name": object}},
	}})
	for _, field := range intake["properties"].(schema) {
		field.(schema)["type"] = []any{field.(schema)["type"], "null"} // as it is when every line below its key is commented out
	}
	return intake
}

const (
	objectPattern = `^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$`
	ofTheOperator = `^liaison\.township\.dev/`
)

// ownLabels are those by which the operator finds an intake's pod.
func ownLabels() schema {
	own := reservedLabels()
	delete(own, "app.kubernetes.io/version")
	delete(own, "helm.sh/chart")
	return own
}

// tolerable is what an API server asks of a toleration: the key may be left out for all taints, a value goes with Equal, and a time with NoExecute.
func tolerable() schema {
	is := func(field, value string) schema {
		return schema{"required": []string{field}, "properties": schema{field: schema{"const": value}}}
	}
	return schema{
		"properties": schema{
			"key":      schema{"pattern": "^$|" + labelName},
			"operator": schema{"enum": []string{"", "Equal", "Exists"}},
			"value":    labelValue(),
			"effect":   schema{"enum": []string{"", "NoSchedule", "PreferNoSchedule", "NoExecute"}},
		},
		"if":   is("operator", "Exists"),
		"then": schema{"properties": schema{"value": schema{"maxLength": 0}}},
		"else": schema{"required": []string{"key"}, "properties": schema{"key": schema{"minLength": 1}}},

		"dependentSchemas": schema{"tolerationSeconds": is("effect", "NoExecute")},
	}
}

// amounts are those of what a container may ask for; none is negative.
func amounts(declared any) schema {
	amount := declared.(schema)["additionalProperties"].(schema)
	amount.overlay(schema{"minimum": 0, "not": schema{"type": "string", "pattern": "^-"}})
	return schema{"additionalProperties": false, "properties": schema{"cpu": amount, "memory": amount, "ephemeral-storage": amount}}
}
