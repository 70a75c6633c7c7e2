package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"township.dev/liaison/hack/localcluster/internal/cluster"
	"township.dev/liaison/hack/localcluster/internal/imagelist"
	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

const upLong = `Start the cluster and wait until its node is ready. The state of an earlier run is used again.

A cluster that is up stays as it is, except for its images. One of which a part has ended is stopped and
started afresh.

An image stands for a local, statically linked binary, whatever its tag. Its environment is what the image
would bring along; $(POD_IP), $(POD_NAME), $(POD_NAMESPACE) and $(NODE_NAME) in a value are replaced. Images given
in an earlier call stay known; one given again is replaced.

With --node=real the node is a kubelet with containerd, in namespaces of its own. That takes root and some packages: localcluster check says
whether this machine can have one. Its images come from archives: see localcluster load.`

type upFlags struct {
	images  []string
	file    string
	node    string
	timeout time.Duration
}

func newUp(at *location) *cobra.Command {
	var flags upFlags
	command := &cobra.Command{
		Use:   "up",
		Short: "Start the cluster, or give new images to one that runs",
		Long:  upLong,
		Example: `  localcluster up
  localcluster up --image 'example.org/shop=bin/shop,SHOP_BIND_ADDRESS=$(POD_IP)'`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return up(command, at, flags) },
	}
	command.Flags().StringArrayVar(&flags.images, "image", nil, imagelist.Form+": the binary for an image (repeatable)")
	command.Flags().StringVar(&flags.file, "images", "",
		"YAML or JSON file with a list of images: repository, binary, env")
	command.Flags().StringVar(&flags.node, "node", "",
		"process or real: what runs the pods; a cluster keeps what it began with (default process)")
	command.Flags().DurationVar(&flags.timeout, "timeout", 5*time.Minute, "how long to wait until the cluster is ready")
	return command
}

func up(command *cobra.Command, at *location, flags upFlags) error {
	wanted, err := flags.wanted()
	if err != nil {
		return err
	}
	target, err := at.create(command.ErrOrStderr())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(command.Context(), flags.timeout)
	defer cancel()
	if err := target.Up(ctx, wanted); err != nil {
		return err
	}
	fmt.Fprintf(command.OutOrStdout(), "export KUBECONFIG=%s\n", target.Folder.Kubeconfig())
	return nil
}

func (f upFlags) wanted() (cluster.Wanted, error) {
	kind := statedir.NodeKind(f.node)
	if !slices.Contains([]statedir.NodeKind{"", statedir.ProcessNode, statedir.RealNode}, kind) {
		return cluster.Wanted{}, fmt.Errorf("there is no node of kind %q: --node is %s or %s", f.node, statedir.ProcessNode, statedir.RealNode)
	}
	given, err := f.readImages()
	if err == nil && len(given) > 0 && kind == statedir.RealNode {
		err = errors.New("a real node runs images, not binaries in their place: leave --image and --images out, and use `localcluster load`")
	}
	return cluster.Wanted{Images: given, Node: kind}, err
}

func (f upFlags) readImages() ([]images.Image, error) {
	var given []images.Image
	if f.file != "" {
		file, err := filepath.Abs(f.file)
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", f.file, err)
		}
		if given, err = imagelist.Load(file); err != nil {
			return nil, err
		}
	}
	working, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("finding the working directory: %w", err)
	}
	for _, text := range f.images {
		image, err := imagelist.Parse(text, working)
		if err != nil {
			return nil, err
		}
		given = append(given, image)
	}
	return given, nil
}
