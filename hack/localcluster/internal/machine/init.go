package machine

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// containersGrace is how long containers may take to end when the machine is switched off.
const containersGrace = 20 * time.Second

// Init is the first process of the machine. It runs the program of [Inside], adopts what others leave behind, and in the end asks every
// container to end before it ends itself, and the kernel everything with it.
func Init(folder statedir.Folder) error {
	if err := awaitRelease(); err != nil {
		return err
	}
	if err := arrange(folder); err != nil {
		return err
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	inside, err := syscall.ForkExec("/proc/self/exe", []string{InsideProgram, "--dir", folder.Root()}, &syscall.ProcAttr{
		Env:   append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/usr/bin:/sbin:/bin"),
		Files: []uintptr{0, 1, 2},
	})
	if err != nil {
		return fmt.Errorf("starting the node's parts: %w", err)
	}
	go func() {
		<-asked
		_ = syscall.Kill(inside, syscall.SIGTERM) // it may have ended
	}()
	status := reapUntil(inside)
	endContainers()
	if status != 0 {
		return fmt.Errorf("the node's parts ended with %d", status)
	}
	return nil
}

// awaitRelease waits for the gate that [Run] opens once the machine has its network.
func awaitRelease() error {
	gate := os.NewFile(3, "gate")
	defer gate.Close()
	if _, err := io.ReadAll(gate); err != nil {
		return fmt.Errorf("waiting for the network: %w", err)
	}
	return nil
}

// reapUntil takes note of every child's end, which is the duty of a first process, until the given one's.
func reapUntil(pid int) (status int) {
	for {
		var how syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &how, 0, nil)
		if err == nil && ended == pid {
			return how.ExitStatus()
		}
	}
}

// endContainers asks all processes to end, as a machine does that is switched off, and waits for those in containers.
func endContainers() {
	_ = syscall.Kill(-1, syscall.SIGTERM) // there may be none
	deadline, look := time.After(containersGrace), time.Tick(50*time.Millisecond)
	for slices.ContainsFunc(processes(), isContained) {
		_, _ = syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		select {
		case <-look:
		case <-deadline:
			return
		}
	}
}

// processes of the machine.
func processes() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var all []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// isContained tells a process in a container by its control group.
func isContained(pid int) bool {
	groups, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cgroup"))
	return err == nil && strings.Contains(string(groups), ":/"+controlGroup+"/")
}

// arrange gives the machine what the first process of any has to see to: its own view of processes, and folders for the files of the
// node's programs, so that each finds them where it expects them and none is seen outside.
func arrange(folder statedir.Folder) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("making the mounts the node's own: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mounting the node's /proc: %w", err)
	}
	for _, path := range hidden {
		if err := unix.Mount("tmpfs", path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
			return fmt.Errorf("mounting the node's %s: %w", path, err)
		}
	}
	for name, path := range kept {
		if err := bind(folder.Machine(name), path); err != nil {
			return err
		}
	}
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0o644); err != nil {
		return fmt.Errorf("letting the node forward packets: %w", err)
	}
	return nil
}

// hidden folders are empty on the node when it starts. Its programs write there; the state folder must lie elsewhere.
var hidden = []string{"/run", "/var/lib", "/var/log"}

// kept are the folders of the state that the node's programs find at another place.
var kept = map[string]string{
	"containerd": "/var/lib/containerd",
	"kubelet":    "/var/lib/kubelet",
	"pod-logs":   "/var/log/pods",
}

func bind(from, to string) error {
	for _, path := range []string{from, to} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			return fmt.Errorf("making %s: %w", path, err)
		}
	}
	if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mounting %s at %s: %w", from, to, err)
	}
	return nil
}
