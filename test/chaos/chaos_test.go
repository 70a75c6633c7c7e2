// Package chaos lets everything happen to the operator that can happen to one, at random, and then asks whether it has put things right:
// every station is as a fresh operator would make it, nothing of anybody else's was touched, no condition ever lied, and in the end nobody writes.
//
// LIAISON_CHAOS is how long it lasts; without it nothing happens. LIAISON_CHAOS_SEED replays a schedule. The operator is a process and is killed as one.
package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"township.dev/liaison/test/controlplane"
)

var (
	cluster *controlplane.ControlPlane
	// binary of the operator.
	binary string
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(folder, "liaison-operator")
	build := exec.Command("go", "build", "-o", binary, "township.dev/liaison/cmd/operator")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "building the operator:", err)
		os.Exit(1)
	}
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

func TestWhateverHappensItIsPutRight(t *testing.T) {
	seed, lasts := settings(t)
	t.Logf("LIAISON_CHAOS_SEED=%d replays this schedule", seed)
	w := newWorld(t, rand.New(rand.NewPCG(seed, seed)))
	w.declare()
	w.settled()
	w.remember()

	end := time.After(lasts)
	next := time.NewTimer(0)
	for acting := true; acting; {
		select {
		case <-end:
			acting = false
		case <-next.C:
			w.act()
			next.Reset(time.Duration(w.random.IntN(150)) * time.Millisecond)
		}
	}
	t.Logf("%d acts: %v", len(w.told), w.tally())

	w.calm()
	w.settled()
	w.asFresh()
	w.nothingForeignTouched()
	w.keysKept()
	w.silent()
	if t.Failed() {
		for _, line := range w.told {
			t.Log(line)
		}
	}
}

func settings(t *testing.T) (seed uint64, lasts time.Duration) {
	t.Helper()
	asked := os.Getenv("LIAISON_CHAOS")
	if asked == "" {
		t.Skip("chaos lasts as long as LIAISON_CHAOS says, 5m perhaps: make chaos")
	}
	seed = rand.Uint64()
	lasts, err := time.ParseDuration(asked)
	if err != nil {
		t.Fatalf("LIAISON_CHAOS: %v", err)
	}
	if asked := os.Getenv("LIAISON_CHAOS_SEED"); asked != "" {
		if seed, err = strconv.ParseUint(asked, 10, 64); err != nil {
			t.Fatalf("LIAISON_CHAOS_SEED: %v", err)
		}
	}
	return seed, lasts
}
