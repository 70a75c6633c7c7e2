package stationconf_test

import (
	"bytes"
	"testing"

	"township.dev/liaison/internal/stationconf"
)

// Whatever a decoder accepts, its encoder writes, and reading that again gives the same bytes.
func fuzzDocument[D any](f *testing.F, seed D, encode func(D) ([]byte, error), decode func([]byte) (D, error)) {
	f.Helper()
	data, err := encode(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := decode(data)
		if err != nil {
			return
		}
		first, err := encode(doc)
		if err != nil {
			t.Fatalf("accepted %q and cannot write it: %v", data, err)
		}
		again, err := decode(first)
		if err != nil {
			t.Fatalf("wrote %q and cannot read it: %v", first, err)
		}
		second, err := encode(again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("wrote %q, then %q (%v)", first, second, err)
		}
	})
}

func FuzzDecodeStation(f *testing.F) {
	fuzzDocument(f, everything(), stationconf.EncodeStation, stationconf.DecodeStation)
}

func FuzzDecodeCalendar(f *testing.F) {
	fuzzDocument(f, arrangement(), stationconf.EncodeCalendar, stationconf.DecodeCalendar)
}

func FuzzDecodeSchedule(f *testing.F) {
	fuzzDocument(f, october(), stationconf.EncodeSchedule, stationconf.DecodeSchedule)
}

func FuzzDecodeBacklogReport(f *testing.F) {
	fuzzDocument(f, report(), stationconf.EncodeBacklogReport, stationconf.DecodeBacklogReport)
}
