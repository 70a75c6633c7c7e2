package fromcrd_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

func TestPublishedSaysWhatTheObjectSays(t *testing.T) {
	got, err := fromcrd.PublishedOf(&v1alpha1.DutySchedule{Spec: v1alpha1.DutyScheduleSpec{
		Month: "2026-05", AnnouncedUntil: "2026-05-13",
		OpeningLedgers: v1alpha1.Ledgers{Duty: []v1alpha1.LedgerEntry{{Deputy: "d01", Turns: 3, Last: "2026-04-30"}}, Receptions: 4},
		Shifts: []v1alpha1.Shift{{
			Date: "2026-05-11", Kind: v1alpha1.ShiftReception, Deputies: []string{"d01"}, Leaders: []string{"l01"}, Hours: "09:00-11:00",
			Place: "白额村", Topic: "道路交通", PostponedFrom: "2026-05-10", Provisional: true, Uncovered: 1,
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := fromcrd.Published{
		Month: workday.NewMonth(2026, 5), AnnouncedUntil: date(t, "2026-05-13"),
		Opening: duty.Ledgers{Reception: duty.Ledger{}, Duty: duty.Ledger{"d01": {Turns: 3, Last: date(t, "2026-04-30")}}, Leader: duty.Ledger{}, Receptions: map[string]int{"": 4}},
		Shifts: []duty.Shift{{
			Date: date(t, "2026-05-11"), Kind: duty.Reception, Deputies: []string{"d01"}, Leaders: []string{"l01"}, Hours: "09:00-11:00",
			Place: "白额村", Topic: "道路交通", PostponedFrom: date(t, "2026-05-10"), Provisional: true, Uncovered: 1,
		}},
	}
	if diff := cmp.Diff(want, got, dates); diff != "" {
		t.Errorf("published (-want +got):\n%s", diff)
	}
}

func TestPublishedNamesTheFieldThatCannotBeRead(t *testing.T) {
	tests := map[string]v1alpha1.DutyScheduleSpec{
		"spec.month":          {Month: "May"},
		"spec.shifts[0].date": {Month: "2026-05", Shifts: []v1alpha1.Shift{{Date: "2026-06-01", Kind: v1alpha1.ShiftDuty}}},
	}
	for field, spec := range tests {
		if _, err := fromcrd.PublishedOf(&v1alpha1.DutySchedule{Spec: spec}); err == nil || !strings.HasPrefix(err.Error(), field) {
			t.Errorf("error %v, want one that names %s", err, field)
		}
	}
}
