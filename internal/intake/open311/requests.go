package open311

import (
	"encoding/xml"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/mounted"
)

// requestBody is a case as the specification has it. What no case has (zipcode, lat, long, media_url) is null in JSON and left
// out in XML.
type requestBody struct {
	ID          string              `json:"service_request_id" xml:"service_request_id"`
	Status      Status              `json:"status" xml:"status"`
	StatusNotes text                `json:"status_notes" xml:"status_notes,omitempty"`
	ServiceName text                `json:"service_name" xml:"service_name"`
	ServiceCode text                `json:"service_code" xml:"service_code"`
	Description text                `json:"description" xml:"description"`
	Agency      text                `json:"agency_responsible" xml:"agency_responsible,omitempty"`
	Notice      text                `json:"service_notice" xml:"service_notice,omitempty"`
	Requested   text                `json:"requested_datetime" xml:"requested_datetime"`
	Updated     text                `json:"updated_datetime" xml:"updated_datetime"`
	Expected    text                `json:"expected_datetime" xml:"expected_datetime,omitempty"`
	Address     text                `json:"address" xml:"address"`
	AddressID   text                `json:"address_id" xml:"address_id,omitempty"`
	Zipcode     text                `json:"zipcode" xml:"zipcode,omitempty"`
	Lat         text                `json:"lat" xml:"lat,omitempty"`
	Long        text                `json:"long" xml:"long,omitempty"`
	Media       text                `json:"media_url" xml:"media_url,omitempty"`
	Extended    *extended[progress] `json:"extended_attributes,omitempty" xml:"extended_attributes,omitempty"`
}

// progress is what we add: how far a case really is.
type progress struct {
	State  casework.State `json:"state" xml:"state"`
	Route  casework.Route `json:"route" xml:"route"`
	Result text           `json:"result" xml:"result,omitempty"`
	// Due is a day; while the case is unclassified, the one by which it has to be classified.
	Due      text `json:"due" xml:"due,omitempty"`
	Formal   bool `json:"formal" xml:"formal"`
	Reopened int  `json:"reopened" xml:"reopened"`
}

type requestsXML struct {
	XMLName  xml.Name      `xml:"service_requests"`
	Requests []requestBody `xml:"request"`
}

// requests lists cases.
func (i *Open311) requests(a asked) (answer, error) {
	s, err := readSearch(a.values, a.documents.Station.Topics, i.now(), a.documents.Location)
	if err != nil {
		return answer{}, err
	}
	var found []Request
	if !s.unknown {
		if found, err = i.cases.Requests(a.Context(), s.Query); err != nil {
			return answer{}, fmt.Errorf("listing requests: %w", err)
		}
	}
	told := i.tell(a, found...)
	if len(s.Codes) == 0 && len(found) == s.Limit {
		told.next = pageAfter(a.values, s.page)
	}
	return told, nil
}

// pageAfter is the address of the following page, from the address of this one.
func pageAfter(values url.Values, page int) string {
	next := maps.Clone(values)
	next.Set(fieldPage, strconv.Itoa(page+1))
	return "?" + next.Encode()
}

// request tells of one case, as a list of one.
func (i *Open311) request(a asked) (answer, error) {
	found, err := i.named(a)
	if err != nil {
		return answer{}, err
	}
	return i.tell(a, found), nil
}

// named is the case whose code stands in the address.
func (i *Open311) named(a asked) (Request, error) {
	code, err := casework.ParseCode(a.name())
	if err != nil {
		return Request{}, casework.ErrNoCase
	}
	found, err := i.cases.Request(a.Context(), code)
	if err != nil {
		return Request{}, fmt.Errorf("looking up a request: %w", err)
	}
	return found, nil
}

type tokenBody struct {
	ID    string `json:"service_request_id" xml:"service_request_id"`
	Token string `json:"token" xml:"token"`
}

type tokensXML struct {
	XMLName  xml.Name    `xml:"service_requests"`
	Requests []tokenBody `xml:"request"`
}

// token leads to the case it stands for. We hand out none, because a case has its code at once; the code serves as one.
func (i *Open311) token(a asked) (answer, error) {
	found, err := i.named(a)
	if err != nil {
		return answer{}, err
	}
	bodies := []tokenBody{{ID: found.Code.String(), Token: found.Code.String()}}
	return answer{xml: tokensXML{Requests: bodies}, json: bodies}, nil
}

func (i *Open311) tell(a asked, found ...Request) answer {
	bodies := make([]requestBody, len(found))
	for n, r := range found {
		bodies[n] = i.body(a, r)
	}
	return answer{xml: requestsXML{Requests: bodies}, json: bodies}
}

func (i *Open311) body(a asked, r Request) requestBody {
	location := a.documents.Location
	body := requestBody{
		ID: r.Code.String(), Status: Open, StatusNotes: text(i.notes(a, r)),
		ServiceName: text(r.Topic), ServiceCode: text(serviceCode(r.Topic)), Description: text(r.Release), Agency: text(r.Unit),
		Requested: moment(r.ReceivedAt, location), Updated: moment(r.UpdatedAt, location), Expected: expected(r, location),
		Address: text(r.Village), AddressID: text(villageCode(r.Village, a.documents)),
	}
	if r.Ended {
		body.Status, body.Updated = Closed, moment(r.EndedAt, location)
	}
	if a.extended() {
		body.Extended = &extended[progress]{progress{
			State: r.State, Route: r.Route, Result: text(r.Result), Due: text(r.Due.String()), Formal: r.Formal, Reopened: r.Reopened,
		}}
	}
	return body
}

// notes say in words how far the case is, which way it goes, and what came of it.
func (i *Open311) notes(a asked, r Request) string {
	words := []string{i.area.Text(a.Request, "status.now_"+string(r.State))}
	if r.Route != casework.Unclassified {
		words = append(words, i.area.Text(a.Request, "route_words."+string(r.Route)))
	}
	if r.Result != "" {
		words = append(words, i.area.Text(a.Request, "result."+string(r.Result)))
	}
	return joined(" ", words...)
}

// expected is the end of the day by which the case is to be settled; unknown before it is classified.
func expected(r Request, location *time.Location) text {
	if r.Route == casework.Unclassified || r.Due.IsZero() {
		return ""
	}
	return moment(r.Due.AddDays(1).In(location).Add(-time.Second), location)
}

func moment(at time.Time, location *time.Location) text {
	return text(at.In(location).Format(time.RFC3339))
}

func villageCode(name string, d *mounted.Documents) string {
	for _, v := range d.Station.Township.Villages {
		if v.Name == name {
			return v.Code
		}
	}
	return ""
}
