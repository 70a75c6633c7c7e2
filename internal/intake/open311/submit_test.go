package open311

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
)

var lamp = []string{"service_code", serviceCode("道路交通"), "address_string", "白额村委会门口", "description", "路灯不亮，晚上看不见路"}

func TestSubmitting(t *testing.T) {
	a := open(t, zhongduo(), nil)
	a.post("/open311/v2/requests.xml", lamp...).isRecorded("submitted.xml")
	a.post("/open311/v2/requests.json", lamp...).isRecorded("submitted.json")
	a.post("/open311/v2/requests.xml?extensions=true", lamp...).isRecorded("submitted-extended.xml")
	withMore := append(slices.Clone(lamp), "extensions", "true", "device_id", "tt222111", "email", "john.smith.of.the.hills@example.org")
	a.post("/open311/v2/requests.json", withMore...).isRecorded("submitted-extended.json")
	want := casework.Suggestion{Topic: "道路交通", Village: "白额村", Text: "路灯不亮，晚上看不见路\n地点：白额村委会门口"}
	if len(a.intake.suggestions) != 4 || a.intake.suggestions[0] != want {
		t.Errorf("stored %+v", a.intake.suggestions)
	}
}

// A program that knows nothing of query secrets shows the notice, and the resident has what it takes to ask.
func TestTheNoticeHandsOverCodeAndSecret(t *testing.T) {
	a := open(t, zhongduo(), nil)
	var told []submittedBody
	a.post("/open311/v2/requests.json", lamp...).into(&told)
	for _, words := range []string{"ABCD-EFGH-JKMN", "PQRS-TVWX", "查询密码", "https://zhongduo.example.org/status?code=ABCD-EFGH-JKMN"} {
		if !strings.Contains(string(told[0].Notice), words) {
			t.Errorf("the notice lacks %q: %s", words, told[0].Notice)
		}
	}
	a.postAs("/open311/v2/requests.json", http.Header{"Accept-Language": {"en"}}, lamp...).into(&told)
	if !strings.Contains(string(told[0].Notice), "query secret: PQRS-TVWX") {
		t.Errorf("in English: %s", told[0].Notice)
	}
}

func TestTheSpecificationsOwnExampleIsAccepted(t *testing.T) {
	a := open(t, zhongduo(), nil)
	r := a.send(http.MethodPost, "/open311/v2/requests.xml", http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}},
		strings.NewReader("api_key=xyz&jurisdiction_id=141028204&service_code="+serviceCode("道路交通")+
			"&lat=37.76524078&long=-122.4212043&address_string=1234+5th+street&email=smit333%40sfgov.edu&device_id=tt222111&account_id=123456"+
			"&first_name=john&last_name=smith&phone=111111111&description=A+large+sinkhole+is+destroying+the+street"+
			"&media_url=http%3A%2F%2Ffarm3.static.flickr.com%2F2002%2F2212426634_5ed477a060.jpg&attribute[WHISPAWN]=123456&attribute[WHISDORN]=COISL001"))
	if r.StatusCode != http.StatusOK || len(a.intake.suggestions) != 1 {
		t.Fatalf("%d %s", r.StatusCode, r.body)
	}
	if s := a.intake.suggestions[0]; s.Phone != "111111111" || s.Name != "john smith smit333@sfgov.edu" || !strings.HasSuffix(s.Text, "\n地点：1234 5th street") {
		t.Errorf("%+v", s)
	}
}

func TestAFormInPartsIsAcceptedWithoutFiles(t *testing.T) {
	a := open(t, zhongduo(), nil)
	send := func(more func(*multipart.Writer)) reply {
		var body bytes.Buffer
		parts := multipart.NewWriter(&body)
		for i := 0; i < len(lamp); i += 2 {
			if err := parts.WriteField(lamp[i], lamp[i+1]); err != nil {
				t.Fatal(err)
			}
		}
		more(parts)
		if err := parts.Close(); err != nil {
			t.Fatal(err)
		}
		return a.send(http.MethodPost, "/open311/v2/requests.json", http.Header{"Content-Type": {parts.FormDataContentType()}}, &body)
	}
	if r := send(func(*multipart.Writer) {}); r.StatusCode != http.StatusOK {
		t.Errorf("%d %s", r.StatusCode, r.body)
	}
	send(func(parts *multipart.Writer) {
		if _, err := parts.CreateFormFile("media", "photo.png"); err != nil {
			t.Fatal(err)
		}
	}).isRefused(http.StatusBadRequest, "")
	if len(a.intake.suggestions) != 1 {
		t.Errorf("%d suggestions were stored", len(a.intake.suggestions))
	}
}

func TestWhatIsWrongIsSaidByTheNamesOfTheSpecification(t *testing.T) {
	road := serviceCode("道路交通")
	for _, c := range []struct {
		fields []string
		status int
		wrong  []string
	}{
		{nil, http.StatusBadRequest, []string{"service_code", "address_string"}},
		{[]string{"service_code", "zzz"}, http.StatusNotFound, []string{"service_code", "address_string"}},
		{[]string{"service_code", "zzz", "address_string", "白额村"}, http.StatusNotFound, []string{"service_code"}},
		{[]string{"service_code", road}, http.StatusBadRequest, []string{"address_string"}},
		{[]string{"service_code", road, "address_string", "垛"}, http.StatusBadRequest, []string{"description"}},
		{[]string{"service_code", road, "address_string", "白额村", "description", strings.Repeat("路", casework.MostText)}, http.StatusBadRequest, []string{"description"}},
		{[]string{"service_code", road, "address_string", "白额村", "description", "\x00路灯不亮"}, http.StatusBadRequest, []string{"description"}},
		{[]string{"service_code", road, "address_string", "白额村", "description", "\xff路灯不亮"}, http.StatusBadRequest, []string{"description"}},
		{
			[]string{"service_code", road, "address_string", "白额村", "first_name", strings.Repeat("王", casework.MostName+1), "phone", "none"},
			http.StatusBadRequest,
			[]string{"first_name", "phone"},
		},
	} {
		a := open(t, zhongduo(), nil)
		for _, format := range []string{"xml", "json"} {
			a.post("/open311/v2/requests."+format, c.fields...).isRefused(c.status, c.wrong...)
		}
		if len(a.intake.suggestions) != 0 {
			t.Errorf("%v was stored", c.fields)
		}
	}
}

// The specification takes a description for optional; a topic and a place do say something.
func TestADescriptionIsOptional(t *testing.T) {
	a := open(t, zhongduo(), nil)
	r := a.post("/open311/v2/requests.json", "service_code", serviceCode("道路交通"), "address_string", "白额村委会门口", "description", "")
	if r.StatusCode != http.StatusOK || a.intake.suggestions[0].Text != "地点：白额村委会门口" {
		t.Errorf("%d %s", r.StatusCode, r.body)
	}
}

func TestOnlyFormsAreRead(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for _, mediaType := range []string{"application/json", "", "text/plain", "application/x-www-form-urlencoded; charset=gbk"} {
		a.send(http.MethodPost, "/open311/v2/requests.xml", http.Header{"Content-Type": {mediaType}}, strings.NewReader("a=b")).
			isRefused(http.StatusUnsupportedMediaType, "")
	}
	for _, body := range []string{"description=%zz", "description=a;b"} {
		a.send(http.MethodPost, "/open311/v2/requests.xml", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, strings.NewReader(body)).
			isRefused(http.StatusBadRequest, "")
	}
}

// A sender that does not say how much it sends is cut off where the others are.
func TestABodyWithoutAnEnd(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for mediaType, beginning := range map[string]string{
		"application/x-www-form-urlencoded": "description=",
		"multipart/form-data; boundary=x":   "--x\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n",
	} {
		endless := struct{ io.Reader }{strings.NewReader(beginning + strings.Repeat("a", 1<<20))}
		a.send(http.MethodPost, "/open311/v2/requests.xml", http.Header{"Content-Type": {mediaType}}, endless).
			isRefused(http.StatusRequestEntityTooLarge, "")
	}
}

func TestASubmissionSentTwiceIsStoredOnce(t *testing.T) {
	a := open(t, zhongduo(), nil)
	var first, second []submittedBody
	address := "/open311/v2/requests.json?extensions=true"
	a.postAs(address, http.Header{"Idempotency-Key": {"k1"}}, lamp...).into(&first)
	a.postAs(address, http.Header{"Idempotency-Key": {"k1"}}, lamp...).into(&second)
	if len(a.intake.suggestions) != 1 || first[0].ID != second[0].ID {
		t.Errorf("stored %d times: %s and %s", len(a.intake.suggestions), first[0].ID, second[0].ID)
	}
	if first[0].Extended.Liaison.Replayed || !second[0].Extended.Liaison.Replayed || second[0].Extended.Liaison.QuerySecret != "" {
		t.Errorf("%+v, then %+v", first[0].Extended, second[0].Extended)
	}
	if second[0].Notice == first[0].Notice || !strings.Contains(string(second[0].Notice), second[0].ID) {
		t.Errorf("the second notice is %s", second[0].Notice)
	}
	a.postAs(address, http.Header{"Idempotency-Key": {strings.Repeat("k", casework.MostKey+1)}}, lamp...).
		isRefused(http.StatusBadRequest, "Idempotency-Key")
	a.intake.failure = casework.ErrIdempotencyConflict
	a.postAs(address, http.Header{"Idempotency-Key": {"k2"}}, lamp...).isRefused(http.StatusBadRequest, "")
}

func TestAKeyWhereOneIsNeeded(t *testing.T) {
	keys := []string{"first-key", "second-key"}
	a := open(t, zhongduo(), func(o *Options) { o.Keys = func() []string { return keys } })
	a.station.Open311.RequireKey = true
	with := func(key string) reply {
		return a.post("/open311/v2/requests.xml", append(slices.Clone(lamp), "api_key", key)...)
	}
	for _, key := range []string{"", "third-key", "first-keyy", "first-key,second-key"} {
		with(key).isRefused(http.StatusForbidden, "api_key")
	}
	for _, key := range keys {
		if r := with(key); r.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", key, r.StatusCode, r.body)
		}
	}
	if r := a.get("/open311/v2/requests.json"); r.StatusCode != http.StatusOK {
		t.Errorf("reading takes no key: %d", r.StatusCode)
	}
	keys = nil
	with("first-key").isRefused(http.StatusForbidden, "api_key")
	keys = []string{""}
	with("").isRefused(http.StatusForbidden, "api_key")
	a.station.Open311.RequireKey = false
	if r := with(""); r.StatusCode != http.StatusOK {
		t.Errorf("a key is no longer asked for: %d %s", r.StatusCode, r.body)
	}
}
