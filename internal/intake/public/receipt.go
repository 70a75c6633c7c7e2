package public

import (
	"cmp"
	"net/http"
	"time"

	"township.dev/liaison/internal/intake/web"
)

// receiptView is the page to keep.
type receiptView struct {
	opened
	Received time.Time
	// Progress is the way to the progress page, without the site.
	Progress string
	// Link leads a phone there; nil when it is not known where the site is.
	Link *web.QR
}

func (p *Public) receipt(w http.ResponseWriter, r *http.Request) error {
	typed := passIn(r.URL.Query())
	typed.code = r.PathValue("code")
	o, err := p.unlock(w, r, typed)
	if err != nil {
		return p.lookUpAgain(w, r, typed, err)
	}
	view := receiptView{opened: o, Received: p.local(o.ReceivedAt), Progress: o.address("/status")}
	if site := cmp.Or(p.documents().Station.SiteURL, web.Origin(r)); site != "" {
		code, err := web.NewQR(site + view.Progress)
		if err != nil {
			return err
		}
		view.Link = &code
	}
	web.NoReferrer(w)
	return p.area.Render(w, r, http.StatusOK, "receipt", view)
}
