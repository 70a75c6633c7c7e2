package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// What stands beside a database for a while begins with one of these. A process that is killed leaves it there.
const (
	// ScratchBackup is a copy on its way to standard output.
	ScratchBackup = "backup-"
	// scratchRestore is a backup that is checked before it is restored.
	scratchRestore = "restore-"
	// scratchReceived was a backup that came by standard input, in earlier versions.
	scratchReceived = "received-"
)

// Scratch is a folder beside a database that is gone when its process is: it is locked, so that what a killed process left can be told from what
// is in use.
type Scratch struct {
	Path string
	lock *os.File
}

// NewScratch makes one in the data folder; Remove it.
func NewScratch(dataDir, prefix string) (*Scratch, error) {
	path, err := os.MkdirTemp(dataDir, prefix)
	if err != nil {
		return nil, fmt.Errorf("making room beside the database: %w", err)
	}
	lock, err := lockFolder(path)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	return &Scratch{path, lock}, nil
}

// Remove the folder with all that stands in it.
func (s *Scratch) Remove() error {
	if err := errors.Join(os.RemoveAll(s.Path), s.lock.Close()); err != nil {
		return fmt.Errorf("tidying up beside the database: %w", err)
	}
	return nil
}

// sweep removes what processes left that were killed: a copy of the database would keep what was erased, and fill the volume. The caller has locked
// the data folder, so nobody restores. Files are somebody's own backups, whatever their name.
func sweep(dataDir string) error {
	problems := []error{dropSecondNames(filepath.Join(dataDir, databaseName))}
	for _, prefix := range []string{ScratchBackup, scratchReceived, scratchRestore} {
		left, err := filepath.Glob(filepath.Join(dataDir, prefix+"*"))
		problems = append(problems, err)
		for _, path := range left {
			problems = append(problems, removeUnused(path))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("removing what earlier processes left in %s: %w", dataDir, err)
	}
	return nil
}

func removeUnused(path string) error {
	if info, err := os.Lstat(path); err != nil || !info.IsDir() {
		return nil //nolint:nilerr // gone meanwhile
	}
	lock, err := lockFolder(path)
	if errors.Is(err, ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(path), lock.Close())
}

// dropSecondNames takes the names of kept databases from the present one, and gives it back its companions: a restore that was killed on its way had not
// replaced it yet.
func dropSecondNames(present string) error {
	there, err := os.Stat(present)
	if err != nil {
		return nil //nolint:nilerr // there is none yet
	}
	kept, err := filepath.Glob(present + keptMark + "*")
	if err != nil {
		return err
	}
	for _, path := range kept {
		if same, err := os.Stat(path); err == nil && os.SameFile(there, same) {
			if _, err := takeBack(present, path); err != nil {
				return err
			}
		}
	}
	return nil
}
