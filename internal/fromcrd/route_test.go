package fromcrd_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/fromcrd"
)

func TestRouteNamesGoThereAndBack(t *testing.T) {
	if diff := cmp.Diff(append([]casework.Route{casework.Unclassified}, casework.Routes()...), fromcrd.Routes()); diff != "" {
		t.Errorf("routes (-casework +fromcrd):\n%s", diff)
	}
	for _, route := range fromcrd.Routes() {
		if name := fromcrd.RouteName(route); name == "" || fromcrd.Route(name) != route {
			t.Errorf("%s is named %q and comes back as %q", route, name, fromcrd.Route(name))
		}
	}
	if fromcrd.Route("on_the_spot") != "" || fromcrd.RouteName("OnTheSpot") != "" {
		t.Error("the names of one side are taken for those of the other")
	}
}

func TestDeclaredDeadlinesReplaceDefaults(t *testing.T) {
	got := fromcrd.Deadlines(v1alpha1.Casework{Routes: []v1alpha1.RouteDeadline{
		{Route: v1alpha1.RouteTownship, WorkingDays: 10},
		{Route: v1alpha1.RouteExplain, Months: 1},
	}})
	want := map[casework.Route]casework.Deadline{
		casework.OnTheSpot: {WorkingDays: 1},
		casework.Explain:   {Months: 1},
		casework.Township:  {WorkingDays: 10},
		casework.County:    {Months: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deadlines (-want +got):\n%s", diff)
	}
}

func TestTermsThatAreNotDeclaredAreLeftToCasework(t *testing.T) {
	none := v1alpha1.Casework{}
	if triage, extension := fromcrd.Triage(none), fromcrd.Extension(none); triage != (casework.Deadline{}) || extension != (casework.Deadline{}) {
		t.Errorf("undeclared terms are %+v and %+v", triage, extension)
	}
	declared := v1alpha1.Casework{Triage: &v1alpha1.Term{WorkingDays: 1}, Extension: &v1alpha1.Extension{Months: 5}}
	if got := fromcrd.Triage(declared); got != (casework.Deadline{WorkingDays: 1}) {
		t.Errorf("triage is %+v, want one working day", got)
	}
	if got := fromcrd.Extension(declared); got != (casework.Deadline{Months: 5}) {
		t.Errorf("extension is %+v, want to five months", got)
	}
}
