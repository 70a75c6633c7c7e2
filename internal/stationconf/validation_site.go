package stationconf

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// checkReach looks at how the station is reached and how it reaches others.
func (s Station) checkReach(c *checker) {
	site, err := url.Parse(s.SiteURL)
	c.refuse(s.SiteURL == "" || err == nil && site.Host != "" && (site.Scheme == "http" || site.Scheme == "https") && !strings.HasSuffix(s.SiteURL, "/"),
		"siteURL", "must be an http or https address without a slash at its end")
	c.refuse(s.Webhook == nil || s.Webhook.Format == WebhookJSON || s.Webhook.Format == WebhookWeCom,
		"webhook.format", "must be %s or %s", WebhookJSON, WebhookWeCom)
	for i, network := range s.TrustedProxies {
		prefix, err := netip.ParsePrefix(network)
		field := fmt.Sprintf("trustedProxies[%d]", i)
		c.refuse(err == nil, field, "must be a network in CIDR notation, for example 10.0.0.0/8")
		c.refuse(err != nil || prefix.Bits() > 0, field, "must not hold every address, or any visitor could pass for another")
	}
}

func (s Site) check(c *checker) {
	c.optionalLines("introduction", s.Introduction, 1000)
	for i, rule := range s.Rules {
		c.text(fmt.Sprintf("rules[%d]", i), rule, 300)
	}
	for i, notice := range s.Notices {
		field := fmt.Sprintf("notices[%d]", i)
		c.refuse(!notice.Date.IsZero(), field+".date", "must be a day, for example 2026-10-10")
		c.text(field+".title", notice.Title, 60)
		c.optionalLines(field+".text", notice.Text, 2000)
	}
}

// issuer is an address as providers publish theirs. Plain http is for a provider on the same machine, as in a test.
var issuer = regexp.MustCompile(`^(https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])|http://(localhost|127([.][0-9]{1,3}){3}|\[::1\]))(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$`)

func (s Station) checkSignIn(c *checker) {
	if s.OIDC == nil {
		return
	}
	c.refuse(issuer.MatchString(s.OIDC.Issuer), "oidc.issuer", "must be the provider's https address without query, for example https://id.example.gov.cn/realms/county")
	c.text("oidc.clientID", s.OIDC.ClientID, 256)
	c.text("oidc.usernameClaim", s.OIDC.UsernameClaim, 64)
}
