package layouts

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What is declared to Argo CD and Flux fits their kinds: the API server refuses a field that it does not know.
func TestArgoCDAndFluxTakeWhatIsDeclared(t *testing.T) {
	says, folder := scripts(t), bundle(t)
	sh(t, folder, says.unpack)
	installForeignKinds(t)
	settings := argoAndFluxAreInstalled(t)

	sh(t, folder, says.argo)
	cluster.Get(t, settings)
	for _, kind := range []string{"LiaisonStation", "DeputyRoster"} {
		if settings.Data["resource.customizations.health.liaison.township.dev_"+kind] == "" {
			t.Errorf("Argo CD is not told when a %s is healthy", kind)
		}
	}
	sh(t, folder, says.flux)
	sh(t, folder, "kubectl apply -f county/flux/plain.yaml")
	sh(t, folder, "kubectl apply --server-side -k county/flux/releases")
	for _, file := range generatedApplications(t, folder) {
		run(t, folder, tool(t, "kubectl"), "apply", "-f", file)
	}

	for _, spoilt := range []struct{ file, is, becomes, says string }{
		{"argocd/operator.yaml", "valueFiles:", "valuesFile:", `unknown field "spec.source.helm.valuesFile"`},
		{"argocd/townships.yaml", "valueFiles:", "valuesFile:", `unknown field "spec.template.spec.source.helm.valuesFile"`},
		{"argocd/townships.yaml", "goTemplateOptions: [missingkey=error]", "goTemplateOptions: missingkey=error", "must be of type array"},
		{"flux/county.yaml", "prune: false", "prune: never", "must be of type boolean"},
		{"flux/county.yaml", "interval: 5m", "interval: daily", "spec.interval"},
		{"flux/plain.yaml", "kind: GitRepository, name", "kind: GitRepo, name", "Unsupported value"},
		{"flux/releases/townships.yaml", "valuesFiles:", "valueFiles:", `unknown field "spec.chart.spec.valueFiles"`},
		{"flux/releases/operator.yaml", "reconcileStrategy: Revision", "reconcileStrategy: Commit", "Unsupported value"},
	} {
		if refused := refusal(t, filepath.Join(folder, "county", spoilt.file), spoilt.is, spoilt.becomes); !strings.Contains(refused, spoilt.says) {
			t.Errorf("%s with %q: %s, want it to be refused with %q", spoilt.file, spoilt.becomes, refused, spoilt.says)
		}
	}
}

// argoAndFluxAreInstalled as far as the README's commands see them, and returns Argo CD's settings.
func argoAndFluxAreInstalled(t *testing.T) *corev1.ConfigMap {
	t.Helper()
	settings := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "argocd-cm"}}
	cluster.Create(t,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "argocd"}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "flux-system"}},
		settings,
	)
	return settings
}

// refusal is what kubectl says when a file is applied with one thing changed in it.
func refusal(t *testing.T, file, is, becomes string) string {
	t.Helper()
	content := read(t, file)
	if !strings.Contains(content, is) {
		t.Fatalf("%s has no %q", file, is)
	}
	spoilt := filepath.Join(t.TempDir(), "spoilt.yaml")
	if err := os.WriteFile(spoilt, []byte(strings.Replace(content, is, becomes, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := try(t, ".", tool(t, "kubectl"), "apply", "--dry-run=server", "-f", spoilt); err != nil {
		return err.Error()
	}
	return "it is taken"
}

// generatedApplications are files with what the ApplicationSet makes of the files that its generator finds.
func generatedApplications(t *testing.T, folder string) []string {
	t.Helper()
	set := documents(t, filepath.Join(folder, "county", "argocd", "townships.yaml"))[0]
	made, _, err := unstructured.NestedMap(set.Object, "spec", "template")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, name := range generatorFinds(t, filepath.Join(folder, "county"), set) {
		application := (&unstructured.Unstructured{Object: made}).DeepCopy()
		application.SetAPIVersion(set.GetAPIVersion())
		application.SetKind("Application")
		application.SetNamespace(set.GetNamespace())
		content, err := application.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "application.json")
		if err := os.WriteFile(file, []byte(filledIn(t, string(content), name)), 0o600); err != nil {
			t.Fatal(err)
		}
		wantTownship(t, filepath.Join(folder, "county"), file, strings.TrimSuffix(name, ".yaml"))
		files = append(files, file)
	}
	return files
}

// generatorFinds are the names of the files that the set's generator finds in the county's repository.
func generatorFinds(t *testing.T, county string, set *unstructured.Unstructured) []string {
	t.Helper()
	generators, _, err := unstructured.NestedSlice(set.Object, "spec", "generators")
	if err != nil {
		t.Fatal(err)
	}
	patterns, _, err := unstructured.NestedSlice(generators[0].(map[string]any), "git", "files")
	if err != nil {
		t.Fatal(err)
	}
	pattern, _, err := unstructured.NestedString(patterns[0].(map[string]any), "path")
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(county, pattern))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range found {
		names = append(names, filepath.Base(file))
	}
	return names
}

// filledIn is a text with templates as Argo CD fills them for a file.
func filledIn(t *testing.T, text, file string) string {
	t.Helper()
	functions := template.FuncMap{"trimSuffix": func(suffix, text string) string { return strings.TrimSuffix(text, suffix) }}
	parsed, err := template.New("application").Option("missingkey=error").Funcs(functions).Parse(strings.ReplaceAll(text, `\"`, "`"))
	if err != nil {
		t.Fatal(err)
	}
	var filled bytes.Buffer
	if err := parsed.Execute(&filled, map[string]any{"path": map[string]any{"filename": file}}); err != nil {
		t.Fatal(err)
	}
	return filled.String()
}

// wantTownship holds an Application against the township that it is for: its names, and the files that it reads beside its chart.
func wantTownship(t *testing.T, county, file, township string) {
	t.Helper()
	application := documents(t, file)[0]
	release, _, err := unstructured.NestedString(application.Object, "spec", "source", "helm", "releaseName")
	if err != nil || release != township || application.GetName() != township {
		t.Errorf("the Application of %s is %s, with the release %s: %v", township, application.GetName(), release, err)
	}
	wantReads(t, county, application, "spec", "source")
}

// wantReads holds that the chart and the values which a source names are in the county's repository.
func wantReads(t *testing.T, county string, application *unstructured.Unstructured, source ...string) {
	t.Helper()
	chart, _, err := unstructured.NestedString(application.Object, append(slices.Clone(source), "path")...)
	if err != nil {
		t.Fatal(err)
	}
	values, _, err := unstructured.NestedStringSlice(application.Object, append(slices.Clone(source), "helm", "valueFiles")...)
	if err != nil || len(values) == 0 {
		t.Fatalf("%s reads the values %v: %v", application.GetName(), values, err)
	}
	wantFiles(t, filepath.Join(county, chart), append(values, "Chart.yaml")...)
}

// What Argo CD and Flux are told to read is there.
func TestGitOpsNamesFilesThatAreThere(t *testing.T) {
	folder := bundle(t)
	sh(t, folder, scripts(t).unpack)
	county := filepath.Join(folder, "county")
	wantReads(t, county, documents(t, filepath.Join(county, "argocd", "operator.yaml"))[0], "spec", "source")
	if made := len(generatedApplications(t, folder)); made != len(townships) {
		t.Errorf("Argo CD makes %d Applications of %d townships", made, len(townships))
	}

	var released []string
	for _, release := range documents(t, filepath.Join(county, "flux", "releases", "townships.yaml")) {
		released = append(released, release.GetName())
		files := valuesOf(t, release)
		if !slices.Contains(files, "helm/townships/"+release.GetName()+".yaml") {
			t.Errorf("%s has the values %v", release.GetName(), files)
		}
		wantFiles(t, county, files...)
	}
	slices.Sort(released)
	if difference := cmp.Diff(townships, released); difference != "" {
		t.Errorf("Flux releases (-townships +releases):\n%s", difference)
	}
	wantFiles(t, county, valuesOf(t, documents(t, filepath.Join(county, "flux", "releases", "operator.yaml"))[0])...)
	for _, file := range []string{"county.yaml", "plain.yaml"} {
		for _, document := range documents(t, filepath.Join(county, "flux", file)) {
			if path, has, _ := unstructured.NestedString(document.Object, "spec", "path"); has {
				run(t, county, tool(t, "kubectl"), "kustomize", path)
			}
		}
	}
}

// valuesOf a HelmRelease are the files of its chart's values.
func valuesOf(t *testing.T, release *unstructured.Unstructured) []string {
	t.Helper()
	files, _, err := unstructured.NestedStringSlice(release.Object, "spec", "chart", "spec", "valuesFiles")
	if err != nil {
		t.Fatal(err)
	}
	return files
}
