package sandbox

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// dropPrivileges turns the init into the pod's user with no capability and no way back to one.
func dropPrivileges(spec Spec) error {
	if err := emptyBoundingSet(); err != nil {
		return err
	}
	if err := switchUser(spec); err != nil {
		return err
	}
	if err := clearCapabilities(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("setting no_new_privs: %w", err)
	}
	return dieWithTheNode()
}

// emptyBoundingSet makes sure that not even root in the container gets a capability when it runs the program.
func emptyBoundingSet() error {
	for capability := uintptr(0); ; capability++ {
		err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0)
		if errors.Is(err, unix.EINVAL) {
			return nil // one past the last capability this kernel has
		}
		if err != nil {
			return fmt.Errorf("dropping capability %d: %w", capability, err)
		}
	}
}

func switchUser(spec Spec) error {
	if spec.SingleUser {
		return nil // it already is who it should be, and no other user or group exists here
	}
	if err := syscall.Setgroups(spec.Groups); err != nil {
		return fmt.Errorf("setting the supplementary groups %v: %w", spec.Groups, err)
	}
	if err := syscall.Setresgid(spec.GID, spec.GID, spec.GID); err != nil {
		return fmt.Errorf("becoming group %d: %w", spec.GID, err)
	}
	if err := syscall.Setresuid(spec.UID, spec.UID, spec.UID); err != nil {
		return fmt.Errorf("becoming user %d: %w", spec.UID, err)
	}
	return nil
}

func clearCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&header, &none[0]); err != nil {
		return fmt.Errorf("clearing the capabilities: %w", err)
	}
	return nil
}

// dieWithTheNode renews the parent-death signal, which the kernel forgets when a process changes its user, and then
// looks whether the node died in between.
func dieWithTheNode() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("setting the parent-death signal: %w", err)
	}
	reader := []unix.PollFd{{Fd: reportFD}}
	if _, err := unix.Poll(reader, 0); err == nil && reader[0].Revents&unix.POLLERR != 0 {
		return errors.New("the node is gone")
	}
	return nil
}
