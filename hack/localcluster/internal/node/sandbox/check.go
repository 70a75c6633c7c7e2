package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Check builds an empty container and throws it away, so that a machine on which containers cannot work says so
// when the node starts and not in the status of each pod.
func (l *Launcher) Check(mountPoint string) error {
	quiet, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("opening %s: %w", os.DevNull, err)
	}
	defer quiet.Close()
	process, err := l.Start(Spec{Hostname: "check", MountPoint: mountPoint, ReadOnlyRoot: true, UID: 65532, GID: 65532, DryRun: true}, quiet, quiet)
	if err != nil {
		return fmt.Errorf("this machine does not let the development node run containers: %w", err)
	}
	if exit := process.Wait(); exit.Code != 0 {
		return fmt.Errorf("this machine does not let the development node run containers: the trial container ended with code %d", exit.Code)
	}
	return nil
}

// kernelSwitches are the settings by which a kernel refuses user namespaces, with the value that refuses.
var kernelSwitches = []struct{ file, refuses, remedy string }{
	{"/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"},
	{"/proc/sys/kernel/unprivileged_userns_clone", "0", "run as root, or sysctl kernel.unprivileged_userns_clone=1"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "run as root, or sysctl kernel.apparmor_restrict_unprivileged_userns=0"},
}

// explainClone turns the kernel's refusal to make the namespaces into words that name what is missing.
func explainClone(err error) error {
	refused := errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EINVAL)
	if !refused {
		return fmt.Errorf("starting the container's process: %w", err)
	}
	for _, known := range kernelSwitches {
		value, readErr := os.ReadFile(known.file)
		if readErr == nil && strings.TrimSpace(string(value)) == known.refuses {
			return fmt.Errorf("the kernel refuses new user namespaces (%w) because %s is %s; remedy: %s", err, known.file, known.refuses, known.remedy)
		}
	}
	return fmt.Errorf("the kernel refuses new user, mount, pid, ipc and uts namespaces: %w; inside another container, run that one "+
		"privileged or with user namespaces allowed by its seccomp profile", err)
}
