package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

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
	if restored.Unreadable {
		_, _ = fmt.Fprintln(a.out, "the database that was there is damaged: it is kept as it was found, unfinished, with the -wal and -shm that stood beside it")
	}
	if restored.Kept != "" {
		_, _ = fmt.Fprintf(a.out, "the database that was there is kept as %s, and takes room; when nobody needs it: liaison-intake forget %s\n",
			restored.Kept, filepath.Base(restored.Kept))
	}
	return nil
}

func (a arguments) restoreFrom(ctx context.Context, o store.Options, file string) (store.Restored, error) {
	if file == stream {
		return store.RestoreStream(ctx, o, "standard input", a.in)
	}
	return store.Restore(ctx, o, file)
}

// kept lists what restores moved aside: the image has no shell that could look into the folder.
func (a arguments) kept() error {
	config, ok, err := a.config(0)
	if !ok {
		return err
	}
	all, err := store.Kept(config.DataDir)
	if err != nil {
		return fmt.Errorf("kept: %w", err)
	}
	if len(all) == 0 {
		_, _ = fmt.Fprintln(a.out, "no restore has kept a database here")
		return nil
	}
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "NAME\tSIZE\tREPLACED")
	for _, k := range all {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", k.Name, store.Mebibytes(k.Size), k.Replaced.Format(time.RFC3339))
	}
	return table.Flush()
}

// forget removes one of those that kept lists.
func (a arguments) forget() error {
	config, ok, err := a.config(1)
	if !ok {
		return err
	}
	if len(config.Arguments) != 1 {
		return errors.New("forget needs the name of a database; liaison-intake kept lists those that can be forgotten")
	}
	forgotten, err := store.Forget(config.DataDir, config.Arguments[0])
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	_, _ = fmt.Fprintf(a.out, "%s is removed, which frees %s\n", forgotten.Name, store.Mebibytes(forgotten.Size))
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
