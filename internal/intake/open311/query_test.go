package open311

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

func searched(t *testing.T, query string) (search, error) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return readSearch(values, zhongduo().Topics, noon, shanghai)
}

func TestWhatAQueryAsksFor(t *testing.T) {
	road, refuse := serviceCode("道路交通"), serviceCode("环境卫生")
	lately := Query{From: noon.AddDate(0, 0, -90), To: noon, Limit: 100}
	with := func(change func(*Query)) Query {
		q := lately
		change(&q)
		return q
	}
	for query, want := range map[string]Query{
		"":                                    lately,
		"status=open":                         with(func(q *Query) { q.Status = Open }),
		"status=CLOSED":                       with(func(q *Query) { q.Status = Closed }),
		"status=open,closed":                  lately,
		"status=closed&status=open":           lately,
		"status=open,open":                    with(func(q *Query) { q.Status = Open }),
		"status=":                             lately,
		"service_code=" + road:                with(func(q *Query) { q.Topics = []string{"道路交通"} }),
		"service_code=" + road + ",zzz":       with(func(q *Query) { q.Topics = []string{"道路交通"} }),
		"service_code=" + road + "," + refuse: with(func(q *Query) { q.Topics = []string{"道路交通", "环境卫生"} }),
		"page=3&page_size=20":                 with(func(q *Query) { q.Skip, q.Limit = 40, 20 }),
		"page=2":                              with(func(q *Query) { q.Skip = 100 }),
		"page=2&page_size=1000":               with(func(q *Query) { q.Skip = 100 }),
		"start_date=2026-10-01T00:00:00Z&end_date=2026-10-31T00:00:00Z": with(func(q *Query) {
			q.From, q.To = at("2026-10-01T00:00:00Z"), at("2026-10-31T00:00:00Z")
		}),
		"start_date=2026-06-01T00:00:00Z": with(func(q *Query) { q.From, q.To = at("2026-06-01T00:00:00Z"), at("2026-08-30T00:00:00Z") }),
		"end_date=2026-08-30T00:00:00Z":   with(func(q *Query) { q.From, q.To = at("2026-06-01T00:00:00Z"), at("2026-08-30T00:00:00Z") }),
		"service_request_id=ABCD-EFGH-JKM1,abcdefghjkm2,17&status=nonsense&page=7": {
			Codes: []casework.Code{codeOfRoad, codeOfRefuse}, Limit: 100,
		},
	} {
		s, err := searched(t, query)
		if err != nil || s.unknown || !sameQuery(s.Query, want) {
			t.Errorf("%q asks for %+v (%v), want %+v", query, s, err, want)
		}
	}
}

func sameQuery(a, b Query) bool {
	sameSpan := a.From.Equal(b.From) && a.To.Equal(b.To)
	a.From, a.To, b.From, b.To = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return sameSpan && reflect.DeepEqual(a, b)
}

func TestInstantsAsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]string{
		"2026-11-01T08:15:30%2B08:00": "2026-11-01T00:15:30Z", "2026-11-01T08:15:30+08:00": "2026-11-01T00:15:30Z",
		"2026-11-01T00:15:30Z": "2026-11-01T00:15:30Z", "2026-11-01T00:15:30.250Z": "2026-11-01T00:15:30.25Z",
		"2026-11-01T08:15%2B08:00": "2026-11-01T00:15:00Z", "2026-11-01T08:15:30": "2026-11-01T00:15:30Z",
		"2026-11-01T08:15": "2026-11-01T00:15:00Z", "2026-11-01": "2026-10-31T16:00:00Z",
	} {
		s, err := searched(t, "start_date="+written)
		if err != nil || !s.From.Equal(at(want)) {
			t.Errorf("%s is %v (%v), want %s", written, s.From.UTC(), err, want)
		}
	}
	s, err := searched(t, "start_date=2026-08-01&end_date=2026-10-30")
	if want := at("2026-10-30T15:59:59.999Z"); err != nil || !s.To.Equal(want) {
		t.Errorf("the last day ends at %v (%v), want %v", s.To.UTC(), err, want)
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for query, field := range map[string]string{
		"status=done": "status", "page=0": "page", "page=x": "page", "page=99999999999999999999": "page", "page_size=-1": "page_size",
		"start_date=yesterday": "start_date", "end_date=2026-02-30": "end_date", "start_date=2026-11-01 10:00": "start_date",
		"start_date=2026-10-02&end_date=2026-10-01": "end_date", "start_date=2026-01-01&end_date=2026-06-01": "end_date",
		"service_request_id=" + strings.Repeat("ABCDEFGHJKM1,", 101): "service_request_id",
	} {
		a.get("/open311/v2/requests.json?"+strings.ReplaceAll(query, " ", "%20")).isRefused(http.StatusBadRequest, field)
	}
}
