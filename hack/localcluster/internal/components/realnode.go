package components

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/component-base/cli"
	kubeproxyapp "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubeletapp "k8s.io/kubernetes/cmd/kubelet/app"

	"township.dev/liaison/hack/localcluster/internal/machine"
	"township.dev/liaison/hack/localcluster/internal/parts"
	"township.dev/liaison/hack/localcluster/internal/policies"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

func kubelet() int { return cli.Run(kubeletapp.NewKubeletCommand(context.Background())) }

func kubeProxy() int { return cli.Run(kubeproxyapp.NewProxyCommand()) }

// machineInit is the first process of the real node's namespaces.
func machineInit() int {
	return inFolder(machine.InitProgram, func(_ context.Context, folder statedir.Folder, _ *slog.Logger) error { return machine.Init(folder) })
}

// machineInside runs the real node's parts in its namespaces.
func machineInside() int {
	return inFolder(machine.InsideProgram, func(ctx context.Context, folder statedir.Folder, _ *slog.Logger) error {
		return machine.Inside(ctx, folder, parts.NodeName)
	})
}

// networkPolicies enforces NetworkPolicies on the real node.
func networkPolicies() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	flags := pflag.NewFlagSet(machine.NetworkPolicies, pflag.ContinueOnError)
	file := flags.String("kubeconfig", "", "the way to the API server")
	node := flags.String("node", "", "name of the node")
	if err := flags.Parse(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	access, err := clientcmd.BuildConfigFromFlags("", *file)
	if err == nil {
		var client kubernetes.Interface
		if client, err = kubernetes.NewForConfig(access); err == nil {
			err = policies.Run(ctx, client, *node)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "NetworkPolicies are not enforced any more:", err)
		return 1
	}
	return 0
}
