// Package policies enforces NetworkPolicies on a real node: the packet filter hands the first packet of each connection of a pod to
// kube-network-policies, which looks the policies up and decides.
package policies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// queue is the number of the queue that the packet filter puts packets into.
const queue = 100

// Rules put what may need a decision into the queue: no reply, and nothing of the node's own, which no policy may refuse.
// While nobody reads the queue, such packets are dropped.
//
// The controller adds such rules in nftables by itself, but kernels built without nft_queue refuse them, and it goes on without.
// Both can be there: they ask the same judge.
var Rules = `*mangle
-A POSTROUTING -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A POSTROUTING -m owner --uid-owner 0 -j ACCEPT
-A POSTROUTING -j NFQUEUE --queue-num ` + strconv.Itoa(queue) + `
COMMIT
`

// Run enforces the policies for the node's pods until the context ends.
func Run(ctx context.Context, client kubernetes.Interface, nodeName string) error {
	if err := Restore(ctx, Rules, nil); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	controller, err := networkpolicy.NewController(client,
		factory.Networking().V1().NetworkPolicies(), factory.Core().V1().Namespaces(), factory.Core().V1().Pods(),
		nil, nil, nil, nil, // AdminNetworkPolicies are not served
		// With NRIdisabled it panics at the first packet of an address that is no pod's. Enabled, it says in its log that this containerd has none.
		networkpolicy.Config{QueueID: queue, NodeName: nodeName})
	if err != nil {
		return fmt.Errorf("preparing to enforce NetworkPolicies: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return controller.Run(ctx) })
	factory.Start(ctx.Done())
	return group.Wait()
}

// Restore adds rules to the packet filter of this process's network, or of the one that prepare gives the command.
func Restore(ctx context.Context, rules string, prepare func(*exec.Cmd)) error {
	restore := exec.CommandContext(ctx, "iptables-restore", "--noflush", "--wait=5")
	restore.Stdin = strings.NewReader(rules)
	if prepare != nil {
		prepare(restore)
	}
	if out, err := restore.CombinedOutput(); err != nil {
		return fmt.Errorf("iptables-restore: %w: %s", err, bytes.TrimSpace(out))
	}
	return nil
}

// Enforced holds when the queue is read.
func Enforced(context.Context, time.Time) error {
	queues, err := os.ReadFile("/proc/net/netfilter/nfnetlink_queue")
	if err != nil {
		return fmt.Errorf("looking for the queue: %w", err)
	}
	for line := range strings.Lines(string(queues)) {
		if number, _, _ := strings.Cut(strings.TrimSpace(line), " "); number == strconv.Itoa(queue) {
			return nil
		}
	}
	return errors.New("nobody reads the queue of packets yet")
}
