package apivalidation

import (
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"township.dev/liaison/api/v1alpha1"
)

// sample is one township as config/samples declares it.
type sample struct {
	file     string
	station  v1alpha1.LiaisonStation
	roster   v1alpha1.DeputyRoster
	asPosted []*unstructured.Unstructured
}

func TestSamplesAreAccepted(t *testing.T) {
	ns := cluster.Namespace(t)
	for _, sample := range samples(t) {
		for _, document := range sample.asPosted {
			document.SetNamespace(ns)
			if err := api.Create(t.Context(), document); err != nil {
				t.Errorf("%s: %s: %v", sample.file, document.GetKind(), err)
			}
		}
	}
}

func TestSamplesHangTogether(t *testing.T) {
	for _, sample := range samples(t) {
		station, roster := sample.station, sample.roster
		if station.Name+".yaml" != sample.file || station.Spec.RosterRef.Name != roster.Name {
			t.Errorf("%s declares station %s with roster %s, and roster %s", sample.file, station.Name, station.Spec.RosterRef.Name, roster.Name)
		}
		known := map[string]v1alpha1.Deputy{}
		for _, deputy := range roster.Spec.Deputies {
			known[deputy.ID] = deputy
		}
		for _, village := range station.Spec.Township.Villages {
			if deputy := known[village.LiaisonDeputy]; deputy.Village != village.Name {
				t.Errorf("%s: the liaison point of %s is run by %s, a deputy of %q", sample.file, village.Name, village.LiaisonDeputy, deputy.Village)
			}
		}
		for _, account := range station.Spec.Staff.Deputies {
			if known[account.Deputy].ID == "" {
				t.Errorf("%s: account %s is of deputy %s, who is not in the roster", sample.file, account.Username, account.Deputy)
			}
		}
	}
}

func TestZhongduoIsTheReferenceStation(t *testing.T) {
	for _, sample := range samples(t) {
		if sample.station.Name != "zhongduo" {
			continue
		}
		levels := map[v1alpha1.DeputyLevel]int{}
		for _, deputy := range sample.roster.Spec.Deputies {
			levels[deputy.Level]++
		}
		if levels[v1alpha1.DeputyCounty] != 22 || levels[v1alpha1.DeputyTownship] != 55 {
			t.Errorf("deputies by level: %v, want 22 of the county and 55 of the township", levels)
		}
		if villages := len(sample.station.Spec.Township.Villages); villages != 10 || sample.station.Spec.Township.Population != 15000 {
			t.Errorf("%d villages and %d people, want 10 and 15000", villages, sample.station.Spec.Township.Population)
		}
		if reception := sample.roster.Spec.Reception; reception.Schedule.DayOfMonth != 10 || reception.Deputies != 2 || reception.Leaders != 1 {
			t.Errorf("receptions are %+v, want 2 deputies and 1 leader on the 10th", reception)
		}
		return
	}
	t.Error("there is no station zhongduo")
}

// samples reads the seven townships.
func samples(t *testing.T) []sample {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "samples", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var found []sample
	for _, file := range files {
		sample := sample{file: filepath.Base(file)}
		for _, document := range documents(t, file) {
			var into any
			switch document.GetKind() {
			case "LiaisonStation":
				into = &sample.station
			case "DeputyRoster":
				into = &sample.roster
			default:
				continue
			}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(document.Object, into, true); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			sample.asPosted = append(sample.asPosted, document)
		}
		if len(sample.asPosted) > 0 {
			found = append(found, sample)
		}
	}
	if len(found) != 7 {
		t.Fatalf("%d townships are declared, want seven", len(found))
	}
	return found
}
