package oidctest

import (
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const loginPath = "/login"

// loginPage is as plain as can be: tests fill it in by the names of its fields.
var loginPage = template.Must(template.New("login").Parse(`<!DOCTYPE html>
<html lang="zh-CN">
<meta charset="utf-8">
<title>统一身份认证</title>
<main>
<h1>统一身份认证</h1>
<form method="post" action="/login">
<input type="hidden" name="id" value="{{.}}">
<label>用户名 <input name="username" autocomplete="username"></label>
<label>密码 <input name="password" type="password" autocomplete="current-password"></label>
<button name="answer" value="sign-in">登录</button>
<button name="answer" value="cancel">取消</button>
</form>
</main>
</html>
`))

func showLogin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = loginPage.Execute(w, r.FormValue("id"))
}

func (p *Provider) login(w http.ResponseWriter, r *http.Request) {
	id := r.PostFormValue("id")
	request, err := p.storage.AuthRequestByID(r.Context(), id)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if r.PostFormValue("answer") == "cancel" {
		op.AuthRequestError(w, r, request, oidc.ErrAccessDenied(), p.endpoints)
		return
	}
	if !p.storage.signIn(id, r.PostFormValue("username"), r.PostFormValue("password")) {
		http.Error(w, "用户名或密码不对", http.StatusUnauthorized)
		return
	}
	back := op.AuthCallbackURL(p.endpoints)(op.ContextWithIssuer(r.Context(), p.Issuer), id)
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// SignIn does at the provider what a browser and its person would, from the address that the station sent it to, and returns the
// address it is sent back to.
func (p *Provider) SignIn(address string, user User) string {
	p.t.Helper()
	return p.answer(address, url.Values{"username": {user.Username}, "password": {user.Password}, "answer": {"sign-in"}})
}

// Cancel is SignIn for somebody who thinks better of it.
func (p *Provider) Cancel(address string) string {
	p.t.Helper()
	return p.answer(address, url.Values{"answer": {"cancel"}})
}

func (p *Provider) answer(address string, form url.Values) string {
	p.t.Helper()
	page, _ := p.visit(http.MethodGet, address, nil)
	form.Set("id", page.Query().Get("id"))
	_, back := p.visit(http.MethodPost, p.Issuer+loginPath, form)
	if back == "" {
		p.t.Fatal("the provider does not send the browser back")
	}
	return back
}

// visit asks for a page and follows redirects as long as they stay at the provider. It returns the page that was reached and where
// it leads away, if it does.
func (p *Provider) visit(method, address string, form url.Values) (page *url.URL, away string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatalf("visiting the provider: %v", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := (&http.Client{CheckRedirect: p.stay}).Do(request)
	if err != nil {
		p.t.Fatalf("visiting the provider: %v", err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	if response.StatusCode >= http.StatusBadRequest {
		p.t.Fatalf("the provider answers %d: %s", response.StatusCode, text)
	}
	return response.Request.URL, response.Header.Get("Location")
}

func (p *Provider) stay(next *http.Request, _ []*http.Request) error {
	if strings.HasPrefix(next.URL.String(), p.Issuer+"/") {
		return nil
	}
	return http.ErrUseLastResponse
}
