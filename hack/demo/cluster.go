package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

const (
	operatorNamespace = "liaison-system"
	release           = "liaison-operator"
	localRegistry     = "liaison.township.dev"
)

// cluster is where the demo runs, and the programs that reach it.
type cluster struct {
	settings
	kubeconfig string
	// local is true on the development cluster, whose pods have loopback addresses.
	local bool
	// intakeImage is what the stations are to run; known once the operator is installed.
	intakeImage string

	config *rest.Config
	client client.Client
}

// cluster uses the user's own cluster when both it and a registry are named, and brings up a local one otherwise.
func (s settings) cluster(ctx context.Context) (*cluster, error) {
	c := &cluster{settings: s}
	var err error
	if s.registry != "" {
		err = c.useTheUsers()
	} else {
		err = c.bringUpLocal(ctx)
	}
	if err != nil {
		return nil, err
	}
	return c, c.connect()
}

func (c *cluster) useTheUsers() error {
	given := os.Getenv("KUBECONFIG")
	if given == "" {
		return errors.New("IMAGE_REGISTRY is set but KUBECONFIG is not; set both for a cluster of your own, or neither for a local one")
	}
	say("Using the cluster of %s with images from %s", given, c.registry)
	c.kubeconfig = given
	return nil
}

func (c *cluster) bringUpLocal(ctx context.Context) error {
	say("Starting the local cluster")
	c.local, c.registry = true, localRegistry
	c.kubeconfig = filepath.Join(c.root, ".localcluster", "kubeconfig")
	if given := os.Getenv("KUBECONFIG"); given != "" && given != c.kubeconfig {
		fmt.Printf("  KUBECONFIG (%s) is left alone; to use that cluster also give IMAGE_REGISTRY=<registry with the images>\n", given)
	}
	up := []string{"up"}
	for _, name := range []string{"operator", "intake"} {
		// The pods share the host's network, so each service listens on its own pod's address only. The ledger comes from one sender.
		up = append(up, "--image", fmt.Sprintf("%s/liaison-%s=%s,LIAISON_BIND_ADDRESS=$(POD_IP),LIAISON_SENDER_LIMIT=1000/10ms", c.registry, name,
			filepath.Join(c.root, "bin", "liaison-"+name)))
	}
	command := c.command(ctx, "localcluster", up...)
	command.Stderr = os.Stderr // its progress; what it prints besides comes in the report
	if err := command.Run(); err != nil {
		return fmt.Errorf("starting the local cluster: %w", err)
	}
	return nil
}

func (c *cluster) connect() error {
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{Precedence: filepath.SplitList(c.kubeconfig)}, nil)
	config, err := loader.ClientConfig()
	if err != nil {
		return fmt.Errorf("reading %s: %w", c.kubeconfig, err)
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return fmt.Errorf("registering types: %w", err)
		}
	}
	c.config = config
	if c.client, err = client.New(config, client.Options{Scheme: scheme}); err != nil {
		return fmt.Errorf("connecting to the cluster: %w", err)
	}
	return nil
}

// program is the path of one of the programs that come with the local cluster: helm, kubectl, localcluster.
func (c *cluster) program(name string) string {
	return filepath.Join(c.root, "bin", "k8s", name)
}

// command prepares a program on this cluster.
func (c *cluster) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, c.program(program), args...)
	command.Dir = c.root
	command.Env = append(os.Environ(), "KUBECONFIG="+c.kubeconfig)
	return command
}

// show runs a program and lets the user see what it prints.
func (c *cluster) show(ctx context.Context, program string, args ...string) error {
	command := c.command(ctx, program, args...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("running %s %v: %w", program, args, err)
	}
	return nil
}

// read runs a program and returns what it printed.
func (c *cluster) read(ctx context.Context, program string, args ...string) (string, error) {
	output, err := c.command(ctx, program, args...).Output()
	if err == nil {
		return string(output), nil
	}
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return "", fmt.Errorf("running %s %v: %w: %s", program, args, err, failed.Stderr)
	}
	return "", fmt.Errorf("running %s: %w", program, err)
}
