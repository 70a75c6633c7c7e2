// Package parts says what a cluster is made of: each part's command line, and how to tell that it works.
package parts

import (
	"context"
	"fmt"
	"time"

	"township.dev/liaison/hack/localcluster/internal/machine"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/statedir"
	"township.dev/liaison/hack/localcluster/internal/supervise"
)

// The names of the parts. Those of Kubernetes are also the names of the programs.
const (
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	Node              = "node"
)

// NodeName is what the cluster's only node is called.
const NodeName = pki.NodeName

// NodeProgram is the name under which the binary runs the node.
const NodeProgram = "localcluster-node"

// podsGrace is how long the node may take to end its pods. It covers the 30 seconds a pod gets unless
// it says otherwise.
const podsGrace = 45 * time.Second

// Stages lists the parts in the order in which they start. A stage starts when the one before works.
func Stages(folder statedir.Folder, settings statedir.Settings) ([][]supervise.Part, error) {
	chosen, kind := settings.Ports, settings.Node
	probes, err := newProbes(folder, chosen)
	if err != nil {
		return nil, err
	}
	return [][]supervise.Part{
		{
			{Name: Etcd, Args: etcd(folder, chosen), Ready: probes.etcd, StopWithin: 10 * time.Second},
		},
		{
			{Name: APIServer, Args: apiServer(folder, chosen, kind), Ready: probes.apiServer, StopWithin: 10 * time.Second},
		},
		{
			{Name: ControllerManager, Args: controllerManager(folder, chosen, kind), Ready: probes.controllerManager, StopWithin: 10 * time.Second},
			{Name: Scheduler, Args: scheduler(folder, chosen), Ready: probes.scheduler, StopWithin: 10 * time.Second},
			// Last, and hence the first to stop: while pods end, the API server still takes their status.
			{Name: Node, Args: node(folder), Ready: nodeProbe(probes, kind), StopWithin: podsGrace},
		},
	}, nil
}

// nodeProbe asks of a real node also whether its Services work.
func nodeProbe(probes probes, kind statedir.NodeKind) func(context.Context, time.Time) error {
	if kind != statedir.RealNode {
		return probes.node
	}
	return func(ctx context.Context, started time.Time) error {
		if err := probes.node(ctx, started); err != nil {
			return err
		}
		_, err := get(ctx, probes.cluster, "http://"+machine.ServicesHealth+"/healthz")
		return err
	}
}

// commandLine renders a program's flags in the order given.
func commandLine(program string, flags ...flag) []string {
	args := []string{program}
	for _, each := range flags {
		args = append(args, fmt.Sprintf("--%s=%s", each.name, each.value))
	}
	return args
}

type flag struct{ name, value string }
