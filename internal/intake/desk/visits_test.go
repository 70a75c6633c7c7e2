package desk

import (
	"net/http"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

func TestVisitsByDayAndMonth(t *testing.T) {
	o := newOffice(t)
	o.cases.visits[november(2)] = casework.VisitCount{Visits: 2, People: 5}
	o.cases.visits[workday.NewDate(2026, time.October, 31)] = casework.VisitCount{Visits: 1, People: 1}
	page := o.fill(o.open("/desk/visits"), "main", "people", "3").says(".note", "今天已登记 1 次，共 3 人")
	page.says("#month", "2026年11月的来访", "3 次，共 8 人").says("#month tbody tr:first-child", "11月12日", "1", "3").says("#month tbody tr:last-child", "11月2日", "2", "5")
	if page.Find("#month a[rel=next]").Length() != 0 {
		t.Error("a way leads into the future")
	}
	before := o.open(page.Find("#month a[rel=prev]").AttrOr("href", "")).says("#month", "2026年10月", "1 次，共 1 人", "10月31日")
	if got := before.Find("#month a[rel=next]").AttrOr("href", ""); got != "/desk/visits?month=2026-11#month" {
		t.Errorf("the way back is %q", got)
	}
	o.open("/desk/visits?month=2025-01").says("#month", "0 次，共 0 人")
	for _, month := range []string{"2026-12", "2026-13", "november"} {
		if page := o.open("/desk/visits?month=" + month); page.status != http.StatusNotFound {
			t.Errorf("%s: %d", month, page.status)
		}
	}
}

func TestAVisitThatCannotBeCounted(t *testing.T) {
	o := newOffice(t)
	for people, want := range map[string]string{"": "来访人数", "三": "来访人数", "0": "1 到 999", "1000": "1 到 999"} {
		if page := o.fill(o.open("/desk/visits"), "main", "people", people).says(".problems", want); page.status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", people, page.status)
		}
	}
	if len(o.cases.visits) != 0 {
		t.Error("a visit was counted")
	}
}
