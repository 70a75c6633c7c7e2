package web

import (
	"net/http"

	"golang.org/x/text/language"
)

var matcher = language.NewMatcher([]language.Tag{language.SimplifiedChinese, language.English})

// chosen is the language asked for in the address, which is remembered; ok is false when none is.
func chosen(r *http.Request) (Language, bool) {
	switch r.URL.Query().Get(languageWish) {
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
	if cookie, err := r.Cookie(languageWish); err == nil {
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
