// Package open is the verb `kubectl-liaison open`.
package open

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"slices"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/cluster"
	"township.dev/liaison/internal/cli/exit"
)

const about = `Print where a station's site and its staff desk are.

A station that has no host (spec.intake.host) is reached through a port of this machine, which is forwarded to its intake until the
command is interrupted. The port is on the loopback interface unless --address says otherwise.

--staff prints the commands that read the staff's first passwords. It reads none itself.`

const examples = `  # Where is it?
  kubectl liaison open zhongduo -n jixian

  # Through a fixed port of this machine, though the station has a host
  kubectl liaison open zhongduo -n jixian --forward --port 8080

  # How the administrators get their first passwords
  kubectl liaison open zhongduo -n jixian --staff`

// New is the command.
func New() *cobra.Command {
	o := &open{access: cluster.NewAccess()}
	command := &cobra.Command{
		Use: "open STATION", Short: "Where a station's site and desk are; forwards a port where they are not published", Long: about, Example: examples,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: o.access.CompleteStations(0),
		RunE: func(command *cobra.Command, args []string) error {
			o.station, o.out, o.err = args[0], command.OutOrStdout(), command.ErrOrStderr()
			ctx, stop := signal.NotifyContext(command.Context(), os.Interrupt)
			defer stop()
			return o.run(ctx)
		},
	}
	o.access.AddTo(command)
	flags := command.Flags()
	flags.BoolVar(&o.staff, "staff", false, "print how to read the staff's first passwords, in place of opening the site")
	flags.BoolVar(&o.forward, "forward", false, "forward a port even where the station has a host")
	flags.StringVar(&o.address, "address", "127.0.0.1", "IP address of this machine to listen on")
	flags.Uint16Var(&o.port, "port", 0, "port of this machine to listen on; 0 takes a free one")
	return command
}

// open tells where a station is.
type open struct {
	access         *cluster.Access
	station        string
	staff, forward bool
	address        string
	port           uint16
	out, err       io.Writer
}

func (o *open) run(ctx context.Context) error {
	ip := net.ParseIP(o.address)
	if ip == nil {
		return exit.Bad(fmt.Errorf("--address %s is no IP address", o.address), "127.0.0.1 is this machine alone; 0.0.0.0 is every network it is in")
	}
	c, err := o.access.Connect()
	if err != nil {
		return err
	}
	station := &v1alpha1.LiaisonStation{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: o.station}, station); err != nil {
		return cluster.Explain(err)
	}
	switch {
	case o.staff:
		return o.write(passwords(station, o.access.KubectlFlags()))
	case station.Spec.Intake.Host == "" || o.forward:
		return o.throughPort(ctx, c, station, ip)
	case station.Status.URL == "":
		return &exit.Error{Code: exit.Failed, Err: errors.New("the operator has not published the station yet"), Hint: "kubectl liaison doctor says what it waits for"}
	default:
		return o.write(addresses(station.Status.URL))
	}
}

func (o *open) write(text string) error {
	if _, err := io.WriteString(o.out, text); err != nil {
		return fmt.Errorf("writing where the station is: %w", err)
	}
	return nil
}

func addresses(url string) string { return fmt.Sprintf("site  %s/\ndesk  %s/desk\n", url, url) }

// staffSecret names the Secret with the staff's first passwords; see LiaisonStation's spec.staff.
func staffSecret(station string) string { return station + "-intake-staff" }

// passwords are commands. A password that this program printed would stand in logs and on screens of those who only wanted the way to it.
func passwords(station *v1alpha1.LiaisonStation, flags string) string {
	var b bytes.Buffer
	b.WriteString("# The first passwords; each must be changed at the first sign-in, and is of no use afterwards.\n")
	for _, username := range usernames(&station.Spec.Staff) {
		fmt.Fprintf(&b, "kubectl%s -n %s get secret %s -o go-template='{{index .data \"%s\" | base64decode}}{{\"\\n\"}}'\n",
			flags, station.Namespace, staffSecret(station.Name), username)
	}
	return b.String()
}

func usernames(staff *v1alpha1.Staff) []string {
	all := []string{staff.Head.Username}
	for _, administrator := range staff.Administrators {
		all = append(all, administrator.Username)
	}
	for _, deputy := range staff.Deputies {
		all = append(all, deputy.Username)
	}
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}
