package sandbox

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// devices are the host's device files a container sees.
var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

// buildRoot makes a private root from a small tmpfs and bind mounts, and moves into it for good.
func buildRoot(spec Spec) error {
	steps := []struct {
		what string
		do   func() error
	}{
		{"detaching from the host's mounts", func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") }},
		{"mounting the root", func() error {
			return unix.Mount("tmpfs", spec.MountPoint, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=16m,mode=0755")
		}},
		{"mounting /proc", func() error { return mountProc(spec.MountPoint) }},
		{"mounting /dev", func() error { return mountDevices(spec.MountPoint) }},
		{"writing files", func() error { return writeFiles(spec) }},
		{"mounting volumes", func() error { return mountAll(spec) }},
		{"entering the root", func() error { return enterRoot(spec.MountPoint) }},
		{"closing the root for writing", func() error { return closeRoot(spec.ReadOnlyRoot) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func mountProc(root string) error {
	target := filepath.Join(root, "proc")
	if err := os.Mkdir(target, 0o555); err != nil {
		return err
	}
	return unix.Mount("proc", target, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}

func mountDevices(root string) error {
	dir := filepath.Join(root, "dev")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, device := range devices {
		if err := bind(filepath.Join("/dev", device), filepath.Join(dir, device)); err != nil {
			return err
		}
	}
	for link, target := range map[string]string{"fd": "fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"} {
		if err := os.Symlink(filepath.Join("/proc/self", target), filepath.Join(dir, link)); err != nil {
			return err
		}
	}
	return nil
}

func writeFiles(spec Spec) error {
	for _, file := range spec.Files {
		path := filepath.Join(spec.MountPoint, file.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(file.Content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// mountAll mounts outer folders before those inside them, and what comes later in the spec over what comes earlier.
func mountAll(spec Spec) error {
	mounts := slices.Clone(spec.Mounts)
	slices.SortStableFunc(mounts, func(a, b Mount) int { return cmp.Compare(filepath.Clean(a.Target), filepath.Clean(b.Target)) })
	for _, mount := range mounts {
		target := filepath.Join(spec.MountPoint, mount.Target)
		if err := bind(mount.Source, target); err != nil {
			return err
		}
		restrictions := uint64(unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV)
		if mount.ReadOnly {
			restrictions |= unix.MOUNT_ATTR_RDONLY
		}
		if err := restrict(target, restrictions, unix.AT_RECURSIVE); err != nil {
			return fmt.Errorf("restricting %s: %w", mount.Target, err)
		}
	}
	return nil
}

func bind(source, target string) error {
	info, err := os.Stat(source)
	if err != nil {
		return err
	}
	if err := makeTarget(target, info.IsDir()); err != nil {
		return err
	}
	// Recursive: the kernel lets a user namespace take a folder only together with what is mounted below it.
	if err := unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("binding %s: %w", source, err)
	}
	return nil
}

func makeTarget(target string, isDir bool) error {
	if isDir {
		return os.MkdirAll(target, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(target, os.O_CREATE|os.O_RDONLY, 0o644)
	if err != nil {
		return err
	}
	return file.Close()
}

// restrict adds attributes to a mount and keeps the others: unlike a remount it does not have to repeat
// the flags the kernel has locked for user namespaces.
func restrict(target string, attributes uint64, flags uint) error {
	return unix.MountSetattr(unix.AT_FDCWD, target, flags, &unix.MountAttr{Attr_set: attributes})
}

// enterRoot makes root the root and unmounts everything of the host. Pivoting onto itself needs no folder for the old root.
func enterRoot(root string) error {
	if err := unix.Chdir(root); err != nil {
		return err
	}
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmounting the host's root: %w", err)
	}
	return unix.Chdir("/")
}

func closeRoot(readOnly bool) error {
	if !readOnly {
		return nil
	}
	return restrict("/", unix.MOUNT_ATTR_RDONLY, 0)
}
