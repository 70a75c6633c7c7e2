// Package components holds the programs that localcluster carries: those of Kubernetes, and its nodes.
//
// It is the only package of this module that imports Kubernetes' own servers, so that everything
// else compiles and tests in seconds.
package components

import (
	"maps"
	"slices"

	"township.dev/liaison/hack/localcluster/internal/machine"
	"township.dev/liaison/hack/localcluster/internal/parts"
)

// programs maps the name a program is called by to its main function. Each reads its flags from
// os.Args, as it does when built alone, and returns its exit code.
var programs = map[string]func() int{
	"etcd":                    etcd,
	"helm":                    helm,
	"kube-apiserver":          kubeAPIServer,
	"kube-controller-manager": kubeControllerManager,
	"kube-scheduler":          kubeScheduler,
	"kubectl":                 kubectl,
	machine.Kubelet:           kubelet,
	machine.InitProgram:       machineInit,
	machine.InsideProgram:     machineInside,
	machine.KubeProxy:         kubeProxy,
	machine.NetworkPolicies:   networkPolicies,
	parts.NodeProgram:         nodeProgram,
}

// internal are those that nobody has a use for but a cluster's own parts.
var internal = []string{machine.InitProgram, machine.InsideProgram, machine.NetworkPolicies, parts.NodeProgram}

// Find returns the program called name, if there is one.
func Find(name string) (run func() int, found bool) {
	run, found = programs[name]
	return run, found
}

// Names lists the programs that a person may call, in alphabetical order.
func Names() []string {
	names := slices.Sorted(maps.Keys(programs))
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(internal, name) })
}
