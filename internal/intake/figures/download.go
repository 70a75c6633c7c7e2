package figures

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"township.dev/liaison/internal/workday"
)

const (
	// patience is how long the other end may take for one piece of a file.
	patience = time.Minute
	// piece is how many bytes are sent at once. They are held back until then, so that a failure among the first can be told.
	piece = 64 << 10
)

// download is a file on its way to a browser. Its headers go out with its first byte.
type download struct {
	w                      http.ResponseWriter
	now                    func() time.Time
	mediaType, disposition string
	// begun is true from the first byte on, lost once the other end takes no more.
	begun, lost bool
}

// Write sends a piece. The server gives a page half a minute; a file has as long as it needs, while each piece gets through.
func (d *download) Write(p []byte) (int, error) {
	if !d.begun {
		d.begun = true
		d.w.Header().Set("Content-Type", d.mediaType)
		d.w.Header().Set("Content-Disposition", d.disposition)
	}
	err := http.NewResponseController(d.w).SetWriteDeadline(d.now().Add(patience))
	if err != nil && !errors.Is(err, http.ErrNotSupported) { // as a recorder says, which waits for nobody
		d.lost = true
		return 0, fmt.Errorf("taking time for a piece of a file: %w", err)
	}
	n, err := d.w.Write(p)
	d.lost = err != nil
	return n, err
}

// disposition has a browser keep the answer as a file, named in the language of the reader; what cannot read that name takes the
// plain one (RFC 6266).
func disposition(words string, day workday.Date, kind string) string {
	ending := "_" + day.String() + "." + kind
	return fmt.Sprintf(`attachment; filename="ledger%s"; filename*=UTF-8''%s`, ending, url.PathEscape(words+ending))
}
