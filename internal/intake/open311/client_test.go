package open311

import (
	"encoding/xml"
	"testing"
	"time"
)

// What follows is how a client by the specification reads our answers: by the names and types it has there, and no others.

type clientServices struct {
	XMLName  xml.Name `xml:"services"`
	Services []struct {
		Code     string `xml:"service_code"`
		Name     string `xml:"service_name"`
		Metadata bool   `xml:"metadata"`
		Type     string `xml:"type"`
	} `xml:"service"`
}

type clientRequests struct {
	XMLName  xml.Name `xml:"service_requests"`
	Requests []struct {
		ID        string    `xml:"service_request_id"`
		Status    string    `xml:"status"`
		Notes     string    `xml:"status_notes"`
		Code      string    `xml:"service_code"`
		Requested time.Time `xml:"requested_datetime"`
		Updated   time.Time `xml:"updated_datetime"`
		Expected  time.Time `xml:"expected_datetime"`
		Address   string    `xml:"address"`
		Lat       float64   `xml:"lat"`
		Long      float64   `xml:"long"`
		Notice    string    `xml:"service_notice"`
	} `xml:"request"`
}

type clientDiscovery struct {
	XMLName   xml.Name  `xml:"discovery"`
	Changeset time.Time `xml:"changeset"`
	Endpoints []struct {
		Specification string   `xml:"specification"`
		URL           string   `xml:"url"`
		Type          string   `xml:"type"`
		Formats       []string `xml:"formats>format"`
	} `xml:"endpoints>endpoint"`
}

func readXML[T any](r reply) T {
	r.t.Helper()
	var value T
	if err := xml.Unmarshal(r.body, &value); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return value
}

func TestAClientFindsItsWayFromDiscoveryToTheStatus(t *testing.T) {
	a := open(t, zhongduo(), nil)
	found := readXML[clientDiscovery](a.get("/open311/discovery.xml"))
	if len(found.Endpoints) != 1 || found.Endpoints[0].Specification != "http://wiki.open311.org/GeoReport_v2" || found.Changeset.After(noon) {
		t.Fatalf("%+v", found)
	}
	services := readXML[clientServices](a.get("/open311/v2/services.xml")).Services
	if len(services) != 2 || services[0].Metadata || services[0].Type != "realtime" {
		t.Fatalf("%+v", services)
	}
	posted := readXML[clientRequests](a.post("/open311/v2/requests.xml",
		"service_code", services[0].Code, "lat", "36.1", "long", "110.68", "description", "路灯不亮")).Requests
	if len(posted) != 1 || posted[0].ID == "" || posted[0].Notice == "" {
		t.Fatalf("%+v", posted)
	}
	for _, query := range []string{"", "?extensions=true"} {
		status := readXML[clientRequests](a.get("/open311/v2/requests/" + codeOfRoad.String() + ".xml" + query)).Requests
		if len(status) != 1 || status[0].Status != "open" || status[0].Code != services[0].Code || !status[0].Requested.Equal(at("2026-11-09T01:30:00Z")) {
			t.Errorf("with %q: %+v", query, status)
		}
	}
}

func TestAClosedRequestWasLastChangedWhenItEnded(t *testing.T) {
	a := open(t, zhongduo(), nil)
	r := readXML[clientRequests](a.get("/open311/v2/requests/" + codeOfRefuse.String() + ".xml")).Requests[0]
	if r.Status != "closed" || !r.Updated.Equal(at("2026-10-20T16:00:00+08:00")) || r.Expected.Before(r.Updated) {
		t.Errorf("%+v", r)
	}
}
