package volumes

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// access is what a group gets on a volume's files.
type access fs.FileMode

const (
	readOnly  access = 0o440
	readWrite access = 0o660
	// A folder must be entered as well, and what is made in it belongs to the same group.
	folderBits = 0o110 | fs.ModeSetgid
)

// ownable tells whether files can be given away. An ordinary user cannot; its containers run as the user itself,
// who owns everything anyway.
func ownable() bool { return os.Geteuid() == 0 }

// giveToFSGroup gives the files below root to the pod's fsGroup, if it has one, as a kubelet does.
func giveToFSGroup(pod *corev1.Pod, root string, group access) error {
	gid := fsGroup(pod)
	if gid == nil || !ownable() {
		return nil
	}
	if onRootMismatch(pod) && belongsTo(root, *gid, group) {
		return nil
	}
	// The root of the volume comes last: it is what a later OnRootMismatch looks at.
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		return giveFile(path, *gid, group)
	})
	if err == nil {
		err = giveFile(root, *gid, group)
	}
	if err != nil {
		return fmt.Errorf("giving the volume to group %d: %w", *gid, err)
	}
	return nil
}

func giveFile(path string, gid int64, group access) error {
	if err := os.Lchown(path, -1, int(gid)); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink != 0 {
		return err
	}
	return os.Chmod(path, wantedMode(info, group))
}

func wantedMode(info fs.FileInfo, group access) fs.FileMode {
	mode := info.Mode() | fs.FileMode(group)
	if info.IsDir() {
		mode |= folderBits
	}
	return mode & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
}

func belongsTo(path string, gid int64, group access) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int64(stat.Gid) == gid && wantedMode(info, group) == info.Mode()&^fs.ModeDir
}

func fsGroup(pod *corev1.Pod) *int64 {
	if pod.Spec.SecurityContext == nil {
		return nil
	}
	return pod.Spec.SecurityContext.FSGroup
}

func onRootMismatch(pod *corev1.Pod) bool {
	return ptr.Deref(pod.Spec.SecurityContext.FSGroupChangePolicy, corev1.FSGroupChangeAlways) == corev1.FSGroupChangeOnRootMismatch
}

// commonUser is the user that all containers of the pod run as, or nil when they differ or do not say.
func commonUser(pod *corev1.Pod) *int64 {
	var podUser, common *int64
	if pod.Spec.SecurityContext != nil {
		podUser = pod.Spec.SecurityContext.RunAsUser
	}
	for i, container := range pod.Spec.Containers {
		user := podUser
		if container.SecurityContext != nil && container.SecurityContext.RunAsUser != nil {
			user = container.SecurityContext.RunAsUser
		}
		if user == nil || (i > 0 && *user != *common) {
			return nil
		}
		common = user
	}
	return common
}
