package casefilter_test

import (
	"slices"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/stationconf"
)

func TestWhatEachMaySee(t *testing.T) {
	documents, err := mounted.NewDocuments(
		stationconf.Station{TimeZone: "Asia/Shanghai", Township: stationconf.Township{Villages: []stationconf.Village{
			{Name: "白额村", LiaisonDeputy: "d1"}, {Name: "中垛村", LiaisonDeputy: "d2"}, {Name: "三交村", LiaisonDeputy: "d1"}, {Name: "永固村"},
		}}},
		stationconf.Calendar{},
		stationconf.Schedule{Deputies: []stationconf.Person{
			{ID: "d1", Village: "白额村", Group: "第一组"}, {ID: "d2", Village: "中垛村", Group: "第二组"}, {ID: "d3", Village: "永固村", Group: "第一组"},
			{ID: "d4", Village: "永固村"}, {ID: "d5"}, {ID: "d6", Group: "第二组"},
		}},
	)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		account casework.Account
		all     bool
		want    []string
	}{
		"an administrator": {casework.Account{Role: casework.Administrator}, true, nil},
		"the head":         {casework.Account{Role: casework.Head}, true, nil},
		"own village, liaison points and the group's":   {casework.Account{Role: casework.Deputy, Deputy: "d1"}, false, []string{"白额村", "三交村", "永固村"}},
		"a village that is both own and liaison's":      {casework.Account{Role: casework.Deputy, Deputy: "d2"}, false, []string{"中垛村"}},
		"a deputy without a group":                      {casework.Account{Role: casework.Deputy, Deputy: "d4"}, false, []string{"永固村"}},
		"a deputy without village or group":             {casework.Account{Role: casework.Deputy, Deputy: "d5"}, false, nil},
		"a deputy who only has a group":                 {casework.Account{Role: casework.Deputy, Deputy: "d6"}, false, []string{"中垛村"}},
		"a deputy whom the roster does not know":        {casework.Account{Role: casework.Deputy, Deputy: "gone"}, false, nil},
		"a deputy's account without a deputy":           {casework.Account{Role: casework.Deputy}, false, nil},
		"a role that the desk does not know":            {casework.Account{Role: casework.System, Deputy: "d1"}, false, nil},
		"an account without any role, as after a fault": {casework.Account{}, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			scope := casefilter.ScopeOf(documents, c.account)
			if scope.Limited == c.all || !slices.Equal(scope.Villages, c.want) {
				t.Errorf("sees %+v, want %v (all: %v)", scope, c.want, c.all)
			}
			for _, village := range append(c.want, "", "南耀村") {
				if got := casefilter.Sees(scope, village); got != (c.all || slices.Contains(c.want, village)) {
					t.Errorf("sees %q: %v", village, got)
				}
			}
		})
	}
}
