// Command liaison-intake is the service of one liaison station. It only wires; internal/intake says what it does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the image holds no time zones

	"township.dev/liaison/internal/intake"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/store"
)

// version is set by the build.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "liaison-intake: "+err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	command := "serve"
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		command, args = args[0], args[1:]
	}
	switch command {
	case "serve":
		return serve(ctx, args, getenv, out)
	case "version":
		_, _ = fmt.Fprintln(out, version)
		return nil
	case "help":
		intake.WriteUsage(out)
		return nil
	}
	return fmt.Errorf("unknown subcommand %q; liaison-intake help lists them", command)
}

func serve(ctx context.Context, args []string, getenv func(string) string, out io.Writer) (err error) {
	config, err := intake.ParseConfig(args, getenv, out)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(out, nil))
	key, err := mounted.ReadDataKey(config.SecretsDir)
	if err != nil {
		return fmt.Errorf("--secrets-dir: %w", err)
	}
	repository, err := store.Open(ctx, store.Options{DataDir: config.DataDir, DataKey: key, Now: time.Now()})
	if err != nil {
		return fmt.Errorf("--data-dir: %w", err)
	}
	defer func() { err = errors.Join(err, repository.Close()) }()
	service, err := intake.New(intake.Options{
		Config: config, Version: version, Repository: repository, Announcements: repository, Log: log, Now: time.Now,
	})
	if err != nil {
		return fmt.Errorf("starting: %w", err)
	}
	return service.Run(ctx)
}
