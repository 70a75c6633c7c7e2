package machine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"township.dev/liaison/hack/localcluster/internal/addresses"
	"township.dev/liaison/hack/localcluster/internal/ports"
)

// The two ends of the cable between this machine and the node's. It goes with the node's namespace, and the routes with it.
const (
	hostEnd = "localcluster0"
	nodeEnd = "eth0"
)

// connect lays the cable to the network namespace of a process, and opens the API server's doors there.
func connect(ctx context.Context, pid, apiServer int) (doors, error) {
	inside, err := netns.GetFromPid(pid)
	if err != nil {
		return doors{}, fmt.Errorf("opening the node's network: %w", err)
	}
	defer func() { _ = inside.Close() }()
	if err := layCable(inside); err != nil {
		return doors{}, err
	}
	if err := configureNodeEnd(inside); err != nil {
		return doors{}, fmt.Errorf("configuring the node's network: %w", err)
	}
	if err := configureHostEnd(); err != nil {
		return doors{}, fmt.Errorf("configuring this machine's end of the node's network (is one of %s, %s, %s in use here?): %w",
			addresses.Host+cableBits, addresses.PodRange, addresses.ServiceRange, err)
	}
	return openDoors(ctx, inside, apiServer)
}

// cableBits is the length of the prefix that both ends of the cable share.
const cableBits = "/30"

func layCable(inside netns.NsHandle) error {
	attributes := netlink.NewLinkAttrs()
	attributes.Name = hostEnd
	cable := &netlink.Veth{LinkAttrs: attributes, PeerName: nodeEnd, PeerNamespace: netlink.NsFd(inside)}
	if err := netlink.LinkAdd(cable); err != nil {
		return fmt.Errorf("making the interface %s (a machine has room for one real node): %w", hostEnd, err)
	}
	return nil
}

func configureHostEnd() error {
	host, err := netlink.NewHandle()
	if err != nil {
		return err
	}
	defer host.Close()
	if err := raise(host, hostEnd, addresses.Host+cableBits); err != nil {
		return err
	}
	for _, to := range []string{addresses.PodRange, addresses.ServiceRange} {
		if err := route(host, hostEnd, to, addresses.RealNode); err != nil {
			return err
		}
	}
	return nil
}

func configureNodeEnd(inside netns.NsHandle) error {
	node, err := netlink.NewHandleAt(inside)
	if err != nil {
		return err
	}
	defer node.Close()
	if err := raise(node, "lo", ""); err != nil {
		return err
	}
	if err := raise(node, nodeEnd, addresses.RealNode+cableBits); err != nil {
		return err
	}
	if err := route(node, nodeEnd, "0.0.0.0/0", addresses.Host); err != nil {
		return err
	}
	return refuseMissingPods(node)
}

// refuseMissingPods has the kernel answer who calls a pod that is gone. The way to each pod that is there is more exact.
func refuseMissingPods(node *netlink.Handle) error {
	_, pods, err := net.ParseCIDR(addresses.PodRange)
	if err != nil {
		return err
	}
	if err := node.RouteAdd(&netlink.Route{Dst: pods, Type: unix.RTN_UNREACHABLE}); err != nil {
		return fmt.Errorf("refusing calls to pods that are gone: %w", err)
	}
	return nil
}

// raise gives an interface its address, if it needs one, and sets it up.
func raise(at *netlink.Handle, name, address string) error {
	link, err := at.LinkByName(name)
	if err != nil {
		return fmt.Errorf("finding %s: %w", name, err)
	}
	if address != "" {
		parsed, err := netlink.ParseAddr(address)
		if err != nil {
			return err
		}
		if err := at.AddrAdd(link, parsed); err != nil {
			return fmt.Errorf("giving %s the address %s: %w", name, address, err)
		}
	}
	if err := at.LinkSetUp(link); err != nil {
		return fmt.Errorf("setting up %s: %w", name, err)
	}
	return nil
}

func route(at *netlink.Handle, through, to, via string) error {
	link, err := at.LinkByName(through)
	if err != nil {
		return fmt.Errorf("finding %s: %w", through, err)
	}
	_, target, err := net.ParseCIDR(to)
	if err != nil {
		return err
	}
	if err := at.RouteAdd(&netlink.Route{LinkIndex: link.Attrs().Index, Dst: target, Gw: net.ParseIP(via)}); err != nil {
		return fmt.Errorf("adding a route to %s via %s: %w", to, via, err)
	}
	return nil
}

// doors are where the API server, which listens on this machine's loopback address alone, is reached from inside: at the same
// address and port there, so that a kubeconfig holds on both sides, and for pods at the node's address.
type doors struct {
	listeners []net.Listener
	// leadTo is the API server.
	leadTo string
}

func openDoors(ctx context.Context, inside netns.NsHandle, port int) (doors, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	here, err := netns.Get()
	if err != nil {
		return doors{}, fmt.Errorf("finding this machine's network: %w", err)
	}
	defer func() { _ = here.Close() }()
	if err := netns.Set(inside); err != nil {
		return doors{}, fmt.Errorf("entering the node's network: %w", err)
	}
	opened := doors{leadTo: net.JoinHostPort(ports.Loopback, strconv.Itoa(port))}
	var failed error
	for _, address := range []string{ports.Loopback, addresses.RealNode} {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(address, strconv.Itoa(port)))
		if err != nil {
			failed = fmt.Errorf("listening for the API server in the node's network: %w", err)
			break
		}
		opened.listeners = append(opened.listeners, listener)
	}
	return opened, errors.Join(failed, netns.Set(here))
}

// relay passes what comes in at the doors on to the API server, until the context ends.
func (d doors) relay(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, listener := range d.listeners {
		context.AfterFunc(ctx, func() { _ = listener.Close() })
		group.Go(func() error {
			for {
				caller, err := listener.Accept()
				if ctx.Err() != nil {
					return nil
				}
				if err != nil {
					return fmt.Errorf("taking a call for the API server: %w", err)
				}
				go d.pass(ctx, caller)
			}
		})
	}
	return group.Wait()
}

// pass joins a caller and the API server. A connection that breaks is told to the caller by its end.
func (d doors) pass(ctx context.Context, caller net.Conn) {
	defer func() { _ = caller.Close() }()
	var dialer net.Dialer
	server, err := dialer.DialContext(ctx, "tcp", d.leadTo)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{server, caller}, {caller, server}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			ended <- struct{}{}
		}()
	}
	select {
	case <-ended:
	case <-ctx.Done():
	}
}
