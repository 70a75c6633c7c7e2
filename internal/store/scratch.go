package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// What stands beside a database for a while begins with one of these. A process that is killed leaves it there.
const (
	// ScratchBackup is a copy on its way to standard output.
	ScratchBackup = "backup-"
	// ScratchReceived is a backup that came by standard input.
	ScratchReceived = "received-"
	scratchRestore  = "restore-"
)

// keptScratch is how long it may be in use by another process.
const keptScratch = 24 * time.Hour

// sweep removes what processes left in the folder that ended long ago: a copy of the database would keep what was erased, and fill the volume.
func sweep(folder string, now time.Time) error {
	var problems []error
	for _, prefix := range []string{ScratchBackup, ScratchReceived, scratchRestore} {
		left, err := filepath.Glob(filepath.Join(folder, prefix+"*"))
		problems = append(problems, err)
		for _, path := range left {
			problems = append(problems, removeOld(path, now.Add(-keptScratch)))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("removing what earlier processes left in %s: %w", folder, err)
	}
	return nil
}

func removeOld(path string, before time.Time) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !info.ModTime().Before(before) {
		return err
	}
	return os.RemoveAll(path)
}
