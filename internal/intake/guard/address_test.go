package guard_test

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/guard"
)

func proxies(t testing.TB, networks ...string) guard.Proxies {
	t.Helper()
	p, err := guard.ParseProxies(networks)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOnlyATrustedProxyIsBelievedWhereARequestComesFrom(t *testing.T) {
	trusted := proxies(t, "10.244.0.0/16", "fd00::/64", "192.0.2.10")
	tests := []struct {
		name       string
		connection string
		forwarded  []string
		want       string
	}{
		{"directly", "203.0.113.7:4711", nil, "203.0.113.7"},
		{"directly, over IPv6", "[2001:db8::7]:4711", nil, "2001:db8::7"},
		{"directly, with a claim", "203.0.113.7:4711", []string{"198.51.100.1"}, "203.0.113.7"},
		{"through the ingress", "10.244.3.2:80", []string{"203.0.113.7"}, "203.0.113.7"},
		{"through an ingress given as a single address", "192.0.2.10:80", []string{"203.0.113.7"}, "203.0.113.7"},
		{"through an ingress on an IPv6 socket", "[::ffff:10.244.3.2]:80", []string{"203.0.113.7"}, "203.0.113.7"},
		{"through the ingress, with a claim", "10.244.3.2:80", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		{"through the ingress, claiming to be one", "10.244.3.2:80", []string{"198.51.100.1, 10.244.9.9, 203.0.113.7"}, "203.0.113.7"},
		{"through two proxies", "10.244.3.2:80", []string{"198.51.100.1, 203.0.113.7, fd00::5"}, "203.0.113.7"},
		{"through two proxies that write a line each", "10.244.3.2:80", []string{"203.0.113.7", "10.244.8.8"}, "203.0.113.7"},
		{"from a proxy itself", "10.244.3.2:80", []string{"10.244.1.1,10.244.8.8"}, "10.244.1.1"},
		{"from a proxy without the header", "10.244.3.2:80", nil, "10.244.3.2"},
		{"no white space", "10.244.3.2:80", []string{"198.51.100.1,203.0.113.7"}, "203.0.113.7"},
		{"much white space", "10.244.3.2:80", []string{" 198.51.100.1 ,\t203.0.113.7 "}, "203.0.113.7"},
		{"with a port", "10.244.3.2:80", []string{"203.0.113.7:5555"}, "203.0.113.7"},
		{"with a port, over IPv6", "10.244.3.2:80", []string{"[2001:db8::7]:5555"}, "2001:db8::7"},
		{"with a zone", "10.244.3.2:80", []string{"fe80::1%eth0"}, "fe80::1"},
		{"IPv4 within IPv6", "10.244.3.2:80", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		{"an empty header", "10.244.3.2:80", []string{""}, "10.244.3.2"},
		{"a name instead of an address", "10.244.3.2:80", []string{"203.0.113.7, unknown"}, "10.244.3.2"},
		{"nonsense behind a second proxy", "10.244.3.2:80", []string{"203.0.113.7, <b>, 10.244.8.8"}, "10.244.8.8"},
		{"a gap", "10.244.3.2:80", []string{"203.0.113.7,,10.244.8.8"}, "10.244.8.8"},
		{"no address at all", "@", []string{"203.0.113.7"}, "invalid IP"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
			r.RemoteAddr = test.connection
			r.Header["X-Forwarded-For"] = test.forwarded
			if got := trusted.Visitor(r).String(); got != test.want {
				t.Errorf("the visitor is %s, want %s", got, test.want)
			}
		})
	}
}

func TestWithoutTrustedProxiesNobodyIsBelieved(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	r.RemoteAddr = "127.0.0.1:80"
	r.Header.Set("X-Forwarded-For", "203.0.113.7")
	if got := proxies(t).Visitor(r).String(); got != "127.0.0.1" {
		t.Errorf("the visitor is %s", got)
	}
}

func TestANetworkThatWouldTrustTheWrongOnesIsRefused(t *testing.T) {
	for network, remedy := range map[string]string{
		"":                    "is no network",
		"ingress.example":     "is no network",
		"10.244.0.0/33":       "is no network",
		"10.244.0.0-10":       "is no network",
		"0.0.0.0/0":           "would believe anybody",
		"::/0":                "would believe anybody",
		"::ffff:10.0.0.0/104": "give it as IPv4",
		"::ffff:10.0.0.1":     "give it as IPv4",
	} {
		_, err := guard.ParseProxies([]string{"10.244.0.0/16", network})
		if err == nil || !strings.Contains(err.Error(), remedy) || !strings.Contains(err.Error(), `"`+network+`"`) {
			t.Errorf("%q: error %v, want one that names it and says %q", network, err, remedy)
		}
	}
}

func TestASenderIsWhatOneSubscriberHolds(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.7":        "203.0.113.7/32",
		"2001:db8:0:1::7":    "2001:db8:0:1::/64",
		"2001:db8:0:1:f::f":  "2001:db8:0:1::/64",
		"2001:db8:0:2::7":    "2001:db8:0:2::/64",
		"fe80::aaaa:bbbb:cc": "fe80::/64",
	} {
		if got := guard.Sender(netip.MustParseAddr(address)).String(); got != want {
			t.Errorf("%s counts as %s, want %s", address, got, want)
		}
	}
	if got := guard.Sender(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("no address counts as %s", got)
	}
}

// Whatever the header holds, its left part, which anybody can write, never changes who is believed to the right of it.
func FuzzVisitor(f *testing.F) {
	f.Add("10.244.3.2:80", "198.51.100.1", "203.0.113.7")
	f.Add("10.244.3.2:80", "198.51.100.1, [::1]:80", "203.0.113.7:80, 10.244.1.1")
	f.Add("[fe80::1%eth0]:80", ",,", "unknown")
	f.Add("@", "::ffff:10.244.1.1", "")
	trusted := proxies(f, "10.244.0.0/16", "fd00::/8")
	f.Fuzz(func(t *testing.T, connection, claim, forwarded string) {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
		r.RemoteAddr = connection
		r.Header["X-Forwarded-For"] = []string{forwarded}
		plain := trusted.Visitor(r)
		if plain.Is4In6() || plain.Zone() != "" {
			t.Errorf("the visitor %s has another form as well", plain)
		}
		r.Header["X-Forwarded-For"] = []string{claim, forwarded}
		claimed := trusted.Visitor(r)
		if !trusts(trusted, plain) && claimed != plain {
			t.Errorf("%q made %s of %s", claim, claimed, plain)
		}
		r.Header["X-Forwarded-For"] = []string{claim + "," + forwarded}
		if got := trusted.Visitor(r); got != claimed {
			t.Errorf("in one line the visitor is %s, in two %s", got, claimed)
		}
	})
}

func trusts(p guard.Proxies, a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}
