package web

import (
	"net/http"
	"regexp"
)

// plainHost is a name or an IP address, with a port or without: none of its characters means anything to a page or a link.
var plainHost = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

// Origin is the scheme and host the request was sent to, such as https://zhongduo.example.org; empty when the host is none.
// A sender can name any host, so nothing but a page for that same sender may show it.
func Origin(r *http.Request) string {
	if !plainHost.MatchString(r.Host) {
		return ""
	}
	if ByTLS(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
