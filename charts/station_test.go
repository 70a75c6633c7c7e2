package charts

import (
	"strings"
	"testing"

	"township.dev/liaison/api/v1alpha1"
)

const (
	minimal = stationChart + "/ci/minimal-values.yaml"
	full    = stationChart + "/ci/full-values.yaml"
)

func TestStationExamplesLintAndAreAcceptedByTheAPIServer(t *testing.T) {
	for _, file := range exampleValues(t, stationChart) {
		t.Run(file, func(t *testing.T) {
			lint(t, stationChart, file)
			for _, object := range render(t, stationChart, "--values", file) {
				accepted(t, object)
			}
		})
	}
}

func TestStationIsNamedAfterItsRelease(t *testing.T) {
	station := the[*v1alpha1.LiaisonStation](t, render(t, stationChart, "--values", minimal), "release")
	if station.Namespace != "there" {
		t.Errorf("the station is in namespace %s", station.Namespace)
	}
	if station.Spec.RosterRef != nil {
		t.Errorf("the station refers to roster %s though none is created or named", station.Spec.RosterRef.Name)
	}
	if station.Spec.ReclaimPolicy != v1alpha1.ReclaimRetain {
		t.Errorf("by default the residents' data meets %s", station.Spec.ReclaimPolicy)
	}
}

func TestStationCarriesWhatTheTownshipSays(t *testing.T) {
	objects := render(t, stationChart, "--values", full)
	station := the[*v1alpha1.LiaisonStation](t, objects, "zhongduo")
	roster := the[*v1alpha1.DeputyRoster](t, objects, station.Spec.RosterRef.Name)

	if station.Spec.Township.Population != 10_000_000 || station.Spec.Township.Villages[0].LiaisonDeputy != "d031" {
		t.Errorf("the township is %+v", station.Spec.Township)
	}
	if len(station.Spec.Casework.Routes) != 2 || station.Spec.Intake.Storage.Size.String() != "2Gi" {
		t.Errorf("the station is %+v", station.Spec)
	}
	casework := station.Spec.Casework
	if casework.Triage.WorkingDays != 1 || casework.Extension.Months != 4 || len(casework.Units) != 2 || casework.RetentionYears != 15 {
		t.Errorf("the casework is %+v", casework)
	}
	if reminders := casework.Reminders; len(reminders.BeforeDays) != 2 || reminders.AfterDays == nil || len(reminders.AfterDays) != 0 {
		t.Errorf("the reminders are %#v, want two before and none after", reminders)
	}
	if staff := station.Spec.Staff; staff.Head.Username != "zhanzhang" || staff.Deputies[0].Deputy != "d031" || staff.OIDC.ClientSecretRef.Key != "secret" {
		t.Errorf("the staff are %+v", staff)
	}
	if site := station.Spec.Site; site.Notices[0].Date != "2026-10-08" || len(site.Rules) != 1 || !strings.Contains(site.Introduction, "\n") {
		t.Errorf("the site is %+v", site)
	}
	if !station.Spec.Open311.RequireKey || station.Spec.Open311.KeysSecretRef.Name != "zhongduo-open311" || len(station.Spec.Intake.TrustedProxies) != 2 {
		t.Errorf("open311 is %+v, trusted proxies are %v", station.Spec.Open311, station.Spec.Intake.TrustedProxies)
	}
	if roster.Spec.Reception.Schedule.DayOfMonth != 10 || roster.Spec.Duty.Days != v1alpha1.DutyEveryDay || roster.Spec.HorizonMonths != 4 {
		t.Errorf("the roster's rules are %+v, %+v", roster.Spec.Reception, roster.Spec.Duty)
	}
	if roster.Spec.Deputies[0].From != "2021-10-01" || len(roster.Spec.Deputies[0].Leave) != 1 || len(roster.Spec.Leaders) != 1 {
		t.Errorf("the roster's people are %+v, %+v", roster.Spec.Deputies, roster.Spec.Leaders)
	}
}

func TestStationMayUseARosterThatIsThere(t *testing.T) {
	objects := render(t, stationChart, "--values", minimal, "--set", "roster.name=shared")
	if ref := the[*v1alpha1.LiaisonStation](t, objects, "release").Spec.RosterRef; ref == nil || ref.Name != "shared" {
		t.Errorf("the station refers to %v", ref)
	}
	if count[*v1alpha1.DeputyRoster](objects) != 0 {
		t.Error("a roster is created though roster.create is false")
	}
}

func TestStationRefusesValues(t *testing.T) {
	for _, c := range []struct{ values, set, says string }{
		{minimal, "townshp.name=x", "townshp"},
		{minimal, "displayName=", "/displayName"},
		{minimal, "township.code=141028201", "/township/code"}, // --set makes a number of it
		{minimal, "township.villages[0].name=x", "/township/villages/0"},
		{minimal, "staff.administrators[0].username=G", "/staff/administrators/0/username"},
		{minimal, "topics=null", "topics"},
		{minimal, "casework.routes[0].route=Province", "/casework/routes/0/route"},
		{minimal, "reclaimPolicy=Keep", "/reclaimPolicy"},
		{minimal, "intake.replicas=2", "/intake"},
		{full, "roster.reception.schedule.dayOfMonth=ten", "/roster/reception/schedule/dayOfMonth"},
		{full, "roster.deputies[0].from=October", "/roster/deputies/0/from"},
		{minimal, "roster.create=true,roster.reception.hours=9", "/roster/reception"},
		{minimal, `labels.app\.kubernetes\.io/instance=mine`, "/labels"},
		{minimal, `labels.helm\.sh/chart=mine`, "/labels"},
		{minimal, "labels.b c=x", "at '/labels': additional properties 'b c' not allowed"},
		{minimal, "labels.b=x y", "/labels/b"},

		{minimal, "roster.create=true", "list the deputies, or set roster.create to false"},
		{minimal, "roster.duty.days=EveryDay", "roster.duty is set but roster.create is false"},
		{full, "roster.reception.deputies=3", "roster.reception asks for 3 deputies but the roster has 2 who serve"},
		{full, "roster.deputies[1].status=Suspended", "roster.reception asks for 2 deputies but the roster has 1 who serve"},
		{full, "roster.deputies[0].status=Terminated", "roster.reception asks for 2 deputies but the roster has 1 who serve"},
		{minimal, "roster.create=true,roster.deputies[0].id=d001,roster.deputies[0].name=x,roster.deputies[0].level=Township,roster.deputies[0].status=Suspended,roster.duty.days=EveryDay",
			"roster.duty asks for 1 deputies per day but the roster has 0 who serve"},
		{minimal, "roster.horizonMonths=6", "roster.horizonMonths is set but roster.create is false"},
		{minimal, "roster.historyMonths=6", "roster.historyMonths is set but roster.create is false"},
		{minimal, "roster.timeZone=Asia/Urumqi", "roster.timeZone is set but roster.create is false"},
		{minimal, "test.enabled=false,test.image=r.example/i:1", "set test.enabled to true or remove test.image"},
		{minimal, "test.enabled=false,test.nodeSelector.a=b", "set test.enabled to true or remove test.nodeSelector"},
		{full, "roster.overrides[0].date=2026-05-11,roster.overrides[0].kind=Reception,roster.overrides[0].leader=l99",
			"the one of 2026-05-11 names leader l99, who is not in roster.leaders"},
		{full, "roster.reception.leaders=2", "roster.reception asks for 2 leaders but the roster has 1"},
		{full, "roster.duty.deputiesPerDay=3", "roster.duty asks for 3 deputies per day but the roster has 2 who serve"},
		{full, "roster.deputies[1].id=d031", "two deputies have the id d031"},
		{minimal, "staff.oidc.issuer=http://id.example.gov.cn", "/staff/oidc/issuer"},
		{minimal, "casework.units[0].name=x,casework.units[0].level=Province", "/casework/units/0/level"},
		{minimal, "staff.head.username=guanli1", "the username guanli1 stands twice"},
		{minimal, "staff.deputies[0].username=guanli1,staff.deputies[0].deputy=d001", "the username guanli1 stands twice"},
		{minimal, "open311.requireKey=true", "open311.keysSecretRef is not set"},
		{minimal, "staff.deputies[0].username=daibiao31,staff.deputies[0].deputy=d031", "the station has no roster that could know them"},
		{minimal, "intake.exposure.ingress.className=nginx", "give the DNS name under which the station is published"},
		{full, "intake.exposure.ingress.className=nginx,intake.exposure.gateway.parentRefs[0].name=county", "keep the one that the cluster has"},
		{minimal, "roster.additionalReceptions[0].name=market,roster.additionalReceptions[0].schedule.dayOfMonth=3", "roster.additionalReceptions is set but roster.create is false"},
		{full, "roster.additionalReceptions[0].name=market,roster.additionalReceptions[0].schedule.dayOfMonth=3,roster.additionalReceptions[0].deputies=3",
			"market asks for 3 deputies but the roster has 2 who serve"},
		{full, "roster.additionalReceptions[0].name=market,roster.additionalReceptions[0].schedule.dayOfMonth=3,roster.additionalReceptions[0].leaders=2",
			"market asks for 2 leaders but the roster has 1"},
		{full, "roster.overrides[0].date=2026-05-11,roster.overrides[0].kind=Reception,roster.overrides[0].deputies={d099}",
			"the one of 2026-05-11 names deputy d099, who is not in roster.deputies"},
		{full, "staff.deputies[0].deputy=d099", "account daibiao31 is of deputy d099, who is not in roster.deputies"},
		{full, "township.villages[0].liaisonDeputy=d099", "d099, who is not in roster.deputies"},
		{full, "nameOverride=" + strings.Repeat("a", 41), "/nameOverride"},
		{full, "nameOverride=1st", "begins with a letter"},
	} {
		t.Run(c.set, func(t *testing.T) {
			refuses(t, c.says, stationChart, "--values", c.values, "--set", c.set)
		})
	}
	t.Run("a village of another township", func(t *testing.T) {
		refuses(t, "check that the village belongs to 中垛乡", stationChart, "--values", full, "--set-string", "township.villages[0].code=141028999207")
	})
}

func TestWithoutValuesTheChartNamesWhatIsMissing(t *testing.T) {
	for _, missing := range []string{"/displayName", "/township", "/staff", "/topics"} {
		refuses(t, missing, stationChart)
	}
}

// Everything about duty has a default, so an empty one says something.
func TestDutyMayBeOfDefaultsAlone(t *testing.T) {
	duty := func(args ...string) *v1alpha1.Duty {
		objects := render(t, stationChart, append([]string{"--values", minimal, "--set", "roster.create=true,roster.deputies[0].id=d001,roster.deputies[0].name=x,roster.deputies[0].level=Township"}, args...)...)
		return the[*v1alpha1.DeputyRoster](t, objects, "release").Spec.Duty
	}
	if none := duty(); none != nil {
		t.Errorf("nobody wants duty, and there is %+v", none)
	}
	if duty("--set-json", "roster.duty={}") == nil {
		t.Error("an empty duty is dropped")
	}
}
