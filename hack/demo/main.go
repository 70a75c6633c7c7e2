// Command demo shows the product whole: it brings up a cluster, installs the operator by its chart, declares the seven townships of
// Ji county, waits until their stations are ready, and replays the ledger of one of them through its own HTTP interface.
//
// A second run finds everything in place and changes nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

// settings are what the Makefile passes.
type settings struct {
	root     string
	registry string
	version  string
	patience time.Duration
}

func run(ctx context.Context, args []string) error {
	settings := settings{}
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.StringVar(&settings.root, "root", ".", "checkout with bin/, charts/ and config/")
	flags.StringVar(&settings.registry, "registry", "", "registry that holds the images; with it, KUBECONFIG's cluster is used instead of a local one")
	flags.StringVar(&settings.version, "version", "dev", "tag of the images")
	flags.DurationVar(&settings.patience, "patience", 5*time.Minute, "how long to wait for the stations")
	if err := flags.Parse(args); err != nil {
		return err
	}
	root, err := filepath.Abs(settings.root)
	if err != nil {
		return fmt.Errorf("finding the checkout: %w", err)
	}
	settings.root = root

	started := time.Now()
	cluster, err := settings.cluster(ctx)
	if err != nil {
		return err
	}
	if err := cluster.install(ctx); err != nil {
		return err
	}
	if err := cluster.declareTownships(ctx); err != nil {
		return err
	}
	if err := cluster.waitForStations(ctx, settings.patience); err != nil {
		return err
	}
	if err := cluster.replayLedger(ctx); err != nil {
		return err
	}
	return cluster.report(ctx, time.Since(started))
}

// say announces a step.
func say(format string, args ...any) {
	fmt.Printf("\n▸ "+format+"\n", args...)
}
