package web

import (
	"net/http"
	"time"
)

// What a visitor can ask for in any address, by parameter. It is remembered in a cookie of the same name, and each page links
// to itself with the other wish, so that it works without JavaScript.
const (
	languageWish = "lang"
	sizeWish     = "type"

	// largeSize is large type with strong contrast (关怀版), usualSize what it is else.
	largeSize = "large"
	usualSize = "usual"
)

// chosenSize is the size asked for in the address; ok is false when none is.
func chosenSize(r *http.Request) (size string, ok bool) {
	size = r.URL.Query().Get(sizeWish)
	return size, size == largeSize || size == usualSize
}

// wantsLarge decides by address, then cookie.
func wantsLarge(r *http.Request) bool {
	if r.URL.RawQuery != "" {
		if size, ok := chosenSize(r); ok {
			return size == largeSize
		}
	}
	cookie, err := r.Cookie(sizeWish)
	return err == nil && cookie.Value == largeSize
}

// rememberWishes sets the cookies for what the address asks for.
func rememberWishes(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery == "" {
		return
	}
	if l, ok := chosen(r); ok {
		remember(w, r, languageWish, string(l))
	}
	if size, ok := chosenSize(r); ok {
		remember(w, r, sizeWish, size)
	}
}

func remember(w http.ResponseWriter, r *http.Request, name, value string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/",
		MaxAge: int((365 * 24 * time.Hour).Seconds()), SameSite: http.SameSiteLaxMode, HttpOnly: true, Secure: ByTLS(r),
	})
}

// ByTLS reports whether the person's browser came by TLS, also when a proxy in front ended it.
func ByTLS(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}
