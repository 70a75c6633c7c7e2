package public

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

// raised is a case on the counter's shelf with the way to it.
type raised struct {
	*counter
	*file
}

// raise a case with a photo on the site.
func (c *counter) raise() raised {
	c.t.Helper()
	c.upload(with(road, "photos/a.png", picture(c.t, 8))...).leadsTo("/receipt/")
	return raised{c, c.shelf.kept[len(c.shelf.kept)-1]}
}

func (r raised) query() string {
	return "code=" + r.Case.Code.String() + "&secret=" + r.Secret.String()
}

// pass as the fields of a form.
func (r raised) pass(more ...string) []string {
	return append([]string{"code", r.Case.Code.String(), "secret", r.Secret.String()}, more...)
}

var (
	administrator = casework.Actor{Role: casework.Administrator, Staff: 1}
	deputy        = casework.Actor{Role: casework.Deputy, Staff: 2}
)

// move the case as somebody else does, a minute later.
func (r raised) move(by casework.Actor, moves ...casework.Move) raised {
	r.t.Helper()
	rules := casework.Rules{Deadlines: casework.DefaultDeadlines(), Location: r.now.Location()}
	for _, m := range moves {
		r.now = r.now.Add(time.Minute)
		moved, event, err := rules.Apply(r.Case, m, by, r.now)
		if err != nil {
			r.t.Fatal(err)
		}
		r.Case, r.history = moved, append(r.history, casework.Entry{Event: event})
	}
	return r
}

// closed in the usual way.
func (r raised) closed() raised {
	return r.move(administrator,
		casework.Classify{Route: casework.Township, Reason: "机密理由"},
		casework.Assign{Unit: "乡政府办公室", CoUnits: []string{"水利站"}, Text: "机密要求"},
		casework.Start{},
		casework.GiveAnswer{Result: casework.ResolvedA, Text: "路已经修好。"},
		casework.RecordFeedback{Channel: casework.ByPhone, Text: "机密记录"},
		casework.Close{})
}

func TestTheReceiptHoldsWhatIsNeededLater(t *testing.T) {
	c := openCounter(t, usual).raise()
	page := c.get("/receipt/" + c.Case.Code.String() + "?secret=" + c.Secret.String()).answers(http.StatusOK)
	page.says("#code", c.Case.Code.String())
	page.says("#secret", c.Secret.String())
	page.says("main", "抄下来", "接下来会怎样", "11月12日")
	want := "/status?" + c.query()
	if page.Find("main a[href='"+want+"']").Length() != 1 {
		t.Error("no link leads to the progress")
	}
	if got := page.Find("svg.qr").AttrOr("aria-label", ""); !strings.Contains(got, "http://"+strings.TrimPrefix(c.URL, "http://")+want) {
		t.Errorf("the QR code is called %q", got)
	}
	if page.Find("[data-draft=done]").Length() != 1 {
		t.Error("the draft stays on the phone")
	}
	for header, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if got := page.header.Get(header); got != want {
			t.Errorf("%s: %q", header, got)
		}
	}
}

func TestWhoDoesNotKnowTheSecretLearnsNothing(t *testing.T) {
	c := openCounter(t, usual).raise()
	code := c.Case.Code.String()
	for _, path := range []string{"/receipt/%s?x=1", "/status?code=%s", "/status/withdraw?code=%s"} {
		c.now = c.now.Add(2 * time.Hour)
		var words []string
		for _, known := range []string{code, "0000-0000-0000"} {
			for _, secret := range []string{"", "&secret=0000-0000"} {
				page := c.get(strings.Replace(path, "%s", known, 1) + secret)
				page.keepsQuiet("html", "田间路", "道路交通")
				words = append(words, page.text(".problems"))
				if page.Find("form[action='/status'] input[name=secret]").Length() != 1 {
					t.Errorf("%s%s shows no look-up", path, secret)
				}
			}
		}
		if words[0] != words[2] || words[1] != words[3] || words[0] == "" || words[1] == "" {
			t.Errorf("%s tells whether a case exists: %q", path, words)
		}
	}
	c.now = c.now.Add(2 * time.Hour)
	if page := c.get("/photo/" + code + "/1?secret=0000-0000"); page.status != http.StatusNotFound {
		t.Errorf("the photo: %d", page.status)
	}
	if page := c.post("/status/withdraw", "code", code, "secret", "0000-0000"); page.status != http.StatusNotFound || c.Case.State != casework.Received {
		t.Errorf("withdrawing: %d, %s", page.status, c.Case.State)
	}
}

func TestAPassIsReadAsPeopleTypeIt(t *testing.T) {
	c := openCounter(t, usual).raise()
	typed := url.Values{"code": {strings.ToLower(string(c.Case.Code))}, "secret": {" " + strings.ToLower(string(c.Secret))}}
	c.get("/status?"+typed.Encode()).answers(http.StatusOK).says("main", c.Case.Code.String())
	c.get("/status?code=nonsense&secret=x").says(".problems", "12位")
	c.get("/status?code="+c.Case.Code.String()+"&secret=x").says(".problems", "8位")
}

func TestGuessingAtASecretIsSlowedDownForTheGuesserAlone(t *testing.T) {
	c := openCounter(t, usual).raise()
	for range 5 {
		c.get("/status?code=" + c.Case.Code.String() + "&secret=0000-0000").answers(http.StatusNotFound)
	}
	page := c.get("/status?" + c.query()).answers(http.StatusTooManyRequests)
	page.says(".problems", "次数太多", "1分钟")
	if page.header.Get("Retry-After") != "30" {
		t.Errorf("to come back after %q", page.header.Get("Retry-After"))
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL+"/status?"+c.query(), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Test-Sender", "192.0.2.99")
	c.send(request).answers(http.StatusOK)
	c.now = c.now.Add(30 * time.Second)
	c.get("/status?" + c.query()).answers(http.StatusOK)
}

func TestACaseFromBeforeThereWereSecretsOpensToItsCodeAlone(t *testing.T) {
	c := openCounter(t, usual).raise()
	c.Secret = ""
	code := c.Case.Code.String()
	page := c.get("/status?code=" + code).answers(http.StatusOK)
	page.says("#steps", "收到")
	if page.Find("#own").Length() != 0 {
		t.Error("a code seen over a shoulder shows what was written")
	}
	if c.get("/receipt/"+code).answers(http.StatusOK).Find("#secret").Length() != 0 {
		t.Error("the receipt shows a secret that is none")
	}
}

func TestOnlyItsResidentSeesAPhoto(t *testing.T) {
	c := openCounter(t, usual).raise()
	page := c.get("/status?" + c.query())
	src := page.Find("#own img").AttrOr("src", "")
	thumb := c.get(src).answers(http.StatusOK)
	if thumb.header.Get("Content-Type") != "image/jpeg" || thumb.header.Get("Cache-Control") != "no-store" || thumb.size != len(c.Photos[0].Thumb) {
		t.Errorf("the thumbnail at %s: %v", src, thumb.header)
	}
	full := c.get(page.Find("#own a").AttrOr("href", ""))
	if full.size != len(c.Photos[0].Full) {
		t.Errorf("the photo has %d bytes", full.size)
	}
	for _, path := range []string{"/2?", "/0?", "/x?", "/99999999999999999999?"} {
		if got := c.get("/photo/" + c.Case.Code.String() + path + "secret=" + c.Secret.String()).status; got != http.StatusNotFound {
			t.Errorf("%s: %d", path, got)
		}
	}
}

func TestAClosedCaseIsRatedOnce(t *testing.T) {
	c := openCounter(t, usual).raise().closed()
	page := c.get("/status?" + c.query())
	page.says("#rate", "满意", "基本满意", "不满意", "会重新办理一次")
	c.post("/status/rate", c.pass("rating", "", "words", "忘了选")...).answers(http.StatusUnprocessableEntity).says("#rate textarea", "忘了选")
	c.post("/status/rate", c.pass("rating", "superb")...).answers(http.StatusUnprocessableEntity).says(".problems", "请选择")
	long := c.post("/status/rate", c.pass("rating", "satisfied", "words", strings.Repeat("好", 1001))...).answers(http.StatusUnprocessableEntity)
	if long.Find(".problems a[href='#words']").Length() != 1 {
		t.Error("the summary does not lead to the words")
	}
	done := c.post("/status/rate", c.pass("rating", "satisfied", "words", "谢谢")...).leadsTo("/status?")
	page = c.get(done)
	page.says(".done[role=status]", "谢谢您的评价")
	page.says("#steps", "您评价为“满意”", "谢谢")
	if page.Find("#rate").Length() != 0 {
		t.Error("it can be rated again")
	}
	c.post("/status/rate", c.pass("rating", "satisfied")...).answers(http.StatusConflict).says(".problems", "已经评价过")
}

func TestWhoIsNotSatisfiedIsHeardOnceMore(t *testing.T) {
	c := openCounter(t, usual).raise().closed()
	done := c.post("/status/rate", c.pass("rating", "not_satisfied", "words", "桥没修")...).leadsTo("/status?")
	page := c.get(done)
	page.says(".done[role=status]", "重新办理")
	page.says("#steps", "重新办理，最迟", "桥没修")
	if c.Case.State != casework.Classified || page.Find("#rate").Length() != 0 {
		t.Errorf("the case is %s", c.Case.State)
	}
	c.now = c.now.Add(time.Minute)
	c = c.move(administrator, casework.GiveAnswer{Result: casework.NotPossibleC, Text: "桥归县里。"}, casework.RecordFeedback{Channel: casework.InPerson, Text: "已告知"}, casework.Close{})
	c.get("/status?"+c.query()).says("#rate", "已经重新办理过一次")
	c.post("/status/rate", c.pass("rating", "not_satisfied")...).leadsTo("/status?")
	if c.Case.State != casework.Closed || c.Case.Rating.Value != casework.NotSatisfied {
		t.Errorf("the case is %s, rated %s", c.Case.State, c.Case.Rating.Value)
	}
}

func TestAnAnonymisedCaseIsRatedNoMore(t *testing.T) {
	c := openCounter(t, usual).raise().closed().move(casework.Actor{Role: casework.System}, casework.Anonymise{})
	page := c.get("/status?" + c.query()).answers(http.StatusOK)
	page.says("#own", "已经删除")
	if page.Find("#rate").Length() != 0 {
		t.Error("it can be rated")
	}
	for _, rating := range []string{"satisfied", "not_satisfied"} {
		c.post("/status/rate", c.pass("rating", rating, "words", "我是王小明")...).answers(http.StatusConflict).says(".problems", "已匿名", "另提一件")
	}
	if c.Case.State != casework.Closed || c.Case.Rated() {
		t.Errorf("the case is %s, rated %+v", c.Case.State, c.Case.Rating)
	}
}

func TestACaseThatOthersJoinedIsNotWithdrawn(t *testing.T) {
	c := openCounter(t, usual).raise()
	c.Case.Joined, c.Case.Untold = 1, 1
	if c.get("/status?"+c.query()).Find("a[href^='/status/withdraw']").Length() != 0 {
		t.Error("it offers to withdraw the case")
	}
	c.post("/status/withdraw", c.pass("reason", "修好了")...).answers(http.StatusConflict).says(".problems", "还有别人反映了同一件事", "继续办理")
	if c.Case.State != casework.Received {
		t.Errorf("the case is %s", c.Case.State)
	}
}

func TestWithdrawingAsksOnceMore(t *testing.T) {
	c := openCounter(t, usual).raise()
	link := c.get("/status?"+c.query()).Find("a[href^='/status/withdraw']").AttrOr("href", "")
	page := c.get(link).answers(http.StatusOK)
	page.says("main form", "确定撤回查询码 "+c.Case.Code.String(), "不能恢复")
	if c.Case.State != casework.Received {
		t.Error("a link alone withdraws the case")
	}
	c.post("/status/withdraw", c.pass("reason", strings.Repeat("长", 501))...).answers(http.StatusUnprocessableEntity).says(".problems", "最多500字")
	done := c.post("/status/withdraw", c.pass("reason", "已经修好了")...).leadsTo("/status?")
	page = c.get(done)
	page.says(".done[role=status]", "已经撤回")
	page.says("#steps", "您撤回了")
	if page.Find("a[href^='/status/withdraw']").Length() != 0 {
		t.Error("it can be withdrawn again")
	}
	c.post("/status/withdraw", c.pass()...).answers(http.StatusConflict)
}

func TestWhatTheAddressSaysWasDoneIsNotBelieved(t *testing.T) {
	c := openCounter(t, usual).raise()
	if page := c.get("/status?" + c.query() + "&done=hacked"); page.Find(".done[role=status]").Length() != 0 {
		t.Errorf("the page says %q", page.text(".done"))
	}
}

func TestWhenStorageFailsNoneOfItIsToldToResidents(t *testing.T) {
	c := openCounter(t, usual).raise()
	c.shelf.failure = errors.New("disk /dev/sda1 is gone")
	for _, page := range []answerPage{c.get("/status?" + c.query()), c.get("/photo/" + c.Case.Code.String() + "/1?secret=" + c.Secret.String()), c.post("/suggest", road...)} {
		page.answers(http.StatusInternalServerError).keepsQuiet("html", "sda1")
	}
	c.shelf.failure = casework.ErrDiskFull
	c.post("/suggest", road...).answers(http.StatusServiceUnavailable)
}
