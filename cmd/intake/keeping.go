package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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

// stream is the FILE that stands for standard output or input: the image has no shell that could fetch a file from a pod.
const stream = "-"

// backup copies the database while the service goes on: run it in the station's pod.
func (a arguments) backup(ctx context.Context) error {
	config, file, ok, err := a.file("backup")
	if !ok {
		return err
	}
	if file == stream {
		return a.backupToStream(ctx, config.DataDir)
	}
	if err := store.Backup(ctx, config.DataDir, file); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, _ = fmt.Fprintf(a.out, "%s holds the station's database; keep the station's data Secret with it, without which names and phones cannot be read\n", file)
	return nil
}

func (a arguments) backupToStream(ctx context.Context, dataDir string) error {
	file, err := namelessBackup(ctx, dataDir)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := io.Copy(a.out, file); err != nil {
		return fmt.Errorf("backup: writing to standard output: %w", err)
	}
	return nil
}

// namelessBackup goes by a file beside the database, where there is room for one. When it is read, it is gone from the volume already: whoever it is
// written to may break off, and then this process ends without another word.
func namelessBackup(ctx context.Context, dataDir string) (_ *os.File, err error) {
	scratch, err := store.NewScratch(dataDir, store.ScratchBackup)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	path := filepath.Join(scratch.Path, "backup.db")
	if err := store.Backup(ctx, dataDir, path); err != nil {
		return nil, err
	}
	return os.Open(path)
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
	restored, err := a.restoreFrom(ctx, options, file)
	if err != nil {
		if restored.Kept != "" {
			err = fmt.Errorf("%w (the database that was there: %s)", err, restored.Kept)
		}
		return fmt.Errorf("restore: %w", err)
	}
	_, _ = fmt.Fprintf(a.out, "%d cases are back, the audit log has %d rows\n", restored.Cases, restored.Head.Length)
	_, _ = fmt.Fprintln(a.out, "nobody is signed in; passwords, one-time codes and recovery codes are those of the backup, and whoever changed them since does so again")
	if restored.Kept != "" {
		_, _ = fmt.Fprintf(a.out, "the database that was there is kept as %s\n", restored.Kept)
	}
	return nil
}

// restoreFrom a file, or from standard input by a file beside the database.
func (a arguments) restoreFrom(ctx context.Context, o store.Options, file string) (_ store.Restored, err error) {
	if file != stream {
		return store.Restore(ctx, o, file)
	}
	scratch, err := store.NewScratch(o.DataDir, store.ScratchReceived)
	if err != nil {
		return store.Restored{}, err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	received := filepath.Join(scratch.Path, "received.db")
	if err := receive(a.in, received); err != nil {
		return store.Restored{}, fmt.Errorf("reading standard input: %w", err)
	}
	return store.Restore(ctx, o, received)
}

func receive(in io.Reader, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, in)
	return errors.Join(err, file.Close())
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
