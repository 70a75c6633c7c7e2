package open311

import (
	"testing"
	"time"
)

func TestDiscovery(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for _, address := range []string{"/open311/discovery", "/open311/v2/discovery"} {
		a.get(address + ".xml").isRecorded("discovery.xml")
		a.get(address + ".json").isRecorded("discovery.json")
	}
}

func TestDiscoverySaysWhenAKeyIsNeeded(t *testing.T) {
	var without, with discoveryBody
	a := open(t, zhongduo(), nil)
	a.get("/open311/discovery.json").into(&without)
	a.station.Open311.RequireKey = true
	a.get("/open311/discovery.json").into(&with)
	if with.KeyService == "" || with.KeyService == without.KeyService {
		t.Errorf("%q with a key and %q without", with.KeyService, without.KeyService)
	}
}

// A station that declared no host is found where the program asked.
func TestDiscoveryWithoutASite(t *testing.T) {
	station := zhongduo()
	station.SiteURL = ""
	a := open(t, station, nil)
	var found discoveryBody
	a.get("/open311/discovery.json").into(&found)
	if want := a.server.URL + "/open311/v2"; found.Endpoints[0].URL != want {
		t.Errorf("the endpoint is %q, want %q", found.Endpoints[0].URL, want)
	}
}

func TestTheChangesetMovesWithTheServicesAndOnlyThen(t *testing.T) {
	a := open(t, zhongduo(), nil)
	changeset := func() string {
		var found discoveryBody
		a.get("/open311/discovery.json").into(&found)
		if found.Endpoints[0].Changeset != found.Changeset {
			t.Errorf("two changesets: %q and %q", found.Changeset, found.Endpoints[0].Changeset)
		}
		return found.Changeset
	}
	first := changeset()
	a.now = a.now.Add(time.Hour)
	if again := changeset(); again != first {
		t.Errorf("nothing changed and the changeset went from %s to %s", first, again)
	}
	a.station.Topics = []string{"道路交通", "产业发展"}
	if after := changeset(); after <= first {
		t.Errorf("the services changed and the changeset went from %s to %s", first, after)
	}
}
