package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lockName is the file whose lock says that a process has the data folder.
const lockName = "intake.lock"

// lockFolder takes the folder for this process alone, until the file is closed or the process ends, however it ends.
func lockFolder(folder string) (*os.File, error) {
	path := filepath.Join(folder, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("data folder %s does not exist; mount the station's volume there or name another folder: %w", folder, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, unix.EROFS):
		return nil, fmt.Errorf("data folder %s cannot be written by uid %d; give the folder to that user (fsGroup in a pod) or mount it for writing: %w", folder, os.Getuid(), err)
	case err != nil:
		return nil, fmt.Errorf("locking data folder %s: %w", folder, err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("data folder %s: %w; stop the other process, or wait until its pod is gone", folder, ErrLocked)
		}
		return nil, fmt.Errorf("locking %s: %w", path, err)
	}
	return file, nil
}

// ErrLocked means that another process has the data folder open. A database with two writers would be damaged.
var ErrLocked = errors.New("another process has the database open")
