package node

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/record"
	"k8s.io/component-base/version"
)

// object is how the node introduces itself.
func (n *node) object() (*corev1.Node, error) {
	port, ok := n.listener.Addr().(*net.TCPAddr)
	if !ok {
		return nil, fmt.Errorf("listening for the API server on %s, which has no port", n.listener.Addr())
	}
	resources := capacity()
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.cfg.NodeName, Labels: map[string]string{
			corev1.LabelHostname:   n.cfg.NodeName,
			corev1.LabelOSStable:   runtime.GOOS,
			corev1.LabelArchStable: runtime.GOARCH,
		}},
		Status: corev1.NodeStatus{
			Capacity:    resources,
			Allocatable: resources,
			Conditions:  nodeConditions(),
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: hostIP},
				{Type: corev1.NodeHostName, Address: n.cfg.NodeName},
			},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(port.Port)}},
			NodeInfo: corev1.NodeSystemInfo{
				KubeletVersion: version.Get().GitVersion, ContainerRuntimeVersion: "localcluster://processes",
				OperatingSystem: runtime.GOOS, Architecture: runtime.GOARCH, OSImage: "local processes, for development only",
				KernelVersion: fact("/proc/sys/kernel/osrelease"), BootID: fact("/proc/sys/kernel/random/boot_id"), MachineID: fact("/etc/machine-id"),
			},
		},
	}, nil
}

func nodeConditions() []corev1.NodeCondition {
	now := metav1.Now()
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason, message string) corev1.NodeCondition {
		return corev1.NodeCondition{
			Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: now,
		}
	}
	return []corev1.NodeCondition{
		condition(corev1.NodeReady, corev1.ConditionTrue, "NodeReady", "the development node runs pods as local processes"),
		// Nothing watches these; a node must say something about them.
		condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "NotWatched", "the development node does not watch its memory"),
		condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "NotWatched", "the development node does not watch its disk"),
		condition(corev1.NodePIDPressure, corev1.ConditionFalse, "NotWatched", "the development node does not watch its processes"),
	}
}

// capacity is the machine's. Nothing holds containers to what they ask for, so all of it can be given out.
func capacity() corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:              *resource.NewQuantity(int64(runtime.NumCPU()), resource.DecimalSI),
		corev1.ResourceMemory:           *resource.NewQuantity(memoryBytes(), resource.BinarySI),
		corev1.ResourcePods:             resource.MustParse("110"),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
	}
}

// fact is a line about the machine, or nothing where the machine does not say.
func fact(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(content))
}

func memoryBytes() int64 {
	const fallback = 4 << 30
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return fallback
	}
	defer file.Close()
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		if rest, found := strings.CutPrefix(scanner.Text(), "MemTotal:"); found {
			var kibibytes int64
			if _, err := fmt.Sscan(rest, &kibibytes); err == nil {
				return kibibytes << 10
			}
		}
	}
	return fallback
}

func newRecorder(client kubernetes.Interface, nodeName string) (record.EventBroadcaster, record.EventRecorder) {
	broadcaster := record.NewBroadcaster()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	// People and tools look for the kubelet's events, and this node's mean the same.
	return broadcaster, broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet", Host: nodeName})
}
