// liaison-operator runs the liaison stations of people's-congress deputies (人大代表联络站) that a county declares in its cluster.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	_ "time/tzdata" // rosters name time zones, and the image has no zone files

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/go-logr/logr"
	"github.com/spf13/pflag"
	ctrl "sigs.k8s.io/controller-runtime"
)

// version is set at build time by -ldflags "-X main.version=…".
var version = "dev"

func main() {
	os.Exit(start(ctrl.SetupSignalHandler(), os.Args[1:], os.Stdout, os.Stderr))
}

// collectAt is by how many percent the heap may grow before it is collected. Nearly all of it are caches that stay as they are: to look through them
// four times as often as usual costs little time, most of them being bytes without pointers, and saves a third of the memory.
const collectAt = 25

// start runs the operator until the context ends, and returns the exit code: 0 after a clean stop, 1 after a failure, 2 for a wrong command line.
func start(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	options, err := parseOptions(args, os.Getenv, stderr)
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return 0
	case err != nil:
		_, _ = fmt.Fprintln(stderr, "liaison-operator:", err) // there is nowhere else to say it
		return 2
	case options.printVersion:
		_, _ = fmt.Fprintln(stdout, "liaison-operator", version)
		return 0
	}
	log, err := newLogger(options, stderr)
	if err != nil {
		_, _ = fmt.Fprintln(stderr, "liaison-operator:", err)
		return 2
	}
	setLogger(log)

	boundMemory(log)
	config, err := ctrl.GetConfig()
	if err != nil {
		log.Error(err, "there is no way to an API server; run in a pod, or set KUBECONFIG")
		return 1
	}
	if err := run(ctx, config, options); err != nil {
		log.Error(err, "the operator stops")
		return 1
	}
	return 0
}

// boundMemory has memory collected early, and harder where nine tenths of what the container may have are in use: to be slow beats to be killed, which
// would come again at each start. GOGC and GOMEMLIMIT in the environment say otherwise.
func boundMemory(log logr.Logger) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	limit, err := memlimit.Set()
	switch {
	case err != nil:
		log.Info("the container's memory limit cannot be told; GOMEMLIMIT in the environment sets one", "reason", err.Error())
	case limit != math.MaxInt64:
		log.Info("memory is collected harder near the limit", "bytes", limit)
	}
}
