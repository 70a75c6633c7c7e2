package open311

import (
	"encoding/json"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

// Whatever is posted, a report becomes a suggestion that loses nothing it promised to keep, and names only villages there are.
func FuzzReport(f *testing.F) {
	f.Add("service_code=x&address_string=白额村&description=路灯不亮&attribute[a]=b&media_url=http://example.org/1.jpg")
	f.Add("lat=1e-300&long=-180&email=a@b.c&first_name=小明&last_name=王&attribute[][]=&attribute[=x")
	f.Add("address_id=141028204207&lat=36.1&device_id=1&description=%0d%0a&attribute[a%00]={value}")
	words, err := web.LoadCatalogues()
	if err != nil {
		f.Fatal(err)
	}
	villages := zhongduo().Township.Villages
	f.Fuzz(func(t *testing.T, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		r, wrong := readReport(values)
		if len(wrong) > 0 {
			return
		}
		s := r.suggestion("道路交通", villages, words[web.Chinese])
		if s.Village != "" && !slices.Contains([]string{"中垛村", "白额村", "南白额村"}, s.Village) {
			t.Errorf("the village is %q", s.Village)
		}
		for _, kept := range append(r.media, r.description, r.place.address, r.place.coordinates, strings.TrimSpace(values.Get("description"))) {
			if !strings.Contains(s.Text, kept) {
				t.Errorf("%q is lost in %q", kept, s.Text)
			}
		}
		mailLost := slices.Contains(r.notKept, "email")
		if mail := oneLine(values.Get("email")); !mailLost && !strings.HasSuffix(s.Name, mail) {
			t.Errorf("the address %q is lost from %q", mail, s.Name)
		}
		if again, _ := readReport(values); again.suggestion("道路交通", villages, words[web.Chinese]) != s {
			t.Error("the same report reads differently when it is sent again")
		}
		if _, err := s.Check([]string{"道路交通"}, []string{"中垛村", "白额村", "南白额村"}); err != nil && casework.AsFieldErrors(err) == nil {
			t.Errorf("the rules fail: %v", err)
		}
	})
}

// Whatever is asked, storage gets a query within its bounds, or the asker a refusal.
func FuzzQuery(f *testing.F) {
	f.Add("status=open,closed&page=3&page_size=20&start_date=2026-10-01T00:00:00Z&end_date=2026-10-31")
	f.Add("service_request_id=ABCD-EFGH-JKM1,17&service_code=zzz")
	f.Add("start_date=0000-01-01&page=100000&page_size=100000")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		s, err := readSearch(values, zhongduo().Topics, noon, shanghai)
		if err != nil {
			if p, known := problemIn(err); !known || p.Status != 400 {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if s.Limit < 1 || s.Limit > MostRequests || s.Skip < 0 || s.To.Before(s.From) || s.To.Sub(s.From) > 91*24*time.Hour || len(s.Codes) > MostRequests {
			t.Errorf("%+v", s)
		}
	})
}

// Whatever a case or a suggestion holds, either format can carry it.
func FuzzAnswer(f *testing.F) {
	f.Add("]]>&<\x00\ufffe", "白额村", "a\xffb")
	f.Fuzz(func(t *testing.T, release, village, unit string) {
		body := []requestBody{{Description: text(release), Address: text(village), Agency: text(unit)}}
		a := answer{xml: requestsXML{Requests: body}, json: body}
		data, err := encodeXML(a)
		if err != nil || !utf8.Valid(data) {
			t.Fatalf("%v in %q", err, data)
		}
		if err := xml.Unmarshal(data, &requestsXML{}); err != nil {
			t.Errorf("%v in %s", err, data)
		}
		if data, err = encodeJSON(a); err != nil || !json.Valid(data) {
			t.Errorf("%v in %s", err, data)
		}
	})
}
