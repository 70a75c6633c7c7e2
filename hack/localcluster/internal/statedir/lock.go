package statedir

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Lock keeps other commands away from the folder until release is called or the process ends. When
// one holds it already, Lock calls waiting once and waits.
func (f Folder) Lock(waiting func()) (release func(), err error) {
	file, err := os.OpenFile(f.in("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("locking the state folder: %w", err)
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		waiting()
		if err := unix.Flock(int(file.Fd()), unix.LOCK_EX); err != nil {
			file.Close()
			return nil, fmt.Errorf("locking the state folder: %w", err)
		}
	}
	return func() { file.Close() }, nil
}
