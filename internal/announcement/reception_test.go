package announcement_test

import (
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
)

var shanxi = time.FixedZone("CST", 8*60*60)

// tenth is a reception on Saturday, 10 October 2026 (a make-up day), 09:00.
func tenth() announcement.Reception {
	return announcement.Reception{
		UID: "reception-2026-10-10@zhongduo.ji.liaison", Date: october(10), Hours: "09:00-11:00", Place: "联络站", Topic: "道路交通",
		Deputies: []announcement.Deputy{{Name: "张三", Level: "County"}, {Name: "李四", Level: "Township"}},
		Leaders:  []announcement.Leader{{Name: "王五", Title: "副乡长"}},
	}
}

func TestWhatIsNewsOfAReceptionAndWhatIsNot(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*announcement.Reception)
		news   bool
	}{
		"nothing":                     {func(*announcement.Reception) {}, false},
		"another day":                 {func(r *announcement.Reception) { r.Date = october(12) }, true},
		"other hours":                 {func(r *announcement.Reception) { r.Hours = "15:00-17:00" }, true},
		"another place":               {func(r *announcement.Reception) { r.Place = "白额村" }, true},
		"another topic":               {func(r *announcement.Reception) { r.Topic = "环境卫生" }, true},
		"another deputy":              {func(r *announcement.Reception) { r.Deputies[1].Name = "赵六" }, true},
		"a deputy less":               {func(r *announcement.Reception) { r.Deputies = r.Deputies[:1] }, true},
		"another leader":              {func(r *announcement.Reception) { r.Leaders[0].Name = "赵六" }, true},
		"the holidays are known now":  {func(r *announcement.Reception) { r.Provisional = true }, false},
		"the day it was planned for ": {func(r *announcement.Reception) { r.PostponedFrom = october(8) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			changed := tenth()
			c.change(&changed)
			if same := tenth().SameFor(changed); same == c.news {
				t.Errorf("SameFor says %t", same)
			}
		})
	}
}

func TestWhenAReceptionBegins(t *testing.T) {
	r := tenth()
	if got, want := r.Begins(shanxi), time.Date(2026, time.October, 10, 9, 0, 0, 0, shanxi); !got.Equal(want) {
		t.Errorf("with hours: %s, want %s", got, want)
	}
	r.Hours = ""
	if got, want := r.Begins(shanxi), time.Date(2026, time.October, 11, 0, 0, 0, 0, shanxi); !got.Equal(want) {
		t.Errorf("without hours: %s, want %s", got, want)
	}
}

func TestASpanHoldsItsEndsAndTheEmptyOneNothing(t *testing.T) {
	span := announcement.Span{From: october(1), Until: october(31)}
	for day, want := range map[int]bool{0: false, 1: true, 31: true, 32: false} {
		if got := span.Contains(october(day)); got != want {
			t.Errorf("%s: %t", october(day), got)
		}
	}
	if (announcement.Span{}).Contains(october(1)) {
		t.Error("the empty span holds a day")
	}
}
