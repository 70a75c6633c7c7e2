package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

// offers are the names of the moves that the page has forms for: the next step first, if there is one.
func (s screen) offers() (next string, others []string) {
	action := func(form *goquery.Selection) string {
		path := form.AttrOr("action", "")
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	next = ""
	if form := s.Find("#next form"); form.Length() == 1 {
		next = action(form)
	}
	s.Find("details.card form").Each(func(_ int, form *goquery.Selection) { others = append(others, action(form)) })
	slices.Sort(others)
	return next, others
}

func TestEachStateHasOneObviousStep(t *testing.T) {
	explain := casework.Classify{Route: casework.Explain, Reason: "讲清楚"}
	for name, c := range map[string]struct {
		moves        []casework.Move
		account      casework.Account
		next, others string
	}{
		"received":               {nil, wang, "classify", "comment mark_formal merge withdraw"},
		"classified":             {wholeWay[:1], wang, "assign", "answer classify comment mark_formal merge withdraw"},
		"to be explained":        {[]casework.Move{explain}, wang, "answer", "assign classify comment mark_formal merge withdraw"},
		"at the county":          {[]casework.Move{casework.Classify{Route: casework.County, Reason: "要钱"}}, wang, "assign", "answer classify comment extend mark_formal merge withdraw"},
		"assigned":               {wholeWay[:2], wang, "start", "answer assign comment mark_formal merge return withdraw"},
		"in progress":            {wholeWay[:3], wang, "answer", "assign comment mark_formal merge return withdraw"},
		"answered":               {wholeWay[:4], wang, "feedback", "answer comment"},
		"told":                   {wholeWay[:5], wang, "close", "answer comment feedback"},
		"closed":                 {wholeWay, wang, "", "comment rate release"},
		"closed as planned":      {append(wholeWay[:3:3], casework.GiveAnswer{Result: casework.PlannedB, Text: "明年修。"}, told, casework.Close{}), wang, "", "comment follow_up rate release"},
		"rated":                  {append(wholeWay[:6:6], casework.Rate{Value: casework.Satisfied}), wang, "", "comment release"},
		"public":                 {append(wholeWay[:6:6], casework.Publish{Text: "路坏了，请修。", Answer: "修好了。"}), wang, "", "comment rate release unrelease"},
		"withdrawn":              {[]casework.Move{casework.Withdraw{Reason: "不提了"}}, wang, "", "comment"},
		"received, for the head": {nil, li, "classify", "comment mark_formal merge urge withdraw"},
		"received, for a deputy": {nil, deputy, "", "comment urge"},
		"closed, for a deputy":   {wholeWay, deputy, "", "comment"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			code := o.comes(o.raise(raised{village: "白额村", text: "田间路被冲毁。"}), c.moves...)
			for _, language := range []string{"zh", "en"} {
				page := o.as(c.account).open("/desk/cases/" + code.String() + "?lang=" + language)
				next, others := page.offers()
				if next != c.next || strings.Join(others, " ") != c.others {
					t.Errorf("next %q, others %v; want %q, %s", next, others, c.next, c.others)
				}
				page.hasWordsForAll()
				page.checksFields()
				if page.size > 50<<10 {
					t.Errorf("the page has %d bytes", page.size)
				}
			}
		})
	}
}

// checksFields looks whether each field has a label of its own and no id stands twice.
func (s screen) checksFields() {
	s.t.Helper()
	ids := map[string]bool{}
	s.Find("[id]").Each(func(_ int, element *goquery.Selection) {
		if id := element.AttrOr("id", ""); ids[id] {
			s.t.Errorf("id %q stands twice", id)
		} else {
			ids[id] = true
		}
	})
	s.Find("main input:not([type=hidden]):not([type=radio]), main select, main textarea").Each(func(_ int, field *goquery.Selection) {
		if strings.TrimSpace(s.Find("label[for='"+field.AttrOr("id", "none")+"']").Text()) == "" {
			s.t.Errorf("field %s has no label", field.AttrOr("name", ""))
		}
	})
	s.Find(".problems a[href^='#']").Each(func(_ int, link *goquery.Selection) {
		if !ids[strings.TrimPrefix(link.AttrOr("href", ""), "#")] {
			s.t.Errorf("the summary leads nowhere: %s", link.AttrOr("href", ""))
		}
	})
}

func TestTheWholeWayOfACase(t *testing.T) {
	o := newOffice(t)
	o.station.Units = []stationconf.Unit{{Name: "乡公路站", Level: stationconf.UnitTownship}, {Name: "县交通局", Level: stationconf.UnitCounty}, {Name: "县水利局", Level: stationconf.UnitCounty}}
	code := o.raise(raised{village: "白额村", text: "田间路被冲毁。", contact: casework.Contact{Name: "张三", Phone: "13912345678"}})
	page := o.open("/desk/cases/"+code.String()).says("#contact", "张三", "13912345678").says("#next h2", "下一步：分类")
	page = o.fill(page, "#next", "route", "county", "reason", "乡里没有修路资金").says("#next h2", "交办")
	if got := page.Find("#next select option").Eq(1).Text(); got != "县交通局" {
		t.Errorf("the first unit offered at the county is %q", got)
	}
	page = o.fill(page, "#next", "unit", "县交通局", "co_units", "县水利局", "co_units", "乡公路站", "text", "雨季前修好").says("#suggestion", "县交通局", "县水利局、乡公路站")
	page = o.fill(page, "details#extend", "reason", "工程大").says("#history", "延期", "期限由 2027年2月12日 改为 2027年5月12日")
	page = o.fill(page, "#next").says("#next h2", "答复")
	page = o.fill(page, "#next", "result", "B", "text", "列入明年计划。", "planned_for", "2027-04-01").says("#suggestion", "B类", "2027年4月1日")
	o.cases.answeredEarlier(code, time.Hour)
	page = o.fill(page, "#next", "channel", "in_person", "text", "当面告诉了", "told_at", "2026-11-12T09:30").says("#history", "当面", "告诉的时间：2026年11月12日 09:30")
	page = o.fill(page, "#next").says("#next", "已办结")
	page = o.fill(page, "details#follow_up", "channel", "phone", "text", "已经修通。").says("#suggestion", "A类")
	page = o.fill(page, "details#rate", "rating", "not_satisfied", "text", "又塌了").says("#history", "不满意").says(".marks", "已分类", "重办")
	page.says("#history", "王管理员", "群众", "乡里没有修路资金", "雨季前修好", "工程大", "又塌了")
	if c := o.cases.cases[code]; c.Reopened != 1 || len(o.cases.history[code]) != 10 {
		t.Errorf("reopened %d times in %d events", c.Reopened, len(o.cases.history[code]))
	}
}

func TestWithoutDeclaredUnitsAnyOfficeIsNamed(t *testing.T) {
	o := newOffice(t)
	code := o.comes(o.raise(raised{text: "田间路被冲毁。"}), toTownship)
	page := o.open("/desk/cases/"+code.String()).says("#next", "中垛乡人民政府", "县直有关部门")
	o.fill(page, "#next", "unit", "乡公路站", "co_units", "乡水利站、 县交通局，乡公路站").says("#suggestion", "乡公路站", "乡水利站、县交通局")
	o.fill(page, "#next", "seq", "3", "unit", "乡代表09").says("#next .problem", "代表不能作承办单位")
}

func TestWhatIsRefusedComesBackAsItWasTyped(t *testing.T) {
	o := newOffice(t)
	o.station.Units = []stationconf.Unit{{Name: "乡公路站", Level: stationconf.UnitTownship}, {Name: "乡水利站", Level: stationconf.UnitTownship}}
	code := o.comes(o.raise(raised{text: "田间路被冲毁。"}), toTownship)
	page := o.open("/desk/cases/" + code.String())
	again := o.fill(page, "#next", "unit", "", "co_units", "乡水利站", "text", "请尽快").says("#next .problem", "承办单位")
	if again.status != http.StatusUnprocessableEntity || again.Find("#next input[name=co_units][checked]").AttrOr("value", "") != "乡水利站" || again.text("#next textarea") != "请尽快" {
		t.Errorf("answered with %d, what was typed is lost", again.status)
	}
	again.checksFields()

	o.comes(code, toRoads, casework.Start{}, answered)
	page = o.open("/desk/cases/" + code.String())
	for told, want := range map[string]string{"gestern": "读不出来", "2026-11-12T10:01": "还没到"} {
		again := o.fill(page, "#next", "channel", "", "text", "告诉了", "told_at", told).says("#next .problem", "反馈方式", want)
		again.checksFields()
	}
	again = o.fill(page, "details#answer", "result", "B", "text", "", "planned_for", "2026-11-11").says("#next h2", "答复").says("#next .problem", "计划完成日期", "今天或以后", "请填写")
	again.checksFields()
	if next, others := again.offers(); next != "answer" || !slices.Contains(others, "feedback") {
		t.Errorf("the form with the problem is not in front: %q before %v", next, others)
	}
	if o.cases.cases[code].Seq != 5 {
		t.Error("something refused was stored")
	}
}

func TestAMoveIsMadeOnTheCaseThatWasRead(t *testing.T) {
	o := newOffice(t)
	code := o.comes(o.raise(raised{text: "田间路被冲毁。"}), toTownship, toRoads, answered)
	page := o.open("/desk/cases/" + code.String())
	o.comes(code, casework.GiveAnswer{Result: casework.NotPossibleC, Text: "修不了。"})
	again := o.fill(page, "#next", "channel", "phone", "text", "已告知修好").says(".problems", "有了变化").says("#history", "修不了")
	if again.status != http.StatusConflict || again.text("#next textarea") != "已告知修好" {
		t.Errorf("answered with %d", again.status)
	}
	o.fill(again, "#next", "text", "已告知修不了").says("#next h2", "结案")
}

func TestWhyACaseForbidsAMove(t *testing.T) {
	o := newOffice(t)
	code := o.comes(o.raise(raised{text: "田间路被冲毁。"}), toTownship)
	page := o.send(http.MethodPost, "/desk/cases/"+code.String()+"/extend", "reason=x").says(".problems", "延期")
	if page.status != http.StatusConflict {
		t.Errorf("answered with %d", page.status)
	}
	for _, path := range []string{"/desk/cases/nonsense/answer", "/desk/cases/ABCDEFGHJKMN/answer", "/desk/cases/ABCDEFGHJKMN/merge", "/desk/cases/" + code.String() + "/join", "/desk/cases/" + code.String() + "/anonymise"} {
		if page := o.send(http.MethodPost, path, "text=x"); page.status != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, page.status)
		}
	}
}

func TestTheSameMatterToldTwiceBecomesOneCase(t *testing.T) {
	o := newOffice(t)
	first := o.raise(raised{village: "白额村", text: "白额村田间路被大雨冲毁，三轮车进不去。", ago: 3 * day})
	second := o.raise(raised{village: "白额村", text: "田间路被大雨冲毁了，三轮车进不去，请修。"})
	o.raise(raised{village: "中垛村", text: "田间路被大雨冲毁，三轮车进不去。"})
	page := o.open("/desk/cases/"+second.String()).says("#similar", first.String(), "相似").says("#similar a", "把这一件并进去")
	if page.Find("#similar li").Length() != 1 {
		t.Errorf("%d cases are called similar", page.Find("#similar li").Length())
	}
	proposed := o.open(page.Find("#similar li p a").AttrOr("href", "")).says("details#merge[open] .note", first.String(), "白额村田间路")
	if got := proposed.Find("details#merge input[name=into]").AttrOr("value", ""); got != first.String() {
		t.Errorf("the form is filled in with %q", got)
	}
	for into, want := range map[string]string{"": "查询码不对", "ABCD-EFGH-JKMN": "查不到", second.String(): "不能并入自己"} {
		o.fill(proposed, "details#merge", "into", into, "reason", "同一条路").says("#next .problem", want).checksFields()
	}
	o.fill(proposed, "details#merge", "reason", "").says("#next .problem", "理由")
	merged := o.fill(proposed, "details#merge", "reason", "同一条路")
	merged.says("h1", first.String()).says("#reporters", "并案的反映人：1 位", second.String(), "未告知").says("#history", "另一件", second.String())
	o.open("/desk/cases/"+second.String()).says("#suggestion", "已并入", first.String())

	o.comes(first, toTownship, toRoads, answered)
	told := o.fill(o.open("/desk/cases/"+first.String()), "#next", "channel", "phone", "text", "都打了电话", "inform", "1")
	told.says("#reporters", "已告知")
	if c := o.cases.cases[second]; c.Feedback.Text != "都打了电话" || c.State != casework.Merged {
		t.Errorf("the other reporter was told %+v", c.Feedback)
	}
}

func TestAReporterWhoJoinedCanBeToldAlone(t *testing.T) {
	o := newOffice(t)
	into, from := o.raise(raised{text: "田间路被冲毁。"}), o.raise(raised{text: "田间路坏了。"})
	o.send(http.MethodPost, "/desk/cases/"+from.String()+"/merge", url.Values{"into": {into.String()}, "reason": {"同一条路"}}.Encode())
	o.comes(into, toTownship, toRoads, answered, told)
	o.open("/desk/cases/"+into.String()).says("#next", "告知并案的反映人").says("#reporters", "未告知").says("#reporters a", "记录告知")
	back := o.fill(o.open("/desk/cases/"+from.String()), "details#inform", "channel", "message", "text", "发了短信")
	back.says("h1", into.String()).says("#reporters", "已告知")
}

func TestWhoJoinedCannotHaveBeenToldBeforeTheAnswer(t *testing.T) {
	o := newOffice(t)
	into, from := o.raise(raised{text: "田间路被冲毁。", ago: day}), o.raise(raised{text: "田间路坏了。", ago: day})
	o.send(http.MethodPost, "/desk/cases/"+from.String()+"/merge", url.Values{"into": {into.String()}, "reason": {"同一条路"}}.Encode())
	o.comes(into, toTownship, toRoads, answered, told)
	o.cases.answeredEarlier(into, time.Hour)
	page := o.open("/desk/cases/" + from.String())
	early := o.fill(page, "details#inform", "channel", "phone", "text", "打了电话", "told_at", "2026-11-12T08:59")
	early.says("#next .problem", "反馈时间", "早于答复", "实际时间")
	if early.status != http.StatusUnprocessableEntity || o.cases.cases[from].Feedback.Seq != 0 {
		t.Errorf("answered with %d, noted %+v", early.status, o.cases.cases[from].Feedback)
	}
	o.fill(page, "details#inform", "channel", "phone", "text", "打了电话", "told_at", "2026-11-12T09:00").says("#reporters", "已告知")
}

func TestACaseThatOthersJoinedOffersNoWithdrawal(t *testing.T) {
	o := newOffice(t)
	into, from := o.raise(raised{text: "田间路被冲毁。"}), o.raise(raised{text: "田间路坏了。"})
	o.send(http.MethodPost, "/desk/cases/"+from.String()+"/merge", url.Values{"into": {into.String()}, "reason": {"同一条路"}}.Encode())
	if _, others := o.open("/desk/cases/" + into.String()).offers(); slices.Contains(others, "withdraw") {
		t.Errorf("offered: %v", others)
	}
	refused := o.send(http.MethodPost, "/desk/cases/"+into.String()+"/withdraw", "reason=x").says(".problems", "还有别人反映了同一件事", "继续办理")
	if refused.status != http.StatusConflict || !o.cases.cases[into].Pending() {
		t.Errorf("answered with %d, the case is %s", refused.status, o.cases.cases[into].State)
	}
}

func TestWhatWasTypedIsNotLostWhenTheCaseHasMovedOn(t *testing.T) {
	o := newOffice(t)
	code := o.raise(raised{text: "田间路被冲毁。"})
	page := o.open("/desk/cases/" + code.String())
	o.comes(code, toTownship, toRoads)
	o.fill(page, "#next", "route", "county", "reason", "写了很长很长的理由").says("#typed", "写了很长很长的理由")
}

func TestWordsThatNameWhoRaisedTheCaseAreNotPublished(t *testing.T) {
	o := newOffice(t)
	code := o.comes(o.raise(raised{text: "路灯坏了。", contact: casework.Contact{Name: "赵铁柱"}}), wholeWay...)
	page := o.open("/desk/cases/" + code.String())
	o.fill(page, "details#release", "text", "路灯坏了。", "answer", "已给赵铁柱家修好。").says("#next .problem", "个人信息")
	if o.cases.cases[code].Released() {
		t.Error("the name is public")
	}
}

func TestThePublicIsProposedNothingThatNamesWhoRaisedTheCase(t *testing.T) {
	o := newOffice(t)
	code := o.comes(o.raise(raised{text: "赵铁柱家门口的路灯坏了。", contact: casework.Contact{Name: "赵铁柱"}}), wholeWay...)
	o.open("/desk/cases/"+code.String()).says("details#release textarea[name=text]", "赵**家门口").keepsQuiet("details#release textarea", "赵铁柱")
}

func TestWhatIsPublishedIsMaskedFirst(t *testing.T) {
	o := newOffice(t)
	code := o.comes(o.raise(raised{text: "我叫王小明，电话13912345678，村口路灯坏了。"}), wholeWay...)
	page := o.open("/desk/cases/"+code.String()).says("details#release .note", "遮住", "手机号码", "确定")
	text := page.text("details#release textarea[name=text]")
	if strings.Contains(text, "13912345678") || !strings.Contains(text, "路灯坏了") {
		t.Errorf("proposed for the public: %q", text)
	}
	page.keepsQuiet("details#release textarea", "王小明")
	refused := o.fill(page, "details#release", "text", "路灯坏了，请打13912345678。").says("#next .problem", "个人信息").says("#next .note", "请改掉", "手机号码")
	if refused.status != http.StatusUnprocessableEntity || o.cases.cases[code].Released() {
		t.Errorf("a phone number can be published (%d)", refused.status)
	}
	public := o.fill(page, "details#release").says(".marks", "已公开")
	if got := o.cases.cases[code].Release; got.Text != text || got.Answer != "已经修好。" {
		t.Errorf("published %+v", got)
	}
	if got := public.text("details#release textarea[name=text]"); got != text {
		t.Errorf("to be changed: %q", got)
	}
	public.keepsQuiet("details#release", "遮住")
	o.fill(public, "details#unrelease").keepsQuiet(".marks", "已公开")
}

func TestTheReceiptCanBePrintedAgain(t *testing.T) {
	o := newOffice(t)
	code := o.raise(raised{text: "田间路被冲毁。"})
	if got := o.open("/desk/cases/"+code.String()).Find("a[href^='/receipt/']").AttrOr("href", ""); got != "/receipt/"+code.String()+"?secret=ABCD-2345" {
		t.Errorf("the receipt is at %q", got)
	}
	o.cases.secrets[code] = ""
	if o.open("/desk/cases/"+code.String()).Find("a[href^='/receipt/']").Length() != 0 {
		t.Error("a case without a secret has a receipt")
	}
}

func TestPhotosAreForWhoSeesTheCase(t *testing.T) {
	o := newOffice(t)
	code := o.raise(raised{village: "白额村", text: "田间路被冲毁。", photos: []casework.Photo{{Full: []byte("full one"), Thumb: []byte("thumb one")}, {Full: []byte("full two")}}})
	page := o.as(deputy).open("/desk/cases/" + code.String())
	if n := page.Find("#suggestion .photos a img[alt^='照片']").Length(); n != 2 {
		t.Errorf("%d photos are shown", n)
	}
	for path, want := range map[string]string{"1": "full one", "1?size=thumb": "thumb one", "2?size=thumb": "full two"} {
		got := o.open("/desk/cases/" + code.String() + "/photos/" + path)
		if got.status != http.StatusOK || got.text("body") != want || got.header.Get("Cache-Control") != "no-store" || got.header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: %d %q %v", path, got.status, got.text("body"), got.header)
		}
	}
	for _, n := range []string{"0", "3", "-1", "one"} {
		if got := o.open("/desk/cases/" + code.String() + "/photos/" + n); got.status != http.StatusNotFound {
			t.Errorf("photo %s: %d", n, got.status)
		}
	}
}

func TestEveryFactOfTheHistoryHasWords(t *testing.T) {
	o := newOffice(t)
	code := o.raise(raised{text: "田间路被冲毁。"})
	facts := casework.Facts{
		From: casework.Received, To: casework.Classified, Source: casework.FromPhone, Route: casework.County, Unit: "县交通局", CoUnits: []string{"县水利局"}, FormalNo: "12",
		Result: casework.PlannedB, Channel: casework.Message, Rating: casework.NotSatisfied, Case: "ABCDEFGHJKMN", Due: "2027-02-12", DueBefore: "2026-11-16",
		PlannedFor: "2027-04-01", Reminder: -2, ToldAt: tenOClock.Add(-time.Hour),
	}
	for i, action := range casework.Actions() {
		facts.Reminder = -facts.Reminder
		o.cases.history[code] = append(o.cases.history[code], casework.Entry{Event: casework.Event{Seq: i + 2, At: tenOClock, Actor: casework.Actor{Role: casework.Roles()[i%5]}, Action: action, Facts: facts}})
	}
	for _, language := range []string{"zh", "en"} {
		page := o.open("/desk/cases/" + code.String() + "?lang=" + language).hasWordsForAll()
		page.says("#history", "县交通局", "县水利局", "12", "ABCD-EFGH-JKMN")
		if got := page.Find("#history li").Length(); got != len(casework.Actions())+1 {
			t.Errorf("%d lines of history", got)
		}
	}
	o.open("/desk/cases/"+code.String()+"?lang=zh").says("#history", "期限由 2026年11月16日 改为 2027年2月12日", "计划 2027年4月1日 前办好", "告诉的时间：2026年11月12日 09:00", "离到期还有 2 个工作日", "超期 2 个工作日")
}

func TestACaseThatIsNotThere(t *testing.T) {
	o := newOffice(t)
	for _, code := range []string{"ABCD-EFGH-JKMN", "nonsense"} {
		if page := o.open("/desk/cases/" + code); page.status != http.StatusNotFound {
			t.Errorf("%s: %d", code, page.status)
		}
	}
	known := o.raise(raised{text: "田间路被冲毁。"})
	for _, into := range []string{"ABCD-EFGH-JKMN", "nonsense"} {
		if page := o.open(fmt.Sprintf("/desk/cases/%s?into=%s", known, into)); page.status != http.StatusOK || page.Find("details#merge[open]").Length() != 0 {
			t.Errorf("proposing to merge into %s: %d", into, page.status)
		}
	}
}
