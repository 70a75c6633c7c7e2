// Package podip gives each pod a loopback address of its own and remembers it, so that a StatefulSet's pod has the same address when
// it is created again and when the cluster comes up again.
package podip

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
)

// Pool hands out the addresses of one /16 below 127.0.0.0/8.
type Pool struct {
	file    string
	network netip.Prefix

	mu       sync.Mutex
	assigned map[string]netip.Addr
}

// NetworkFor is the /16 that clusters with this state folder use. Clusters in different folders, say a demo and a test run, most
// likely get different ones and so do not take each other's ports.
func NetworkFor(stateDir string) netip.Prefix {
	// 127.64 to 127.127: away from 127.0 and 127.1, where other software likes to listen.
	second := byte(64 + hash(stateDir)%64)
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{127, second, 0, 0}), 16)
}

// Open reads the addresses remembered in file, which need not exist yet.
func Open(file string, network netip.Prefix) (*Pool, error) {
	pool := &Pool{file: file, network: network.Masked(), assigned: map[string]netip.Addr{}}
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return pool, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the pods' addresses: %w", err)
	}
	if err := json.Unmarshal(content, &pool.assigned); err != nil {
		return nil, fmt.Errorf("reading the pods' addresses in %s (delete the file to start afresh): %w", file, err)
	}
	return pool, nil
}

// Assign returns the pod's address: the remembered one, else one derived from the pod's name.
func (p *Pool) Assign(namespace, name string) (netip.Addr, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := namespace + "/" + name
	if address, ok := p.assigned[key]; ok && p.network.Contains(address) {
		return address, nil
	}
	address, err := p.firstFree(key)
	if err != nil {
		return netip.Addr{}, err
	}
	p.assigned[key] = address
	return address, p.save()
}

// Release forgets the address of a pod whose name will not come back.
func (p *Pool) Release(namespace, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.assigned, namespace+"/"+name)
	return p.save()
}

// firstFree starts where the name's hash points and goes on from there.
func (p *Pool) firstFree(key string) (netip.Addr, error) {
	taken := make(map[netip.Addr]bool, len(p.assigned))
	for _, address := range p.assigned {
		taken[address] = true
	}
	start := hash(key)
	for offset := range uint32(1 << 16) {
		if address := p.at(uint16(start + offset)); usable(address) && !taken[address] {
			return address, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("no address is left in %s for pod %s", p.network, key)
}

func (p *Pool) at(host uint16) netip.Addr {
	bytes := p.network.Addr().As4()
	binary.BigEndian.PutUint16(bytes[2:], host)
	return netip.AddrFrom4(bytes)
}

// usable leaves out addresses that look like a network or a broadcast address to people.
func usable(address netip.Addr) bool {
	last := address.As4()[3]
	return last != 0 && last != 255
}

// save replaces the file as a whole: a node killed meanwhile leaves the old or the new one.
func (p *Pool) save() error {
	content, err := json.MarshalIndent(p.assigned, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the pods' addresses: %w", err)
	}
	fresh, err := os.CreateTemp(filepath.Dir(p.file), ".pod-ips-*")
	if err != nil {
		return fmt.Errorf("remembering the pods' addresses: %w", err)
	}
	defer func() { _ = os.Remove(fresh.Name()) }() // fails, as it should, once it has taken its name
	if _, err := fresh.Write(content); err != nil {
		fresh.Close()
		return fmt.Errorf("remembering the pods' addresses: %w", err)
	}
	if err := fresh.Close(); err != nil {
		return fmt.Errorf("remembering the pods' addresses: %w", err)
	}
	if err := os.Rename(fresh.Name(), p.file); err != nil {
		return fmt.Errorf("remembering the pods' addresses: %w", err)
	}
	return nil
}

func hash(text string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(text))
	return h.Sum32()
}
