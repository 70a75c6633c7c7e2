package public

import (
	"cmp"
	"net/http"

	"township.dev/liaison/internal/intake/web"
)

// noticeView is the month as the notice board shows it, on one sheet.
type noticeView struct {
	monthView
	// Type is the size of the letters in points.
	Type int
	// Site is the code that leads to the site; nil when it is not known where that is.
	Site *web.QR
}

func (p *Public) notice(w http.ResponseWriter, r *http.Request) error {
	month, err := p.month(r)
	if err != nil {
		return err
	}
	view := noticeView{monthView: month}
	if address := cmp.Or(month.Station.SiteURL, web.Origin(r)); address != "" {
		code, err := web.NewQR(address)
		if err != nil {
			return err
		}
		view.Site = &code
	}
	view.Type = typeSize(view)
	return p.area.Render(w, r, http.StatusOK, "notice", view)
}
