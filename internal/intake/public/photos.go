package public

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/web"
)

const (
	fieldPhotos = "photos"
	// mostUpload of a form with photos, in bytes.
	mostUpload = photo.MostUpload + web.MaxBody
	// mostUploads is how many forms may bring photos at once: each holds one file in memory, and a pod has 256 MiB.
	mostUploads = 3
	// uploadPatience is five photos of 4 MB at 1 Mbit/s, and some more.
	uploadPatience = 5 * time.Minute
	// turnPatience is how long a form waits for its turn to bring photos.
	turnPatience = 20 * time.Second
	// mostNameShown of a file, in characters.
	mostNameShown = 40
)

// What can be wrong with photos, by the codes of package photo and our own.
var (
	photoProblems = map[string]web.Problem{
		photo.CodeTooLarge:      {Code: "photo_too_large"},
		photo.CodeTooMany:       {Code: "photo_too_many"},
		photo.CodeTooManyPixels: {Code: "photo_too_many_pixels"},
		photo.CodeHEIC:          {Code: "photo_heic"},
		photo.CodeUnsupported:   {Code: "photo_unsupported"},
		photo.CodeDamaged:       {Code: "photo_damaged"},
	}
	photosBusy = web.Problem{Status: http.StatusServiceUnavailable, Code: "photos_busy", Field: fieldPhotos}
)

// arrival is a form on its way in, with the photos that were good.
type arrival struct {
	*Public
	w http.ResponseWriter
	r *http.Request

	photos []casework.Photo
	// seen counts the files that came.
	seen int
	// asked is true once the door was asked, and in if it let the form in.
	asked, in bool
	// waited is true once the form waited for its turn, and turn if it is one of mostUploads.
	waited, turn bool
}

// take prepares one photo. Whoever is not let in, or brings more than a case may have, is spared and spares us the work.
func (a *arrival) take(form *web.Form, name string, content io.Reader) error {
	a.seen++
	a.ask(form)
	switch {
	case !a.in || a.seen > photo.MostPerCase+1:
		return nil
	case a.seen > photo.MostPerCase:
		a.refuse(form, photo.CodeTooMany, name)
		return nil
	case !a.begin():
		form.Refuse(photosBusy)
		return nil
	}
	prepared, err := a.Public.photos.Prepare(a.r.Context(), content)
	var bad photo.Error
	if errors.As(err, &bad) {
		a.refuse(form, bad.Code, name)
		return nil
	}
	if err != nil {
		return fmt.Errorf("preparing a photo: %w", err)
	}
	a.photos = append(a.photos, casework.Photo{Full: prepared.Full.JPEG, Thumb: prepared.Thumb.JPEG})
	return nil
}

// refuse notes what is wrong with one file, by its name: the others may be good.
func (a *arrival) refuse(form *web.Form, code, name string) {
	problem := photoProblems[code].At(fieldPhotos).About(shown(name))
	problem.Status = http.StatusUnprocessableEntity
	form.RefuseAlso(problem)
}

// begin waits for this form's turn to bring photos.
func (a *arrival) begin() bool {
	if a.waited {
		return a.turn
	}
	a.waited = true
	ctx, cancel := context.WithTimeout(a.r.Context(), turnPatience)
	defer cancel()
	select {
	case a.uploads <- struct{}{}:
		a.turn = true
	case <-ctx.Done():
	}
	return a.turn
}

// leave gives the turn to the next.
func (a *arrival) leave() {
	if a.turn {
		<-a.uploads
	}
}

// shown is a file's name as a page can repeat it.
func shown(name string) string {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name)
	if runes := []rune(clean); len(runes) > mostNameShown {
		return string(runes[:mostNameShown]) + "…"
	}
	return clean
}

// photo shows a resident one of the own photos.
func (p *Public) photo(w http.ResponseWriter, r *http.Request) error {
	typed := passIn(r.URL.Query())
	typed.code = r.PathValue("code")
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return web.NotFound
	}
	o, err := p.unlock(w, r, typed)
	if problem, known := refusedPass(err); known && problem.Status != http.StatusTooManyRequests {
		return web.NotFound
	}
	if err != nil {
		return err
	}
	kept, err := p.cases.Photo(r.Context(), o.Code, n)
	if errors.Is(err, casework.ErrNoPhoto) {
		return web.NotFound
	}
	if err != nil {
		return fmt.Errorf("showing a photo: %w", err)
	}
	picture := kept.Full
	if r.URL.Query().Get("size") == "thumb" {
		picture = kept.Thumb
	}
	web.WriteJPEG(w, picture)
	return nil
}
