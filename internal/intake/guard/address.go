package guard

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// forwardedFor lists the addresses a request passed, each added on the right by the proxy it reached. RFC 7239's Forwarded
// is not read: no common ingress writes it unasked, and a proxy that adds to one header lets the other through as it came.
const forwardedFor = "X-Forwarded-For"

// Proxies are the networks whose word on where a request came from is believed. Without any, a request comes from where
// its connection does; then all visitors behind one ingress are a single sender.
type Proxies []netip.Prefix

// ParseProxies reads networks such as 10.244.0.0/16 and single addresses. Its error names the entry and the remedy.
func ParseProxies(networks []string) (Proxies, error) {
	proxies := make(Proxies, 0, len(networks))
	for _, network := range networks {
		prefix, err := parseNetwork(network)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q %w", network, err)
		}
		proxies = append(proxies, prefix)
	}
	return proxies, nil
}

func parseNetwork(s string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		var address netip.Addr
		if address, err = netip.ParseAddr(s); err != nil {
			return netip.Prefix{}, fmt.Errorf("is no network; give one such as 10.244.0.0/16 or fd00::/64: %w", err)
		}
		prefix = netip.PrefixFrom(address.WithZone(""), address.BitLen())
	}
	switch {
	case prefix.Addr().Is4In6():
		return netip.Prefix{}, errors.New("is IPv4 within IPv6; give it as IPv4, such as 10.244.0.0/16")
	case prefix.Bits() == 0:
		return netip.Prefix{}, errors.New("would believe anybody; give the network of the ingress alone")
	}
	return prefix.Masked(), nil
}

// Visitor returns the address of whoever sent the request: that of the connection or, where a trusted proxy made the
// connection, the first from the right in X-Forwarded-For that is no trusted proxy itself. Everything left of that one
// is the visitor's own claim. Where an entry is no address, the last one believed stands. The zero Addr comes from a
// connection that has none, such as a Unix socket.
func (p Proxies) Visitor(r *http.Request) netip.Addr {
	visitor, _ := parseHop(r.RemoteAddr)
	for hop := range fromTheRight(r.Header[forwardedFor]) {
		if !p.trust(visitor) {
			break
		}
		before, ok := parseHop(hop)
		if !ok {
			break
		}
		visitor = before
	}
	return visitor
}

func (p Proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(a) })
}

// fromTheRight yields the entries of a header, the last of the last line first.
func fromTheRight(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range slices.Backward(lines) {
			for comma := len(line); comma >= 0; {
				line = line[:comma]
				comma = strings.LastIndexByte(line, ',')
				if !yield(strings.Trim(line[comma+1:], " \t")) {
					return
				}
			}
		}
	}
}

// parseHop reads an address, with a port or without. One address has one form: no zone, and IPv4 never within IPv6.
func parseHop(s string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(s)
	if err != nil {
		var withPort netip.AddrPort
		withPort, err = netip.ParseAddrPort(s)
		address = withPort.Addr()
	}
	return address.Unmap().WithZone(""), err == nil
}

// A subscriber holds one IPv4 address, or at least 64 bits of IPv6 to choose from at will.
const (
	senderBits4 = 32
	senderBits6 = 64
)

// Sender returns what counts as one sender: an IPv4 address, or the /64 an IPv6 address lies in. All who come without an
// address share the zero Prefix.
func Sender(a netip.Addr) netip.Prefix {
	bits := senderBits6
	if a.Is4() {
		bits = senderBits4
	}
	sender, _ := a.Prefix(bits) // fails for the zero Addr alone
	return sender
}
