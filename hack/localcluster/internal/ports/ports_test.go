package ports

import (
	"net"
	"strconv"
	"testing"
)

func TestChooseGivesEachListenerItsOwnFreePort(t *testing.T) {
	chosen := choose(t, Set{})
	seen := map[int]bool{}
	for _, port := range all(chosen) {
		if seen[port] {
			t.Errorf("port %d is given twice: %+v", port, chosen)
		}
		seen[port] = true
		if port < lowest || port >= highest {
			t.Errorf("port %d lies outside of the range that outgoing connections leave alone", port)
		}
		listen(t, port)
	}
}

func TestChooseKeepsRememberedPorts(t *testing.T) {
	remembered := choose(t, Set{})
	if again := choose(t, remembered); again != remembered {
		t.Errorf("remembered %+v, got %+v", remembered, again)
	}
}

func TestChooseReplacesOnlyTheTakenPort(t *testing.T) {
	remembered := choose(t, Set{})
	listen(t, remembered.APIServer)

	again := choose(t, remembered)
	if again.APIServer == remembered.APIServer {
		t.Error("the API server kept a port on which another program listens")
	}
	again.APIServer = remembered.APIServer
	if again != remembered {
		t.Errorf("other ports moved too: remembered %+v, got %+v", remembered, again)
	}
}

func TestChooseSeparatesEqualPorts(t *testing.T) {
	// A person may have edited the file.
	free := choose(t, Set{}).Etcd
	chosen := choose(t, Set{Etcd: free, EtcdPeer: free})
	if chosen.Etcd != free || chosen.EtcdPeer == free {
		t.Errorf("got %+v, want the first to keep %d and the second another", chosen, free)
	}
}

func choose(t *testing.T, remembered Set) Set {
	t.Helper()
	chosen, err := Choose(t.Context(), remembered)
	if err != nil {
		t.Fatal(err)
	}
	return chosen
}

func all(s Set) []int {
	return []int{s.Etcd, s.EtcdPeer, s.APIServer, s.ControllerManager, s.Scheduler, s.Node}
}

func listen(t *testing.T, port int) {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(Loopback, strconv.Itoa(port)))
	if err != nil {
		t.Fatalf("port %d was given as free: %v", port, err)
	}
	t.Cleanup(func() { _ = listener.Close() })
}
