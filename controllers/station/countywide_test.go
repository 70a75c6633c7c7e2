package station

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// The county may give all stations as much as each may give itself, and the CRD says how much that is.
func TestAsMuchIsLetThroughForAllAsForOne(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "config", "crd", "bases", "liaison.township.dev_liaisonstations.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(content, &crd); err != nil {
		t.Fatal(err)
	}
	intake := crd.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["intake"]
	declared := map[string]int{}
	for name, field := range intake.Properties {
		for _, most := range []*int64{field.MaxItems, field.MaxProperties} {
			if most != nil {
				declared[name] = int(*most)
			}
		}
	}
	if diff := cmp.Diff(declared, mostOf); diff != "" {
		t.Errorf("(-CRD +here):\n%s", diff)
	}
	if most := intake.Properties["exposure"].Properties["gateway"].Properties["parentRefs"].MaxItems; *most != mostGateways {
		t.Errorf("the CRD lets a station name %d Gateways, and here are %d", *most, mostGateways)
	}
}
