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
	"k8s.io/client-go/tools/clientcmd"

	"township.dev/liaison/hack/localcluster/internal/kubeconfig"
	"township.dev/liaison/hack/localcluster/internal/node"
	"township.dev/liaison/hack/localcluster/internal/parts"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/provisioner"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// developmentNode runs the node of the cluster in the folder of --dir, and the provisioner of its volumes.
func developmentNode() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))

	flags := pflag.NewFlagSet(parts.NodeProgram, pflag.ContinueOnError)
	dir := flags.String("dir", "", "folder of the cluster's state")
	if err := flags.Parse(os.Args[1:]); err != nil {
		logger.Error("the command line is wrong", "error", err)
		return 2
	}
	if err := runNode(ctx, *dir, logger); err != nil {
		logger.Error("the node ended", "error", err)
		return 1
	}
	return 0
}

func runNode(ctx context.Context, dir string, logger *slog.Logger) error {
	folder, err := statedir.Open(dir)
	if err != nil {
		return err
	}
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

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
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
	})
	group.Go(func() error {
		return provisioner.Run(ctx, provisioner.Config{Client: client, Folder: folder.Volumes(), NodeName: parts.NodeName})
	})
	return group.Wait()
}
