package open311

import (
	"cmp"
	"encoding/xml"
	"slices"
	"strings"
	"sync"
	"time"

	"township.dev/liaison/internal/intake/web"
)

// specification is the name by which programs know what stands at an endpoint.
const specification = "http://wiki.open311.org/GeoReport_v2"

type discoveryBody struct {
	XMLName    xml.Name       `json:"-" xml:"discovery"`
	Changeset  string         `json:"changeset" xml:"changeset"`
	Contact    string         `json:"contact" xml:"contact"`
	KeyService string         `json:"key_service" xml:"key_service"`
	Endpoints  []endpointBody `json:"endpoints" xml:"endpoints>endpoint"`
}

type endpointBody struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

// discovery tells where the interface is and what it speaks.
func (i *Open311) discovery(a asked) (answer, error) {
	station := a.documents.Station
	changed := i.topics.changedAt(station.Topics, i.now()).In(a.documents.Location).Format(time.RFC3339)
	key := "georeport.key_not_needed"
	if station.Open311.RequireKey {
		key = "georeport.key_needed"
	}
	body := discoveryBody{
		Changeset:  changed,
		Contact:    joined(" ", station.DisplayName, station.Contact.Phone, station.Contact.Address),
		KeyService: i.area.Text(a.Request, key),
		Endpoints: []endpointBody{{
			Specification: specification, URL: site(a) + endpoint, Changeset: changed, Type: "production",
			Formats: []string{"text/xml", "application/json"},
		}},
	}
	return answer{xml: body, json: body}, nil
}

// site is where residents find the station.
func site(a asked) string { return cmp.Or(a.documents.Station.SiteURL, web.Origin(a.Request)) }

// joined puts the parts together that are not empty.
func joined(separator string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), separator)
}

// changeset remembers since when the services are what they are, so that programs know when to read them again. After a start
// they are told to once more, which does no harm.
type changeset struct {
	mu     sync.Mutex
	topics []string
	at     time.Time
}

func (c *changeset) changedAt(topics []string, now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() || !slices.Equal(c.topics, topics) {
		c.topics, c.at = slices.Clone(topics), now
	}
	return c.at
}
