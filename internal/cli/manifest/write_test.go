package manifest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/manifest"
)

func roster(spec any) manifest.Object {
	return manifest.Object{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "DeputyRoster",
		Metadata: manifest.Metadata{Name: "zhongduo", Namespace: "jixian"},
		Spec:     spec,
	}
}

func TestAnObjectIsWrittenAsAPersonWould(t *testing.T) {
	got, err := roster(v1alpha1.DeputyRosterSpec{
		Deputies: []v1alpha1.Deputy{
			{ID: "d001", Name: "张三", Level: "County", Village: "白额村", Specialties: []string{"道路、桥梁", "水利"}, Phone: "13900000031", From: "2026-03-01"},
			{ID: "d002", Name: "李四", Level: "Township", Leave: []v1alpha1.Leave{{From: "2026-03-01", Until: "2026-03-02", Reason: "a: b"}}},
		},
		Reception: &v1alpha1.Reception{Schedule: v1alpha1.ReceptionSchedule{DayOfMonth: 10}, Hours: "09:00-11:00", Topics: []string{"产业发展"}},
		Duty:      &v1alpha1.Duty{Days: "WorkingDays", DeputiesPerDay: 1},
	}).YAML()
	if err != nil {
		t.Fatal(err)
	}
	want := `apiVersion: liaison.township.dev/v1alpha1
kind: DeputyRoster
metadata:
  name: zhongduo
  namespace: jixian
spec:
  deputies:
    - {id: d001, name: 张三, level: County, village: 白额村, specialties: [道路、桥梁, 水利], phone: "13900000031", from: "2026-03-01"}
    - {id: d002, name: 李四, level: Township, leave: [{from: "2026-03-01", until: "2026-03-02", reason: "a: b"}]}
  reception:
    schedule: {dayOfMonth: 10}
    hours: "09:00-11:00"
    topics: [产业发展]
  duty: {days: WorkingDays, deputiesPerDay: 1}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whatever a text is, an API server reads it as that text.
func TestTextsStayTexts(t *testing.T) {
	awkward := []string{"yes", "On", "y", "no", "null", "~", "1e3", "0x1f", "12:30", "1_000", "2026-03-01", "- a", "a: b", "#", "a #b", "'", "\"", "{", "]", ",", "&a", "*a", "!a", "%", "@", "`", "|", " a", "=", "<<", "a\nb", "\u0085", "", "<b>&"}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SampledFrom(awkward), rapid.String()).Draw(t, "text")
		text = strings.ToValidUTF8(text, "")
		written, err := roster(map[string]any{"texts": []string{text}, "text": text, "objects": []map[string]string{{"name": text}}}).YAML()
		if err != nil {
			t.Fatal(err)
		}
		var read struct {
			Spec struct {
				Text    string
				Texts   []string
				Objects []struct{ Name string }
			}
		}
		if err := yaml.Unmarshal(written, &read); err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if read.Spec.Text != text || read.Spec.Texts[0] != text || read.Spec.Objects[0].Name != text {
			t.Fatalf("%q is read as %+v from\n%s", text, read.Spec, written)
		}
	})
}

func TestOnlyWhatAPersonWritesOfTheMetadataIsKept(t *testing.T) {
	got := manifest.MetadataOf(&metav1.ObjectMeta{
		Name: "a", Namespace: "b", UID: "c", ResourceVersion: "1", Generation: 2, Labels: map[string]string{"l": "m"},
		Annotations: map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}", "kept": "yes"},
	})
	want := manifest.Metadata{Name: "a", Namespace: "b", Labels: map[string]string{"l": "m"}, Annotations: map[string]string{"kept": "yes"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
