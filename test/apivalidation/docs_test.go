package apivalidation

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml[^\n]*\n(.*?)```")

// Whoever copies an example from the documentation must have it accepted. One that begins with the kind is a part of a document.
func TestExamplesInTheDocumentationAreAccepted(t *testing.T) {
	valid := map[string]*unstructured.Unstructured{}
	for _, document := range documents(t, "testdata/valid.yaml") {
		valid[document.GetKind()] = document
	}
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pages = append(pages, filepath.Join("..", "..", "README.md"), filepath.Join("..", "..", "README.zh-CN.md"))
	tried := 0
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range yamlBlock.FindAllStringSubmatch(string(content), -1) {
			part := strings.HasPrefix(block[1], "kind: ")
			if !part && !strings.Contains(block[1], "apiVersion: liaison.township.dev/") {
				continue
			}
			example := filepath.Join(t.TempDir(), "example.yaml")
			if err := os.WriteFile(example, []byte(block[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, document := range documents(t, example) {
				if part {
					document = overlay(t, valid[document.GetKind()], document.Object)
				}
				document.SetNamespace("default")
				tried++
				if err := api.Create(t.Context(), document, client.DryRunAll); err != nil {
					t.Errorf("%s: %s %s: %v\n%s", page, document.GetKind(), document.GetName(), err, block[1])
				}
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d examples were found", tried)
	}
}
