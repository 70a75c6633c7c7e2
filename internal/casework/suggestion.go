package casework

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Names of the fields of a suggestion.
const (
	FieldTopic   = "topic"
	FieldVillage = "village"
	FieldText    = "text"
	FieldName    = "name"
	FieldPhone   = "phone"
	FieldKey     = "idempotency_key"
)

// Lengths in characters.
const (
	LeastText = 5
	MostText  = 2000
	MostName  = 30
	MostPhone = 24
	MostKey   = 128
)

// Suggestion is what a resident sends. Village, Name and Phone may be empty.
type Suggestion struct {
	Topic   string
	Village string
	Text    string
	Name    string
	Phone   string
}

// Contact of who sent it.
func (s Suggestion) Contact() Contact { return Contact{Name: s.Name, Phone: s.Phone} }

var (
	suggestionText = textField{name: FieldText, least: LeastText, most: MostText, lines: true}
	residentName   = textField{name: FieldName, most: MostName}
	residentPhone  = textField{name: FieldPhone, most: MostPhone}
	// The same pattern as for phones in the API.
	phonePattern = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,22}$`)
	keyPattern   = regexp.MustCompile(`^[!-~]{1,128}$`)
)

// Check returns the suggestion normalised, or FieldErrors. topics and villages are the names the station declares.
func (s Suggestion) Check(topics, villages []string) (Suggestion, error) {
	var problems FieldErrors
	clean := Suggestion{Topic: nameOf(s.Topic), Village: nameOf(s.Village)}
	problems.refuse(checkTopic(clean.Topic, topics))
	if clean.Village != "" && !slices.ContainsFunc(villages, sameName(clean.Village)) {
		problems.refuse(&FieldError{Field: FieldVillage, Code: CodeUnknownVillage})
	}
	var problem *FieldError
	clean.Text, problem = suggestionText.clean(s.Text)
	problems.refuse(problem)
	clean.Name, problem = residentName.clean(s.Name)
	problems.refuse(problem)
	clean.Phone, problem = checkPhone(s.Phone)
	problems.refuse(problem)
	if len(problems) > 0 {
		return Suggestion{}, problems
	}
	return clean, nil
}

// nameOf makes names comparable however a keyboard composes them.
func nameOf(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

func sameName(name string) func(string) bool {
	return func(other string) bool { return nameOf(other) == name }
}

func checkTopic(topic string, topics []string) *FieldError {
	switch {
	case topic == "":
		return &FieldError{Field: FieldTopic, Code: CodeRequired}
	case !slices.ContainsFunc(topics, sameName(topic)):
		return &FieldError{Field: FieldTopic, Code: CodeUnknownTopic}
	}
	return nil
}

// checkPhone folds the full-width digits of Chinese keyboards (NFKC) before it looks at the pattern, and drops the marks of
// direction that address books put around a number: its owner can neither see nor delete them.
func checkPhone(s string) (string, *FieldError) {
	phone, problem := residentPhone.clean(strings.Map(dropFormatting, norm.NFKC.String(s)))
	if problem == nil && phone != "" && !phonePattern.MatchString(phone) {
		problem = &FieldError{Field: FieldPhone, Code: CodeBadPhone}
	}
	return phone, problem
}

func dropFormatting(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// CheckKey says what is wrong with an idempotency key that somebody sent: a FieldError or nil.
func CheckKey(key string) error {
	if keyPattern.MatchString(key) {
		return nil
	}
	return FieldErrors{{Field: FieldKey, Code: CodeBadKey, Least: 1, Most: MostKey, Length: len(key)}}
}
