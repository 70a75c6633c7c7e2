package open311

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
	"township.dev/liaison/internal/stationconf"
)

// Names of the parameters of a report.
const (
	fieldDescription = "description"
	fieldAddress     = "address_string"
	fieldAddressID   = "address_id"
	fieldLat         = "lat"
	fieldLong        = "long"
	fieldFirstName   = "first_name"
	fieldLastName    = "last_name"
	fieldEmail       = "email"
	fieldPhone       = "phone"
	fieldMedia       = "media_url"
	fieldDevice      = "device_id"
	fieldAccount     = "account_id"
)

// report is what a program sends in, as far as the specification says what it means. The station's rules come later.
type report struct {
	description string
	place       place
	name, phone string
	// media are addresses of pictures, which are kept as they are and never fetched.
	media      []string
	attributes []attribute
	// notKept names the parameters that are not stored.
	notKept []string
}

// place is where it is; at least one of address, id and coordinates is known.
type place struct {
	address string
	id      string
	// coordinates are latitude and longitude (WGS84), or empty.
	coordinates string
}

// attribute is an answer to a question of a service definition. Ours ask none, but what somebody wrote is not thrown away.
type attribute struct{ code, value string }

func readReport(values url.Values) (report, problems) {
	get := func(name string) string { return oneLine(values.Get(name)) }
	where, wrong := readPlace(get)
	r := report{
		description: strings.TrimSpace(values.Get(fieldDescription)), place: where, phone: get(fieldPhone),
		media: readMedia(values), attributes: readAttributes(values),
	}
	var mailKept bool
	r.name, mailKept = contactName(get(fieldFirstName), get(fieldLastName), get(fieldEmail))
	if !mailKept {
		r.notKept = append(r.notKept, fieldEmail)
	}
	for _, name := range []string{fieldDevice, fieldAccount} {
		if get(name) != "" {
			r.notKept = append(r.notKept, name)
		}
	}
	return r, wrong
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// readPlace takes what there is of address, id and coordinates; the specification asks for one of them.
func readPlace(get func(string) string) (place, problems) {
	p := place{address: get(fieldAddress), id: get(fieldAddressID)}
	lat, long := get(fieldLat), get(fieldLong)
	if lat == "" && long == "" {
		if p.address == "" && p.id == "" {
			return place{}, problems{NoLocation}
		}
		return p, nil
	}
	var wrong problems
	read := func(field, degrees string, most int) string {
		text, problem := readDegrees(field, degrees, most)
		if problem != nil {
			wrong = append(wrong, *problem)
		}
		return text
	}
	p.coordinates = read(fieldLat, lat, 90) + ", " + read(fieldLong, long, 180)
	return p, wrong
}

// readDegrees returns a coordinate with six decimals, which is a hand's breadth.
func readDegrees(field, degrees string, most int) (string, *web.Problem) {
	if degrees == "" {
		missing := web.Required.At(field)
		return "", &missing
	}
	value, err := strconv.ParseFloat(degrees, 64)
	if inside := value >= -float64(most) && value <= float64(most); err != nil || !inside {
		bad := BadCoordinate.At(field).With("least", -most, "most", most)
		return "", &bad
	}
	return strconv.FormatFloat(value, 'f', 6, 64), nil
}

func readMedia(values url.Values) []string {
	var all []string
	for _, address := range slices.Concat(values[fieldMedia], values[fieldMedia+"[]"]) {
		if address = oneLine(address); address != "" {
			all = append(all, address)
		}
	}
	return all
}

// readAttributes returns attribute[code]=value and attribute[code][]=value in the order of their codes: the same report sent
// twice must read the same.
func readAttributes(values url.Values) []attribute {
	var all []attribute
	for name, given := range values {
		code, isAttribute := strings.CutPrefix(name, "attribute[")
		if !isAttribute {
			continue
		}
		code = strings.TrimSuffix(strings.TrimSuffix(code, "[]"), "]")
		if value := oneLine(strings.Join(given, ", ")); value != "" {
			all = append(all, attribute{oneLine(code), value})
		}
	}
	slices.SortFunc(all, func(a, b attribute) int { return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.value, b.value)) })
	return all
}

// contactName puts the names in the order of their language. The e-mail address joins them where it fits, because contacts of
// cases have no place for one; whether it did, or there is none, is told.
func contactName(first, last, mail string) (name string, mailKept bool) {
	name = joined(" ", first, last)
	if strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		name = last + first
	}
	if withMail := joined(" ", name, mail); utf8.RuneCountInString(withMail) <= casework.MostName {
		return withMail, true
	}
	return name, mail == ""
}

// suggestion is what the station's rules see of the report. What has no field of its own stands below the description, one
// line each, and the address last; the words are those of the staff who read it.
func (r report) suggestion(topic string, villages []stationconf.Village, words *web.Catalogue) casework.Suggestion {
	s := casework.Suggestion{Topic: topic, Name: r.name, Phone: r.phone}
	var known bool
	if s.Village, known = villageByCode(r.place.id, villages); !known {
		s.Village = villageIn(r.place.address, villages)
	}
	lines := []string{r.description}
	note := func(key, value string, more ...any) {
		if value != "" {
			lines = append(lines, words.Text(key, append(more, "value", value)...))
		}
	}
	for _, a := range r.attributes {
		note("georeport.attribute", a.value, "code", a.code)
	}
	for _, address := range r.media {
		note("georeport.media", address)
	}
	if !known {
		note("georeport.address_id", r.place.id)
	}
	note("georeport.coordinates", r.place.coordinates)
	note("georeport.address", r.place.address)
	s.Text = joined("\n", lines...)
	return s
}

// villageByCode returns the village with the code among the divisions, which is what we understand by an address id.
func villageByCode(id string, villages []stationconf.Village) (name string, known bool) {
	for _, v := range villages {
		if id != "" && v.Code == id {
			return v.Name, true
		}
	}
	return "", false
}

// villageIn returns the village that the address names; none when it names none, or several.
func villageIn(address string, villages []stationconf.Village) string {
	rest, found := norm.NFC.String(address), ""
	for _, v := range longestFirst(villages) {
		name := norm.NFC.String(v.Name)
		if !strings.Contains(rest, name) {
			continue
		}
		if found != "" {
			return ""
		}
		found = v.Name
		rest = strings.ReplaceAll(rest, name, " ") // a shorter name within this one is not meant
	}
	return found
}

func longestFirst(villages []stationconf.Village) []stationconf.Village {
	return slices.SortedStableFunc(slices.Values(villages), func(a, b stationconf.Village) int {
		return cmp.Compare(len(b.Name), len(a.Name))
	})
}
