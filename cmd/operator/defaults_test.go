package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"township.dev/liaison/test/fixture"
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
	refused := fixture.RefusedDefaults()
	refused["resources: {limits: {memory: x"] = "spec.intake"
	for content, says := range refused {
		if _, err := readDefaults(defaultsFile(t, content)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", content, err, says)
		}
	}
	if _, err := readDefaults(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("a missing file is taken for none")
	}
}

func TestDefaultsThatCanBeAreTaken(t *testing.T) {
	for _, content := range fixture.TakenDefaults() {
		if _, err := readDefaults(defaultsFile(t, content)); err != nil {
			t.Errorf("%s: %v", content, err)
		}
	}
}

func TestTheDefaultsOfTheChartsExamplesAreTaken(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "charts", "liaison-operator", "ci", "*-values.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no examples (%v)", err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var values struct {
			Intake struct{ Defaults json.RawMessage }
		}
		if err := yaml.Unmarshal(content, &values); err != nil {
			t.Fatal(err)
		}
		if _, err := readDefaults(defaultsFile(t, string(values.Intake.Defaults))); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
