package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func defaultsFile(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "defaults.yaml")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestTheCountysDefaultsAreRead(t *testing.T) {
	d, err := readDefaults(defaultsFile(t, "imagePullSecrets: [{name: county}]\nstorage: {storageClassName: fast}\nresources: {limits: {memory: 512Mi}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if d.ImagePullSecrets[0].Name != "county" || *d.Storage.StorageClassName != "fast" || d.Resources.Limits.Memory().String() != "512Mi" {
		t.Errorf("got %+v", d)
	}
	if none, err := readDefaults(""); err != nil || none.Resources != nil {
		t.Errorf("without a file: %+v, error %v", none, err)
	}
}

func TestDefaultsThatCannotBeAreRefusedWithARemedy(t *testing.T) {
	for content, says := range map[string]string{
		"nodeSelectors: {a: b}":               "fields of a station's spec.intake",
		"host: a.example":                     "each station's own",
		"storage: {size: 2Gi}":                "only storageClassName",
		"image: x:1":                          "--intake-image",
		"labels: {app.kubernetes.io/name: x}": "the operator's own",
		"resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}": "exceeds its limit",
		"caConfigMapRef: {key: ca.crt}":                                 "needs the name of a ConfigMap",
		"exposure: {}":                                                  "exactly one of ingress and gateway",
		"resources: {limits: {memory: x":                                "spec.intake",
	} {
		if _, err := readDefaults(defaultsFile(t, content)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", content, err, says)
		}
	}
	if _, err := readDefaults(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file is taken for none")
	}
}
