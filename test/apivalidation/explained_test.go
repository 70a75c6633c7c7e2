package apivalidation

import (
	"slices"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// kubectl explain shows the schema's descriptions; a field without one is a field nobody can look up.
func TestEveryFieldIsExplained(t *testing.T) {
	for _, crd := range customResources(t) {
		t.Run(crd.Spec.Names.Kind, func(t *testing.T) {
			schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
			if len(strings.Fields(schema.Description)) < 8 {
				t.Errorf("the kind itself is described as %q", schema.Description)
			}
			walk("", schema, func(path string, field *apiextensionsv1.JSONSchemaProps) {
				if field.Description == "" && !standardField(path) {
					t.Errorf("%s has no description", path)
				}
			})
		})
	}
}

// Every list a rule could walk has a bound, or the API server's cost estimate would refuse the next rule.
func TestEveryListInASpecIsBounded(t *testing.T) {
	for _, crd := range customResources(t) {
		walk("", crd.Spec.Versions[0].Schema.OpenAPIV3Schema, func(path string, field *apiextensionsv1.JSONSchemaProps) {
			if field.Type == "array" && field.MaxItems == nil && strings.HasPrefix(path, ".spec") {
				t.Errorf("%s%s has no maxItems", crd.Spec.Names.Kind, path)
			}
		})
	}
}

func TestNamesInKubectl(t *testing.T) {
	shortNames := map[string]string{"LiaisonStation": "lst", "DeputyRoster": "dr", "DutySchedule": "duty", "HolidayCalendar": "hcal"}
	columns := map[string][]string{
		"LiaisonStation": {"Ready", "Pending", "Overdue", "On duty", "URL", "Age"},
		"DeputyRoster":   {"Deputies", "On duty", "Next reception", "Uncovered", "Planned until", "Provisional from", "Age"},
		"DutySchedule":   {"Roster", "Month", "Receptions", "Duties", "Uncovered", "Announced until", "Provisional", "Age"},
	}
	for _, crd := range customResources(t) {
		kind := crd.Spec.Names.Kind
		if !slices.Contains(crd.Spec.Names.ShortNames, shortNames[kind]) || !slices.Contains(crd.Spec.Names.Categories, "liaison") {
			t.Errorf("%s has short names %v and categories %v", kind, crd.Spec.Names.ShortNames, crd.Spec.Names.Categories)
		}
		var got []string
		for _, column := range crd.Spec.Versions[0].AdditionalPrinterColumns {
			got = append(got, column.Name)
		}
		if want, ok := columns[kind]; ok && !slices.Equal(got, want) {
			t.Errorf("%s prints %v, want %v", kind, got, want)
		}
	}
}

func customResources(t *testing.T) []apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := apiextensionsv1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	crds, err := client.New(cluster.Config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	var list apiextensionsv1.CustomResourceDefinitionList
	if err := crds.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 4 {
		t.Fatalf("%d kinds are installed, want 4", len(list.Items))
	}
	return list.Items
}

func walk(path string, schema *apiextensionsv1.JSONSchemaProps, visit func(string, *apiextensionsv1.JSONSchemaProps)) {
	for name, property := range schema.Properties {
		field := path + "." + name
		visit(field, &property)
		walk(field, &property, visit)
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		walk(path+"[]", schema.Items.Schema, visit)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		walk(path+"{}", schema.AdditionalProperties.Schema, visit)
	}
}

// standardField reports whether kubectl knows the field from the API machinery.
func standardField(path string) bool { return path == ".metadata" }
