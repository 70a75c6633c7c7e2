package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAPageLeadsNowhereButIntoItsFolder(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{
		"README.md": "", "docs/other.md": "", "docs/runbooks/README.md": "", "charts/liaison-station/values.yaml": "",
		"docs/page.md": "[before](other.md#there)\n[gone](../internal/store/privacy_test.go)\n",
	} {
		write(t, filepath.Join(folder, name), content)
	}
	if err := run(folder); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, filepath.Join(folder, "docs", "page.md")), "[before](other.md#there)\ngone (`internal/store/privacy_test.go` in the sources)\n"; got != want {
		t.Errorf("the page in the folder is\n%s\nwant\n%s", got, want)
	}
	for content, want := range map[string]string{
		"[a page](other.md) and [its part](other.md#part)":                     "[a page](other.md) and [its part](other.md#part)",
		"[a folder](runbooks) [a file](../charts/liaison-station/values.yaml)": "[a folder](runbooks) [a file](../charts/liaison-station/values.yaml)",
		"[here](#below), [there](https://example.org/x.md), [x](mailto:a@b.c)": "[here](#below), [there](https://example.org/x.md), [x](mailto:a@b.c)",
		"[TestA](../internal/a_test.go) · [TestB](../cmd/b_test.go)":           "TestA (`internal/a_test.go` in the sources) · TestB (`cmd/b_test.go` in the sources)",
		"[config/rbac](../config/rbac), [`go.mod`](../go.mod)":                 "`config/rbac`, `go.mod`",
		"the [README](../README.md), which is another page here":               "the README (`README.md` in the sources), which is another page here",
		"[outside](../../elsewhere.md)":                                        "outside (`../elsewhere.md` in the sources)",
	} {
		got, err := fitted(folder, filepath.Join(folder, "docs", "page.md"), content)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", content, got, want)
		}
	}
}

func TestAFolderThatIsNotThereIsNamed(t *testing.T) {
	if err := run(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("pages are rewritten in a folder that is not there")
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
