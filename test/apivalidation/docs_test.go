package apivalidation

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// Whoever copies an example from the documentation must have it accepted.
func TestExamplesInTheDocumentationAreAccepted(t *testing.T) {
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
			if !strings.Contains(block[1], "apiVersion: liaison.township.dev/") {
				continue
			}
			example := filepath.Join(t.TempDir(), "example.yaml")
			if err := os.WriteFile(example, []byte(block[1]), 0o600); err != nil {
				t.Fatal(err)
			}
			for _, document := range documents(t, example) {
				document.SetNamespace("default")
				tried++
				if err := api.Create(t.Context(), document, client.DryRunAll); err != nil {
					t.Errorf("%s: %s %s: %v", page, document.GetKind(), document.GetName(), err)
				}
			}
		}
	}
	if tried < 5 {
		t.Errorf("only %d examples were found", tried)
	}
}
