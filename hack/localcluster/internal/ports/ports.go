// Package ports chooses the loopback ports of a cluster's parts and keeps them from run to run.
package ports

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
)

// Loopback is the only address a cluster listens on.
const Loopback = "127.0.0.1"

// Set is one port for each listener of a cluster.
type Set struct {
	Etcd              int `json:"etcd"`
	EtcdPeer          int `json:"etcdPeer"`
	APIServer         int `json:"apiServer"`
	ControllerManager int `json:"controllerManager"`
	Scheduler         int `json:"scheduler"`
	Node              int `json:"node"`
}

// The range lies below the one from which Linux picks ports for outgoing connections (32768 and up), so
// that a remembered port is seldom taken by a passing connection while the cluster is down.
const (
	lowest  = 20000
	highest = 32000
)

// Choose returns remembered with each port that is unset or taken replaced by a free one.
func Choose(ctx context.Context, remembered Set) (Set, error) {
	chosen := remembered
	picker := picker{used: map[int]bool{}}
	for _, port := range []*int{
		&chosen.Etcd, &chosen.EtcdPeer, &chosen.APIServer, &chosen.ControllerManager, &chosen.Scheduler, &chosen.Node,
	} {
		var err error
		if *port, err = picker.keepOrPick(ctx, *port); err != nil {
			return Set{}, err
		}
	}
	return chosen, nil
}

// picker never gives the same port twice.
type picker struct{ used map[int]bool }

func (p picker) keepOrPick(ctx context.Context, remembered int) (int, error) {
	if remembered != 0 {
		free, err := p.take(ctx, remembered)
		if free || err != nil {
			return remembered, err
		}
	}
	offset := rand.IntN(highest - lowest) //nolint:gosec // so that clusters do not meet; nobody is kept out by it
	for i := range highest - lowest {
		candidate := lowest + (offset+i)%(highest-lowest)
		free, err := p.take(ctx, candidate)
		if free || err != nil {
			return candidate, err
		}
	}
	return 0, fmt.Errorf("no port between %d and %d is free on %s", lowest, highest, Loopback)
}

func (p picker) take(ctx context.Context, port int) (free bool, err error) {
	if p.used[port] {
		return false, nil
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(Loopback, strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("trying port %d: %w", port, err)
	}
	p.used[port] = true
	return true, listener.Close()
}
