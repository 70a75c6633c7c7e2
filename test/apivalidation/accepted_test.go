package apivalidation

import (
	"os"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

func TestValidDocumentsAreAccepted(t *testing.T) {
	ns := cluster.Namespace(t)
	for _, document := range documents(t, "testdata/valid.yaml") {
		document.SetNamespace(ns)
		if err := api.Create(t.Context(), document); err != nil {
			t.Errorf("%s %s: %v", document.GetKind(), document.GetName(), err)
		}
	}
}

// What only just fits must be accepted, or a rule says more than it means.
func TestEdgesAreAccepted(t *testing.T) {
	valid := map[string]*unstructured.Unstructured{}
	for _, document := range documents(t, "testdata/valid.yaml") {
		valid[document.GetKind()] = document
	}
	edges := []struct {
		what, kind string
		with       map[string]any
	}{
		{"a village without a deputy", "LiaisonStation", map[string]any{"spec": map[string]any{"rosterRef": nil}}},
		{"a volume of the least size", "LiaisonStation", map[string]any{"spec": map[string]any{"intake": map[string]any{"storage": map[string]any{"size": "64Mi"}}}}},
		{"a bare host name", "LiaisonStation", map[string]any{"spec": map[string]any{"intake": map[string]any{"host": "zhongduo"}}}},
		{"requests equal to limits in another unit", "LiaisonStation", map[string]any{"spec": map[string]any{"intake": map[string]any{
			"resources": map[string]any{"requests": map[string]any{"cpu": "1000m"}, "limits": map[string]any{"cpu": 1}}}}}},
		{"an extension beyond a longer deadline", "LiaisonStation", map[string]any{"spec": map[string]any{"casework": map[string]any{
			"routes": []any{map[string]any{"route": "County", "months": 11}}, "extension": map[string]any{"months": 12}}}}},
		{"a county deadline in working days beside an extension", "LiaisonStation", map[string]any{"spec": map[string]any{"casework": map[string]any{
			"routes": []any{map[string]any{"route": "County", "workingDays": 20}}, "extension": map[string]any{"months": 2}}}}},
		{"no reminders", "LiaisonStation", map[string]any{"spec": map[string]any{"casework": map[string]any{
			"reminders": map[string]any{"beforeDays": []any{}, "afterDays": []any{}}}}}},
		{"a provider on another port", "LiaisonStation", map[string]any{"spec": map[string]any{"staff": map[string]any{"oidc": map[string]any{
			"issuer": "https://id.example.gov.cn:8443/realms/county"}}}}},
		{"a provider on the same machine", "LiaisonStation", map[string]any{"spec": map[string]any{"staff": map[string]any{"oidc": map[string]any{
			"issuer": "http://127.0.0.1:5556/dex"}}}}},
		{"a provider by its IPv6 address", "LiaisonStation", map[string]any{"spec": map[string]any{"staff": map[string]any{"oidc": map[string]any{
			"issuer": "https://[fd00::1]"}}}}},
		{"a proxy of one address and one of IPv6", "LiaisonStation", map[string]any{"spec": map[string]any{"intake": map[string]any{
			"trustedProxies": []any{"10.1.2.3/32", "fd00::/8"}}}}},
		{"authorities under another key", "LiaisonStation", map[string]any{"spec": map[string]any{"intake": map[string]any{
			"caConfigMapRef": map[string]any{"name": "trust.county-2", "key": "Trust_Bundle.pem"}}}}},
		{"keys that are there and not required", "LiaisonStation", map[string]any{"spec": map[string]any{"open311": map[string]any{"requireKey": false}}}},
		{"no receptions and no duty", "DeputyRoster", map[string]any{"spec": map[string]any{"reception": nil, "duty": nil}}},
		{"receptions on the 28th", "DeputyRoster", map[string]any{"spec": map[string]any{"reception": map[string]any{"schedule": map[string]any{"dayOfMonth": 28}}}}},
		{"another time zone", "DeputyRoster", map[string]any{"spec": map[string]any{"timeZone": "Asia/Urumqi"}}},
		{"a name of 40 characters", "DeputyRoster", map[string]any{"metadata": map[string]any{"name": "a234567890123456789012345678901234567890"}}},
	}
	for _, edge := range edges {
		t.Run(edge.what, func(t *testing.T) {
			document := overlay(t, valid[edge.kind], edge.with)
			document.SetNamespace("default")
			if err := api.Create(t.Context(), document, client.DryRunAll); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDefaultsAreAsDocumented(t *testing.T) {
	for _, document := range documents(t, filepath.Join("testdata", "least.yaml")) {
		t.Run(document.GetKind(), func(t *testing.T) {
			document.SetNamespace("default")
			if err := api.Create(t.Context(), document, client.DryRunAll); err != nil {
				t.Fatal(err)
			}
			for _, expected := range defaults[document.GetKind()] {
				value, found, err := unstructured.NestedFieldNoCopy(document.Object, expected.path...)
				if err != nil || !found || value != expected.value {
					t.Errorf("%v is %v, want %v (%v)", expected.path, value, expected.value, err)
				}
			}
		})
	}
}

var defaults = map[string][]struct {
	path  []string
	value any
}{
	"LiaisonStation": {
		{[]string{"spec", "reclaimPolicy"}, "Retain"},
		{[]string{"spec", "intake", "storage", "type"}, "SQLite"},
		{[]string{"spec", "intake", "storage", "size"}, "1Gi"},
		{[]string{"spec", "staff", "oidc", "usernameClaim"}, "preferred_username"},
		{[]string{"spec", "staff", "oidc", "clientSecretRef", "key"}, "client-secret"},
	},
	"DeputyRoster": {
		{[]string{"spec", "horizonMonths"}, int64(3)},
		{[]string{"spec", "timeZone"}, "Asia/Shanghai"},
		{[]string{"spec", "reception", "postpone"}, "NonWorkingDay"},
		{[]string{"spec", "reception", "deputies"}, int64(2)},
		{[]string{"spec", "reception", "hours"}, "09:00-11:00"},
		{[]string{"spec", "reception", "announceDaysBefore"}, int64(3)},
		{[]string{"spec", "duty", "days"}, "WorkingDays"},
		{[]string{"spec", "duty", "deputiesPerDay"}, int64(1)},
	},
}

func TestCRDsStaySmall(t *testing.T) {
	const limit = 200 << 10
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "crd", "bases", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no CRDs found: %v", err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > limit {
			t.Errorf("%s has %d bytes; kubectl apply keeps a copy in an annotation, so it must stay under %d", file, info.Size(), limit)
		}
	}
}
