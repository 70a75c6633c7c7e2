package apply

import (
	"crypto/sha256"
	"strconv"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
)

func contestsAt(start time.Time) (*Contests, *clocktesting.FakePassiveClock) {
	now := clocktesting.NewFakePassiveClock(start)
	return NewContests(now), now
}

var noon = time.Date(2026, time.October, 10, 12, 0, 0, 0, time.UTC)

func TestAnObjectPutRightTooOftenRestsUntilTheFirstTimeIsPast(t *testing.T) {
	c, now := contestsAt(noon)
	content := []byte("wanted")
	for i := range mostRetakes {
		if rest := c.rest("west", content); rest != 0 {
			t.Fatalf("after %d times it rests for %s", i, rest)
		}
		c.note("west", content, strconv.Itoa(10*i+1), strconv.Itoa(10*i+3))
		now.SetTime(now.Now().Add(time.Second))
	}
	if rest, want := c.rest("west", content), contestWindow-mostRetakes*time.Second; rest != want {
		t.Errorf("it rests for %s, want %s", rest, want)
	}
	if rest := c.rest("west", []byte("wanted otherwise")); rest != 0 {
		t.Errorf("what is wanted now was never contested, and rests for %s", rest)
	}
	now.SetTime(noon.Add(contestWindow))
	if rest := c.rest("west", content); rest != 0 {
		t.Errorf("once the first time is past it rests for %s", rest)
	}
}

// One putting right may be several writes, and the cache may show any of them late: a handover and the list that is replaced after it.
func TestOnlyWhatSomebodyWroteSinceCounts(t *testing.T) {
	for name, c := range map[string]struct {
		saw    string
		counts bool
	}{
		"what was put right, once more":        {"98", false},
		"our own write halfway, seen late":     {"99", false},
		"what was written, as a policy has it": {"100", false},
		"what somebody wrote since":            {"101", true},
	} {
		t.Run(name, func(t *testing.T) {
			contests, _ := contestsAt(noon)
			content := []byte("wanted")
			contests.note("west", content, "98", "100")
			contests.note("west", content, c.saw, "102")
			if counted := len(contests.taken["west"].at) == 2; counted != c.counts {
				t.Errorf("it counts: %t, want %t", counted, c.counts)
			}
		})
	}
}

// What is past is swept away once in a while, and until then counts for nothing: the memory does not grow with all that was ever written.
func TestWhatIsPastIsForgotten(t *testing.T) {
	c, now := contestsAt(noon)
	for i := range 100 {
		c.note(types.UID(strconv.Itoa(i)), []byte("wanted"), "1", "2")
	}
	now.SetTime(noon.Add(contestWindow / 2))
	c.note("recent", []byte("wanted"), "1", "2")
	now.SetTime(noon.Add(contestWindow))
	c.note("now", []byte("wanted"), "1", "2")
	if _, kept := c.taken["recent"]; !kept || len(c.taken) != 2 {
		t.Errorf("%d objects are remembered (the recent one: %t), want the recent one and that of now", len(c.taken), kept)
	}
}

// A change of the county's reaches every station within a minute or so: each write then finds the others in the memory.
func BenchmarkNoteBesideManyRecentWrites(b *testing.B) {
	content := []byte("wanted")
	c, _ := contestsAt(noon)
	for i := range 40_000 {
		c.taken[types.UID(strconv.Itoa(i))] = retakes{content: sha256.Sum256(content), wrote: "1", at: []time.Time{noon}}
	}
	b.Run("one", func(b *testing.B) {
		for b.Loop() {
			c.note("0", content, "1", "2")
		}
	})
	b.Run("one that sweeps", func(b *testing.B) {
		for b.Loop() {
			c.swept = time.Time{}
			c.note("0", content, "1", "2")
		}
	})
}
