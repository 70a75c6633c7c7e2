package guard_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/intake/guard"
)

// easy settings make solutions cheap for tests.
func easy() guard.GateSettings {
	s := guard.DefaultGate()
	s.Difficulty = 8
	return s
}

// pressed returns a gate under high pressure, which lasts for as long as tests do.
func pressed(s guard.GateSettings) *guard.Gate {
	return guard.NewGate(s, guard.NewPressure(guard.Rate{Burst: 1, Refill: 365 * 24 * time.Hour}))
}

func solved(g *guard.Gate, now time.Time) guard.Attempt {
	ticket := g.Open(now)
	return guard.Attempt{Sender: numbered(1), Ticket: ticket, Solution: ticket.Solve(), Key: "first"}
}

func unsolved(g *guard.Gate, now time.Time) guard.Attempt {
	return guard.Attempt{Sender: numbered(1), Ticket: g.Open(now), Key: "first"}
}

func expect(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("the gate says %#v, want %#v", got, want)
	}
}

func refused(reason guard.Reason) error { return guard.Refusal{Reason: reason} }

func tooSoon(wait time.Duration) error {
	return guard.Refusal{Reason: guard.TooSoon, Wait: wait}
}

func TestWhileAllIsCalmNothingIsAsked(t *testing.T) {
	gate := guard.NewGate(easy(), guard.NewPressure(guard.DefaultLimits().Global))
	for range 100 {
		expect(t, gate.Check(guard.Attempt{Sender: numbered(1), Ticket: "nonsense"}, monday), nil)
	}
	if gate.Demanding(monday) {
		t.Error("forms ask for work")
	}
}

func TestUnderPressureWorkOpensTheGate(t *testing.T) {
	gate := pressed(easy())
	expect(t, gate.Check(solved(gate, monday), monday), nil)
	expect(t, gate.Check(solved(gate, monday), monday), nil) // as often as the work is done
	if !gate.Demanding(monday) {
		t.Error("forms do not ask for work")
	}
	for name, solution := range map[string]string{
		"one of another ticket": gate.Open(monday).Solve(), "words": "please",
	} {
		t.Run(name, func(t *testing.T) {
			a := solved(gate, monday)
			for a.Solution = solution; hashBits(a) >= easy().Difficulty; a.Ticket = gate.Open(monday) {
			}
			expect(t, gate.Check(a, monday), refused(guard.NeedWork))
		})
	}
	expect(t, gate.Check(guard.Attempt{Sender: numbered(1)}, monday), refused(guard.NeedWork))
}

// Checking must cost the same whatever is sent.
func TestAnEndlessSolutionIsNotEvenLookedAt(t *testing.T) {
	gate := pressed(easy())
	a := unsolved(gate, monday)
	for a.Solution = strings.Repeat("0", 20); hashBits(a) < easy().Difficulty; a.Solution += "0" {
	}
	expect(t, gate.Check(a, monday), refused(guard.NeedWork))
}

// hashBits counts leading zero bits in another way than the gate does.
func hashBits(a guard.Attempt) int {
	digest := sha256.Sum256(fmt.Appendf(nil, "%s:%s", a.Ticket, a.Solution))
	return 8*len(digest) - new(big.Int).SetBytes(digest[:]).BitLen()
}

func TestASolutionIsWhatTheDescriptionSays(t *testing.T) {
	for _, difficulty := range []int{0, 1, 7, 8, 9, 12} {
		s := easy()
		s.Difficulty = difficulty
		ticket := pressed(s).Open(monday)
		if ticket.Difficulty() != difficulty {
			t.Errorf("the ticket says difficulty %d, want %d", ticket.Difficulty(), difficulty)
		}
		solution := ticket.Solve()
		for n := 0; ; n++ {
			if try := fmt.Sprint(n); hashBits(guard.Attempt{Ticket: ticket, Solution: try}) >= difficulty {
				if try != solution {
					t.Errorf("difficulty %d: solution %s, want %s", difficulty, solution, try)
				}
				break
			}
		}
		if block := len(ticket) + len(":12345678901"); block > 55 {
			t.Errorf("%d bytes need two blocks of SHA-256", block)
		}
	}
}

func TestUnderPressurePatienceOpensASlowerLane(t *testing.T) {
	gate := pressed(easy())
	first := unsolved(gate, monday)
	expect(t, gate.Check(first, monday.Add(5*time.Second)), tooSoon(15*time.Second))
	expect(t, gate.Check(first, monday.Add(20*time.Second)), nil)

	second := unsolved(gate, monday)
	expect(t, gate.Check(second, monday.Add(30*time.Second)), tooSoon(50*time.Second))
	expect(t, gate.Check(second, monday.Add(80*time.Second)), nil)

	neighbour := unsolved(gate, monday)
	neighbour.Sender = numbered(2)
	expect(t, gate.Check(neighbour, monday.Add(80*time.Second)), nil)
}

func TestTheSlowLaneLeavesRoomForThoseWhoWork(t *testing.T) {
	gate := pressed(easy())
	later := monday.Add(time.Hour)
	for n := range easy().Lane.Global.Burst {
		a := unsolved(gate, monday)
		a.Sender = numbered(n)
		expect(t, gate.Check(a, later), nil)
	}
	a := unsolved(gate, monday)
	a.Sender = numbered(1 << 20)
	expect(t, gate.Check(a, later), tooSoon(time.Second))
	expect(t, gate.Check(solved(gate, monday), later), nil)
}

func TestATicketServesOneSubmission(t *testing.T) {
	for name, attempt := range map[string]func(*guard.Gate, time.Time) guard.Attempt{"with work": solved, "with patience": unsolved} {
		t.Run(name, func(t *testing.T) {
			gate := pressed(easy())
			a, later := attempt(gate, monday), monday.Add(time.Minute)
			expect(t, gate.Check(a, later), nil)
			expect(t, gate.Check(a, later), nil) // pressed twice, or sent again after the connection was lost: the same case
			a.Key = "second"
			expect(t, gate.Check(a, later), refused(guard.Replayed))
			a.Key, a.Sender = "third", numbered(2)
			expect(t, gate.Check(a, later.Add(time.Hour)), refused(guard.Replayed))
		})
	}
	gate := pressed(easy())
	keyless := solved(gate, monday)
	keyless.Key = ""
	expect(t, gate.Check(keyless, monday), nil)
	expect(t, gate.Check(keyless, monday), refused(guard.Replayed)) // without a key this would be a second case
}

func TestARefusedTicketIsNotSpent(t *testing.T) {
	gate := pressed(easy())
	a := unsolved(gate, monday)
	expect(t, gate.Check(a, monday), tooSoon(20*time.Second))
	a.Key = "another"
	a.Solution = a.Ticket.Solve()
	expect(t, gate.Check(a, monday), nil)
}

func TestATicketGetsStale(t *testing.T) {
	gate, other := pressed(easy()), pressed(easy())
	a := solved(gate, monday)
	expect(t, gate.Check(a, monday.Add(easy().Life+time.Second)), refused(guard.Stale))
	expect(t, gate.Check(a, monday.Add(-time.Second)), refused(guard.Stale)) // the clock was set back
	expect(t, gate.Check(a, monday.Add(easy().Life)), nil)
	expect(t, gate.Check(solved(other, monday), monday), refused(guard.Stale)) // of a process that is gone
	easier := easy()
	easier.Difficulty = 0
	forged := solved(gate, monday)
	forged.Ticket = pressed(easier).Open(monday)[:22] + forged.Ticket[22:]
	expect(t, gate.Check(forged, monday), refused(guard.Stale))
}

func TestATicketNeverServesTwiceHoweverManyAreUsed(t *testing.T) {
	s := easy()
	s.Difficulty, s.Spent = 0, 10
	gate := pressed(s)
	now := monday
	used, waiting := solved(gate, now), solved(gate, now)
	expect(t, gate.Check(used, now), nil)
	used.Key = "second"
	for n := range 5 * s.Spent {
		now = now.Add(time.Second)
		expect(t, gate.Check(solved(gate, now), now), nil)
		if err := gate.Check(used, now); err == nil {
			t.Fatalf("used again after %d others", n+1)
		}
	}
	expect(t, gate.Check(used, now), refused(guard.Stale))
	expect(t, gate.Check(waiting, now), refused(guard.Stale)) // of a time of which nothing is remembered
}

func TestUsedTicketsAreRememberedForTheirLife(t *testing.T) {
	gate := pressed(easy())
	a := solved(gate, monday)
	expect(t, gate.Check(a, monday), nil)
	a.Key = "second"
	for minutes := range 120 {
		now := monday.Add(time.Duration(minutes) * time.Minute)
		expect(t, gate.Check(a, now), refused(guard.Replayed))
		long := solved(gate, now.Add(-easy().Life))
		expect(t, gate.Check(long, now), nil)
	}
}

func TestPressureRisesWithAFloodAndLastsAsLongAsIt(t *testing.T) {
	pressure := guard.NewPressure(guard.Rate{Burst: 100, Refill: time.Second})
	for n := range 75 {
		if pressure.Felt(monday) {
			t.Fatalf("high after %d attempts", n+1)
		}
	}
	if !pressure.Felt(monday) {
		t.Error("not high when three quarters of the allowance are gone")
	}
	now := monday
	for range 1000 { // twice what is allowed
		now = now.Add(500 * time.Millisecond)
		if !pressure.Felt(now) {
			t.Fatalf("not high while the flood runs, after %s", now.Sub(monday))
		}
	}
	if !pressure.High(now.Add(74 * time.Second)) {
		t.Error("calm too early")
	}
	if pressure.High(now.Add(76 * time.Second)) {
		t.Error("high long after the flood")
	}
	if pressure.Felt(now.Add(76 * time.Second)) {
		t.Error("high again with the first attempt")
	}
}

// Nothing but the gate's own tickets is believed, and nothing a visitor sends makes it fall over.
func FuzzTicket(f *testing.F) {
	gate := pressed(easy())
	f.Add("", "")
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "0")
	f.Add(string(gate.Open(monday)), "17")
	f.Add(string(pressed(easy()).Open(monday)), "")
	f.Fuzz(func(t *testing.T, ticket, solution string) {
		a := guard.Attempt{Sender: numbered(1), Ticket: guard.Ticket(ticket), Solution: solution}
		if ticket == "" {
			expect(t, gate.Check(a, monday), refused(guard.NeedWork))
			return
		}
		if d := a.Ticket.Difficulty(); d < 0 || d > 255 {
			t.Errorf("difficulty %d", d)
		}
		expect(t, pressed(easy()).Check(a, monday), refused(guard.Stale))
	})
}

func BenchmarkOpen(b *testing.B) {
	gate := pressed(easy())
	b.ReportAllocs()
	for b.Loop() {
		gate.Open(monday)
	}
}

func BenchmarkCheckUnderPressure(b *testing.B) {
	gate := pressed(easy())
	a := solved(gate, monday)
	b.ReportAllocs()
	for b.Loop() {
		if err := gate.Check(a, monday); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSolve is the work of one submission for a flood on a machine like this.
func BenchmarkSolve(b *testing.B) {
	gate := pressed(guard.DefaultGate())
	for b.Loop() {
		gate.Open(monday).Solve()
	}
}
