package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	pageLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	pageHeading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	// pagePath is a path that a command or a sentence of a page names, in a folder that the bundle has.
	pagePath = regexp.MustCompile("(?m)(?:^|[\\s`=])((?:charts|config|crds|docs|grafana|prometheus|samples)/[\\w./*-]*)")
)

// aboutTheSources are pages on how the product is made. What they name is in the sources, and they say so.
var aboutTheSources = []string{"docs/dependencies.md", "docs/design.md", "docs/performance.md", "docs/security.md"}

// inTheSources is what charts/README.md says that the charts are made from.
var inTheSources = []string{"config/default", "config/rbac/role.yaml"}

// A county without internet has nothing but the bundle: no page of it leads out.
func TestEveryLinkInTheBundleLeadsSomewhereInIt(t *testing.T) {
	bundle := unpack(t)
	followed := 0
	for _, page := range pagesIn(t, bundle) {
		for _, found := range pageLink.FindAllStringSubmatch(readFile(t, filepath.Join(bundle, page)), -1) {
			target, anchor, _ := strings.Cut(found[1], "#")
			if strings.Contains(target, ":") {
				continue
			}
			followed++
			at := page
			if target != "" {
				at = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(filepath.Join(bundle, at)); err != nil || !filepath.IsLocal(at) {
				t.Errorf("%s leads to %s, which is not in the bundle", page, found[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchorsOf(readFile(t, filepath.Join(bundle, at))), anchor) {
				t.Errorf("%s leads to %s, which has no such heading", page, found[1])
			}
		}
	}
	if followed < 100 {
		t.Errorf("only %d links were found", followed)
	}
}

// What a page that is followed names is at the same place in a checkout and in the bundle.
func TestWhatThePagesNameIsInTheBundle(t *testing.T) {
	bundle := unpack(t)
	named := 0
	for _, page := range pagesIn(t, bundle) {
		if slices.Contains(aboutTheSources, page) {
			continue
		}
		for _, found := range pagePath.FindAllStringSubmatch(readFile(t, filepath.Join(bundle, page)), -1) {
			named++
			if page == "charts/README.md" && slices.Contains(inTheSources, found[1]) {
				continue
			}
			matches, err := filepath.Glob(filepath.Join(bundle, strings.TrimRight(found[1], ".")))
			if err != nil {
				t.Fatal(err)
			}
			if len(matches) == 0 {
				t.Errorf("%s names %s, which is not in the bundle", page, found[1])
			}
		}
	}
	if named < 30 {
		t.Errorf("only %d paths were found", named)
	}
}

// The folders that commands of the pages apply and install are whole.
func TestFoldersOfTheBundleAreTakenByKubectlAndHelm(t *testing.T) {
	bundle := unpack(t)
	helm, kubectl := tool(t, "helm"), tool(t, "kubectl")
	for command, shows := range map[string]string{
		kubectl + " kustomize config/prometheus":             "kind: PrometheusRule",
		kubectl + " kustomize config/grafana":                "name: liaison-operator-dashboard-county",
		kubectl + " kustomize config/samples":                "name: zhongduo",
		"cat config/crd/bases/*.yaml":                        "name: liaisonstations.liaison.township.dev",
		helm + " template x charts/liaison-operator":         "liaison.township.dev/liaison-operator:0.1.0",
		helm + " show chart charts/liaison-station":          "appVersion: 0.1.0",
		helm + " show values charts/liaison-operator-*.tgz":  "watchNamespaces",
		"diff -r crds charts/liaison-operator/files/crds":    "",
		"sha256sum -c SHA256SUMS && cat charts/*/Chart.yaml": "charts/liaison-station/Chart.yaml: OK",
	} {
		printed, err := shell(t, bundle, command)
		if err != nil || !strings.Contains(printed, shows) {
			t.Errorf("%s: %v, want %q in\n%s", command, err, shows, printed)
		}
	}
}

// pagesIn are the paths of a folder's pages; a folder that another name leads to is looked at once.
func pagesIn(t *testing.T, folder string) []string {
	t.Helper()
	var pages []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// anchorsOf a page are its headings as GitHub names them.
func anchorsOf(content string) []string {
	var anchors []string
	for _, found := range pageHeading.FindAllStringSubmatch(content, -1) {
		anchors = append(anchors, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, found[1]))
	}
	return anchors
}
