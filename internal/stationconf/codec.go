package stationconf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxBacklogReport bounds, in bytes, what is read of an intake's answer; a real report has a few hundred.
const MaxBacklogReport = 64 << 10

// ErrTooLarge is returned for a backlog report of more than MaxBacklogReport bytes.
var ErrTooLarge = fmt.Errorf("the backlog report has more than %d bytes", MaxBacklogReport)

// EncodeStation writes station.json. It refuses a document that DecodeStation would refuse.
func EncodeStation(s Station) ([]byte, error) { return encode(StationFile, s) }

// DecodeStation reads station.json; the error names the field at fault.
func DecodeStation(data []byte) (Station, error) { return decode[Station](StationFile, data) }

// EncodeCalendar writes calendar.json. It refuses a document that DecodeCalendar would refuse.
func EncodeCalendar(c Calendar) ([]byte, error) { return encode(CalendarFile, c) }

// DecodeCalendar reads calendar.json; the error names the field at fault.
func DecodeCalendar(data []byte) (Calendar, error) { return decode[Calendar](CalendarFile, data) }

// EncodeSchedule writes schedule.json. It refuses a document that DecodeSchedule would refuse.
func EncodeSchedule(s Schedule) ([]byte, error) { return encode(ScheduleFile, s) }

// DecodeSchedule reads schedule.json; the error names the field at fault.
func DecodeSchedule(data []byte) (Schedule, error) { return decode[Schedule](ScheduleFile, data) }

// EncodeBacklogReport writes the answer to GET /internal/backlog.
func EncodeBacklogReport(r BacklogReport) ([]byte, error) { return encode(backlogReport, r) }

// DecodeBacklogReport reads an answer to GET /internal/backlog; the error names the field at fault.
func DecodeBacklogReport(data []byte) (BacklogReport, error) {
	return decode[BacklogReport](backlogReport, data)
}

// ReadBacklogReport reads a report from a stream that is not trusted to end: it never takes more than MaxBacklogReport bytes
// into memory and answers ErrTooLarge when there are more.
func ReadBacklogReport(r io.Reader) (BacklogReport, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBacklogReport+1))
	if err != nil {
		return BacklogReport{}, fmt.Errorf("reading the backlog report: %w", err)
	}
	if len(data) > MaxBacklogReport {
		return BacklogReport{}, ErrTooLarge
	}
	return DecodeBacklogReport(data)
}

// backlogReport is the report's name in errors; the other documents have the name of their file.
const backlogReport = "backlog report"

type document interface{ check(*checker) }

// encode is deterministic (fields in order, map keys sorted), so that equal documents are equal bytes and nothing is written again.
func encode[D document](name string, doc D) ([]byte, error) {
	if err := validate(name, doc); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return nil, fmt.Errorf("encoding %s: %w", name, err)
	}
	return buf.Bytes(), nil
}

// decode accepts fields it does not know: operator and intake are upgraded apart, and an intake must start with the document of a
// newer operator. Everything it does know must be of the right type and valid, and nothing may follow the document.
func decode[D document](name string, data []byte) (D, error) {
	var doc, none D
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil {
		return none, decodeError(name, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return none, &FieldError{Document: name, Problem: "holds something after its end; it must be one JSON object"}
	}
	if err := validate(name, doc); err != nil {
		return none, err
	}
	return doc, nil
}

func decodeError(name string, err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		return &FieldError{Document: name, Field: wrongType.Field, Problem: fmt.Sprintf("must be %s, not a JSON %s", wrongType.Type, wrongType.Value)}
	}
	return fmt.Errorf("%s is not the JSON expected: %w", name, err)
}

func validate(name string, doc document) error {
	c := &checker{document: name}
	doc.check(c)
	return errors.Join(c.problems...)
}
