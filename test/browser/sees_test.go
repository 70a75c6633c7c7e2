package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
)

func TestTheWatchSeesWhatShouldNotBe(t *testing.T) {
	t.Parallel()
	p := newStation(t).atDesk(t)
	p.opens("/")
	asks[bool](p, `(() => {
		console.warn('a warning');
		document.body.insertAdjacentHTML('beforeend', '<p style="color:red">red</p><img alt="" src="/static/nothing.png">');
		return true;
	})()`)
	p.isBlamed("the console says warning", "the content security policy forbids style-src-attr", "nothing.png answers 404")
	call(p, page.Navigate, page.NavigateParams{URL: "http://elsewhere.example/"})
	p.isBlamed("a request left the station: http://elsewhere.example/", "a Document failed")
	p.watch.forgets()
}

// isBlamed for each of these, once the browser has told of it.
func (p *person) isBlamed(complaints ...string) {
	p.t.Helper()
	for _, want := range complaints {
		p.eventually(func() string { return "nobody complains of " + want }, func() bool {
			return strings.Contains(strings.Join(p.watch.wrong(), "\n"), want)
		})
	}
}
