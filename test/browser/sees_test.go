package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

func TestTheWatchSeesWhatShouldNotBe(t *testing.T) {
	p := newStation(t).atDesk(t)
	p.opens("/")
	asks[bool](p, `(() => {
		console.warn('a warning');
		document.body.insertAdjacentHTML('beforeend', '<p style="color:red">red</p><img alt="" src="/static/nothing.png">');
		return true;
	})()`)
	call(p, page.Navigate, page.NavigateParams{URL: "http://elsewhere.example/"})
	var complaints string
	for _, want := range []string{
		"the console says warning", "the content security policy forbids style-src-attr", "nothing.png answers 404",
		"a request left the station: http://elsewhere.example/",
	} {
		p.eventually(func() string { return "nobody complains of " + want + " but of:\n" + complaints }, func() bool {
			complaints = strings.Join(p.watch.wrong(), "\n")
			return strings.Contains(complaints, want)
		})
	}
	p.watch.forgets()
}
