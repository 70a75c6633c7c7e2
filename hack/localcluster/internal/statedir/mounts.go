package statedir

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Mounts lists what is mounted below the folder, the last mounted first.
func (f Folder) Mounts() ([]string, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("reading the mounts: %w", err)
	}
	mounts := mountsBelow(f.root, string(table))
	slices.Reverse(mounts)
	return mounts, nil
}

// Unmount takes away what an unclean end may have left mounted below the folder, and lists it.
func (f Folder) Unmount() ([]string, error) {
	mounts, err := f.Mounts()
	if err != nil {
		return nil, err
	}
	for _, mount := range mounts {
		if err := unix.Unmount(mount, unix.MNT_DETACH); err != nil {
			return nil, fmt.Errorf("unmounting %s: %w", mount, err)
		}
	}
	return mounts, nil
}

// mountsBelow finds the mount points below root in a table of the form of /proc/self/mountinfo.
func mountsBelow(root, table string) []string {
	const mountPoint = 4
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	var below []string
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		if len(fields) <= mountPoint {
			continue
		}
		if path := unescape.Replace(fields[mountPoint]); strings.HasPrefix(path, root+"/") {
			below = append(below, path)
		}
	}
	return below
}
