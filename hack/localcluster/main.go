// Localcluster is a Kubernetes in one binary, for development and tests. Never for production.
//
// Called by the name of one of the programs it carries (etcd, kube-apiserver, kubectl, …; see
// internal/components), it is that program. Called localcluster, it starts and stops a cluster
// made of them.
package main

import (
	"os"
	"path/filepath"

	"township.dev/liaison/hack/localcluster/internal/cli"
	"township.dev/liaison/hack/localcluster/internal/components"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
)

func main() {
	nameProcess()
	os.Exit(dispatch())
}

// nameProcess makes ps and top show the program's name where localcluster has started itself under it.
// A kernel that refuses costs nothing but that.
func nameProcess() {
	_ = os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0o644)
}

// dispatch runs the program the binary was called as: by a link's name (`etcd --flag`), or by its
// first argument (`localcluster etcd --flag`).
func dispatch() int {
	if run, found := components.Find(filepath.Base(os.Args[0])); found {
		return run()
	}
	if len(os.Args) > 1 {
		if os.Args[1] == sandbox.InitCommand {
			return containerInit()
		}
		if run, found := components.Find(os.Args[1]); found {
			os.Args = os.Args[1:]
			return run()
		}
	}
	return cli.Run(components.Names())
}

// containerInit becomes a container of the development node. It returns only when that fails, and the
// node knows why by then.
func containerInit() int {
	_ = sandbox.Init()
	return 1
}
