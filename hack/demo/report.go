package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"township.dev/liaison/test/visitor"
)

// report ends the demo with what there is to look at, and how to stop.
func (c *cluster) report(ctx context.Context, took time.Duration) error {
	say("Done in %.0f s", took.Seconds())
	fmt.Println()
	if err := c.show(ctx, "kubectl", "get", "liaisonstations", "-A"); err != nil {
		return err
	}
	fmt.Println()
	if err := c.reportAddresses(ctx); err != nil {
		return err
	}
	kubectl := c.program("kubectl")
	fmt.Printf(`
Staff sign in at <address>/desk as admin1 or zhanzhang (the head), with the first password of the Secret, and choose one of their own.
Zhongduo's admin1 has chosen one already, the first one followed by %[5]s:
  %[1]s -n %[2]s get secret %[3]s-intake-staff -o jsonpath='{.data.admin1}' | base64 -d; echo '%[5]s'

To look around:
  export KUBECONFIG=%[4]s
  %[1]s get liaisonstations,deputyrosters,dutyschedules -A
`, kubectl, county, ledgerStation, absolute(c.kubeconfig), visitor.OwnPassword(""))
	if c.local {
		fmt.Print("\nTo stop (the state is kept; make demo brings it back):\n  make demo-down\n")
		return nil
	}
	fmt.Printf("\nTo remove (the residents' data stays, until the namespace is deleted):\n  %s -n %s delete liaisonstations,deputyrosters --all && make undeploy\n", kubectl, county)
	return nil
}

func (c *cluster) reportAddresses(ctx context.Context) error {
	found, err := c.stations(ctx)
	if err != nil {
		return err
	}
	fmt.Println("The stations answer residents at")
	for _, station := range found {
		address := fmt.Sprintf("%s -n %s port-forward service/%s-intake 8080:80   then http://127.0.0.1:8080", c.program("kubectl"), county, station.Name)
		if c.local {
			if address, err = c.podAddress(ctx, station.Name); err != nil {
				return err
			}
		}
		fmt.Printf("  %-10s %-28s %s\n", station.Name, address, station.Spec.DisplayName)
	}
	return nil
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}
