// Package ledger writes a station's ledger of cases (接待群众登记台账) as a spreadsheet: CSV for whatever reads text, xlsx for
// people. Both are written row by row, so that a ledger of any length needs the memory of a short one.
//
// What residents wrote can neither be run nor break the file: no cell is ever a formula, control characters are gone, and
// no cell is longer than a spreadsheet allows.
package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Column is a column of the ledger; its value is the name by which catalogues know its heading.
type Column string

// Columns of the ledger.
const (
	Number       Column = "number"
	Code         Column = "code"
	Received     Column = "received"
	Source       Column = "source"
	Village      Column = "village"
	Topic        Column = "topic"
	Text         Column = "text"
	Reporter     Column = "reporter"
	Phone        Column = "phone"
	Route        Column = "route"
	Unit         Column = "unit"
	CoUnits      Column = "co_units"
	FormalNumber Column = "formal_number"
	Due          Column = "due"
	Extended     Column = "extended"
	Result       Column = "result"
	Answer       Column = "answer"
	Answered     Column = "answered"
	Channel      Column = "channel"
	FedBack      Column = "fed_back"
	Satisfaction Column = "satisfaction"
	Reopened     Column = "reopened"
	State        Column = "state"
	Ended        Column = "ended"
	Overdue      Column = "overdue"
)

// Columns returns the columns in their order, with those that say who the reporter is or without.
func Columns(contacts bool) []Column {
	var columns []Column
	for _, c := range layout {
		if contacts || !c.contact {
			columns = append(columns, c.name)
		}
	}
	return columns
}

// Row is a case as the ledger lists it. Texts come translated; an empty text or a zero time is an empty cell.
type Row struct {
	Code, Source, Village, Topic, Text string
	// Reporter and Phone are written only into a sheet with contacts.
	Reporter, Phone             string
	Route, Unit, CoUnits        string
	FormalNumber                string
	Result, Answer, Channel     string
	Satisfaction, State         string
	Received, Due               time.Time
	Answered, FedBack, Ended    time.Time
	Extended, Reopened, Overdue bool
}

// Sheet is what surrounds the rows, in the reader's language.
type Sheet struct {
	// Title names the sheet in a workbook.
	Title string
	// Headings are those of Columns(Contacts), in their order.
	Headings []string
	// Contacts tells whether the reader may see who the reporters are.
	Contacts bool
	// Yes and No are what the columns that ask say.
	Yes, No string
	// Cut stands at the end of a text that is longer than a cell may be.
	Cut string
	// Zone is where the dates of the rows are read; nil is UTC.
	Zone *time.Location
	// Scratch is the folder that a workbook lies in while it is written, readable to this user alone; "" is the system's.
	Scratch string
}

// MostRows is how many cases a workbook's sheet holds under its header.
const MostRows = 1<<20 - 1

var (
	errHeadings = errors.New("the headings do not fit the columns")
	// ErrTooManyRows tells that a workbook cannot hold the ledger; CSV can.
	ErrTooManyRows = fmt.Errorf("a workbook holds %d rows at most", MostRows)
)

// column is how a column is filled and shown.
type column struct {
	name Column
	// width is in characters of the workbook's font.
	width   float64
	contact bool
	// value is a string, a bool or a time.Time; nil numbers the rows.
	value func(Row) any
}

// Package-level because it is the one description of the ledger that both formats follow.
var layout = []column{
	{name: Number, width: 7},
	{name: Code, width: 17, value: func(r Row) any { return r.Code }},
	{name: Received, width: 12, value: func(r Row) any { return r.Received }},
	{name: Source, width: 10, value: func(r Row) any { return r.Source }},
	{name: Village, width: 12, value: func(r Row) any { return r.Village }},
	{name: Topic, width: 14, value: func(r Row) any { return r.Topic }},
	{name: Text, width: 50, value: func(r Row) any { return r.Text }},
	{name: Reporter, width: 12, contact: true, value: func(r Row) any { return r.Reporter }},
	{name: Phone, width: 18, contact: true, value: func(r Row) any { return r.Phone }},
	{name: Route, width: 18, value: func(r Row) any { return r.Route }},
	{name: Unit, width: 18, value: func(r Row) any { return r.Unit }},
	{name: CoUnits, width: 18, value: func(r Row) any { return r.CoUnits }},
	{name: FormalNumber, width: 16, value: func(r Row) any { return r.FormalNumber }},
	{name: Due, width: 12, value: func(r Row) any { return r.Due }},
	{name: Extended, width: 10, value: func(r Row) any { return r.Extended }},
	{name: Result, width: 18, value: func(r Row) any { return r.Result }},
	{name: Answer, width: 50, value: func(r Row) any { return r.Answer }},
	{name: Answered, width: 12, value: func(r Row) any { return r.Answered }},
	{name: Channel, width: 12, value: func(r Row) any { return r.Channel }},
	{name: FedBack, width: 12, value: func(r Row) any { return r.FedBack }},
	{name: Satisfaction, width: 12, value: func(r Row) any { return r.Satisfaction }},
	{name: Reopened, width: 10, value: func(r Row) any { return r.Reopened }},
	{name: State, width: 10, value: func(r Row) any { return r.State }},
	{name: Ended, width: 12, value: func(r Row) any { return r.Ended }},
	{name: Overdue, width: 10, value: func(r Row) any { return r.Overdue }},
}

// columns are those of the sheet; each has its heading.
func (s Sheet) columns() ([]column, error) {
	shown := slices.DeleteFunc(slices.Clone(layout), func(c column) bool { return c.contact && !s.Contacts })
	if len(shown) != len(s.Headings) {
		return nil, fmt.Errorf("%d headings for %d columns: %w", len(s.Headings), len(shown), errHeadings)
	}
	return shown, nil
}

func (s Sheet) answer(yes bool) string {
	if yes {
		return s.Yes
	}
	return s.No
}

// day is the day of an instant at the station, as midnight UTC: a spreadsheet's dates have no zone.
func (s Sheet) day(instant time.Time) time.Time {
	if s.Zone != nil {
		instant = instant.In(s.Zone)
	}
	year, month, day := instant.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
