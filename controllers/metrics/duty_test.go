package metrics

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
)

func TestAReceptionBeginsInTheRostersZone(t *testing.T) {
	shanghai := zones{}.of(nil)
	for name, c := range map[string]struct {
		reception v1alpha1.NextReception
		want      time.Time
		ok        bool
	}{
		"with hours":    {v1alpha1.NextReception{Date: "2026-10-10", Hours: "09:00-11:00"}, time.Date(2026, 10, 10, 1, 0, 0, 0, time.UTC), true},
		"without hours": {v1alpha1.NextReception{Date: "2026-10-10"}, time.Date(2026, 10, 9, 16, 0, 0, 0, time.UTC), true},
		"not a date":    {v1alpha1.NextReception{Date: "soon"}, time.Time{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := beginning(c.reception, shanghai)
			if ok != c.ok || !got.Equal(c.want) {
				t.Errorf("it begins at %s (%t), want %s", got, ok, c.want)
			}
		})
	}
}

func TestAnUnknownZoneDoesNotStopTheScrape(t *testing.T) {
	known := zones{}
	nowhere := &v1alpha1.DeputyRoster{Spec: v1alpha1.DeputyRosterSpec{TimeZone: "Mars/Olympus"}}
	if known.of(nowhere).String() != "Asia/Shanghai" || known.of(nil).String() != "Asia/Shanghai" {
		t.Errorf("the zones are %v", known)
	}
}

func TestACalendarServesItsNamespaceAndTheOperatorsServesAll(t *testing.T) {
	known := calendarsOf([]v1alpha1.HolidayCalendar{
		calendar("liaison-system", 2027), calendar("jixian", 2028),
		calendar("muddled", 2028), calendar("muddled", 2028),
	}, "liaison-system")
	for _, c := range []struct {
		namespace string
		year      int
		want      bool
	}{
		{"jixian", 2026, true}, {"jixian", 2027, true}, {"jixian", 2028, true}, {"jixian", 2029, false},
		{"elsewhere", 2026, true}, {"elsewhere", 2027, true}, {"elsewhere", 2028, false},
		{"muddled", 2026, true}, {"muddled", 2028, true},
	} {
		if got := known.know(c.namespace, c.year); got != c.want {
			t.Errorf("%d in %s is known: %t, want %t", c.year, c.namespace, got, c.want)
		}
	}
}

func calendar(namespace string, year int32) v1alpha1.HolidayCalendar {
	newYear := v1alpha1.HolidayDate{Date: v1alpha1.Date(fmt.Sprintf("%d-01-01", year)), Name: "元旦"}
	return v1alpha1.HolidayCalendar{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "calendar"},
		Spec:       v1alpha1.HolidayCalendarSpec{Years: []v1alpha1.HolidayYear{{Year: year, OffDays: []v1alpha1.HolidayDate{newYear}}}},
	}
}
