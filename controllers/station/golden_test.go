package station

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/fixture"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The golden files are the children as the API server gets them. A change in podtemplate.yaml restarts the intake of every station
// when the operator is upgraded: make it only when it must be.
func TestChildrenAreAsWrittenDown(t *testing.T) {
	plain := fixture.Station("zhongduo").In("jixian").WithUID("5d1c0c2a-0000-4000-8000-000000000001").Obj()
	special := fixture.Station("zhongduo").In("jixian").WithUID("5d1c0c2a-0000-4000-8000-000000000001").
		WithImage("registry.example/liaison-intake:2").WithStorage("5Gi", "fast").DeletedWithItsData().Obj()
	special.Spec.Intake.Resources = &v1alpha1.ResourceRequirements{Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")}}
	connected := fixture.Station("zhongduo").In("jixian").WithUID("5d1c0c2a-0000-4000-8000-000000000001").
		SignsInThrough("https://id.example.gov.cn:8443/realms/county", "zhongduo-oidc").KeysFor311("zhongduo-open311").Obj()
	connected.Spec.Announcements.Webhook = &v1alpha1.Webhook{URLSecretRef: v1alpha1.SecretKeyReference{Name: "zhongduo-webhook"}}
	trusting := connected.DeepCopy()
	trusting.Spec.Intake.CAConfigMapRef = &v1alpha1.CAConfigMapReference{Name: "county-ca", Key: "bundle.pem"}
	published := fixture.Station("zhongduo").In("jixian").WithUID("5d1c0c2a-0000-4000-8000-000000000001").WithHost("zhongduo.example.gov.cn").Obj()
	certified := v1alpha1.IngressExposure{ClassName: new("nginx"), TLSSecretName: "zhongduo-tls",
		Annotations: map[string]string{"cert-manager.io/cluster-issuer": "county"}}
	gateways := v1alpha1.GatewayExposure{ParentRefs: []v1alpha1.GatewayReference{
		{Name: "county", Namespace: "gateways", SectionName: "https"}, {Name: "township"}}}
	selected := PodMonitors{Labels: map[string]string{"release": "kube-prometheus-stack"}, Interval: 5 * time.Minute}
	w := workload{defaultImage: "liaison.township.dev/liaison-intake:dev", pullPolicy: corev1.PullIfNotPresent}

	for file, child := range map[string]any{
		"podtemplate.yaml":             podTemplate(plain, w),
		"podtemplate-special.yaml":     podTemplate(special, w),
		"podtemplate-connected.yaml":   podTemplate(connected, w),
		"podtemplate-trusting.yaml":    podTemplate(trusting, w),
		"networkpolicy-connected.yaml": networkPolicy(connected, "liaison-system"),
		"statefulset.yaml":             statefulSet(plain, w).WithSpec(statefulSet(plain, w).Spec.WithTemplate(nil)),
		"service.yaml":                 service(plain),
		"serviceaccount.yaml":          serviceAccount(plain),
		"networkpolicy.yaml":           networkPolicy(plain, "liaison-system"),
		"claim.yaml":                   claim(plain, nil),
		"claim-special.yaml":           claim(special, nil),
		"ingress.yaml":                 ingress(published, v1alpha1.IngressExposure{}),
		"ingress-certified.yaml":       ingress(published, certified),
		"httproute.yaml":               httpRoute(published, gateways),
		"podmonitor.yaml":              podMonitor(plain, PodMonitors{}),
		"podmonitor-selected.yaml":     podMonitor(plain, selected),
	} {
		t.Run(file, func(t *testing.T) {
			got, err := yaml.Marshal(child)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", file)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v; write it with: go test ./controllers/station -run %s -update", err, "TestChildrenAreAsWrittenDown")
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs from the golden file; if that is meant, rewrite it with -update and read the diff.\ngot:\n%s", file, got)
			}
		})
	}
}

// What changes in the documents must not change the pod.
func TestThePodTemplateDependsOnNothingTheIntakeFollowsByItself(t *testing.T) {
	w := workload{defaultImage: "image", pullPolicy: corev1.PullIfNotPresent}
	before := fixture.Station("zhongduo").In("jixian").Obj()
	after := fixture.Station("zhongduo").In("jixian").WithRoster("west").Village("141028204207", "白额村", "d01").
		Administrator("guanli2").WithHost("zhongduo.example.gov.cn").WithStorage("5Gi", "").Obj()
	after.Spec.Topics = []string{"环境卫生"}
	after.Spec.Staff.Head.Username = "zhan-zhang"
	after.Spec.Staff.Deputies = []v1alpha1.DeputyAccount{{Username: "dai-biao", Deputy: "d01"}}
	after.Spec.Casework = v1alpha1.Casework{Units: []v1alpha1.Unit{{Name: "县交通运输局", Level: v1alpha1.UnitCounty}}, RetentionYears: 5}
	after.Spec.Site.Introduction = "联络站简介"
	after.Spec.Intake.TrustedProxies = []string{"10.0.0.0/8"}
	after.Spec.Intake.CAConfigMapRef = &v1alpha1.CAConfigMapReference{Name: "county-ca"} // of no use to an intake that calls nobody
	one, two := encoded(t, podTemplate(before, w)), encoded(t, podTemplate(after, w))
	if !bytes.Equal(one, two) {
		t.Errorf("the pod would restart:\n%s\n%s", one, two)
	}
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	data, err := yaml.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What a released version made must not change under its name: an operator of another version would restart every station without waves.
func TestTheTemplateOfAVersionStaysWhatItWas(t *testing.T) {
	const versions = "testdata/template-versions.txt"
	content, err := os.ReadFile(versions)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(content)) {
		name, digest, _ := strings.Cut(strings.TrimSpace(line), " ")
		known[name] = digest
	}
	plain, connected, trusting := fixture.Station("zhongduo").In("jixian").Obj(), connectedStation(), connectedStation()
	connected.Spec.Intake.CAConfigMapRef = nil
	for name, stations := range map[string][]*v1alpha1.LiaisonStation{
		templateVersion:               {plain, connected},
		templateVersion + "-trusting": {trusting}, // v1 is older than what a station trusts
	} {
		switch made := digestOfTemplates(t, stations); known[name] {
		case made:
		case "":
			t.Errorf("the pod template of %s is not written down; add to %s:\n%s %s", name, versions, name, made)
		default:
			t.Errorf("the pod template is not that of %s any more: raise templateVersion in rollout.go, so that it reaches the stations in waves, and add to %s:\n<new version> %s", name, versions, made)
		}
	}
}

// connectedStation has all that a pod template can have.
func connectedStation() *v1alpha1.LiaisonStation {
	st := fixture.Station("zhongduo").In("jixian").SignsInThrough("https://id.example.gov.cn", "oidc").KeysFor311("open311").Obj()
	st.Spec.Announcements.Webhook = &v1alpha1.Webhook{URLSecretRef: v1alpha1.SecretKeyReference{Name: "webhook"}}
	st.Spec.Intake = county()
	return st
}

func digestOfTemplates(t *testing.T, stations []*v1alpha1.LiaisonStation) string {
	t.Helper()
	w := workload{defaultImage: "liaison.township.dev/liaison-intake:1", pullPolicy: corev1.PullIfNotPresent, dataKeyMark: "1"}
	sum := sha256.New()
	for _, st := range stations {
		content, err := json.Marshal(podTemplate(st, w))
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
