// Package cli is the command line of localcluster.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/utils/clock"

	"township.dev/liaison/hack/localcluster/internal/cluster"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

const about = `A Kubernetes in one binary, with a node that runs containers as local processes, or a real one.

FOR DEVELOPMENT AND TESTS ONLY. It is not for production, nor for data that anyone would miss: its
containers have no limits and share the host's network unless the node is a real one, its database trades safety in a power cut
for speed, and nothing is restarted or backed up. It listens on loopback only.

The same binary is also %s:
call it by a link of that name, or with the name as its first argument.`

// Run is the program localcluster. It returns its exit code.
func Run(programs []string) int {
	// The first signal asks to end; a second one ends at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	if err := newRoot(programs).ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "localcluster:", err)
		return 1
	}
	return 0
}

func newRoot(programs []string) *cobra.Command {
	// Cobra adds the process-wide flags, and Kubernetes' packages have put theirs among them.
	pflag.CommandLine = pflag.NewFlagSet("", pflag.ContinueOnError)

	root := &cobra.Command{
		Use:           "localcluster",
		Short:         "A Kubernetes for development and tests. Never for production",
		Long:          fmt.Sprintf(about, strings.Join(programs, ", ")),
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	at := &location{}
	root.PersistentFlags().StringVar(&at.dir, "dir", "",
		"folder of the cluster's state (default: "+statedir.DefaultName+" at the top of the checkout)")
	root.AddCommand(newUp(at), newDown(at), newStatus(at), newKubeconfig(at), newCheck(at), newLoad(at), newSupervise(at))
	return root
}

// location is where the user says the cluster is.
type location struct{ dir string }

func (l location) path() (string, error) {
	if l.dir != "" {
		return l.dir, nil
	}
	working, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the working directory: %w", err)
	}
	return statedir.Default(working), nil
}

// open returns the cluster, which must exist.
func (l location) open(out io.Writer) (cluster.Cluster, error) { return l.with(statedir.Open, out) }

// create returns the cluster, with a new state folder if there was none.
func (l location) create(out io.Writer) (cluster.Cluster, error) { return l.with(statedir.Create, out) }

func (l location) with(find func(string) (statedir.Folder, error), out io.Writer) (cluster.Cluster, error) {
	path, err := l.path()
	if err != nil {
		return cluster.Cluster{}, err
	}
	folder, err := find(path)
	if errors.Is(err, statedir.ErrNoCluster) {
		return cluster.Cluster{}, fmt.Errorf("%w; `localcluster up` makes one", err)
	}
	if err != nil {
		return cluster.Cluster{}, err
	}
	return cluster.Cluster{Folder: folder, Out: out, Clock: clock.RealClock{}}, nil
}
