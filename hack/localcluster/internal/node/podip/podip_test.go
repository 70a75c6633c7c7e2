package podip

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
)

var network = netip.MustParsePrefix("127.77.0.0/16")

func TestAPodKeepsItsAddress(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pod-ips.json")
	first := assign(t, open(t, file), "zhongduo-intake-0")
	if again := assign(t, open(t, file), "zhongduo-intake-0"); again != first {
		t.Errorf("after a restart %s, before %s", again, first)
	}
	fresh := open(t, filepath.Join(t.TempDir(), "other.json"))
	if derived := assign(t, fresh, "zhongduo-intake-0"); derived != first {
		t.Errorf("without the file %s, want %s: the address follows from the name", derived, first)
	}
}

func TestAddressesAreUniqueAndUsable(t *testing.T) {
	pool := open(t, filepath.Join(t.TempDir(), "pod-ips.json"))
	owner := map[netip.Addr]string{}
	for i := range 600 {
		name := fmt.Sprintf("pod-%d", i)
		address := assign(t, pool, name)
		if other, taken := owner[address]; taken {
			t.Fatalf("%s and %s both have %s", name, other, address)
		}
		owner[address] = name
		if !network.Contains(address) || !usable(address) {
			t.Fatalf("%s has %s, want a host address of %s", name, address, network)
		}
	}
}

func TestACollisionMovesOnAndIsRemembered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pod-ips.json")
	pool := open(t, file)
	wanted := assign(t, pool, "a")
	if err := pool.Release("jixian", "a"); err != nil {
		t.Fatal(err)
	}
	pool.assigned["jixian/squatter"] = wanted
	moved := assign(t, pool, "a")
	if moved == wanted {
		t.Fatalf("a has the squatter's address %s", moved)
	}
	if again := assign(t, open(t, file), "a"); again != moved {
		t.Errorf("after a restart %s, before %s", again, moved)
	}
}

func TestAReleasedAddressIsFreeAgain(t *testing.T) {
	pool := open(t, filepath.Join(t.TempDir(), "pod-ips.json"))
	assign(t, pool, "job-x7k2p")
	if err := pool.Release("jixian", "job-x7k2p"); err != nil {
		t.Fatal(err)
	}
	if len(pool.assigned) != 0 {
		t.Errorf("still remembered: %v", pool.assigned)
	}
}

func TestADamagedFileIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pod-ips.json")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, network); err == nil {
		t.Error("a damaged file was accepted")
	}
}

func open(t *testing.T, file string) *Pool {
	t.Helper()
	pool, err := Open(file, network)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func assign(t *testing.T, pool *Pool, name string) netip.Addr {
	t.Helper()
	address, err := pool.Assign("jixian", name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}
