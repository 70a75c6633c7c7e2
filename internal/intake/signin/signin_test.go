package signin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestSigningInAndOut(t *testing.T) {
	s := newStation(t)
	b := s.browser().visit("/desk").arrives(200, "/desk/sign-in").wellMade()
	// Keyboards of phones begin with a capital and end with a space.
	b.signIn("Wang ", passwordOf("wang")).arrives(200, "/desk").sees("nav", "王管理员")
	b.visit("/desk/sign-in").arrives(200, "/desk")
	b.visit("/desk/account").fill("nav form").arrives(200, "/desk/sign-in")
	b.visit("/desk").arrives(200, "/desk/sign-in")
	if len(s.staff.sessions) > 0 {
		t.Error("the session lives on where nobody can see it")
	}
}

func TestASessionEndsOvernight(t *testing.T) {
	s := newStation(t)
	b := s.of("wang")
	s.now = monday.Add(12*time.Hour - time.Second)
	b.visit("/desk").arrives(200, "/desk")
	s.now = monday.Add(12 * time.Hour)
	if b.post("/desk/visits").arrives(401, "/desk/visits"); !strings.Contains(b.text, "登录已过期") {
		t.Error("a form sent after the session ended is not told so")
	}
	b.visit("/desk").arrives(200, "/desk/sign-in")
}

func TestWhetherAnAccountExistsIsNotTold(t *testing.T) {
	s := newStation(t)
	page := func(username, password string) string {
		b := s.browser().visit("/desk/sign-in").signIn(username, password).arrives(401, "/desk/sign-in").told("", "用户名或密码不对")
		return strings.ReplaceAll(b.text, username, "")
	}
	known, unknown := page("wang", "guess"), page("nobody", "guess")
	if known != unknown {
		t.Errorf("the answers differ:\n%s\n%s", known, unknown)
	}
	if long := page("wang", strings.Repeat("长", 201)); strings.Contains(long, "长长") {
		t.Error("a password goes back to the page")
	}
}

func TestWhatCannotBeCredentials(t *testing.T) {
	s := newStation(t)
	s.browser().visit("/desk/sign-in").signIn("", "").arrives(422, "/desk/sign-in").told("username", "用户名").told("password", "密码").wellMade()
}

func TestALongPasswordOfCharactersSignsIn(t *testing.T) {
	s := newStation(t)
	s.staff.accounts["wang"].password = strings.Repeat("中", 200)
	s.of("wang").arrives(200, "/desk")
}

func TestTheSessionCookie(t *testing.T) {
	s := newStation(t)
	for proto, want := range map[string]string{
		"http":  "desk=; Path=/desk; Max-Age=0; HttpOnly; SameSite=Lax",
		"https": "__Secure-desk=; Path=/desk; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/desk/sign-out", http.NoBody)
		must(t, err)
		request.Header.Set("X-Forwarded-Proto", proto)
		response, err := http.DefaultTransport.RoundTrip(request)
		must(t, err)
		if got := response.Header.Get("Set-Cookie"); got != want {
			t.Errorf("by %s: %s\nwant     %s", proto, got, want)
		}
	}
}

// appCode is what an app shows for the secret.
func appCode(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	must(t, err)
	return code
}

// withCodes is a station where wang has one-time codes on, with the secret and the recovery codes.
func withCodes(t *testing.T) (s *station, secret string, recovery []string) {
	t.Helper()
	s = newStation(t)
	secret, recovery = turnOn(s, s.of("wang"))
	s.now = s.now.Add(time.Minute) // the code that turned it on is over
	return s, secret, recovery
}

func TestASecondStepIsAskedForAfterThePassword(t *testing.T) {
	s, secret, _ := withCodes(t)
	b := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang")).arrives(200, "/desk/sign-in/code").wellMade()
	sessions := len(s.staff.sessions)
	if strings.Contains(b.text, passwordOf("wang")) || strings.Contains(b.cookie("desk-step"), passwordOf("wang")) {
		t.Error("the password is on its way in the open")
	}
	b.fill("main form", "one_time_code", "").arrives(422, "/desk/sign-in/code").told("one_time_code", "验证码")
	b.fill("main form", "one_time_code", "000 000").arrives(401, "/desk/sign-in/code").told("one_time_code", "验证码不对").wellMade()
	b.fill("main form", "one_time_code", strings.Repeat("1", 41)).arrives(401, "/desk/sign-in/code").told("one_time_code", "验证码不对")
	if len(s.staff.sessions) != sessions {
		t.Error("there is a session before the code was right")
	}
	code := appCode(t, secret, s.now)
	b.fill("main form", "one_time_code", code[:3]+" "+code[3:]).arrives(200, "/desk").sees("nav", "王管理员")
	if b.cookie("desk-step") != "" {
		t.Error("what was typed before stays in the browser")
	}
	again := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
	again.fill("main form", "one_time_code", code).arrives(401, "/desk/sign-in/code").told("one_time_code", "验证码不对")
}

func TestARecoveryCodeStandsInOnceHoweverItIsTyped(t *testing.T) {
	s, _, recovery := withCodes(t)
	typed := " " + strings.ToLower(strings.ReplaceAll(recovery[3], "-", " ")) + " "
	first := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
	first.fill("main form", "one_time_code", typed).arrives(200, "/desk")
	second := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
	second.fill("main form", "one_time_code", typed).arrives(401, "/desk/sign-in/code")
	second.fill("main form", "one_time_code", recovery[4]).arrives(200, "/desk")
}

func TestASecondStepNeedsTheFirst(t *testing.T) {
	s, secret, _ := withCodes(t)
	s.browser().visit("/desk/sign-in/code").arrives(200, "/desk/sign-in")
	s.browser().post("/desk/sign-in/code", "one_time_code", appCode(t, secret, s.now)).arrives(401, "/desk/sign-in/code").told("", "停留太久").wellMade()

	late := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
	s.now = s.now.Add(10 * time.Minute)
	late.fill("main form", "one_time_code", appCode(t, secret, s.now)).told("", "停留太久").sees("h1", "工作人员登录")

	forged := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
	sealed := forged.cookie("desk-step")
	stranger := s.browser()
	stranger.keep("desk-step", sealed[:len(sealed)-4]+"AAAA")
	stranger.post("/desk/sign-in/code", "one_time_code", appCode(t, secret, s.now)).told("", "停留太久")

	changed := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
	s.staff.accounts["wang"].password = "another password"
	changed.fill("main form", "one_time_code", appCode(t, secret, s.now)).arrives(401, "/desk/sign-in/code").told("", "用户名或密码不对")
}

// exhaust guesses until it must wait.
func (b *browser) exhaust(username string) *browser {
	b.t.Helper()
	for range 5 {
		b.visit("/desk/sign-in").signIn(username, "guess").arrives(401, "/desk/sign-in")
	}
	b.signIn(username, "guess").arrives(429, "/desk/sign-in").told("", "次数太多")
	if got := b.header.Get("Retry-After"); got != "30" {
		b.t.Errorf("Retry-After is %q", got)
	}
	return b
}

func TestWhoGuessesWaitsAndNobodyElseDoes(t *testing.T) {
	s := newStation(t)
	guesser := s.browser()
	guesser.sender = "10.0.0.9"
	guesser.exhaust("wang")
	guesser.signIn("wang", passwordOf("wang")).arrives(429, "/desk/sign-in")
	s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang")).arrives(200, "/desk")
	colleague := s.browser()
	colleague.sender = guesser.sender
	colleague.visit("/desk/sign-in").signIn("li", passwordOf("li")).arrives(200, "/desk")
	s.now = s.now.Add(30 * time.Second)
	guesser.signIn("wang", passwordOf("wang")).arrives(200, "/desk")
}

func TestAnAccountThatDoesNotExistIsGuessedAtAlike(t *testing.T) {
	s := newStation(t)
	s.browser().exhaust("nobody")
}

// Behind one proxy, or in one office, the guesser has the owner's address.
func TestTheOwnersBrowserIsLetThroughFromTheGuessersAddress(t *testing.T) {
	s := newStation(t)
	owner := s.of("wang")
	owner.visit("/desk/account").fill("nav form")
	s.browser().exhaust("wang")
	elsewhere := s.browser().visit("/desk/sign-in").signIn("wang", passwordOf("wang")).arrives(429, "/desk/sign-in")
	owner.visit("/desk/sign-in").signIn("wang", passwordOf("wang")).arrives(200, "/desk")

	// The mark is for one account, and failures in the browser add up all the same.
	elsewhere.keep("desk-browser", owner.cookie("desk-browser"))
	elsewhere.exhaust("li")
	s.browser().visit("/desk/sign-in").signIn("li", passwordOf("li")).arrives(429, "/desk/sign-in")
	owner.visit("/desk/account").fill("nav form")
	owner.exhaust("wang")
}

func TestGuessingAtCodesIsCountedWhateverThePasswordDoes(t *testing.T) {
	s, secret, _ := withCodes(t)
	thief := s.browser()
	thief.sender = "10.0.0.9"
	for n := range 5 {
		thief.visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
		thief.fill("main form", "one_time_code", fmt.Sprintf("%06d", n)).arrives(401, "/desk/sign-in/code")
	}
	thief.visit("/desk/sign-in").signIn("wang", passwordOf("wang"))
	thief.fill("main form", "one_time_code", appCode(t, secret, s.now)).arrives(429, "/desk/sign-in/code").told("", "次数太多")
}

func TestEveryPageSpeaksEnglishToo(t *testing.T) {
	s := newStation(t)
	b := s.browser().visit("/desk/sign-in?lang=en").wellMade().sees("h1", "Staff sign-in")
	b.signIn("zhao", passwordOf("zhao")).wellMade().sees("h1", "Choose your own password")
	choose(b, passwordOf("zhao"), "a password of my own").visit("/desk/account").wellMade().sees("h1", "My account")
	b.visit("/desk/password").wellMade().sees("h1", "Change password")
	b.visit("/desk/account/codes").wellMade().sees("h1", "Turn on one-time codes")
	turnOn(s, b)
	b.wellMade().sees("h1", "One-time codes are on")
	b.visit("/desk/account").wellMade()
	b.visit("/desk/account/codes/off").wellMade().sees("h1", "Turn off one-time codes")
}
