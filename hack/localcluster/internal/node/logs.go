package node

import (
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/hack/localcluster/internal/node/kubeletapi"
	"township.dev/liaison/hack/localcluster/internal/node/podlog"
)

// FindLog implements kubeletapi.Logs. A pod that had completed before the node's restart is not a resident, but its logs are
// still there and its status says which.
func (p *provider) FindLog(namespace, name, container string, previous bool) (kubeletapi.Log, error) {
	key := types.NamespacedName{Namespace: namespace, Name: name}
	uid, run, running, err := p.latestRun(key, container)
	if err != nil {
		return kubeletapi.Log{}, err
	}
	if previous {
		run--
		running = func() bool { return false }
	}
	path := podlog.Path(p.layout.pod(string(uid)), container, run)
	if _, err := os.Stat(path); err != nil {
		if previous {
			return kubeletapi.Log{}, kubeletapi.BadRequest(fmt.Sprintf("previous terminated container %q in pod %q not found", container, name))
		}
		return kubeletapi.Log{}, kubeletapi.NotFound(fmt.Sprintf("container %q in pod %q has no log", container, name))
	}
	return kubeletapi.Log{Path: path, Running: running}, nil
}

func (p *provider) latestRun(key types.NamespacedName, container string) (types.UID, int32, func() bool, error) {
	if r := p.find(key); r != nil {
		run, _, ok := r.pod.LatestRun(container)
		if !ok {
			return "", 0, nil, kubeletapi.BadRequest(fmt.Sprintf("container %q in pod %q is waiting to start", container, key.Name))
		}
		return r.uid, run, func() bool {
			latest, running, _ := r.pod.LatestRun(container)
			return running && latest == run
		}, nil
	}
	pod, err := p.lister.Pods(key.Namespace).Get(key.Name)
	if err != nil {
		return "", 0, nil, kubeletapi.NotFound(fmt.Sprintf("pod %q is not on this node", key.Name))
	}
	for _, status := range append(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses...) {
		if status.Name == container {
			return pod.UID, status.RestartCount, func() bool { return false }, nil
		}
	}
	return "", 0, nil, kubeletapi.NotFound(fmt.Sprintf("pod %q has no container %q", key.Name, container))
}
