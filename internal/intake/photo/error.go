package photo

import (
	"errors"
	"fmt"
)

// Codes of what can be wrong with a photo, in the words of programs.
const (
	// CodeTooLarge means that the file has more than MostBytes.
	CodeTooLarge = "photo_too_large"
	// CodeTooMany means that the case has MostPerCase photos already.
	CodeTooMany = "photo_too_many"
	// CodeTooManyPixels means that the file is small enough, the picture in it is not.
	CodeTooManyPixels = "photo_too_many_pixels"
	// CodeHEIC means that the file is HEIC, HEIF or AVIF, which phones take and cannot be read here. The phone can send JPEG instead.
	CodeHEIC = "photo_heic"
	// CodeUnsupported means that the file is no JPEG, PNG or WebP, or moves.
	CodeUnsupported = "photo_unsupported"
	// CodeDamaged means that the file is empty, cut off, or does not hold what it claims.
	CodeDamaged = "photo_damaged"
)

// Error says why a file is not taken. Its text holds nothing of the picture or its name.
type Error struct {
	// Code is one of those above.
	Code  string
	cause error
}

// Error names the code and what the decoder said.
func (e Error) Error() string {
	if e.cause == nil {
		return e.Code
	}
	return fmt.Sprintf("%s: %v", e.Code, e.cause)
}

// Unwrap returns what the decoder said; nil when none was asked.
func (e Error) Unwrap() error { return e.cause }

// refused is the error as an Error: what has no code of its own is damage.
func refused(err error) error {
	var e Error
	if errors.As(err, &e) {
		return e
	}
	return Error{Code: CodeDamaged, cause: err}
}

// safely runs a decoder, whose panic over hostile bytes is one more way to say that they are damaged.
func safely(decode func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the decoder panicked: %v", r)
		}
	}()
	return decode()
}
