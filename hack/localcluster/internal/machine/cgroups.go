package machine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	controlGroups = "/sys/fs/cgroup"
	// controlGroup holds all pods of the node.
	controlGroup = "localcluster"
)

// hierarchies are the folders that a control group has to be made in: the only one of version 2, or one for each controller.
func hierarchies() ([]string, error) {
	var mounted unix.Statfs_t
	if err := unix.Statfs(controlGroups, &mounted); err != nil {
		return nil, fmt.Errorf("looking at the control groups: %w", err)
	}
	if mounted.Type == unix.CGROUP2_SUPER_MAGIC {
		return []string{controlGroups}, nil
	}
	entries, err := os.ReadDir(controlGroups)
	if err != nil {
		return nil, fmt.Errorf("listing the control groups: %w", err)
	}
	var all []string
	for _, entry := range entries {
		// A name may be a link, as cpuacct often is to cpu,cpuacct.
		if path, err := filepath.EvalSymlinks(filepath.Join(controlGroups, entry.Name())); err == nil {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// makeControlGroups makes the one that holds all pods.
func makeControlGroups() error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, hierarchy := range all {
		group := filepath.Join(hierarchy, controlGroup)
		if err := os.MkdirAll(group, 0o755); err != nil {
			return fmt.Errorf("making a control group: %w", err)
		}
		if err := passOn(hierarchy, group); err != nil {
			return err
		}
	}
	return nil
}

// passOn gives a new group what it does not get by itself: its share of the processors in version 1, controllers in version 2.
func passOn(parent, group string) error {
	for _, name := range []string{"cpuset.cpus", "cpuset.mems"} {
		content, err := os.ReadFile(filepath.Join(parent, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(group, name), content, 0o644)
		}
		if err != nil {
			return fmt.Errorf("preparing a control group: %w", err)
		}
	}
	controllers, err := os.ReadFile(filepath.Join(parent, "cgroup.controllers"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the controllers: %w", err)
	}
	for _, folder := range []string{parent, group} {
		for _, controller := range strings.Fields(string(controllers)) {
			if err := os.WriteFile(filepath.Join(folder, "cgroup.subtree_control"), []byte("+"+controller), 0o644); err != nil {
				return fmt.Errorf("passing the controller %s on to control groups: %w", controller, err)
			}
		}
	}
	return nil
}

// RemoveControlGroups removes those of a node that has ended, as [Run] does unless it was killed.
func RemoveControlGroups() error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	for _, hierarchy := range all {
		if err := removeGroup(filepath.Join(hierarchy, controlGroup)); err != nil {
			return err
		}
	}
	return nil
}

// removeGroup removes a group and those in it, the innermost first.
func removeGroup(group string) error {
	entries, err := os.ReadDir(group)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing a control group: %w", err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			if err := removeGroup(filepath.Join(group, entry.Name())); err != nil {
				return err
			}
		}
	}
	if err := unix.Rmdir(group); err != nil {
		return fmt.Errorf("removing the control group %s: %w", group, err)
	}
	return nil
}
