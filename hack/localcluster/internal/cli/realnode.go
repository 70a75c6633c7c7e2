package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"township.dev/liaison/hack/localcluster/internal/machine"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

func newCheck(at *location) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Tell whether this machine can have a real node, or fail with the first thing it lacks",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			path, err := at.path()
			if err != nil {
				return err
			}
			if err := machine.Check(command.Context(), path); err != nil {
				return err
			}
			fmt.Fprintln(command.OutOrStdout(), "this machine can have a real node")
			return nil
		},
	}
}

func newLoad(at *location) *cobra.Command {
	return &cobra.Command{
		Use:   "load ARCHIVE...",
		Short: "Give a real node the images in archives, as docker save or ctr images export write them",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, archives []string) error {
			target, err := at.open(command.ErrOrStderr())
			if err != nil {
				return err
			}
			settings, err := target.Folder.ReadSettings()
			if err != nil {
				return err
			}
			if settings.Node != statedir.RealNode {
				return errors.New("only a real node takes images; this one runs binaries in their place: `localcluster up --image`")
			}
			for _, path := range archives {
				if err := load(command, target.Folder, path); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func load(command *cobra.Command, folder statedir.Folder, path string) error {
	archive, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening the archive: %w", err)
	}
	defer archive.Close()
	if err := machine.Load(command.Context(), folder, archive); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
