// Package supervise starts the parts of a cluster in order, watches them and stops them in reverse.
//
// It restarts nothing. A part that ends by itself is recorded with its last words and stays ended: this
// is a cluster to find faults with, and a restart would hide one.
package supervise

import (
	"context"
	"time"
)

// Part is a program that the cluster needs.
type Part struct {
	Name string
	// Args is its command line; Args[0] is the program's name.
	Args []string
	// Program is the binary; empty is the supervisor's own.
	Program string
	// Ready returns nil once the part, started at the given time, does its work, and else what is missing.
	Ready func(ctx context.Context, started time.Time) error
	// StopWithin is how long the part may take to end when asked; then it is killed.
	StopWithin time.Duration
}
