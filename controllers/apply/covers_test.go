package apply

import (
	"encoding/json"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	u := &unstructured.Unstructured{}
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	fields["apiVersion"], fields["kind"] = "v1", "Any"
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	if err := u.UnmarshalJSON(data); err != nil {
		t.Fatal(err)
	}
	return u.Object
}

func TestCovers(t *testing.T) {
	for _, tc := range []struct {
		name          string
		kind          string
		live, desired string
		want          bool
	}{
		{"the same", "ConfigMap", `{"data":{"a":"1"}}`, `{"data":{"a":"1"}}`, true},
		{"another's field beside ours", "ConfigMap", `{"data":{"a":"1","b":"2"}}`, `{"data":{"a":"1"}}`, true},
		{"a value edited by hand", "ConfigMap", `{"data":{"a":"2"}}`, `{"data":{"a":"1"}}`, false},
		{"a field removed by hand", "ConfigMap", `{"data":{}}`, `{"data":{"a":"1"}}`, false},
		{"a map removed by hand", "ConfigMap", `{}`, `{"data":{"a":"1"}}`, false},
		{"a number is not its text", "Service", `{"spec":{"n":"1"}}`, `{"spec":{"n":1}}`, false},
		{"whole numbers in either form", "Service", `{"spec":{"n":1.0}}`, `{"spec":{"n":1}}`, true},
		{"a quantity in canonical form", "PersistentVolumeClaim",
			`{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}`, `{"spec":{"resources":{"requests":{"storage":"1024Mi"}}}}`, true},
		{"another quantity", "PersistentVolumeClaim",
			`{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}`, `{"spec":{"resources":{"requests":{"storage":"2Gi"}}}}`, false},
		{"a text that only looks like a quantity", "ConfigMap", `{"data":{"a":"1Gi"}}`, `{"data":{"a":"1024Mi"}}`, false},
		{"an empty list the server does not store", "NetworkPolicy", `{"spec":{}}`, `{"spec":{"egress":[]}}`, true},
		{"an element added by hand to a list taken as one value", "NetworkPolicy",
			`{"spec":{"ingress":[{"ports":[{"port":1},{"port":2}]}]}}`, `{"spec":{"ingress":[{"ports":[{"port":1}]}]}}`, false},
		{"an open egress rule added by hand", "NetworkPolicy", `{"spec":{"egress":[{}]}}`, `{"spec":{"egress":[]}}`, false},
		{"a label added by hand to a selector", "Service", `{"spec":{"selector":{"a":"1","b":"2"}}}`, `{"spec":{"selector":{"a":"1"}}}`, false},
		{"a selector as it should be", "Service", `{"spec":{"selector":{"a":"1"}}}`, `{"spec":{"selector":{"a":"1"}}}`, true},
		{"an expression added by hand to a selector", "NetworkPolicy",
			`{"spec":{"podSelector":{"matchLabels":{"a":"1"},"matchExpressions":[{"key":"b","operator":"Exists"}]}}}`,
			`{"spec":{"podSelector":{"matchLabels":{"a":"1"}}}}`, false},
		{"a door narrowed by hand", "NetworkPolicy", `{"spec":{"ingress":[{"ports":[{"port":1,"protocol":"TCP"}],"from":[{"podSelector":{}}]}]}}`,
			`{"spec":{"ingress":[{"ports":[{"port":1,"protocol":"TCP"}]}]}}`, false},
		{"a door as it should be", "NetworkPolicy", `{"spec":{"ingress":[{"ports":[{"port":1.0,"protocol":"TCP"}]}]}}`,
			`{"spec":{"ingress":[{"ports":[{"port":1,"protocol":"TCP"}]}]}}`, true},
		{"another node selected by hand", "StatefulSet", `{"spec":{"template":{"spec":{"nodeSelector":{"a":"1","b":"2"}}}}}`,
			`{"spec":{"template":{"spec":{"nodeSelector":{"a":"1"}}}}}`, false},
		{"what is monitored, narrowed by hand", "PodMonitor", `{"spec":{"selector":{"matchLabels":{"a":"1","b":"2"}}}}`,
			`{"spec":{"selector":{"matchLabels":{"a":"1"}}}}`, false},
		{"another order of a list taken as one value", "StatefulSet",
			`{"spec":{"template":{"spec":{"tolerations":[{"key":"b"},{"key":"a"}]}}}}`,
			`{"spec":{"template":{"spec":{"tolerations":[{"key":"a"},{"key":"b"}]}}}}`, false},
		{"defaults inside a keyed element", "StatefulSet",
			`{"spec":{"template":{"spec":{"containers":[{"name":"intake","image":"x","imagePullPolicy":"Always"}]}}}}`,
			`{"spec":{"template":{"spec":{"containers":[{"name":"intake","image":"x"}]}}}}`, true},
		{"a sidecar someone else added", "StatefulSet",
			`{"spec":{"template":{"spec":{"containers":[{"name":"mesh"},{"name":"intake","image":"x"}]}}}}`,
			`{"spec":{"template":{"spec":{"containers":[{"name":"intake","image":"x"}]}}}}`, true},
		{"a keyed element removed by hand", "StatefulSet",
			`{"spec":{"template":{"spec":{"volumes":[{"name":"tmp","emptyDir":{}}]}}}}`,
			`{"spec":{"template":{"spec":{"volumes":[{"name":"tmp","emptyDir":{}},{"name":"data"}]}}}}`, false},
		{"a protocol by default", "Service",
			`{"spec":{"ports":[{"port":80,"protocol":"TCP","name":"http"}]}}`, `{"spec":{"ports":[{"port":80,"name":"http"}]}}`, true},
		{"another's owner reference beside ours", "ConfigMap",
			`{"metadata":{"ownerReferences":[{"uid":"1"},{"uid":"2"}]}}`, `{"metadata":{"ownerReferences":[{"uid":"2"}]}}`, true},
		{"our owner reference missing", "ConfigMap",
			`{"metadata":{"ownerReferences":[{"uid":"1"}]}}`, `{"metadata":{"ownerReferences":[{"uid":"2"}]}}`, false},
		{"another's finalizer beside ours", "ConfigMap",
			`{"metadata":{"finalizers":["a","b"]}}`, `{"metadata":{"finalizers":["b"]}}`, true},
		{"a shift of a day with two", "DutySchedule",
			`{"spec":{"shifts":[{"date":"2026-10-10","kind":"Duty"},{"date":"2026-10-10","kind":"Reception","topic":"x"}]}}`,
			`{"spec":{"shifts":[{"date":"2026-10-10","kind":"Reception","topic":"x"}]}}`, true},
		{"false is not absent", "Pod", `{"spec":{}}`, `{"spec":{"enableServiceLinks":false}}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := covers(tc.kind, object(t, tc.live), object(t, tc.desired)); got != tc.want {
				t.Errorf("covers(%s, live %s, desired %s) = %v, want %v", tc.kind, tc.live, tc.desired, got, tc.want)
			}
		})
	}
}

func TestFieldsHash(t *testing.T) {
	for _, tc := range []struct {
		name     string
		one, two string
		same     bool
	}{
		{"values are not in it", `{"data":{"a":"1"}}`, `{"data":{"a":"2"}}`, true},
		{"a field no longer wanted", `{"data":{"a":"1","b":"1"}}`, `{"data":{"a":"1"}}`, false},
		{"a keyed element no longer wanted", `{"metadata":{"ownerReferences":[{"uid":"1"}]}}`, `{"metadata":{"ownerReferences":[]}}`, false},
		{"another keyed element", `{"metadata":{"ownerReferences":[{"uid":"1"}]}}`, `{"metadata":{"ownerReferences":[{"uid":"2"}]}}`, false},
		{"elements of a list taken as one value", `{"spec":{"egress":[{"a":1}]}}`, `{"spec":{"egress":[]}}`, true},
		{"dots in a key do not hide a level", `{"data":{"a.b":"1"}}`, `{"data":{"a":{"b":"1"}}}`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			one, two := fieldsHash("ConfigMap", object(t, tc.one)), fieldsHash("ConfigMap", object(t, tc.two))
			if (one == two) != tc.same {
				t.Errorf("hash of %s is %s, of %s is %s; want the same: %v", tc.one, one, tc.two, two, tc.same)
			}
		})
	}
}
