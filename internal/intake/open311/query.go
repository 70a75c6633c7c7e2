package open311

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"township.dev/liaison/internal/casework"
)

// Names of the parameters of a search.
const (
	fieldStart    = "start_date"
	fieldEnd      = "end_date"
	fieldStatus   = "status"
	fieldPage     = "page"
	fieldPageSize = "page_size"
)

const (
	// usualDays is the span of a search that names none, and the longest there is.
	usualDays = 90
	// mostSpan leaves room for a last day that was given as a day and counts to its end.
	mostSpan = (usualDays + 1) * 24 * time.Hour
	// mostPage keeps the number of requests to leave out within reason.
	mostPage = 100_000
)

// search is a query and what is told of it.
type search struct {
	Query
	page int
	// unknown is true when all that is asked for by name is unknown; the query then selects nothing.
	unknown bool
}

// readSearch reads what a program asks for. The station's topics give the services, its location the days.
func readSearch(values url.Values, topics []string, now time.Time, location *time.Location) (search, error) {
	s := search{page: 1, Query: Query{Limit: MostRequests}}
	if ids := list(values, fieldRequest); len(ids) > 0 {
		if len(ids) > MostRequests {
			return search{}, TooManyRequested.With("most", MostRequests)
		}
		s.Codes = codesIn(ids)
		s.unknown = len(s.Codes) == 0
		return s, nil
	}
	if codes := list(values, fieldService); len(codes) > 0 {
		s.Topics = topicsOf(codes, topics)
		s.unknown = len(s.Topics) == 0
	}
	var err error
	if s.Status, err = readStatus(list(values, fieldStatus)); err != nil {
		return search{}, err
	}
	if s.From, s.To, err = readSpan(values, now, location); err != nil {
		return search{}, err
	}
	return s, s.readPage(values)
}

// codesIn leaves out what is no code: nothing can have it.
func codesIn(ids []string) []casework.Code {
	var codes []casework.Code
	for _, id := range ids {
		if code, err := casework.ParseCode(id); err == nil {
			codes = append(codes, code)
		}
	}
	return codes
}

func topicsOf(codes, topics []string) []string {
	var chosen []string
	for _, code := range codes {
		if topic, known := topicOf(code, topics); known {
			chosen = append(chosen, topic)
		}
	}
	return chosen
}

func readStatus(wanted []string) (Status, error) {
	status := AnyStatus
	for n, word := range wanted {
		one := Status(strings.ToLower(word))
		switch {
		case one != Open && one != Closed:
			return "", UnknownStatus
		case n > 0 && one != status:
			return AnyStatus, nil
		}
		status = one
	}
	return status, nil
}

// readSpan is 90 days up to now, unless the sender names one end or both.
func readSpan(values url.Values, now time.Time, location *time.Location) (from, to time.Time, err error) {
	if from, err = readInstant(values, fieldStart, location); err != nil {
		return from, to, err
	}
	if to, err = readInstant(values, fieldEnd, location); err != nil {
		return from, to, err
	}
	switch {
	case from.IsZero() && to.IsZero():
		from, to = now.AddDate(0, 0, -usualDays), now
	case from.IsZero():
		from = to.AddDate(0, 0, -usualDays)
	case to.IsZero():
		to = from.AddDate(0, 0, usualDays)
	case to.Before(from):
		return from, to, SpanReversed
	case to.Sub(from) > mostSpan:
		return from, to, SpanTooLong.With("days", usualDays)
	}
	return from, to, nil
}

// Ways to write an instant. The specification has the first two; a time without a zone, and a day, are the station's.
var instantLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04"}

// readInstant returns the zero time when the parameter is absent. A last day counts to its end.
func readInstant(values url.Values, field string, location *time.Location) (time.Time, error) {
	written := strings.TrimSpace(values.Get(field))
	if written == "" {
		return time.Time{}, nil
	}
	if strings.ContainsRune(written, 'T') {
		written = strings.Replace(written, " ", "+", 1) // a plus that was not escaped
	}
	for _, layout := range instantLayouts {
		if at, err := time.ParseInLocation(layout, written, location); err == nil {
			return at, nil
		}
	}
	day, err := time.ParseInLocation(time.DateOnly, written, location)
	if err != nil {
		return time.Time{}, BadInstant.At(field)
	}
	if field == fieldEnd {
		day = day.AddDate(0, 0, 1).Add(-time.Millisecond)
	}
	return day, nil
}

// readPage reads which part of the answer is wanted; a page that is too large is cut down, and Link leads to the rest.
func (s *search) readPage(values url.Values) error {
	size := MostRequests
	var err error
	if s.page, err = readNumber(values, fieldPage, 1); err != nil {
		return err
	}
	if size, err = readNumber(values, fieldPageSize, size); err != nil {
		return err
	}
	s.Limit = min(size, MostRequests)
	s.Skip = (s.page - 1) * s.Limit
	return nil
}

func readNumber(values url.Values, field string, usual int) (int, error) {
	written := strings.TrimSpace(values.Get(field))
	if written == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(written)
	if err != nil || n < 1 || n > mostPage {
		return 0, BadNumber.At(field).With("least", 1, "most", mostPage)
	}
	return n, nil
}
