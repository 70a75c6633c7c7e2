package machine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"township.dev/liaison/hack/localcluster/internal/policies"
)

// programs are those of other packages that the node needs.
var programs = []string{"containerd", "containerd-shim-runc-v2", "ctr", "runc", "iptables", "iptables-restore", "mount"}

// Packages that Debian has the programs in.
const Packages = "containerd runc containernetworking-plugins iptables mount"

// cniPlugins are where Debian puts them.
var cniPlugins = []string{"/usr/lib/cni/ptp", "/usr/lib/cni/host-local", "/usr/lib/cni/loopback"}

// filterRules are some of each kind that kube-proxy and [policies.Run] need.
var filterRules = policies.Rules + `*nat
-A PREROUTING -m addrtype --dst-type LOCAL -j ACCEPT
-A PREROUTING -m statistic --mode random --probability 0.5 -m comment --comment probe -p tcp -j DNAT --to-destination 127.0.0.1:1
-A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A POSTROUTING -j MASQUERADE --random-fully
COMMIT
*filter
-A FORWARD -m conntrack --ctstate INVALID -j DROP
-A FORWARD -p tcp -j REJECT
COMMIT
`

// Check names the first thing that keeps this machine from having a real node with its state below root; nil when there is none.
func Check(ctx context.Context, root string) error {
	for _, check := range []func(context.Context) error{isRoot, hasPrograms, hasOverlay, hasNamespacesAndFilter, hasControlGroups} {
		if err := check(ctx); err != nil {
			return fmt.Errorf("this machine cannot have a real node: %w", err)
		}
	}
	return outsideHidden(root)
}

// outsideHidden says whether the state is where the node sees it.
func outsideHidden(root string) error {
	for _, path := range hidden {
		if root == path || strings.HasPrefix(root, path+"/") {
			return fmt.Errorf("the state of a real node cannot be in %s, which the node has for its own: choose another folder with --dir", path)
		}
	}
	return nil
}

func isRoot(context.Context) error {
	if os.Geteuid() != 0 {
		return errors.New("that takes root")
	}
	return nil
}

func hasPrograms(context.Context) error {
	var missing []string
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	for _, plugin := range cniPlugins {
		if _, err := os.Stat(plugin); err != nil {
			missing = append(missing, plugin)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("it lacks %s; on Debian: apt-get install %s", strings.Join(missing, ", "), Packages)
	}
	return nil
}

// hasOverlay looks whether containers' files can be laid over their images'.
func hasOverlay(context.Context) error {
	known, err := os.ReadFile("/proc/filesystems")
	if err != nil {
		return fmt.Errorf("its file systems cannot be listed: %w", err)
	}
	if !strings.Contains(string(known), "\toverlay\n") {
		return errors.New("its kernel has no overlay file system; if it is a module: modprobe overlay")
	}
	return nil
}

// hasNamespacesAndFilter tries rules out in a network of their own, which goes with the command.
func hasNamespacesAndFilter(ctx context.Context) error {
	err := policies.Restore(ctx, filterRules, func(restore *exec.Cmd) {
		restore.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags: syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC,
		}
	})
	if err != nil {
		return fmt.Errorf("its kernel refuses namespaces or the packet filter's rules: %w", err)
	}
	return nil
}

// hasControlGroups tries whether they can be made.
func hasControlGroups(context.Context) error {
	all, err := hierarchies()
	if err != nil {
		return err
	}
	var memory bool
	for _, hierarchy := range all {
		if err := unix.Access(hierarchy, unix.W_OK); err != nil {
			return fmt.Errorf("its control groups cannot be written: %s: %w", hierarchy, err)
		}
		memory = memory || isMemory(hierarchy)
	}
	if !memory {
		return fmt.Errorf("no control group in %s limits memory", controlGroups)
	}
	return nil
}

func isMemory(hierarchy string) bool {
	if filepath.Base(hierarchy) == "memory" {
		return true
	}
	controllers, err := os.ReadFile(filepath.Join(hierarchy, "cgroup.controllers"))
	return err == nil && strings.Contains(string(controllers), "memory")
}
