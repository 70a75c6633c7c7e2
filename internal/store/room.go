package store

import (
	"errors"
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// ErrNoRoom means that a copy of the database would fill the volume.
var ErrNoRoom = errors.New("there is not enough room")

// reserve stays free beside a copy, in bytes: the write-ahead log grows by about as much in a rush (sqlite.go), so residents are acknowledged
// while a backup is written.
const reserve = 16 << 20

// checkRoom refuses a copy of that size before its first byte is written. Free tells how many bytes are left on the volume of a folder.
func checkRoom(size int64, folder string, free func(string) int64) error {
	left := free(folder)
	if left >= size+reserve {
		return nil
	}
	return fmt.Errorf("%w in %s: %s are free, and the copy needs %s, of which %s stay free; enlarge the volume, or forget what restores have kept there (liaison-intake kept lists it)",
		ErrNoRoom, folder, Mebibytes(left), Mebibytes(size+reserve), Mebibytes(reserve))
}

// freeOn the volume of the folder, in bytes. Where the volume does not tell, writing shows whether there is room.
func freeOn(folder string) int64 {
	var volume unix.Statfs_t
	if err := unix.Statfs(folder, &volume); err != nil || volume.Blocks == 0 {
		return math.MaxInt64
	}
	return int64(min(volume.Bavail*uint64(volume.Bsize), math.MaxInt64)) // the bound keeps the sign
}

// Mebibytes is a size in bytes as people read it.
func Mebibytes(size int64) string { return fmt.Sprintf("%.1f MiB", float64(size)/(1<<20)) }
