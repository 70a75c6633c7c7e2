package public

import (
	"net/http"

	"township.dev/liaison/internal/intake/web"
)

// schedule shows a month's receptions and duty.
func (p *Public) schedule(w http.ResponseWriter, r *http.Request) error {
	view, err := p.month(r)
	if err != nil {
		return err
	}
	web.KeepForBack(w)
	return p.area.Render(w, r, http.StatusOK, "schedule", view)
}
