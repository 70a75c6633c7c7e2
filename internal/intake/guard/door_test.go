package guard_test

import (
	"testing"
	"time"

	"township.dev/liaison/internal/intake/guard"
)

func TestADoorLetsResidentsThroughWithoutAsking(t *testing.T) {
	door := guard.NewDoor(guard.DefaultSettings())
	for n := range guard.DefaultLimits().Sender.Burst {
		expect(t, door.Admit(guard.Attempt{Sender: numbered(n)}, monday), nil)
	}
}

func TestOneGreedySenderRaisesNoPressure(t *testing.T) {
	door := guard.NewDoor(guard.DefaultSettings())
	greedy := guard.Attempt{Sender: numbered(1)}
	for range guard.DefaultLimits().Sender.Burst {
		expect(t, door.Admit(greedy, monday), nil)
	}
	for range 10_000 {
		expect(t, door.Admit(greedy, monday), guard.Refusal{Reason: guard.TooManyFromSender, Wait: 10 * time.Second})
	}
	if door.Gate().Demanding(monday) {
		t.Error("a single sender makes everybody work")
	}
	expect(t, door.Admit(guard.Attempt{Sender: numbered(2)}, monday), nil)
}

func TestAFloodWithoutWorkDoesNotKeepResidentsOut(t *testing.T) {
	s := guard.DefaultSettings()
	s.Gate.Difficulty = 8
	door := guard.NewDoor(s)
	patient := guard.Attempt{Sender: numbered(1 << 21), Ticket: door.Gate().Open(monday)}
	busy := door.Gate().Open(monday)
	got := 0
	for n := range 10_000 {
		if door.Admit(guard.Attempt{Sender: numbered(n)}, monday) == nil {
			got++
		}
	}
	if most := s.Limits.Global.Burst * 3 / 4; got > most {
		t.Errorf("%d of the flood got in, want %d at most", got, most)
	}
	now := monday.Add(30 * time.Second)
	expect(t, door.Admit(guard.Attempt{Sender: numbered(3)}, now), refused(guard.NeedWork))
	expect(t, door.Admit(guard.Attempt{Sender: numbered(1 << 20), Ticket: busy, Solution: busy.Solve()}, now), nil)
	expect(t, door.Admit(patient, now), nil)
}

func TestEvenWorkDoesNotGoBeyondWhatTheStationCanRead(t *testing.T) {
	s := guard.DefaultSettings()
	s.Gate.Difficulty = 0
	door := guard.NewDoor(s)
	admit := func(n int) error {
		ticket := door.Gate().Open(monday)
		return door.Admit(guard.Attempt{Sender: numbered(n), Ticket: ticket, Solution: "0"}, monday)
	}
	for n := range s.Limits.Global.Burst {
		expect(t, admit(n), nil)
	}
	expect(t, admit(1<<20), guard.Refusal{Reason: guard.TooManyAtAll, Wait: 100 * time.Millisecond})
}

// BenchmarkAdmit is what every submission pays while all is calm.
func BenchmarkAdmit(b *testing.B) {
	door := guard.NewDoor(unlimited())
	a := guard.Attempt{Sender: numbered(1), Ticket: door.Gate().Open(monday), Key: "first"}
	b.ReportAllocs()
	for b.Loop() {
		if err := door.Admit(a, monday); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdmitParallel(b *testing.B) {
	door := guard.NewDoor(unlimited())
	a := guard.Attempt{Sender: numbered(1), Ticket: door.Gate().Open(monday), Key: "first"}
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if err := door.Admit(a, monday); err != nil {
				b.Error(err)
			}
		}
	})
}
