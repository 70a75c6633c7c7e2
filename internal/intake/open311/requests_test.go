package open311

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

func TestRequests(t *testing.T) {
	a := open(t, zhongduo(), nil)
	a.get("/open311/v2/requests.xml").isRecorded("requests.xml")
	a.get("/open311/v2/requests.json").isRecorded("requests.json")
	a.get("/open311/v2/requests.xml?extensions=true").isRecorded("requests-extended.xml")
	a.get("/open311/v2/requests.json?extensions=true").isRecorded("requests-extended.json")
	a.get("/open311/v2/requests/ABCD-EFGH-JKM1.xml").isRecorded("request.xml")
	a.get("/open311/v2/requests/abcdefghjkm1.json").isRecorded("request.json")
	a.get("/open311/v2/tokens/ABCD-EFGH-JKM1.xml").isRecorded("token.xml")
	a.get("/open311/v2/tokens/ABCD-EFGH-JKM1.json").isRecorded("token.json")
}

func TestFiltersReachStorage(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for query, want := range map[string][]casework.Code{
		"":              {codeOfPond, codeOfRoad, codeOfRefuse},
		"status=open":   {codeOfPond, codeOfRoad},
		"status=closed": {codeOfRefuse},
		"service_code=" + serviceCode("环境卫生"):           {codeOfPond, codeOfRefuse},
		"service_code=zzz":                              nil,
		"service_request_id=17":                         nil,
		"service_request_id=ABCD-EFGH-JKM2&status=open": {codeOfRefuse},
		"start_date=2026-11-11":                         {codeOfPond},
		"end_date=2026-10-31":                           {codeOfRefuse},
		"page_size=2":                                   {codeOfPond, codeOfRoad},
		"page_size=2&page=2":                            {codeOfRefuse},
		"page_size=2&page=3":                            nil,
	} {
		var told []requestBody
		a.get("/open311/v2/requests.json?" + query).into(&told)
		if told == nil {
			t.Errorf("%q is answered with null, not with a list", query)
		}
		var got, codes []string
		for _, r := range told {
			got = append(got, r.ID)
		}
		for _, code := range want {
			codes = append(codes, code.String())
		}
		if fmt.Sprint(got) != fmt.Sprint(codes) {
			t.Errorf("%q: %v, want %v", query, got, codes)
		}
	}
}

func TestALinkLeadsToTheNextPage(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for address, want := range map[string]string{
		"?status=open&page_size=1":           `<?page=2&page_size=1&status=open>; rel="next"`,
		"?page_size=1&page=2":                `<?page=3&page_size=1>; rel="next"`,
		"":                                   "",
		"?service_request_id=ABCD-EFGH-JKM1": "",
		"?page_size=1&service_code=zzz":      "",
	} {
		if got := a.get("/open311/v2/requests.json" + address).Header.Get("Link"); got != want {
			t.Errorf("%q: Link is %q, want %q", address, got, want)
		}
	}
}

func TestStatusNotesAreInTheLanguageAskedFor(t *testing.T) {
	a := open(t, zhongduo(), nil)
	address := "/open311/v2/requests/" + codeOfRefuse.String() + ".json"
	for language, want := range map[string]string{
		"": "已办结。 已交乡镇政府办理。 A类：已经解决或基本解决", "en": "Closed. Passed to the township government. A: solved or largely solved",
	} {
		var told []requestBody
		a.send(http.MethodGet, address, http.Header{"Accept-Language": {language}}, nil).into(&told)
		if string(told[0].StatusNotes) != want {
			t.Errorf("in %q: %q", language, told[0].StatusNotes)
		}
	}
}

// Until a case is classified its due day is that of the classification, which promises nothing about the matter itself.
func TestNothingIsExpectedOfWhatNobodyHasLookedAt(t *testing.T) {
	a := open(t, zhongduo(), nil)
	var told []requestBody
	a.get("/open311/v2/requests/" + codeOfPond.String() + ".json").into(&told)
	if told[0].Expected != "" || told[0].Address != "" || told[0].Description != "" {
		t.Errorf("%+v", told[0])
	}
}

func TestADueDayEndsAtMidnight(t *testing.T) {
	due := someCases()[0]
	if got := expected(due, shanghai); got != "2027-02-09T23:59:59+08:00" {
		t.Errorf("expected until %s", got)
	}
}

// A program that posts each page of the list to the next address sees every case once.
func TestEveryCaseIsOnOnePage(t *testing.T) {
	a := open(t, zhongduo(), nil)
	a.archive.requests = nil
	for i := range 250 {
		r := someCases()[0]
		r.Code = casework.Code(fmt.Sprintf("ABCDEFGHJ%03d", i))
		r.ReceivedAt = noon.Add(-time.Duration(i) * time.Minute)
		a.archive.requests = append(a.archive.requests, r)
	}
	seen, address := map[string]bool{}, "/open311/v2/requests.json"
	for pages := 0; address != "" && pages < 10; pages++ {
		r := a.get(address)
		var told []requestBody
		r.into(&told)
		for _, one := range told {
			seen[one.ID] = true
		}
		address = ""
		if link := r.Header.Get("Link"); link != "" {
			query, _, _ := strings.Cut(strings.TrimPrefix(link, "<"), ">")
			address = "/open311/v2/requests.json" + query
		}
	}
	if len(seen) != 250 {
		t.Errorf("%d of 250 cases were seen", len(seen))
	}
}
