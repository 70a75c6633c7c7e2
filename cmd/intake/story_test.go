package main

import (
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

// The whole way of a suggestion: raised, counted, classified, answered, told, closed.
func TestASuggestionComesBack(t *testing.T) {
	s := start(t, newMount(t))
	resident := open(t, s.public)
	kept := resident.suggest("白额村田间路被冲毁，三轮车进不去。")
	code := kept.code
	if len(code) != len("ABCD-EFGH-JKMN") {
		t.Fatalf("the receipt code is %q", code)
	}
	if got := s.backlog(t); pending(got) != 1 || got.Routes[casework.Unclassified].Pending != 1 || got.Received != 1 || got.OldestPending.IsZero() {
		t.Fatalf("the operator is told %+v", got)
	}

	// Until it is classified, the deadline is that of classifying it.
	resident.visit(kept.address()).sees("main", "最迟在这一天定下由谁来办")
	resident.visit(resident.page.Find("a[hreflang=en]").AttrOr("href", "")).sees("main", code, "Who handles it is decided by")
	resident.visit("/?lang=zh")

	staff := open(t, s.public).signIn()
	staff.visit("/desk/").arrives(200, "/desk").sees(".queue", "道路交通", "白额村", "田间路被冲毁", "待分类")
	staff.visit("/desk/cases/"+code).sees("#contact", "张三", "13912345678").sees("#next h2", "分类")
	staff.fill("#next", "route", "county", "reason", "乡里没有修路资金").arrives(200, "/desk/cases/")
	if got := s.backlog(t); got.Routes[casework.County].Pending != 1 || got.Routes[casework.Unclassified].Pending != 0 {
		t.Fatalf("after classifying the operator is told %+v", got.Routes)
	}
	resident.visit(kept.address()).sees(".timeline .now", "答复").sees(".timeline", "县里部门").sees("main", "办结期限")

	staff.sees("#next h2", "交办").fill("#next", "unit", "县交通局").sees("#next h2", "开始办理").fill("#next")
	resident.visit(kept.address()).sees(".timeline", "县交通局")
	staff.sees("#next h2", "答复").fill("#next", "result", "A", "text", "县交通局已修通。")
	resident.visit(strings.ToLower(strings.ReplaceAll(kept.address(), "-", ""))).sees(".timeline", "县交通局已修通")
	staff.sees("#next h2", "反馈").fill("#next", "channel", "phone", "text", "电话告知，表示满意")
	staff.sees("#next h2", "结案").fill("#next").sees("#next", "已办结")
	staff.sees("#history", "收到", "分类", "乡里没有修路资金", "答复", "反馈", "表示满意", "结案", "王管理员")

	if got := s.backlog(t); pending(got) != 0 || got.Closed[casework.ResolvedA] != 1 || got.Received != 1 ||
		got.Closings == nil || *got.Closings != (stationconf.Closings{OnTime: 1}) {
		t.Errorf("after closing the operator is told %+v", got)
	}
	resident.visit(kept.address()).sees("main", "已办结")
	if n := resident.page.Find(".timeline li.done").Length(); n != 7 {
		t.Errorf("the resident sees %d steps done, want all 7", n)
	}
	if page := resident.text("main"); strings.Contains(page, "张三") || strings.Contains(page, "乡里没有修路资金") || strings.Contains(page, "表示满意") {
		t.Error("the progress page shows who raised the case, or the staff's notes")
	}
	staff.visit("/desk").sees("main", "没有待办")
	staff.visit("/desk?stage=all").sees(".queue", "已办结")
}

func TestAVisitIsCountedApartFromCases(t *testing.T) {
	s := start(t, newMount(t))
	staff := open(t, s.public).signIn().visit("/desk/visits")
	staff.fill("main", "people", "3", "note", "咨询低保政策").arrives(200, "/desk/visits").sees("main", "登记 1 次，共 3 人")
	staff.fill("main", "people", "三").arrives(422, "/desk/visits").sees(".problems", "来访人数")
	staff.fill("main", "people", "0").arrives(422, "/desk/visits").sees(".problems", "1 到 999")
	if got := s.backlog(t); got.Visits != 1 || got.Received != 0 {
		t.Errorf("the operator is told %+v", got)
	}
}

func TestAFormSentTwiceIsOneSuggestion(t *testing.T) {
	s := start(t, newMount(t))
	resident := open(t, s.public)
	fields := []string{"topic", "道路交通", "text", "路灯坏了，晚上看不见。"}
	form := resident.visit("/suggest").page
	first := resident.fill("main", fields...).arrives(200, "/receipt/").text("#code")
	resident.page, resident.at.Path = form, "/suggest" // the back button
	if second := resident.fill("main", fields...).arrives(200, "/receipt/").text("#code"); second != first {
		t.Errorf("sending the same form again made %s beside %s", second, first)
	}
	resident.page, resident.at.Path = form, "/suggest"
	resident.fill("main", "topic", "道路交通", "text", "另外，桥也坏了。").arrives(409, "/suggest").sees(".problems", "已用于另一件")
	if got := resident.text("textarea"); got != "另外，桥也坏了。" {
		t.Errorf("what was typed is lost: %q", got)
	}
	third := resident.fill("main").arrives(200, "/receipt/").text("#code")
	if third == first || s.backlog(t).Received != 2 {
		t.Errorf("pressing once more did not make a second suggestion (%s, %+v)", third, s.backlog(t))
	}
}

func TestTwoColleaguesAtOneCase(t *testing.T) {
	s := start(t, newMount(t))
	kept := open(t, s.public).suggest("请在村口装一盏路灯。")
	code := kept.code
	one, other := open(t, s.public).signIn(), open(t, s.public).signIn()
	one.visit("/desk/cases/" + code)
	other.visit("/desk/cases/"+code).fill("#next", "route", "on_the_spot", "reason", "站里有灯")
	other.fill("#next", "result", "A", "text", "已装好。")
	one.fill("#next", "route", "county", "reason", "要县里批").arrives(409, "/desk/cases/").sees(".problems", "同事").sees("#next h2", "反馈")
}

func TestAMoveIsMadeOnTheCaseThatWasRead(t *testing.T) {
	s := start(t, newMount(t))
	kept := open(t, s.public).suggest("请在村口装一盏路灯。")
	code := kept.code
	one, other := open(t, s.public).signIn(), open(t, s.public).signIn()
	one.visit("/desk/cases/"+code).fill("#next", "route", "on_the_spot", "reason", "站里有灯").fill("#next", "result", "A", "text", "已装好。")
	other.visit("/desk/cases/"+code).fill("form[action$='/answer']", "result", "B", "text", "年底前装。").arrives(200, "/desk/cases/")

	// The feedback would be recorded for an answer that the resident was never told.
	one.fill("#next", "channel", "phone", "text", "已告知装好。").arrives(409, "/desk/cases/").sees(".problems", "有了变化").sees("#history", "年底前装")
	if got := one.text("#next textarea"); got != "已告知装好。" {
		t.Errorf("what was typed is lost: %q", got)
	}
	one.fill("#next", "text", "已告知年底前装。").arrives(200, "/desk/cases/").sees("#next h2", "结案")
}
