package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"township.dev/liaison/internal/intake/oidc/oidctest"
	"township.dev/liaison/internal/stationconf"
)

// A program of the county reports by Open311 and reads what the public may know; the resident goes on with code and secret.
func TestOpen311FromReportToClosed(t *testing.T) {
	s := start(t, newMount(t))
	got := s.send(t, http.MethodGet, s.public+"/open311/v2/services.json", "")
	var services []struct {
		Code string `json:"service_code"`
		Name string `json:"service_name"`
	}
	must(t, json.Unmarshal([]byte(got.body), &services))
	code := ""
	for _, service := range services {
		if service.Name == "道路交通" {
			code = service.Code
		}
	}
	report := url.Values{
		"service_code": {code}, "address_string": {"白额村口"}, "description": {"路灯坏了好几天"}, "first_name": {"三"}, "last_name": {"张"}, "phone": {"13912345678"},
	}
	got = s.send(t, http.MethodPost, s.public+"/open311/v2/requests.json?extensions=true", report.Encode(), "Content-Type", formType)
	var made []struct {
		ID       string `json:"service_request_id"`
		Extended struct {
			Liaison struct {
				Secret string `json:"query_secret"`
			} `json:"liaison"`
		} `json:"extended_attributes"`
	}
	if err := json.Unmarshal([]byte(got.body), &made); err != nil || got.StatusCode != http.StatusOK || len(made) != 1 {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	kept := receipt{made[0].ID, made[0].Extended.Liaison.Secret}
	kept.opens(open(t, s.public))

	staff := open(t, s.public).signIn().visit("/desk/cases/"+kept.code).sees("#suggestion", "路灯坏了好几天", "白额村").sees("#contact", "13912345678")
	staff.fill("#next", "route", "on_the_spot", "reason", "站里有灯").fill("#next", "result", "A", "text", "已换好。")
	staff.fill("#next", "channel", "phone", "text", "已告知").fill("#next")
	got = s.send(t, http.MethodGet, s.public+"/open311/v2/requests/"+kept.code+".xml", "")
	var read struct {
		Requests []struct {
			Status string `xml:"status"`
		} `xml:"request"`
	}
	if err := xml.Unmarshal([]byte(got.body), &read); err != nil || len(read.Requests) != 1 || read.Requests[0].Status != "closed" {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	for _, private := range []string{"路灯", "张", "13912345678", kept.secret} {
		if strings.Contains(got.body, private) {
			t.Errorf("anybody reads %q: %s", private, got.body)
		}
	}
	if got := s.send(t, http.MethodGet, s.public+"/open311/v2/requests.json?status=closed", ""); !strings.Contains(got.body, kept.code) {
		t.Errorf("the list lacks it: %s", got.body)
	}
}

// Staff sign in through the county's provider; the account is the station's, and nobody else gets in.
func TestSignInThroughTheCountysProvider(t *testing.T) {
	wang, stranger := oidctest.User{Username: "wang", Name: "王"}, oidctest.User{Username: "stranger", Name: "外人"}
	provider := oidctest.Start(t, wang, stranger)
	m := newMount(t)
	station := zhongduo()
	station.OIDC = &stationconf.OIDC{Issuer: provider.Issuer, ClientID: oidctest.ClientID, UsernameClaim: "preferred_username"}
	m.declare(t, station, dutyFrom(today()))
	must(t, os.Mkdir(m.oidc, 0o755))
	must(t, os.WriteFile(filepath.Join(m.oidc, stationconf.OIDCSecretFile), []byte(oidctest.ClientSecret+"\n"), 0o600))
	s := start(t, m)
	provider.Allow(s.public + "/desk/sign-in/callback")
	for user, arrives := range map[oidctest.User]int{wang: http.StatusOK, stranger: http.StatusForbidden} {
		b := open(t, s.public).visit("/desk/sign-in")
		b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Host != b.at.Host {
				return http.ErrUseLastResponse // the provider's own page, which a person fills in
			}
			return nil
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.public+"/desk/sign-in/provider", nil)
		must(t, err)
		response, err := b.client.Do(request)
		must(t, err)
		must(t, response.Body.Close())
		b.visit(provider.SignIn(response.Header.Get("Location"), user))
		if b.status != arrives {
			t.Errorf("%s arrives at %s with %d: %s", user.Username, b.at, b.status, b.text("main"))
		}
	}
}

// What the operator asks of the audit log at each poll.
func TestTheOperatorIsShownTheLogItSaw(t *testing.T) {
	s := start(t, newMount(t))
	ask := func(length int64) *stationconf.Audit {
		got := s.send(t, http.MethodGet, fmt.Sprintf("%s/internal/backlog?%s=%d", s.internal, stationconf.AuditQuery, length), "", "Authorization", "Bearer "+internalToken)
		report, err := stationconf.DecodeBacklogReport([]byte(got.body))
		must(t, err)
		return report.Audit
	}
	open(t, s.public).suggest("请在村口装一盏路灯。")
	first := ask(0)
	if first.Length != 1 || first.Head == "" || first.Asked != nil {
		t.Fatalf("first %+v", first)
	}
	open(t, s.public).suggest("请在桥头装一盏路灯。")
	second := ask(first.Length)
	if second.Length != 2 || second.Asked == nil || second.Asked.Hash != first.Head || second.Head == first.Head {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if beyond := ask(99); beyond.Asked != nil {
		t.Errorf("beyond its end: %+v", beyond.Asked)
	}
}
