package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"township.dev/liaison/internal/intake"
	"township.dev/liaison/internal/store"
)

// file is the one argument of a subcommand.
func (a arguments) file(command string) (c intake.Config, file string, ok bool, err error) {
	if c, ok, err = a.config(1); !ok {
		return c, "", false, err
	}
	if len(c.Arguments) != 1 {
		return c, "", false, fmt.Errorf("%s needs the name of a file, such as liaison-intake %s /var/lib/liaison/backup.db", command, command)
	}
	return c, c.Arguments[0], true, nil
}

// backup copies the database while the service goes on: run it in the station's pod.
func (a arguments) backup(ctx context.Context) error {
	config, file, ok, err := a.file("backup")
	if !ok {
		return err
	}
	if err := store.Backup(ctx, config.DataDir, file); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, _ = fmt.Fprintf(a.out, "%s holds the station's database; keep the station's data Secret with it, without which names and phones cannot be read\n", file)
	return nil
}

func (a arguments) restore(ctx context.Context) error {
	config, file, ok, err := a.file("restore")
	if !ok {
		return err
	}
	options, err := storeOptions(config)
	if err != nil {
		return err
	}
	restored, err := store.Restore(ctx, options, file)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	_, _ = fmt.Fprintf(a.out, "%d cases are back, the audit log has %d rows\n", restored.Cases, restored.Head.Length)
	if restored.Kept != "" {
		_, _ = fmt.Fprintf(a.out, "the database that was there is kept as %s\n", restored.Kept)
	}
	return nil
}

// verify reads the database while the service goes on.
func (a arguments) verify(ctx context.Context) (err error) {
	config, ok, err := a.config(0)
	if !ok {
		return err
	}
	options, err := storeOptions(config)
	if err != nil {
		return err
	}
	s, err := store.OpenToRead(ctx, options)
	if err != nil {
		return fmt.Errorf("--data-dir: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	verified, err := s.Verify(ctx)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	_, _ = fmt.Fprintf(a.out, "the audit log holds: %d rows, head %s; %d cases are where their events have led them\n",
		verified.Head.Length, hex.EncodeToString(verified.Head.Hash), verified.Cases)
	return nil
}
