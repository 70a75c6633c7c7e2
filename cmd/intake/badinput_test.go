package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

const (
	formType = "application/x-www-form-urlencoded"
	goodForm = "topic=%E9%81%93%E8%B7%AF%E4%BA%A4%E9%80%9A&village=&text=%E8%B7%AF%E7%81%AF%E5%9D%8F%E4%BA%86%E5%A5%BD%E5%87%A0%E5%A4%A9&name=&phone="
	goodJSON = `{"topic":"道路交通","text":"路灯坏了好几天"}`
)

// Every way of sending something wrong, by form: the page that comes back says what is wrong in words, and nothing is stored.
func TestBadFormsAreAnsweredWithAPageAndStoreNothing(t *testing.T) {
	s := start(t, newMount(t))
	with := func(field, value string) string {
		fields := strings.Split(goodForm, "&")
		for i, f := range fields {
			if strings.HasPrefix(f, field+"=") {
				fields[i] = field + "=" + value
			}
		}
		return strings.Join(fields, "&")
	}
	for name, c := range map[string]struct {
		body   string
		header []string
		status int
		says   string
	}{
		"a body too large":                  {goodForm + strings.Repeat("x", 64<<10), nil, 413, "最多64KB"},
		"no topic":                          {with("topic", ""), nil, 422, "请填写“哪方面的事”"},
		"a topic the station has not":       {with("topic", "%E5%A4%96%E4%BA%A4"), nil, 422, "产业发展、道路交通、环境卫生"},
		"a village of elsewhere":            {with("village", "%E5%8C%97%E4%BA%AC"), nil, 422, "没有这个村"},
		"no text":                           {with("text", "+"), nil, 422, "请填写“意见建议”"},
		"a text too short":                  {with("text", "%E8%B7%AF"), nil, 422, "至少5字"},
		"a text too long":                   {with("text", strings.Repeat("%E8%B7%AF", 2001)), nil, 422, "最多2000字，现在是2001字"},
		"a bell in the text":                {with("text", "abcdefg%07"), nil, 422, "控制字符"},
		"a text read backwards":             {with("text", "abcdefg%E2%80%AEhij"), nil, 422, "控制字符"},
		"a text that is no UTF-8":           {with("text", "abcdefg%FF%FE"), nil, 422, "读不出来的字符"},
		"a name of two lines":               {with("name", "%E5%BC%A0%0A%E4%B8%89"), nil, 422, "控制字符"},
		"a phone that is none":              {with("phone", "call+me"), nil, 422, "电话号码不对"},
		"a key with spaces":                 {goodForm + "&idempotency_key=a+b", nil, 422, "提交编号不对"},
		"another media type":                {goodForm, []string{"Content-Type", "text/plain"}, 415, formType},
		"no media type":                     {goodForm, []string{"Content-Type", ""}, 415, formType},
		"a form that is cut in an escape":   {"topic=%E", nil, 400, "读不出来"},
		"a post from another site":          {goodForm, []string{"Sec-Fetch-Site", "cross-site"}, 403, "别的网站"},
		"a post from another site, old way": {goodForm, []string{"Origin", "https://elsewhere.example"}, 403, "别的网站"},
		"a post without a usable origin":    {goodForm, []string{"Origin", "null"}, 403, "别的网站"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(t, http.MethodPost, s.public+"/suggest", c.body, append([]string{"Content-Type", formType}, c.header...)...)
			page, err := goquery.NewDocumentFromReader(strings.NewReader(got.body))
			must(t, err)
			if got.StatusCode != c.status || !strings.Contains(page.Find("main").Text(), c.says) {
				t.Errorf("got %d, want %d with %q: %s", got.StatusCode, c.status, c.says, strings.Join(strings.Fields(page.Find("main").Text()), " "))
			}
			if c.status == 422 && page.Find("main form textarea").Length() != 1 {
				t.Error("the form is gone, and with it what was typed")
			}
		})
	}
	if got := s.backlog(t).Received; got != 0 {
		t.Errorf("%d refused suggestions were stored", got)
	}
}

func TestBadJSONIsAnsweredWithTheFieldAndTheRemedy(t *testing.T) {
	s := start(t, newMount(t))
	for name, c := range map[string]struct {
		body        string
		header      []string
		status      int
		code, field string
	}{
		"malformed":                {`{"topic":`, nil, 400, "malformed_json", ""},
		"an array":                 {`[]`, nil, 400, "malformed_json", ""},
		"an unknown field":         {`{"topic":"道路交通","txt":"路灯坏了好几天"}`, nil, 400, "unknown_field", "txt"},
		"two objects":              {goodJSON + goodJSON, nil, 400, "trailing_data", ""},
		"a number for a text":      {`{"topic":"道路交通","text":12345}`, nil, 400, "wrong_type", "text"},
		"a body that is no UTF-8":  {"{\"topic\":\"\xff\"}", nil, 400, "unreadable_text", "body"},
		"half a surrogate pair":    {`{"topic":"道路交通","text":"路灯坏了\ud800好几天"}`, nil, 422, "unreadable_text", "text"},
		"a NUL in the text":        {`{"topic":"道路交通","text":"路灯坏了\u0000好几天"}`, nil, 422, "control_character", "text"},
		"an unknown topic":         {`{"topic":"外交","text":"路灯坏了好几天"}`, nil, 422, "unknown_topic", "topic"},
		"an unknown village":       {`{"topic":"道路交通","village":"北京","text":"路灯坏了好几天"}`, nil, 422, "unknown_village", "village"},
		"no text":                  {`{"topic":"道路交通"}`, nil, 422, "required", "text"},
		"a phone that is none":     {`{"topic":"道路交通","text":"路灯坏了好几天","phone":"1"}`, nil, 422, "bad_phone", "phone"},
		"a key too long":           {goodJSON, []string{"Idempotency-Key", strings.Repeat("k", 129)}, 422, "bad_key", "idempotency_key"},
		"a form instead":           {goodForm, []string{"Content-Type", formType}, 415, "unsupported_media_type", ""},
		"another character set":    {goodJSON, []string{"Content-Type", "application/json; charset=gbk"}, 415, "unsupported_media_type", ""},
		"a body too large":         {`{"text":"` + strings.Repeat("x", 64<<10) + `"}`, nil, 413, "too_large", ""},
		"a post from another site": {goodJSON, []string{"Sec-Fetch-Site", "cross-site"}, 403, "cross_site", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(t, http.MethodPost, s.public+"/api/v1/suggestions", c.body, append([]string{"Content-Type", "application/json", "Accept-Language", "en"}, c.header...)...)
			checkProblem(t, got, c.status, c.code, c.field)
		})
	}
	if got := s.backlog(t).Received; got != 0 {
		t.Errorf("%d refused suggestions were stored", got)
	}
}

func checkProblem(t *testing.T, got answer, status int, code, field string) {
	t.Helper()
	var problem struct {
		Error struct{ Code, Field, Message, Remedy string }
	}
	if err := json.Unmarshal([]byte(got.body), &problem); err != nil {
		t.Fatalf("%d %s: %v", got.StatusCode, got.body, err)
	}
	if got.StatusCode != status || problem.Error.Code != code || problem.Error.Field != field {
		t.Errorf("got %d %s at %q, want %d %s at %q", got.StatusCode, problem.Error.Code, problem.Error.Field, status, code, field)
	}
	if len(problem.Error.Message) < 8 || len(problem.Error.Remedy) < 8 {
		t.Errorf("without words: %s", got.body)
	}
}

func TestJSONByItsContract(t *testing.T) {
	s := start(t, newMount(t))
	post := func(body string, header ...string) (answer, map[string]any) {
		got := s.send(t, http.MethodPost, s.public+"/api/v1/suggestions", body, append([]string{"Content-Type", "application/json"}, header...)...)
		var fields map[string]any
		must(t, json.Unmarshal([]byte(got.body), &fields))
		return got, fields
	}
	const full = `{"topic":"道路交通","village":"白额村","text":"路灯坏了好几天","name":"张三","phone":"13912345678"}`
	first, receipt := post(full, "Idempotency-Key", "ledger-0001")
	if first.StatusCode != 201 || receipt["state"] != "received" || receipt["receivedAt"] == nil {
		t.Fatalf("got %d %s", first.StatusCode, first.body)
	}
	if again, same := post(full, "Idempotency-Key", "ledger-0001"); again.StatusCode != 200 || same["code"] != receipt["code"] {
		t.Errorf("the same key again: %d %s", again.StatusCode, again.body)
	}
	other, _ := post(goodJSON, "Idempotency-Key", "ledger-0001")
	checkProblem(t, other, 409, "key_reused", "")
	if plain, another := post(goodJSON); plain.StatusCode != 201 || another["code"] == receipt["code"] {
		t.Errorf("without a key: %d %s", plain.StatusCode, plain.body)
	}

	checkProblem(t, s.send(t, http.MethodGet, s.public+first.Header.Get("Location"), ""), 404, "wrong_secret", "secret")
	got := s.send(t, http.MethodGet, s.public+first.Header.Get("Location"), "", "X-Query-Secret", receipt["secret"].(string))
	if got.StatusCode != 200 {
		t.Fatalf("got %d %s", got.StatusCode, got.body)
	}
	for _, want := range []string{`"route":"unclassified"`, `"village":"白额村"`, `"due":"`, `"topic":"道路交通"`, `+08:00"`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the look-up lacks %s: %s", want, got.body)
		}
	}
	for _, secret := range []string{"张三", "13912345678", "路灯"} {
		if strings.Contains(got.body, secret) {
			t.Errorf("the look-up tells %s: %s", secret, got.body)
		}
	}
	// Whether a code exists is not told.
	for _, code := range []string{"0000-0000-0000", "short", "ABCDEFGHJKMU"} {
		checkProblem(t, s.send(t, http.MethodGet, s.public+"/api/v1/suggestions/"+code, ""), 404, "wrong_secret", "secret")
	}
}

func TestTheDeskRefusesWhoIsNotSignedIn(t *testing.T) {
	s := start(t, newMount(t))
	kept := open(t, s.public).suggest("请在村口装一盏路灯。")
	code := kept.code
	for _, path := range []string{"/desk", "/desk/cases/" + code, "/desk/visits"} {
		if got := s.send(t, http.MethodGet, s.public+path, ""); got.StatusCode != 303 || got.Header.Get("Location") != "/desk/sign-in" {
			t.Errorf("GET %s: %d to %q", path, got.StatusCode, got.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/desk/cases/" + code + "/classify", "/desk/cases/" + code + "/close", "/desk/visits"} {
		got := s.send(t, http.MethodPost, s.public+path, "route=county&reason=x&people=1", "Content-Type", formType)
		if got.StatusCode != 401 || !strings.Contains(got.body, "登录已过期") {
			t.Errorf("POST %s: %d", path, got.StatusCode)
		}
		if !strings.Contains(got.body, `href="/desk/sign-in"`) {
			t.Errorf("POST %s: no link leads to the sign-in", path)
		}
	}
	if got := s.backlog(t); got.Routes["county"].Pending != 0 || got.Visits != 0 {
		t.Errorf("something was written: %+v", got)
	}
}

func TestSignInTellsNothingAndSlowsGuessing(t *testing.T) {
	s := start(t, newMount(t))
	wrong := open(t, s.public).visit("/desk/sign-in").fill("main", "username", "wang", "password", "guess")
	unknown := open(t, s.public).visit("/desk/sign-in").fill("main", "username", "nobody", "password", "guess")
	if wrong.status != 401 || unknown.status != 401 || wrong.text(".problems") != unknown.text(".problems") {
		t.Errorf("one learns who has an account: %q and %q", wrong.text(".problems"), unknown.text(".problems"))
	}
	if value := wrong.page.Find("input[name=password]").AttrOr("value", ""); value != "" {
		t.Errorf("the page gives the password back: %q", value)
	}
	for range 4 {
		wrong.fill("main", "password", "guess").arrives(401, "/desk/sign-in")
	}
	wrong.fill("main", "password", firstPassword).arrives(429, "/desk/sign-in").sees(".problems", "次数太多")
	open(t, s.public).suggest("管理员被限制时，群众照样能提意见。")
}

func TestTheUsernameMayBeginWithACapital(t *testing.T) {
	s := start(t, newMount(t))
	open(t, s.public).visit("/desk/sign-in").fill("main", "username", " Wang", "password", firstPassword).arrives(200, "/desk/password").sees("nav", "王管理员")
}

func TestMovesTheRulesRefuse(t *testing.T) {
	s := start(t, newMount(t))
	kept := open(t, s.public).suggest("请在村口装一盏路灯。")
	code := kept.code
	staff := open(t, s.public).signIn().visit("/desk/cases/" + code)
	staff.fill("#next", "reason", "忘了选").arrives(422, "/desk/cases/").sees(".problems", "请填写“办理方式”")
	if link := staff.page.Find(".problems a").AttrOr("href", ""); !staff.page.Find(link).Is("input") {
		t.Errorf("the summary's link %q leads to nothing that takes the focus", link)
	}
	if got := staff.text("textarea[name=reason]"); got != "忘了选" {
		t.Errorf("what was typed is lost: %q", got)
	}
	staff.fill("#next", "route", "village", "reason", "没有这种").arrives(422, "/desk/cases/").sees(".problems", "请选择“办理方式”")
	staff.visit("/desk/cases/0000-0000-0000").arrives(404, "/desk/cases/").sees("main", "查不到")
	staff.visit("/desk/cases/%E4%B8%AD").arrives(404, "/desk/cases/")
	staff.visit("/desk?after=nonsense").arrives(404, "/desk")
	cookie := ""
	for _, c := range staff.client.Jar.Cookies(staff.at.JoinPath("/desk")) {
		if c.Name == "desk" {
			cookie = c.String()
		}
	}
	got := s.send(t, http.MethodPost, s.public+"/desk/cases/"+code+"/close", "", "Content-Type", formType, "Cookie", cookie)
	if got.StatusCode != 409 || !strings.Contains(got.body, "现在不能做这一步") {
		t.Errorf("closing a case nobody has answered: %d", got.StatusCode)
	}
}
