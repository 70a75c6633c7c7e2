package casework_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/casework"
)

func TestVisitsAreOfTheStationsDay(t *testing.T) {
	late := noon.Add(13 * 3600e9) // 01:00 of the 10th in Shanxi
	v, err := rules().Visit(3, " 咨询低保 ", late)
	if err != nil || v.Date.String() != "2026-03-10" || v.People != 3 || v.Note != "咨询低保" {
		t.Errorf("visit %+v, error %v", v, err)
	}
}

func TestWhatAVisitMustBe(t *testing.T) {
	for _, test := range []struct {
		people int
		note   string
		want   []string
	}{
		{0, "", []string{"people: bad_number"}},
		{-1, "", []string{"people: bad_number"}},
		{casework.MostPeople + 1, "", []string{"people: bad_number"}},
		{1, "一\n二", []string{"note: control_character"}},
		{0, strings.Repeat("注", casework.MostNote+1), []string{"people: bad_number", "note: too_long"}},
	} {
		_, err := rules().Visit(test.people, test.note, noon)
		if diff := cmp.Diff(test.want, problems(err)); diff != "" {
			t.Errorf("%d people (-want +got):\n%s", test.people, diff)
		}
	}
}
