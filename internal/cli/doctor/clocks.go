package doctor

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
)

// clocks asks the API server for its time, and says what this machine takes the time for at that moment.
func clocks(ctx context.Context, config *rest.Config, own clock.PassiveClock) (server, local time.Time, err error) {
	doer, err := rest.HTTPClientFor(config)
	if err != nil {
		return server, local, fmt.Errorf("preparing a request: %w", err)
	}
	url, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return server, local, fmt.Errorf("reading the server's address: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url.JoinPath("version").String(), http.NoBody)
	if err != nil {
		return server, local, fmt.Errorf("preparing a request: %w", err)
	}
	response, err := doer.Do(request)
	if err != nil {
		return server, local, err
	}
	defer response.Body.Close()
	local = own.Now()
	server, err = http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return local, local, nil //nolint:nilerr // a proxy took the date out: there is nothing to compare with
	}
	return server, local, nil
}

// apart is how far clocks may be from each other: certificates, tokens and leases bear that much.
const apart = time.Minute

func checkClocks(seen *facts, found *findings) {
	if off := seen.local.Sub(seen.now); off.Abs() > apart {
		found.add(warning, "this machine", fmt.Sprintf("Its clock is %s %s the API server's", off.Abs().Round(time.Second), direction(off)),
			"Let both follow the same time server; deadlines and today's duty are reckoned by the clock")
	}
	for _, at := range seen.places {
		if at.lease == nil || at.lease.Spec.RenewTime == nil {
			continue
		}
		if ahead := at.lease.Spec.RenewTime.Sub(seen.now); ahead > apart {
			found.add(warning, named("Lease", at.lease.Namespace, at.lease.Name),
				fmt.Sprintf("The clock of the operator's node is %s ahead of the API server's", ahead.Round(time.Second)),
				"Let the nodes follow the same time server as the control plane")
		}
	}
}

func direction(off time.Duration) string {
	if off < 0 {
		return "behind"
	}
	return "ahead of"
}
