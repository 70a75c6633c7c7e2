package manifest

import (
	"errors"

	"github.com/spf13/pflag"
)

// Format is how an object is written; it is a flag.
type Format string

const (
	// AsYAML is for people and for kubectl.
	AsYAML Format = "yaml"
	// AsJSON is for programs.
	AsJSON Format = "json"
)

var _ pflag.Value = (*Format)(nil)

// String implements pflag.Value.
func (f *Format) String() string { return string(*f) }

// Set implements pflag.Value.
func (f *Format) Set(text string) error {
	switch wanted := Format(text); wanted {
	case AsYAML, AsJSON:
		*f = wanted
		return nil
	}
	return errors.New("must be yaml or json")
}

// Type implements pflag.Value.
func (f *Format) Type() string { return "format" }

// Encode writes an object in the format.
func (f *Format) Encode(object Object) ([]byte, error) {
	if *f == AsJSON {
		return object.JSON()
	}
	return object.YAML()
}
