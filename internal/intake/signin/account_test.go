package signin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// choose fills in the form of a new password.
func choose(b *browser, old, replacement string) *browser {
	b.t.Helper()
	return b.fill("main form", "old_password", old, "new_password", replacement, "new_password_again", replacement)
}

func TestAPasswordThatWasHandedOutOpensNothingButItsReplacement(t *testing.T) {
	s := newStation(t)
	b := s.of("zhao").arrives(200, "/desk/password").sees("h1", "请设置自己的密码").wellMade()
	if b.page.Find("nav a").Length() > 0 {
		t.Error("the page leads to where nothing opens yet")
	}
	for _, path := range []string{"/desk", "/desk/account", "/desk/account/codes", "/desk/export"} {
		b.visit(path).arrives(200, "/desk/password")
	}
	for _, path := range []string{"/desk/visits", "/desk/cases", "/desk/account/sessions/end-others", "/desk/account/codes"} {
		if b.post(path).arrives(403, path); !strings.Contains(b.text, "请先设置自己的密码") {
			t.Errorf("%s does not say what to do", path)
		}
	}
	elsewhere := s.of("zhao")
	choose(b.visit("/desk/password"), passwordOf("zhao"), "一二三四五六七八九十").arrives(200, "/desk").sees("nav", "赵管理员")
	elsewhere.visit("/desk").arrives(200, "/desk/sign-in")
	elsewhere.signIn("zhao", passwordOf("zhao")).arrives(401, "/desk/sign-in")
	elsewhere.signIn("zhao", "一二三四五六七八九十").arrives(200, "/desk")

	s.of("d031").arrives(200, "/desk/password").fill("nav form").arrives(200, "/desk/sign-in")
}

func TestWhatIsWrongWithANewPassword(t *testing.T) {
	for name, c := range map[string]struct {
		old, replacement, again string
		field, words            string
	}{
		"nothing typed":         {"", "", "", "old_password", "现在的密码"},
		"no new one":            {passwordOf("wang"), "", "", "new_password", "新密码"},
		"too short":             {passwordOf("wang"), "123456789", "123456789", "new_password", "至少10个字符，现在是9个"},
		"too long":              {passwordOf("wang"), strings.Repeat("a", 201), strings.Repeat("a", 201), "new_password", "最多200字"},
		"the old one":           {passwordOf("wang"), passwordOf("wang"), passwordOf("wang"), "new_password", "一样"},
		"typed differently":     {passwordOf("wang"), "a password of my own", "a password of my owm", "new_password_again", "两次输入的新密码不一样"},
		"the old one wrong":     {"guess", "a password of my own", "a password of my own", "old_password", "密码不对"},
		"the old one too long":  {strings.Repeat("a", 201), "a password of my own", "a password of my own", "old_password", "密码不对"},
		"not even half a space": {passwordOf("wang"), "          ", "          ", "new_password", "新密码"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			b := s.of("wang").visit("/desk/password")
			b.fill("main form", "old_password", c.old, "new_password", c.replacement, "new_password_again", c.again)
			b.arrives(422, "/desk/password").told(c.field, c.words).wellMade()
			b.page.Find("input[type=password]").Each(func(_ int, field *goquery.Selection) {
				if field.AttrOr("value", "") != "" {
					t.Error("a password goes back to the page")
				}
			})
			if s.staff.accounts["wang"].password != passwordOf("wang") {
				t.Error("the password has changed")
			}
		})
	}
}

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
	s := newStation(t)
	b, elsewhere := s.of("wang"), s.of("wang")
	choose(b.visit("/desk/password"), passwordOf("wang"), "a password of my own").arrives(200, "/desk/account").sees("[role=status]", "密码已修改").wellMade()
	elsewhere.visit("/desk").arrives(200, "/desk/sign-in")
}

func TestWhoFindsASessionOpenCannotGuessItsPassword(t *testing.T) {
	s := newStation(t)
	b := s.of("wang")
	for range 5 {
		choose(b.visit("/desk/password"), "guess", "a password of my own").arrives(422, "/desk/password")
	}
	choose(b, passwordOf("wang"), "a password of my own").arrives(429, "/desk/password").told("", "次数太多")
	b.visit("/desk/account/codes").fill("main form", "one_time_code", appCode(t, b.secret(), s.now), "password", passwordOf("wang")).arrives(429, "/desk/account/codes")
}

func TestThePersonSeesTheOwnSessionsAlone(t *testing.T) {
	s := newStation(t)
	s.of("li")
	phone := s.of("wang")
	s.now = monday.Add(time.Hour)
	office := s.browser()
	office.agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0"
	office.visit("/desk/sign-in").signIn("wang", passwordOf("wang")).visit("/desk/account").arrives(200, "/desk/account").wellMade()
	office.sees("#who", "王管理员").sees("#who", "联络站管理员")
	rows := office.page.Find("#sessions li")
	if rows.Length() != 2 {
		t.Fatalf("there are %d sessions: %s", rows.Length(), rows.Text())
	}
	for n, want := range []struct {
		words string
		this  bool
	}{{"Firefox · Windows 就是这里登录时间：2026年8月3日 18:00", true}, {"Chrome · 安卓登录时间：2026年8月3日 17:00退出它", false}} {
		if got := strings.Join(strings.Fields(rows.Eq(n).Text()), " "); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want.words, " ", "") {
			t.Errorf("session %d is %q, want %q", n, got, want.words)
		}
		if this := rows.Eq(n).Find("form").Length() == 0; this != want.this {
			t.Errorf("session %d is the one of the page: %t", n, this)
		}
	}
	office.fill("#sessions li form").arrives(200, "/desk/account").sees("[role=status]", "已经退出")
	phone.visit("/desk").arrives(200, "/desk/sign-in")
	if office.page.Find("#sessions form").Length() > 0 {
		t.Error("there is still something to end")
	}
}

func TestNobodyEndsTheSessionsOfOthers(t *testing.T) {
	s := newStation(t)
	wang, li := s.of("wang"), s.of("li")
	for _, session := range s.staff.sessions {
		if session.Account.Username == "wang" {
			li.post(fmt.Sprintf("/desk/account/sessions/%d/end", session.ID))
		}
	}
	li.post("/desk/account/sessions/end-others")
	wang.visit("/desk").arrives(200, "/desk")
	li.post("/desk/account/sessions/none/end").arrives(404, "/desk/account/sessions/none/end").wellMade()
}

func TestEndingAllOthersLeavesThisOne(t *testing.T) {
	s := newStation(t)
	b := s.of("wang")
	others := []*browser{s.of("wang"), s.of("wang")}
	b.visit("/desk/account").fill(`#sessions > form`).arrives(200, "/desk/account")
	for _, other := range others {
		other.visit("/desk").arrives(200, "/desk/sign-in")
	}
}

func TestOnlyWhatWasDoneIsSaidToBeDone(t *testing.T) {
	s := newStation(t)
	if b := s.of("wang").visit("/desk/account?done=everything"); b.page.Find("[role=status]").Length() > 0 {
		t.Error("an address makes the page say what never happened")
	}
}

// secret is what the page of an enrolment shows.
func (b *browser) secret() string { return b.page.Find("#secret").Text() }

// turnOn turns one-time codes on and returns what the person takes away from it.
func turnOn(s *station, b *browser) (secret string, recovery []string) {
	s.t.Helper()
	secret = b.visit("/desk/account/codes").secret()
	password := s.staff.accounts[b.page.Find("#username").AttrOr("value", "")].password
	b.fill("main form", "one_time_code", appCode(s.t, secret, s.now), "password", password).arrives(200, "/desk/account/codes")
	return secret, b.recoveryCodes()
}

func (b *browser) recoveryCodes() (codes []string) {
	b.page.Find("#recovery li").Each(func(_ int, code *goquery.Selection) { codes = append(codes, code.Text()) })
	return codes
}

func TestOneTimeCodesAreTurnedOnOnceTheAppHasShownOne(t *testing.T) {
	s := newStation(t)
	b := s.of("wang").visit("/desk/account").sees("#codes", "未开启").visit("/desk/account/codes").wellMade()
	secret := b.secret()
	link := b.page.Find(`a[href^="otpauth://totp/"]`).AttrOr("href", "")
	if !strings.Contains(link, "secret="+secret) || b.page.Find("svg.qr").Length() != 1 {
		t.Errorf("the app cannot be opened with %q", link)
	}
	b.fill("main form", "one_time_code", "123456", "password", "guess").arrives(422, "/desk/account/codes").told("one_time_code", "还没有开启").wellMade()
	b.fill("main form", "one_time_code", appCode(t, secret, s.now), "password", "guess").told("password", "密码不对")
	b.fill("main form", "one_time_code", "", "password", "").told("one_time_code", "验证码").told("password", "密码")
	if b.secret() != secret || s.staff.accounts["wang"].SecondFactor {
		t.Fatal("a mistake changes the secret or turns codes on")
	}
	sealed := b.page.Find("[name=enrolment]").AttrOr("value", "")
	code := appCode(t, secret, s.now)
	b.fill("main form", "one_time_code", code, "password", passwordOf("wang")).arrives(200, "/desk/account/codes").sees("h1", "已开启").wellMade()
	recovery := b.recoveryCodes()
	if len(recovery) != 10 || s.staff.accounts["wang"].factor.Secret != secret {
		t.Fatalf("there are %d recovery codes", len(recovery))
	}
	// Sent twice, the form shows what counts.
	b.post("/desk/account/codes", "enrolment", sealed, "one_time_code", code, "password", passwordOf("wang"))
	if got := b.recoveryCodes(); strings.Join(got, " ") != strings.Join(recovery, " ") {
		t.Errorf("the second answer shows %v, the first %v", got, recovery)
	}
	b.visit("/desk/account/codes").arrives(200, "/desk/account").sees("#codes", "已开启")
}

func TestAnEnrolmentIsForWhoBeganItAndForAWhile(t *testing.T) {
	s := newStation(t)
	wang, li := s.of("wang").visit("/desk/account/codes"), s.of("li")
	sealed, secret := wang.page.Find("[name=enrolment]").AttrOr("value", ""), wang.secret()
	for name, b := range map[string]*browser{
		"swapped": li.post("/desk/account/codes", "enrolment", sealed, "one_time_code", appCode(t, secret, s.now), "password", passwordOf("li")),
		"missing": wang.post("/desk/account/codes", "one_time_code", appCode(t, secret, s.now), "password", passwordOf("wang")),
	} {
		if b.arrives(422, "/desk/account/codes").told("", "停留太久"); b.secret() == secret {
			t.Errorf("%s: the page goes on with a secret that did not come with it", name)
		}
	}
	s.now = s.now.Add(time.Hour)
	wang.post("/desk/account/codes", "enrolment", sealed, "one_time_code", appCode(t, secret, s.now), "password", passwordOf("wang")).told("", "停留太久")
	if s.staff.accounts["wang"].SecondFactor || s.staff.accounts["li"].SecondFactor {
		t.Error("codes were turned on")
	}
}

func TestOneTimeCodesAreTurnedOffWithThePassword(t *testing.T) {
	s := newStation(t)
	b := s.of("wang").visit("/desk/account/codes/off").arrives(200, "/desk/account")
	turnOn(s, b)
	b.visit("/desk/account").visit("/desk/account/codes/off").wellMade()
	b.fill("main form", "password", "").arrives(422, "/desk/account/codes/off").told("password", "密码")
	b.fill("main form", "password", "guess").told("password", "密码不对").wellMade()
	if !s.staff.accounts["wang"].SecondFactor {
		t.Fatal("codes are off without the password")
	}
	b.fill("main form", "password", passwordOf("wang")).arrives(200, "/desk/account").sees("[role=status]", "已关闭").sees("#codes", "未开启")
	s.of("wang").arrives(200, "/desk")
}

func TestRolesReachWhatIsTheirs(t *testing.T) {
	s := newStation(t)
	s.staff.accounts["d031"].FirstPassword = false
	for _, c := range []struct {
		username, method, path string
		status                 int
		words                  string
	}{
		{"wang", "POST", "/desk/cases", 200, "desk"},
		{"li", "POST", "/desk/cases", 200, "desk"},
		{"d031", "POST", "/desk/cases", 403, "代表不办理意见建议"},
		{"d031", "POST", "/desk/visits", 200, "desk"},
		{"li", "GET", "/desk/export", 200, "desk"},
		{"wang", "GET", "/desk/export", 403, "您的账号不能做这件事"},
		{"d031", "GET", "/desk/export", 403, "代表不办理意见建议"},
	} {
		b := s.of(c.username)
		if b.request(c.method, c.path, nil); b.status != c.status || !strings.Contains(b.page.Find("main").Text(), c.words) {
			t.Errorf("%s %s by %s: %d %s", c.method, c.path, c.username, b.status, b.page.Find("main").Text())
		}
	}
}
