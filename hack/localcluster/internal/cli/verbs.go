package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"township.dev/liaison/hack/localcluster/internal/cluster"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

func newDown(at *location) *cobra.Command {
	var purge bool
	command := &cobra.Command{
		Use:   "down",
		Short: "Stop the cluster: pods first, then the rest. No process is left",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			target, err := at.open(command.ErrOrStderr())
			if errors.Is(err, statedir.ErrNoCluster) {
				fmt.Fprintln(command.ErrOrStderr(), "localcluster: nothing to stop:", err)
				return nil
			}
			if err != nil {
				return err
			}
			if purge {
				return target.Purge(command.Context())
			}
			return target.Down(command.Context())
		},
	}
	command.Flags().BoolVar(&purge, "purge", false, "also remove the state: all objects, volumes, keys and logs")
	return command
}

func newStatus(at *location) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show every part, its process and its health; fail unless all are well",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			target, err := at.open(command.ErrOrStderr())
			if err != nil {
				return err
			}
			return target.Status(command.Context(), command.OutOrStdout())
		},
	}
}

func newKubeconfig(at *location) *cobra.Command {
	var raw bool
	command := &cobra.Command{
		Use:   "kubeconfig",
		Short: "Print the path of the administrator's kubeconfig",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			target, err := at.open(command.ErrOrStderr())
			if err != nil {
				return err
			}
			content, err := os.ReadFile(target.Folder.Kubeconfig())
			if errors.Is(err, fs.ErrNotExist) {
				return errors.New("the cluster was never started: `localcluster up` does")
			}
			if err != nil {
				return fmt.Errorf("reading the kubeconfig: %w", err)
			}
			if raw {
				_, err = command.OutOrStdout().Write(content)
				return err
			}
			fmt.Fprintln(command.OutOrStdout(), target.Folder.Kubeconfig())
			return nil
		},
	}
	command.Flags().BoolVar(&raw, "raw", false, "print its content")
	return command
}

// newSupervise is what `up` leaves running; nobody else has a use for it.
func newSupervise(at *location) *cobra.Command {
	return &cobra.Command{
		Use:    cluster.SuperviseCommand,
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			target, err := at.open(command.ErrOrStderr())
			if err != nil {
				return err
			}
			return target.Supervise(command.Context())
		},
	}
}
