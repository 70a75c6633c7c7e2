package sandbox

import (
	"bufio"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func runsAsRoot() bool { return os.Geteuid() == 0 }

// idMappings says which of the host's users exist in the container.
//
// As root every user keeps its number, so that a volume's files belong to the same user inside and outside: the user namespace is there
// to make root in the container powerless outside of it. An ordinary user can map only itself, and appears in the container as
// the user the pod asked for.
func idMappings(spec Spec) (uids, gids []syscall.SysProcIDMap) {
	if runsAsRoot() {
		return identity("/proc/self/uid_map"), identity("/proc/self/gid_map")
	}
	return []syscall.SysProcIDMap{{ContainerID: spec.UID, HostID: os.Geteuid(), Size: 1}},
		[]syscall.SysProcIDMap{{ContainerID: spec.GID, HostID: os.Getegid(), Size: 1}}
}

// initCapabilities are what the init needs in its own namespaces. Root there has them anyway; any other user would lose them by
// exec.
func initCapabilities() []uintptr {
	if runsAsRoot() {
		return nil
	}
	return []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SETPCAP}
}

// identity maps every id this process knows to itself. Where the node itself runs in a user namespace those are not all ids,
// and the kernel refuses a mapping of one that is not there.
func identity(mapFile string) []syscall.SysProcIDMap {
	everyID := []syscall.SysProcIDMap{{ContainerID: 0, HostID: 0, Size: 1 << 16}}
	file, err := os.Open(mapFile)
	if err != nil {
		return everyID
	}
	defer file.Close()
	var known []syscall.SysProcIDMap
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		var inside, outside, size int
		if _, err := fmt.Sscan(scanner.Text(), &inside, &outside, &size); err == nil {
			known = append(known, syscall.SysProcIDMap{ContainerID: inside, HostID: inside, Size: size})
		}
	}
	if len(known) == 0 {
		return everyID
	}
	return known
}
