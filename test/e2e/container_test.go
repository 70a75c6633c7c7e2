package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// provePrivileges looks at the processes as the kernel knows them, which is what no manifest can promise.
func (c *cluster) provePrivileges() {
	var operators corev1.PodList
	if err := c.client.List(c.t.Context(), &operators, client.InNamespace(operatorNamespace)); err != nil || len(operators.Items) == 0 {
		c.t.Fatalf("the operator has %d pods (%v)", len(operators.Items), err)
	}
	for name, pod := range map[string]*corev1.Pod{"operator": &operators.Items[0], "intake": c.pod()} {
		process := c.processOf(pod)
		status := statusOf(process)
		for field, want := range map[string]string{
			"Uid": "65532 65532 65532 65532", "Gid": "65532 65532 65532 65532",
			"CapEff": "0000000000000000", "CapBnd": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2",
		} {
			if status[field] != want {
				c.t.Errorf("the %s's process has %s %q, want %q", name, field, status[field], want)
			}
		}
		if options := rootMount(process); !strings.HasPrefix(options, "ro,") && options != "ro" {
			c.t.Errorf("the %s's root is mounted %q, want it read-only", name, options)
		}
	}
}

// statusOf is /proc/<pid>/status with single spaces.
func statusOf(pid int) map[string]string {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	status := map[string]string{}
	for line := range strings.Lines(string(content)) {
		field, value, _ := strings.Cut(line, ":")
		status[field] = strings.Join(strings.Fields(value), " ")
	}
	return status
}

// rootMount is how a process's root is mounted.
func rootMount(pid int) string {
	const mountPoint, options = 4, 5
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/mountinfo", pid))
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > options && fields[mountPoint] == "/" {
			return fields[options]
		}
	}
	return "not at all"
}

func (c *cluster) proveMemory() {
	before := c.pod()
	declared := before.Spec.Containers[0].Resources.Limits.Memory().Value()
	c.submit(150)
	group := memoryGroup(before)
	if limit := number(group, "memory.limit_in_bytes", "memory.max"); limit != declared {
		c.t.Errorf("the kernel limits the container to %d bytes, declared are %d", limit, declared)
	}
	most := number(group, "memory.max_usage_in_bytes", "memory.peak")
	c.t.Logf("    it used %d MiB of %d at most", most>>20, declared>>20)
	after := c.pod()
	if after.UID != before.UID || after.Status.ContainerStatuses[0].RestartCount != before.Status.ContainerStatuses[0].RestartCount {
		c.t.Errorf("the container did not live through the load: %+v", after.Status.ContainerStatuses[0].LastTerminationState)
	}
}

// memoryGroup is the control group of a pod's container, in either version.
func memoryGroup(pod *corev1.Pod) string {
	id := containerID(pod)
	var found string
	for _, root := range []string{"/sys/fs/cgroup/memory/localcluster", "/sys/fs/cgroup/localcluster"} {
		_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error { // one of the two does not exist
			if err == nil && entry.Name() == id {
				found = path
			}
			return nil
		})
	}
	return found
}

func containerID(pod *corev1.Pod) string {
	if len(pod.Status.ContainerStatuses) == 0 {
		return ""
	}
	return strings.TrimPrefix(pod.Status.ContainerStatuses[0].ContainerID, "containerd://")
}

// number reads the first of the files that is there; -1 without any.
func number(folder string, names ...string) int64 {
	for _, name := range names {
		if content, err := os.ReadFile(filepath.Join(folder, name)); err == nil {
			if value, err := strconv.ParseInt(strings.TrimSpace(string(content)), 10, 64); err == nil {
				return value
			}
		}
	}
	return -1
}

// processesIn are the processes of a container.
func (c *cluster) processesIn(container string) []int {
	id := strings.TrimPrefix(container, "containerd://")
	var all []int
	for pid := range commands() {
		groups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
		if err == nil && strings.Contains(string(groups), id) {
			all = append(all, pid)
		}
	}
	return all
}

func (c *cluster) processOf(pod *corev1.Pod) int {
	c.t.Helper()
	id := containerID(pod)
	if id == "" {
		c.t.Fatalf("the pod %s has no container", pod.Name)
	}
	all := c.processesIn(id)
	if len(all) != 1 {
		c.t.Fatalf("the container of %s has processes %v, want one", pod.Name, all)
	}
	return all[0]
}

func (c *cluster) signal(signal syscall.Signal) {
	c.t.Helper()
	if err := syscall.Kill(c.processOf(c.pod()), signal); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) proveTermination() {
	before := c.pod().Status.ContainerStatuses[0]
	receipt := c.suggest("before-termination")
	c.signal(syscall.SIGTERM)
	c.serves("the container has ended and another is up", func(pod *corev1.Pod) bool {
		return pod.Status.ContainerStatuses[0].RestartCount == before.RestartCount+1
	})
	ended := c.pod().Status.ContainerStatuses[0].LastTerminationState.Terminated
	if ended == nil || ended.ExitCode != 0 {
		c.t.Errorf("asked to end, it ended as %+v, want exit code 0", ended)
	}
	c.finds(receipt)
}

func (c *cluster) proveReadiness() {
	c.eventually("the station is reached by its Service", func() bool { return c.endpoints() == 1 })
	c.signal(syscall.SIGSTOP)
	resume := func() { c.signal(syscall.SIGCONT) }
	defer func() {
		if c.t.Failed() {
			resume()
		}
	}()
	restarts := c.pod().Status.ContainerStatuses[0].RestartCount
	c.eventually("the frozen service is taken out of its Service", func() bool { return c.endpoints() == 0 })
	resume()
	c.eventually("it is back once it answers", func() bool { return c.endpoints() == 1 && c.frontPage() != "" })
	if after := c.pod().Status.ContainerStatuses[0].RestartCount; after != restarts {
		c.t.Error("it was restarted for a pause that was shorter than liveness allows")
	}
}

// endpoints are how many ready addresses the station's Service has.
func (c *cluster) endpoints() int {
	var slices discoveryv1.EndpointSliceList
	if err := c.client.List(c.t.Context(), &slices, client.InNamespace(county), client.MatchingLabels{discoveryv1.LabelServiceName: station + "-intake"}); err != nil {
		return -1
	}
	ready := 0
	for _, slice := range slices.Items {
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready != nil && *endpoint.Conditions.Ready {
				ready += len(endpoint.Addresses)
			}
		}
	}
	return ready
}
