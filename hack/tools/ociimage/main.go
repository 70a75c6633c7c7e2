// Command ociimage makes container images of static binaries on an empty base, and brings them where they are needed, without a
// container engine.
//
// Images are kept in an OCI image layout: for each program one index over all architectures, with a list of what is in each binary
// (SPDX) and a statement of how the image was made (SLSA provenance) attached to it. The same binaries give the same bytes: no clock
// and no host enters a layout.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

const usage = `ociimage COMMAND [flags]

  pack     add a program to a layout, as one image for several architectures
  list     print the images of a layout: name, version, digest
  push     push the images of a layout, and what is attached to them, to a registry
  rename   copy a layout, giving its images the names by which containerd finds them

"ociimage COMMAND -help" lists the flags of a command.`

// commands of ociimage. Each gets what stands behind its name.
var commands = map[string]func(ctx context.Context, args []string, out io.Writer) error{
	"pack":   packCommand,
	"list":   listCommand,
	"push":   pushCommand,
	"rename": renameCommand,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdout); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "ociimage:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("which command? %s", usage)
	}
	command, known := commands[args[0]]
	if !known {
		return fmt.Errorf("there is no command %q\n%s", args[0], usage)
	}
	return command(ctx, args[1:], out)
}

// parse reads flags, each of which must have a value.
func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s takes no %q; it takes flags alone", flags.Name(), flags.Arg(0))
	}
	var err error
	flags.VisitAll(func(f *flag.Flag) {
		if err == nil && f.Value.String() == "" {
			err = fmt.Errorf("%s needs -%s: %s", flags.Name(), f.Name, f.Usage)
		}
	})
	return err
}
