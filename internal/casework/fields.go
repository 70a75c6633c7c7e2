package casework

import (
	"errors"
	"strings"
)

// Codes of FieldErrors. The words shown to people stand in catalogues under problem.<code> and remedy.<code>.
const (
	CodeRequired         = "required"
	CodeTooShort         = "too_short"
	CodeTooLong          = "too_long"
	CodeUnreadableText   = "unreadable_text"
	CodeControlCharacter = "control_character"
	CodeUnknownTopic     = "unknown_topic"
	CodeUnknownVillage   = "unknown_village"
	CodeUnknownChoice    = "unknown_choice"
	CodeBadPhone         = "bad_phone"
	CodeBadNumber        = "bad_number"
	CodeBadKey           = "bad_key"
	CodeBadReceiptCode   = "bad_receipt_code"
	CodeBadSecret        = "bad_secret"
	CodeBadDate          = "bad_date"
	CodeTooMany          = "too_many"
	CodeDeputyHandles    = "deputy_handles"
	CodePersonalData     = "personal_data"
	CodeSamePassword     = "same_password"
	CodeSameCase         = "same_case"
	CodeCaseEnded        = "case_ended"
	CodeInFuture         = "in_future"
	CodeBeforeAnswer     = "before_answer"
	CodeOtherWayRound    = "other_way_round"
)

// FieldError says that one field cannot be accepted. It never holds what was in the field.
type FieldError struct {
	// Field is the name of the form or JSON field.
	Field string
	// Code is one of the constants above.
	Code string
	// Least and Most bound what is accepted, in characters or as numbers, and Length is what came; 0 where the code needs none.
	Least, Most, Length int
}

func (e FieldError) Error() string { return e.Field + ": " + e.Code }

// FieldErrors are all that is wrong with an input, in the order of its fields and at most one for each; never empty.
type FieldErrors []FieldError

func (es FieldErrors) Error() string {
	words := make([]string, len(es))
	for i, e := range es {
		words[i] = e.Error()
	}
	return strings.Join(words, "; ")
}

// AsFieldErrors returns the field errors in err, nil when it holds none.
func AsFieldErrors(err error) FieldErrors {
	var all FieldErrors
	if errors.As(err, &all) {
		return all
	}
	var one FieldError
	if errors.As(err, &one) {
		return FieldErrors{one}
	}
	return nil
}

// orNil keeps an empty list from becoming an error that is not nil.
func (es FieldErrors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// refuse notes the problem, unless it is none or the field already has one.
func (es *FieldErrors) refuse(problem *FieldError) {
	if problem == nil {
		return
	}
	for _, e := range *es {
		if e.Field == problem.Field {
			return
		}
	}
	*es = append(*es, *problem)
}

// clean returns the text as the field wants it and notes what is wrong with it.
func (es *FieldErrors) clean(field textField, text string) string {
	cleaned, problem := field.clean(text)
	es.refuse(problem)
	return cleaned
}
