package open311

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"township.dev/liaison/internal/casework"
)

func TestAnswersAreInTheFormatTheAddressEndsIn(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for _, address := range []string{
		"/open311/discovery", "/open311/v2/discovery", "/open311/v2/services", "/open311/v2/services/" + serviceCode("道路交通"),
		"/open311/v2/requests", "/open311/v2/requests/" + codeOfRoad.String(), "/open311/v2/tokens/" + codeOfRoad.String(),
	} {
		for format, mediaType := range map[string]string{"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"} {
			r := a.get(address + "." + format)
			if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != mediaType {
				t.Errorf("%s.%s: %d %s", address, format, r.StatusCode, r.Header.Get("Content-Type"))
			}
			if declared := strings.HasPrefix(string(r.body), `<?xml version="1.0" encoding="UTF-8"?>`); declared != (format == "xml") {
				t.Errorf("%s.%s begins with %.40s", address, format, r.body)
			}
		}
	}
}

func TestWhatDoesNotExistIsSaidInTheFormatAskedFor(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for _, format := range []string{"xml", "json"} {
		for address, field := range map[string]string{
			"/open311/nothing": "", "/open311/v2/nothing": "", "/open311/v2/services/aaaaaaaa": "service_code",
			"/open311/v2/requests/ZZZZ-ZZZZ-ZZZZ": "service_request_id", "/open311/v2/requests/17": "service_request_id",
			"/open311/v2/tokens/ZZZZ-ZZZZ-ZZZZ": "service_request_id", "/open311/v1/services": "", "/open311/v2/services/a/b": "",
		} {
			a.get(address+"."+format).isRefused(http.StatusNotFound, field)
		}
	}
	for _, address := range []string{"/open311/v2/services", "/open311/v2/requests.csv", "/open311/v2/requests/" + codeOfRoad.String(), "/open311/"} {
		r := a.get(address)
		r.isRefused(http.StatusNotFound, "")
		if r.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
			t.Errorf("%s names no format and is answered as %s", address, r.Header.Get("Content-Type"))
		}
	}
}

func TestAMethodTheAddressDoesNotTake(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for address, allowed := range map[string]string{
		"/open311/v2/services.json": "GET, HEAD", "/open311/v2/requests.json": "GET, HEAD, POST", "/open311/v2/requests/17.json": "GET, HEAD",
	} {
		r := a.send(http.MethodDelete, address, nil, nil)
		r.isRefused(http.StatusMethodNotAllowed, "")
		if r.Header.Get("Allow") != allowed {
			t.Errorf("%s allows %q", address, r.Header.Get("Allow"))
		}
	}
}

func TestTheJurisdictionIsOptionalAndOnlyOurs(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for _, ours := range []string{"", "141028204", "zhongduo.example.org"} {
		if r := a.get("/open311/v2/services.json?jurisdiction_id=" + ours); r.StatusCode != http.StatusOK {
			t.Errorf("%q: %d %s", ours, r.StatusCode, r.body)
		}
	}
	for _, address := range []string{"/open311/v2/services.xml", "/open311/v2/requests.json", "/open311/v2/requests/" + codeOfRoad.String() + ".json"} {
		a.get(address+"?jurisdiction_id=sfgov.org").isRefused(http.StatusNotFound, "jurisdiction_id")
	}
	a.post("/open311/v2/requests.json", "jurisdiction_id", "sfgov.org").isRefused(http.StatusNotFound, "jurisdiction_id")
}

func TestPagesOfOtherSitesMayRead(t *testing.T) {
	if got := open(t, zhongduo(), nil).get("/open311/v2/services.json").Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}

func TestParametersThatCannotBeRead(t *testing.T) {
	a := open(t, zhongduo(), nil)
	a.get("/open311/v2/requests.json?status=%zz").isRefused(http.StatusBadRequest, "")
	a.get("/open311/v2/requests.xml?status=%ff").isRefused(http.StatusBadRequest, "status")
	a.get("/open311/v2/requests.xml?%ff=%ff").isRefused(http.StatusBadRequest, "")
}

func TestWhatTheRouterRefusesIsSaidInTheFormatToo(t *testing.T) {
	a := open(t, zhongduo(), nil)
	for _, format := range []string{"xml", "json"} {
		a.postAs("/open311/v2/requests."+format, http.Header{"Sec-Fetch-Site": {"cross-site"}}).isRefused(http.StatusForbidden, "")
		a.post("/open311/v2/requests."+format, "description", strings.Repeat("a", 1<<20)).isRefused(http.StatusRequestEntityTooLarge, "")
		a.closed = true
		a.get("/open311/v2/requests."+format).isRefused(http.StatusServiceUnavailable, "")
		a.get("/open311/nothing."+format).isRefused(http.StatusServiceUnavailable, "")
		a.closed = false
	}
}

func TestAFloodIsHeldBack(t *testing.T) {
	a := open(t, zhongduo(), nil)
	a.flooded = true
	r := a.post("/open311/v2/requests.json", "description", "路坏了，请修。")
	r.isRefused(http.StatusTooManyRequests, "")
	if r.Header.Get("Retry-After") != "20" {
		t.Errorf("retry after %q", r.Header.Get("Retry-After"))
	}
}

// What an error of storage says stays in the log; the answer has the number under which it stands there.
func TestFaultsAreNotToldButNumbered(t *testing.T) {
	a := open(t, zhongduo(), nil)
	a.archive.failure = errors.New("secret table is broken")
	r := a.get("/open311/v2/requests.json")
	r.isRefused(http.StatusInternalServerError, "")
	if body := string(r.body); strings.Contains(body, "secret table") || !strings.Contains(body, r.Header.Get("X-Request-Id")) {
		t.Errorf("the fault is told as %s", body)
	}
	a.archive.failure = fmt.Errorf("reading: %w", casework.ErrDiskFull)
	a.get("/open311/v2/requests.xml").isRefused(http.StatusServiceUnavailable, "")
}

func TestNobodyIsAnsweredWhoHasGone(t *testing.T) {
	arrived, left := make(chan struct{}), make(chan error)
	a := open(t, zhongduo(), func(o *Options) { o.Cases = &slowArchive{arrived: arrived, left: left} })
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.server.URL+"/open311/v2/requests.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-arrived
		leave()
	}()
	if _, err := http.DefaultClient.Do(request); !errors.Is(err, context.Canceled) {
		t.Errorf("the answer came all the same: %v", err)
	}
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("storage was not told to stop: %v", err)
	}
}

// slowArchive answers when its asker has gone.
type slowArchive struct {
	Cases
	arrived chan struct{}
	left    chan error
}

func (s *slowArchive) Requests(ctx context.Context, _ Query) ([]Request, error) {
	close(s.arrived)
	<-ctx.Done()
	s.left <- ctx.Err()
	return nil, ctx.Err()
}
