// Package chaos lets everything happen to the operator that can happen to one, at random, and then asks whether it has put things right:
// every station is as a fresh operator would make it, nothing of anybody else's was touched, no condition ever lied, and in the end nobody writes.
//
// It runs when LIAISON_CHAOS says how long it lasts (`make chaos`), and LIAISON_CHAOS_SEED draws the same acts in the same order again. Their timing is the machine's,
// so that a seed makes a failure likely again, not certain. LIAISON_CHAOS_OPERATOR is a binary to use instead of a new one, for example one with the race
// detector.
//
// The operator is a process with the rights of config/rbac, and is killed as one. What it cannot
// have here nature_test.go plays: StatefulSet controller, kubelet, volumes, the garbage collector and the end of namespaces.
package chaos

import (
	"context"
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
	if os.Getenv("LIAISON_CHAOS") == "" {
		os.Exit(m.Run()) // which skips
	}
	if binary = os.Getenv("LIAISON_CHAOS_OPERATOR"); binary == "" {
		folder, err := os.MkdirTemp("", "chaos-")
		if err == nil {
			binary = filepath.Join(folder, "liaison-operator")
			err = build()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "building the operator:", err)
			os.Exit(1)
		}
	}
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

func build() error {
	command := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "township.dev/liaison/cmd/operator")
	command.Stderr = os.Stderr
	return command.Run()
}

func TestWhateverHappensItIsPutRight(t *testing.T) {
	if os.Getenv("LIAISON_CHAOS") == "" {
		t.Skip("LIAISON_CHAOS does not say how long it lasts; make chaos runs it")
	}
	seed, lasts := settings(t)
	t.Logf("LIAISON_CHAOS_SEED=%d draws these acts again", seed)
	w := newWorld(t, seed)
	t.Cleanup(w.tellIfFailed)
	w.declare()
	w.settle("before anything happened")
	w.remember()

	w.mayhem(lasts * 2 / 3)
	w.operators.two()
	w.mayhem(lasts / 3)

	w.calm()
	w.settle("after the last fault ended")
	w.witness.end()
	w.isAsFresh()
	w.foreignIsUntouched()
	w.dataIsKept()
	w.forgetsTheDeleted()
	w.isSilent()
}

func settings(t *testing.T) (seed uint64, lasts time.Duration) {
	t.Helper()
	seed = rand.Uint64()
	var err error
	if asked := os.Getenv("LIAISON_CHAOS_SEED"); asked != "" {
		if seed, err = strconv.ParseUint(asked, 10, 64); err != nil {
			t.Fatalf("LIAISON_CHAOS_SEED: %v", err)
		}
	}
	if lasts, err = time.ParseDuration(os.Getenv("LIAISON_CHAOS")); err != nil {
		t.Fatalf("LIAISON_CHAOS: %v", err)
	}
	return seed, lasts
}
