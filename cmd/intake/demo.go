package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"township.dev/liaison/internal/intake"
	"township.dev/liaison/internal/intake/demo"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/store"
	"township.dev/liaison/internal/workday"
)

const demoFlag = "--demo"

// demonstrate runs the service alone, with sample data in a folder of its own that goes when it ends.
func (a arguments) demonstrate(ctx context.Context) (err error) {
	config, ok, err := a.config(0)
	if !ok {
		return err
	}
	root, err := os.MkdirTemp("", "liaison-demo-")
	if err != nil {
		return fmt.Errorf("preparing the demonstration: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(root)) }()
	logins, err := demo.Write(root, workday.DateOf(time.Now()))
	if err != nil {
		return err
	}
	config.ConfigDir, config.SecretsDir = filepath.Join(root, demo.ConfigFolder), filepath.Join(root, demo.SecretsFolder)
	config.StaffDir, config.DataDir = filepath.Join(root, demo.StaffFolder), filepath.Join(root, demo.DataFolder)
	if config.BindAddress == "" {
		config.BindAddress = "127.0.0.1"
	}
	// What it says is for a person; the log would bury it.
	return serve(ctx, config, slog.New(slog.DiscardHandler), func(s *store.Store, service *intake.Service) error {
		documents, err := mounted.ReadDocuments(config.ConfigDir)
		if err != nil {
			return err
		}
		if err := demo.Fill(ctx, s, documents.Rules, time.Now()); err != nil {
			return err
		}
		announce(a.out, service, logins)
		return nil
	})
}

func announce(out io.Writer, service *intake.Service, logins []demo.Login) {
	address := "http://" + service.PublicAddress()
	_, _ = fmt.Fprintf(out, "residents' site (群众页面)  %s/\nstaff desk (工作台)         %s/desk\n", address, address)
	for _, login := range logins {
		_, _ = fmt.Fprintf(out, "  %-12s %s\n", login.Username, login.Password)
	}
	_, _ = fmt.Fprintln(out, "Everything is gone when this ends (Ctrl-C). 按 Ctrl-C 结束，数据随之删除。")
}
