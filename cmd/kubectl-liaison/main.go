// kubectl-liaison is the command line for liaison stations of people's-congress deputies (人大代表联络站); in the PATH it is a plugin of kubectl.
package main

import (
	"os"
	_ "time/tzdata" // rosters name time zones, and the machine may have no zone files

	"k8s.io/utils/clock"

	"township.dev/liaison/internal/cli"
)

// version is set at build time by -ldflags "-X main.version=…".
var version = "dev"

func main() {
	os.Exit(cli.Run(cli.Environment{
		Name: os.Args[0], Args: os.Args[1:],
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Clock: clock.RealClock{}, Version: version,
	}))
}
