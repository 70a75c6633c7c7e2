package web

import (
	"net/http"
	"strconv"
)

// policy lets a page load what this site itself serves, and nothing else. Scripts come from files alone, so that words somebody
// typed can never run; a picture may stand in the page as data.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// secure sets what protects every answer. The referrer policy is same-origin and not no-referrer: under the latter a
// browser sends "Origin: null" with a form, which cannot be told from another site's post on phones without Sec-Fetch-Site.
func secure(h http.Header, reference string) {
	h["Content-Security-Policy"] = []string{policy}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	h["Referrer-Policy"] = []string{"same-origin"}
	h["Cross-Origin-Opener-Policy"] = []string{"same-origin"}
	h["Cache-Control"] = []string{"no-store"}
	h["X-Request-Id"] = []string{reference}
}

// pictureOnly is the policy of a picture that somebody opens on its own: the browser's viewer styles itself, and nothing may run.
const pictureOnly = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"

// WriteJPEG answers with a picture.
func WriteJPEG(w http.ResponseWriter, picture []byte) {
	w.Header().Set("Content-Security-Policy", pictureOnly)
	w.Header().Set("Content-Type", "image/jpeg")
	w.Header().Set("Content-Length", strconv.Itoa(len(picture)))
	_, _ = w.Write(picture) // the other end may be gone; there is nobody left to tell
}

// CacheFor lets browsers keep an answer that holds nothing of a person, for example "public, max-age=60".
func CacheFor(w http.ResponseWriter, directive string) { w.Header().Set("Cache-Control", directive) }

// KeepForBack lets a browser show a page again as it was when somebody goes back to it, with what was typed into it; asked for anew
// it is fetched anew. For pages that hold nothing of a person: the next one at a shared phone can go back too.
func KeepForBack(w http.ResponseWriter) { CacheFor(w, "private, no-cache") }

// NoReferrer keeps the address of a page even from this site's own log, for a page whose address holds a secret and that has no form
// to post.
func NoReferrer(w http.ResponseWriter) { w.Header().Set("Referrer-Policy", "no-referrer") }
