package backlog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

var noon = time.Date(2026, 10, 10, 12, 0, 0, 0, time.UTC)

func named(n int) types.NamespacedName {
	return types.NamespacedName{Namespace: "jixian", Name: fmt.Sprintf("station-%d", n)}
}

func TestAStationKeepsItsPlaceInTheInterval(t *testing.T) {
	table := timetable{interval: 15 * time.Second}
	place := table.next(named(1), noon)
	if wait := place.Sub(noon); wait < table.interval/2 || wait > 3*table.interval/2 {
		t.Errorf("the first wait is %s, want half to one and a half intervals", wait)
	}
	for round := range 5 {
		answered := place.Add(3 * time.Second)
		following := table.next(named(1), answered)
		if following.Sub(place) != table.interval {
			t.Fatalf("poll %d follows after %s, want exactly one interval", round, following.Sub(place))
		}
		place = following
	}
}

// The clock of a machine that has just started may be set back by hours once it knows the time.
func TestAClockThatIsSetBackPutsNoPollOff(t *testing.T) {
	table := timetable{interval: 15 * time.Second}
	now := time.Now()
	for what, place := range map[string]time.Time{"next": table.next(named(1), now), "retry": table.retry(named(1), now, 5)} {
		if said := place.String(); !strings.Contains(said, " m=") {
			t.Errorf("%s is %s: by the wall's clock alone", what, said)
		}
	}
}

func TestStationsSpreadOverTheInterval(t *testing.T) {
	table := timetable{interval: 10 * time.Second}
	perSecond := map[int]int{}
	for n := range 1000 {
		perSecond[int(table.offset(named(n))/time.Second)]++
	}
	for second := range 10 {
		if got := perSecond[second]; got < 60 || got > 140 {
			t.Errorf("%d of 1000 polls fall into second %d of ten, want about 100", got, second)
		}
	}
}

func TestASilentStationIsAskedLessAndLessOften(t *testing.T) {
	table := timetable{interval: 15 * time.Second}
	for _, c := range []struct{ misses, intervals int }{{1, 1}, {2, 1}, {3, 1}, {4, 2}, {5, 4}, {6, 8}, {7, 8}, {1000, 8}} {
		t.Run(fmt.Sprintf("after %d misses", c.misses), func(t *testing.T) {
			wait := table.retry(named(1), noon, c.misses).Sub(noon)
			least := time.Duration(c.intervals)*table.interval - table.interval/2
			if wait < least || wait > least+table.interval {
				t.Errorf("the wait is %s, want %s to %s", wait, least, least+table.interval)
			}
		})
	}
}
