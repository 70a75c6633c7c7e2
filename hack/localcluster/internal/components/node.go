package components

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"township.dev/liaison/hack/localcluster/internal/kubeconfig"
	"township.dev/liaison/hack/localcluster/internal/machine"
	"township.dev/liaison/hack/localcluster/internal/node"
	"township.dev/liaison/hack/localcluster/internal/parts"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/provisioner"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// nodeProgram runs the node of the cluster in the folder of --dir, of the kind that its settings say, and the provisioner of its volumes.
func nodeProgram() int {
	return inFolder(parts.NodeProgram, func(ctx context.Context, folder statedir.Folder, logger *slog.Logger) error {
		settings, err := folder.ReadSettings()
		if err != nil {
			return err
		}
		access, err := clientcmd.BuildConfigFromFlags("", kubeconfig.Of(folder, pki.Node))
		if err != nil {
			return fmt.Errorf("reading the node's kubeconfig: %w", err)
		}
		client, err := kubernetes.NewForConfig(access)
		if err != nil {
			return fmt.Errorf("preparing to talk to the API server: %w", err)
		}
		runNode := developmentNode
		if settings.Node == statedir.RealNode {
			runNode = realNode
		}
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return runNode(ctx, folder, settings, access, logger) })
		group.Go(func() error {
			return provisioner.Run(ctx, provisioner.Config{Client: client, Folder: folder.Volumes(), NodeName: parts.NodeName})
		})
		return group.Wait()
	})
}

// inFolder is the main function of a program that belongs to the cluster in the folder of --dir.
func inFolder(name string, run func(context.Context, statedir.Folder, *slog.Logger) error) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))

	flags := pflag.NewFlagSet(name, pflag.ContinueOnError)
	dir := flags.String("dir", "", "folder of the cluster's state")
	if err := flags.Parse(os.Args[1:]); err != nil {
		logger.Error("the command line is wrong", "error", err)
		return 2
	}
	folder, err := statedir.Open(*dir)
	if err == nil {
		err = run(ctx, folder, logger)
	}
	if err != nil {
		// Not by the logger, which would put all lines of a part's last words into one.
		fmt.Fprintf(os.Stderr, "%s ended: %v\n", name, err)
		return 1
	}
	return 0
}

func developmentNode(ctx context.Context, folder statedir.Folder, settings statedir.Settings, access *rest.Config, logger *slog.Logger) error {
	return node.Run(ctx, node.Config{
		RESTConfig:        access,
		NodeName:          parts.NodeName,
		Dir:               folder.Pods(),
		ImagesFile:        folder.Images(),
		KubeletAddress:    net.JoinHostPort(ports.Loopback, strconv.Itoa(settings.Ports.Node)),
		ServingCertFile:   folder.PKI(pki.NodeServing.Certificate),
		ServingKeyFile:    folder.PKI(pki.NodeServing.Key),
		ClientCAFile:      folder.PKI(pki.ClusterAuthority),
		KubeletClientName: pki.KubeletClientName,
		APIServerHost:     ports.Loopback,
		APIServerPort:     settings.Ports.APIServer,
		Logger:            logger,
	})
}

func realNode(ctx context.Context, folder statedir.Folder, settings statedir.Settings, _ *rest.Config, _ *slog.Logger) error {
	return machine.Run(ctx, machine.Config{Folder: folder, Settings: settings, NodeName: parts.NodeName})
}
