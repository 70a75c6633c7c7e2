package web

import (
	"net/http"
	"time"

	"golang.org/x/text/language"
)

const languageCookie = "lang"

var matcher = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// chosen is the language asked for in the address, which is remembered; ok is false when none is.
func chosen(r *http.Request) (Language, bool) {
	switch r.URL.Query().Get("lang") {
	case "zh", "zh-CN":
		return Chinese, true
	case "en":
		return English, true
	}
	return "", false
}

// languageOf decides by address, then cookie, then what the browser prefers.
func languageOf(r *http.Request) Language {
	if r.URL.RawQuery != "" {
		if l, ok := chosen(r); ok {
			return l
		}
	}
	if cookie, err := r.Cookie(languageCookie); err == nil {
		for _, l := range Languages {
			if cookie.Value == string(l) {
				return l
			}
		}
	}
	return preferred(r.Header.Get("Accept-Language"))
}

func preferred(accept string) Language {
	if accept == "" {
		return Chinese
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return Chinese // a header nobody can read is no wish
	}
	if _, index, confidence := matcher.Match(tags...); confidence != language.No && index < len(Languages) {
		return Languages[index]
	}
	return Chinese
}

// rememberLanguage sets the cookie when the address asks for a language.
func rememberLanguage(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery == "" {
		return
	}
	l, ok := chosen(r)
	if !ok {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: string(l), Path: "/",
		MaxAge: int((365 * 24 * time.Hour).Seconds()), SameSite: http.SameSiteLaxMode, HttpOnly: true, Secure: ByTLS(r),
	})
}

// ByTLS reports whether the person's browser came by TLS, also when a proxy in front ended it.
func ByTLS(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}
