package guard

import (
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// How much of the allowance is left when pressure begins and when it ends. The distance keeps it from flickering.
const (
	pressureBelow = 0.25
	calmAbove     = 0.75
)

// Pressure tells a flood from a busy day by how much of an allowance is used up. It has the allowance of the global limit
// but counts every attempt, also those that are then refused: the global limit itself would be full again as soon as the
// gate shuts, and open the gate to the flood. Safe for concurrent use.
type Pressure struct {
	allowance *rate.Limiter
	burst     float64
	high      atomic.Bool
}

// NewPressure returns calm.
func NewPressure(allowance Rate) *Pressure {
	return &Pressure{allowance: allowance.limiter(), burst: float64(allowance.Burst)}
}

// Felt counts an attempt and reports whether the pressure is high.
func (p *Pressure) Felt(now time.Time) bool {
	p.allowance.AllowN(now, 1)
	return p.High(now)
}

// High reports whether the pressure is high.
func (p *Pressure) High(now time.Time) bool {
	switch left := p.allowance.TokensAt(now) / p.burst; {
	case left < pressureBelow:
		p.high.Store(true)
	case left > calmAbove:
		p.high.Store(false)
	}
	return p.high.Load()
}
