package web

import (
	"errors"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"time"
)

const (
	multipartForm = "multipart/form-data"
	// mostParts of a form; a field or a file is one.
	mostParts = 64
	// answerTime is what is left to answer once the last file has come.
	answerTime = 30 * time.Second
)

// Upload says what to do with the files of a form.
type Upload struct {
	// Field that holds the files. They should stand behind all other fields, as those before them are what Take knows.
	Field string
	// Patience is how long a sender may take in all once the first file begins; until then what holds for any request does.
	Patience time.Duration
	// Take gets each file in turn while it arrives, with the name its sender gave it. It may leave some or all of it unread.
	// What it refuses it notes in the form; an error ends the reading.
	Take func(form *Form, name string, content io.Reader) error
}

// ReadUpload reads a posted form that may bring files. No more of it than MaxBody is held in memory beside what Take keeps, and
// nothing is written anywhere. A form without files can come as ReadForm takes it. The error is a Problem when the request as a
// whole cannot be read, or Take's.
func ReadUpload(r *http.Request, u Upload) (*Form, error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != multipartForm {
		if err := limitBody(exchangeOf(r), r, MaxBody); err != nil {
			return nil, err
		}
		return ReadForm(r)
	}
	body := &allowance{from: r.Body, left: MaxBody}
	reading := uploading{Upload: u, request: r, body: body, parts: multipart.NewReader(body, params["boundary"]), form: NewForm()}
	if err := reading.all(); err != nil {
		return nil, err
	}
	return reading.form, nil
}

// uploading is the reading of one form.
type uploading struct {
	Upload
	request *http.Request
	body    *allowance
	parts   *multipart.Reader
	form    *Form
	began   bool
}

func (u *uploading) all() error {
	for range mostParts {
		part, err := u.parts.NextRawPart()
		if err == io.EOF { //nolint:errorlint // wrapped, it is the end of a form that was cut off
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if part.FormName() == u.Field {
			err = u.file(part)
		} else {
			err = u.field(part)
		}
		if err != nil {
			return err
		}
	}
	return MalformedForm
}

func (u *uploading) field(part *multipart.Part) error {
	value, err := io.ReadAll(part)
	if err != nil {
		return unreadable(err)
	}
	u.form.values.Add(part.FormName(), string(value))
	return nil
}

// file hands a file on and passes over what is left of it. A browser sends an empty one without a name where none was chosen.
func (u *uploading) file(part *multipart.Part) error {
	left := u.body.left
	u.body.left = math.MaxInt64
	defer func() { u.body.left = left }()
	if name := part.FileName(); name != "" {
		u.wait()
		if err := u.Take(u.form, name, legible{part}); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, part); err != nil {
		return unreadable(err)
	}
	return nil
}

// wait gives the sender more time, once.
func (u *uploading) wait() {
	if u.began {
		return
	}
	u.began = true
	connection := http.NewResponseController(exchangeOf(u.request))
	now := time.Now() //nolint:forbidigo // a connection's deadline is of the wall clock, whatever clock the service goes by
	// A connection without deadlines, as in some tests, has no need of others.
	_ = connection.SetReadDeadline(now.Add(u.Patience))
	_ = connection.SetWriteDeadline(now.Add(u.Patience + answerTime))
}

// unreadable is the problem of a form that broke off, whatever the reader calls it.
func unreadable(err error) error {
	if p, known := problemIn(err); known {
		return p
	}
	return MalformedForm
}

// legible reads a file that may break off, which is the sender's problem and not Take's.
type legible struct{ part io.Reader }

// Read implements io.Reader.
func (l legible) Read(p []byte) (int, error) {
	n, err := l.part.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unreadable(err)
	}
	return n, err
}

// allowance hands on as much as is left of it. It keeps fields, and the headers of parts, which the reader below holds whole
// before anybody sees them, from filling the memory where files are allowed.
type allowance struct {
	from io.Reader
	left int64
}

// Read implements io.Reader.
func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, tooLarge(MaxBody)
	}
	n, err := a.from.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	return n, err
}
