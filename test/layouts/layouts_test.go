package layouts

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/fixture"
)

var update = flag.Bool("update", false, "make the values of the townships from the samples again")

// The README is the script, but for the place of the second county, which shares its cluster with the first.
func TestACountyAppliesItsRepositoryAndNothingDrifts(t *testing.T) {
	says, folder := scripts(t), bundle(t)
	sh(t, folder, says.unpack)
	cluster.StartOperator(t, "--operator-namespace=liaison-system", "--intake-image=r.example/liaison-intake:0.1.0")

	cluster.Machinery(t, "jixian")
	sh(t, folder, says.plain)
	eventuallyAll(t, current, declared("jixian")...)
	if differs := sh(t, folder, says.plainDiffers); differs != "" {
		t.Errorf("what was applied has drifted:\n%s", differs)
	}

	elsewhere := strings.NewReplacer("jixian", "daning", "liaison-system", "liaison-elsewhere",
		"--install liaison-operator", "--install liaison-operator --take-ownership --force-conflicts")
	cluster.Machinery(t, "daning")
	sh(t, folder, elsewhere.Replace(says.helm))
	eventuallyAll(t, current, declared("daning")...)
	if differs := sh(t, folder, elsewhere.Replace(says.helmDiffers)); differs != "" {
		t.Errorf("what was installed has drifted:\n%s", differs)
	}
	for _, name := range townships {
		wantSameSpec(t, name)
	}
}

// declared are a county's objects.
func declared(namespace string) []client.Object {
	var all []client.Object
	for _, name := range townships {
		meta := metav1.ObjectMeta{Namespace: namespace, Name: name}
		all = append(all, &v1alpha1.LiaisonStation{ObjectMeta: meta}, &v1alpha1.DeputyRoster{ObjectMeta: meta})
	}
	return all
}

// wantSameSpec holds what Helm made against what kustomize made.
func wantSameSpec(t *testing.T, name string) {
	t.Helper()
	var stations [2]v1alpha1.LiaisonStation
	var rosters [2]v1alpha1.DeputyRoster
	for i, namespace := range []string{"jixian", "daning"} {
		stations[i].Namespace, stations[i].Name = namespace, name
		rosters[i].Namespace, rosters[i].Name = namespace, name
		cluster.Get(t, &stations[i])
		cluster.Get(t, &rosters[i])
	}
	if difference := cmp.Diff(stations[0].Spec, stations[1].Spec); difference != "" {
		t.Errorf("station %s (-plain +helm):\n%s", name, difference)
	}
	if difference := cmp.Diff(rosters[0].Spec, rosters[1].Spec); difference != "" {
		t.Errorf("roster %s (-plain +helm):\n%s", name, difference)
	}
}

// A difference that somebody makes is shown, or an empty difference would mean nothing.
func TestADifferenceIsShown(t *testing.T) {
	there := cluster.Namespace(t)
	file := filepath.Join(t.TempDir(), "station.yaml")
	station := fixture.Station("zhongduo").In(there).Obj()
	station.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("LiaisonStation"))
	content, err := yaml.Marshal(station)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, ".", tool(t, "kubectl"), "apply", "--server-side", "-f", file)
	cluster.Get(t, station)
	station.Spec.DisplayName = "another"
	if err := cluster.Client.Update(t.Context(), station); err != nil {
		t.Fatal(err)
	}
	if shown, err := try(t, ".", tool(t, "kubectl"), "diff", "--server-side", "--force-conflicts", "-f", file); err == nil || !strings.Contains(shown, "another") {
		t.Errorf("%q, %v", shown, err)
	}
}

func TestWhoWaitsIsToldHowFarThingsAre(t *testing.T) {
	there := cluster.Namespace(t)
	station, blocked := fixture.Station("zhongduo").In(there).Obj(), fixture.Station("hukou").In(there).Obj()
	roster := fixture.Roster("zhongduo").In(there).Deputies(6).Obj()
	calendar := &v1alpha1.HolidayCalendar{ObjectMeta: metav1.ObjectMeta{Namespace: there, Name: "own"}, Spec: v1alpha1.HolidayCalendarSpec{
		Years: []v1alpha1.HolidayYear{{Year: 2031, Source: "a test", OffDays: []v1alpha1.HolidayDate{{Date: "2031-01-01", Name: "元旦"}}}},
	}}
	stranger := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: there, Name: "hukou-intake"}}
	cluster.Create(t, stranger, station, blocked, roster, calendar)
	eventuallyAll(t, working, station, blocked, roster) // nobody has looked
	eventuallyAll(t, current, calendar)                 // which has nothing to become

	cluster.StartOperator(t, "--operator-namespace="+cluster.Namespace(t), "--intake-image=r.example/liaison-intake:0.1.0", "--watch-namespaces="+there)
	eventuallyAll(t, failed, blocked) // a name is taken
	eventuallyAll(t, working, station)
	eventuallyAll(t, current, roster)

	cluster.Machinery(t, there)
	eventuallyAll(t, current, station)
	months := &v1alpha1.DutyScheduleList{}
	if err := cluster.Client.List(t.Context(), months, client.InNamespace(there)); err != nil || len(months.Items) == 0 {
		t.Fatalf("there is no duty schedule: %v", err)
	}
	for i := range months.Items {
		eventuallyAll(t, current, &months.Items[i])
	}

	cluster.Get(t, station)
	station.Spec.Suspend = true
	if err := cluster.Client.Update(t.Context(), station); err != nil {
		t.Fatal(err)
	}
	eventuallyAll(t, verdict{"InProgress", "Suspended"}, station)
}

// The values of a township are the two specs of its sample, line by line.
func TestTheValuesOfTownshipsAreMadeFromTheSamples(t *testing.T) {
	for _, name := range townships {
		file := filepath.Join(repository, "helm", "townships", name+".yaml")
		made := valuesFrom(t, name)
		if *update {
			if err := os.WriteFile(file, []byte(made), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		written, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if difference := cmp.Diff(made, string(written)); difference != "" {
			t.Errorf("%s is not what the sample makes of it; run go test ./test/layouts -run Values -update:\n%s", file, difference)
		}
	}
}

func valuesFrom(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(samples, name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	station, roster, two := strings.Cut(string(content), "\n---\n")
	_, station, isStation := strings.Cut(station, "\nspec:\n")
	_, roster, isRoster := strings.Cut(roster, "\nspec:\n")
	if !two || !isStation || !isRoster {
		t.Fatalf("the sample %s is not a station and its roster", name)
	}
	var values strings.Builder
	for line := range strings.Lines(string(content)) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		values.WriteString(line)
	}
	for line := range strings.Lines(station) {
		if !strings.HasPrefix(line, "  rosterRef:") {
			values.WriteString(strings.TrimPrefix(line, "  "))
		}
	}
	return fmt.Sprintf("%s\nroster:\n%s", values.String(), roster)
}

func wantFiles(t *testing.T, folder string, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
			t.Error(err)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// documents of a file.
func documents(t *testing.T, file string) []*unstructured.Unstructured {
	t.Helper()
	var found []*unstructured.Unstructured
	for document := range strings.SplitSeq(read(t, file), "\n---\n") {
		object := &unstructured.Unstructured{}
		if err := yaml.UnmarshalStrict([]byte(document), &object.Object); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		found = append(found, object)
	}
	return found
}
