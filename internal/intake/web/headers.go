package web

import "net/http"

// policy lets a page load its own style sheet and icon and nothing else; there is no script anywhere.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

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

// CacheFor lets browsers keep an answer that holds nothing of a person, for example "public, max-age=60".
func CacheFor(w http.ResponseWriter, directive string) { w.Header().Set("Cache-Control", directive) }
