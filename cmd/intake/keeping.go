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

// backupToStream goes by a file beside the database, where there is room for one.
func (a arguments) backupToStream(ctx context.Context, dataDir string) (err error) {
	folder, err := os.MkdirTemp(dataDir, store.ScratchBackup)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "backup.db")
	if err := store.Backup(ctx, dataDir, path); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	// Gone from the volume already: whoever reads may break off, and then this process ends without another word.
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := io.Copy(a.out, file); err != nil {
		return fmt.Errorf("backup: writing to standard output: %w", err)
	}
	return nil
}

func (a arguments) restore(ctx context.Context) (err error) {
	config, file, ok, err := a.file("restore")
	if !ok {
		return err
	}
	options, err := storeOptions(config)
	if err != nil {
		return err
	}
	if file == stream {
		if file, err = received(a.in, config.DataDir); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
		defer func() { err = errors.Join(err, os.Remove(file)) }()
	}
	restored, err := store.Restore(ctx, options, file)
	if err != nil {
		if restored.Kept != "" {
			err = fmt.Errorf("%w (the database that was there: %s)", err, restored.Kept)
		}
		return fmt.Errorf("restore: %w", err)
	}
	_, _ = fmt.Fprintf(a.out, "%d cases are back, the audit log has %d rows\n", restored.Cases, restored.Head.Length)
	_, _ = fmt.Fprintln(a.out, "nobody is signed in; passwords and one-time codes are those of the backup, and whoever changed them since does so again")
	if restored.Kept != "" {
		_, _ = fmt.Fprintf(a.out, "the database that was there is kept as %s\n", restored.Kept)
	}
	return nil
}

// received keeps what comes by standard input in a file beside the database.
func received(in io.Reader, dataDir string) (path string, err error) {
	file, err := os.CreateTemp(dataDir, store.ScratchReceived)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, in)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
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
