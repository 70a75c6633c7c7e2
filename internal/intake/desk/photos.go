package desk

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/web"
)

const (
	fieldPhotos = "photos"
	// mostUpload of a form with photos, in bytes.
	mostUpload = photo.MostUpload + web.MaxBody
	// uploadPatience is five photos of 4 MB at 1 Mbit/s, and some more.
	uploadPatience = 5 * time.Minute
)

// entered is what staff wrote down for a resident, with the photos that were good.
type entered struct {
	form   *web.Form
	photos []casework.Photo
	// files is how many came.
	files int
	// suggestion and source are made of the form when it is checked.
	suggestion casework.Suggestion
	source     casework.Source
}

// readEntered reads the form and prepares the photos that come with it. What is wrong with one of them stands in the form.
func (d *Desk) readEntered(r *http.Request) (e entered, err error) {
	e.form, err = web.ReadUpload(r, web.Upload{Field: fieldPhotos, Patience: uploadPatience, Take: func(form *web.Form, _ string, content io.Reader) error {
		e.files++
		if e.files > photo.MostPerCase {
			form.Refuse(web.Problem{Status: http.StatusUnprocessableEntity, Code: photo.CodeTooMany, Field: fieldPhotos})
			return nil
		}
		prepared, err := d.photos.Prepare(r.Context(), content)
		var bad photo.Error
		if errors.As(err, &bad) {
			problem := web.Problem{Status: http.StatusUnprocessableEntity, Code: bad.Code, Field: fieldPhotos}
			form.RefuseAlso(problem.About(d.area.Text(r, "case.photo", "n", e.files)))
			return nil
		}
		if err != nil {
			return fmt.Errorf("preparing a photo: %w", err)
		}
		e.photos = append(e.photos, casework.Photo{Full: prepared.Full.JPEG, Thumb: prepared.Thumb.JPEG})
		return nil
	}})
	return e, err
}

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
	kept, err := d.repository.Photo(r.Context(), code, n)
	if errors.Is(err, casework.ErrNoPhoto) {
		return web.NotFound
	}
	if err != nil {
		return fmt.Errorf("reading a photo: %w", err)
	}
	data := kept.Full
	if r.URL.Query().Get("size") == "thumb" && len(kept.Thumb) > 0 {
		data = kept.Thumb
	}
	web.WriteJPEG(w, data)
	return nil
}
