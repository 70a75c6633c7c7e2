package desk

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/web"
)

// photo serves a photo of a case to who sees the case, the small one for size=thumb. No browser keeps it, as the office's may be
// shared.
func (d *Desk) photo(w http.ResponseWriter, r *http.Request) error {
	code, err := codeIn(r)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 {
		return web.NotFound
	}
	if _, err := d.open(r, code); err != nil {
		return err
	}
	photo, err := d.repository.Photo(r.Context(), code, n)
	if errors.Is(err, casework.ErrNoPhoto) {
		return web.NotFound
	}
	if err != nil {
		return fmt.Errorf("reading a photo: %w", err)
	}
	data := photo.Full
	if r.URL.Query().Get("size") == "thumb" && len(photo.Thumb) > 0 {
		data = photo.Thumb
	}
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data) // the other end may be gone; there is nobody left to tell
	return nil
}
