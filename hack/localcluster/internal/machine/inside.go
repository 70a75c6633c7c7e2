package machine

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"k8s.io/utils/clock"

	"township.dev/liaison/hack/localcluster/internal/addresses"
	"township.dev/liaison/hack/localcluster/internal/kubeconfig"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/policies"
	"township.dev/liaison/hack/localcluster/internal/process"
	"township.dev/liaison/hack/localcluster/internal/statedir"
	"township.dev/liaison/hack/localcluster/internal/supervise"
)

// The programs of the node. Those of Kubernetes and the enforcer of NetworkPolicies are names of this binary.
const (
	Containerd      = "containerd"
	CoreDNS         = "coredns"
	KubeProxy       = "kube-proxy"
	Kubelet         = "kubelet"
	NetworkPolicies = "kube-network-policies"
)

// stopWithin is how long a part may take to end. None of them has anything to finish.
const stopWithin = 5 * time.Second

// Inside runs the node's parts until the context ends or one of them does.
func Inside(ctx context.Context, folder statedir.Folder, nodeName string) error {
	stages, err := stages(folder, nodeName)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var crash error
	supervisor := &supervise.Supervisor{
		Stages:      stages,
		Program:     "/proc/self/exe",
		Environment: func(part string) []string { return append(os.Environ(), process.Mark(folder.Root(), part)...) },
		Log:         folder.Log,
		Publish: func(record supervise.Record) {
			if crashed := record.Crashed(); crash == nil && len(crashed) > 0 {
				crash = wordsOf(crashed[0], folder)
				stop()
			}
		},
		Clock: clock.RealClock{},
	}
	if err := supervisor.Run(ctx); err != nil && crash == nil {
		return err
	}
	return crash
}

func wordsOf(part supervise.PartRecord, folder statedir.Folder) error {
	return fmt.Errorf("%s ended by itself: %s; its last words were:\n  %s\nall of them are in %s",
		part.Name, part.Exit.Reason, strings.Join(part.Exit.LastLines, "\n  "), folder.Log(part.Name))
}

// ServicesHealth is where kube-proxy tells that it is well, to this machine too.
const ServicesHealth = addresses.RealNode + ":10256"

// stages are the node's parts in the order of their start.
func stages(folder statedir.Folder, nodeName string) ([][]supervise.Part, error) {
	containerd, err := exec.LookPath(Containerd)
	if err != nil {
		return nil, fmt.Errorf("finding containerd: %w", err)
	}
	coredns, err := Beside(CoreDNS)
	if err != nil {
		return nil, err
	}
	return [][]supervise.Part{
		{
			{
				Name: Containerd, Program: containerd, StopWithin: stopWithin, Ready: takesImages(folder),
				Args: []string{Containerd, "--config", file(folder, "containerd.toml")},
			}, {
				Name: CoreDNS, Program: coredns, StopWithin: stopWithin, Ready: listens("127.0.0.1:8181"),
				Args: []string{CoreDNS, "-conf", file(folder, "Corefile")},
			}, {
				Name: NetworkPolicies, StopWithin: stopWithin, Ready: policies.Enforced,
				Args: []string{NetworkPolicies, "--kubeconfig", kubeconfig.Of(folder, pki.Node), "--node", nodeName},
			},
		}, {
			{
				Name: Kubelet, StopWithin: stopWithin, Ready: always, // the cluster says when the node is ready
				Args: []string{
					Kubelet, "--config", file(folder, "kubelet.yaml"), "--kubeconfig", kubeconfig.Of(folder, pki.Kubelet),
					"--hostname-override", nodeName, "--node-ip", addresses.RealNode,
				},
			}, {
				// Not before the kubelet: it ends when it learns the node's address late.
				Name: KubeProxy, StopWithin: stopWithin, Ready: listens(ServicesHealth),
				Args: []string{KubeProxy, "--config", file(folder, "kube-proxy.yaml")},
			},
		},
	}, nil
}

// takesImages holds when containerd has taken its first image, which every pod begins with.
func takesImages(folder statedir.Folder) func(context.Context, time.Time) error {
	return func(ctx context.Context, _ time.Time) error {
		archive, err := os.Open(pauseArchive(folder))
		if err != nil {
			return fmt.Errorf("opening the first image: %w", err)
		}
		defer archive.Close()
		return Load(ctx, folder, archive)
	}
}

// listens holds when something does at the address.
func listens(address string) func(context.Context, time.Time) error {
	return func(ctx context.Context, _ time.Time) error {
		var dialer net.Dialer
		connection, err := dialer.DialContext(ctx, "tcp", address)
		if err != nil {
			return err
		}
		return connection.Close()
	}
}

func always(context.Context, time.Time) error { return nil }
