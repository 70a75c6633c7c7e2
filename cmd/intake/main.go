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
	"slices"
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
	given := arguments{args: args, getenv: getenv, in: os.Stdin, out: out}
	switch command {
	case "serve":
		if slices.Contains(args, demoFlag) {
			return given.without(demoFlag).demonstrate(ctx)
		}
		return given.serve(ctx)
	case "backup":
		return given.backup(ctx)
	case "restore":
		return given.restore(ctx)
	case "kept":
		return given.kept()
	case "forget":
		return given.forget()
	case "verify":
		return given.verify(ctx)
	case "probe":
		return given.probe(ctx)
	case "version":
		_, _ = fmt.Fprintln(out, version)
		return nil
	case "help":
		intake.WriteUsage(out)
		return nil
	}
	return fmt.Errorf("unknown subcommand %q; liaison-intake help lists them", command)
}

// arguments are what the command was given, and what it reads and writes.
type arguments struct {
	args   []string
	getenv func(string) string
	in     io.Reader
	out    io.Writer
}

// without one of the flags.
func (a arguments) without(flag string) arguments {
	a.args = slices.DeleteFunc(slices.Clone(a.args), func(arg string) bool { return arg == flag })
	return a
}

// config from the flags, with at most so many arguments behind them; ok is false when help was asked for, which has been given.
func (a arguments) config(most int) (c intake.Config, ok bool, err error) {
	c, err = intake.ParseConfig(a.args, most, a.getenv, a.out)
	if errors.Is(err, flag.ErrHelp) {
		return c, false, nil
	}
	return c, err == nil, err
}

func (a arguments) serve(ctx context.Context) error {
	config, ok, err := a.config(0)
	if !ok {
		return err
	}
	if err := config.Check(); err != nil {
		return err
	}
	return serve(ctx, config, slog.New(slog.NewJSONHandler(a.out, nil)), func(*store.Store, *intake.Service) error { return nil })
}

// storeOptions from the mounted secrets.
func storeOptions(config intake.Config) (store.Options, error) {
	key, err := mounted.ReadDataKey(config.SecretsDir)
	if err != nil {
		return store.Options{}, fmt.Errorf("--secrets-dir: %w", err)
	}
	previous, err := mounted.ReadPreviousKey(config.SecretsDir)
	if err != nil {
		return store.Options{}, fmt.Errorf("--secrets-dir: %w", err)
	}
	return store.Options{DataDir: config.DataDir, DataKey: key, PreviousKey: previous, Now: time.Now()}, nil
}

// serve until ctx ends. ready is called before the first request is answered.
func serve(ctx context.Context, config intake.Config, log *slog.Logger, ready func(*store.Store, *intake.Service) error) (err error) {
	options, err := storeOptions(config)
	if err != nil {
		return err
	}
	repository, err := store.Open(ctx, options)
	if err != nil {
		return fmt.Errorf("--data-dir: %w", err)
	}
	defer func() { err = errors.Join(err, repository.Close()) }()
	service, err := intake.New(intake.Options{
		Config: config, Version: version, Repository: repository, Key: options.DataKey, Announcements: repository, Log: log, Now: time.Now,
	})
	if err != nil {
		return fmt.Errorf("starting: %w", err)
	}
	if err := ready(repository, service); err != nil {
		return err
	}
	return service.Run(ctx)
}
