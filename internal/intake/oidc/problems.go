package oidc

import (
	"errors"
	"net/http"

	"township.dev/liaison/internal/intake/web"
)

// Problems that a sign-in can end in.
var (
	ProviderOff       = web.Problem{Status: http.StatusNotFound, Code: "provider_off"}
	ProviderDown      = web.Problem{Status: http.StatusServiceUnavailable, Code: "provider_down"}
	ProviderFlowOver  = web.Problem{Status: http.StatusBadRequest, Code: "provider_flow_over"}
	ProviderDenied    = web.Problem{Status: http.StatusForbidden, Code: "provider_denied"}
	ProviderUntrusted = web.Problem{Status: http.StatusBadGateway, Code: "provider_untrusted"}
	ProviderNoName    = web.Problem{Status: http.StatusForbidden, Code: "provider_no_name"}
	// UnknownAccount is for the desk to give: the provider knows somebody who is not declared here.
	UnknownAccount = web.Problem{Status: http.StatusForbidden, Code: "provider_unknown_account"}
)

// Refusal translates an error of this package; ok is false for any other.
func Refusal(err error) (p web.Problem, ok bool) {
	for _, known := range []struct {
		err     error
		problem web.Problem
	}{
		{ErrOff, ProviderOff}, {ErrProvider, ProviderDown}, {ErrFlow, ProviderFlowOver},
		{ErrDenied, ProviderDenied}, {ErrToken, ProviderUntrusted}, {ErrClaim, ProviderNoName},
	} {
		if errors.Is(err, known.err) {
			return known.problem.Because(err), true
		}
	}
	return web.Problem{}, false
}
