package web

import (
	"html/template"
	"strconv"
	"time"
)

// functions are what templates can call; the words among them are of one language. day is for the coming weeks, shortday for
// a list of one month's days, date for days that can lie in another year, moment for what has happened.
func functions(words *Catalogue, assets *Assets) template.FuncMap {
	return template.FuncMap{
		"t":         words.Text,
		"message":   words.Message,
		"remedy":    words.Remedy,
		"asset":     assets.Path,
		"day":       func(t time.Time) string { return words.Text("format.day", datePairs(words, t)...) },
		"date":      words.Date,
		"month":     func(t time.Time) string { return words.Text("format.month", datePairs(words, t)...) },
		"shortday":  func(t time.Time) string { return words.Text("format.short_day", datePairs(words, t)...) },
		"moment":    func(t time.Time) string { return words.Text("format.moment", datePairs(words, t)...) },
		"input":     newInput,
		"languages": func() []Language { return Languages },
	}
}

// Date is the day with its year.
func (c *Catalogue) Date(t time.Time) string { return c.Text("format.date", datePairs(c, t)...) }

func datePairs(words *Catalogue, t time.Time) []any {
	return []any{
		"year", t.Year(), "month", words.Text("month." + strconv.Itoa(int(t.Month()))), "day", t.Day(),
		"weekday", words.Text("weekday." + strconv.Itoa(int(t.Weekday()))),
		"short", words.Text("weekday_short." + strconv.Itoa(int(t.Weekday()))), "time", t.Format("15:04"),
	}
}

// Input is one field of a form as the part "text-field" and its siblings show it.
type Input struct {
	Name string
	// ID in the page; the name, unless another form of the page has such a field.
	ID      string
	Label   string
	Hint    string
	Value   string
	Problem *Problem
	// Required, Kind (the type attribute), Complete (autocomplete), Limit and Rows are attributes.
	Required bool
	Kind     string
	Complete string
	Limit    int
	Rows     int
	// Accept names the media types of files.
	Accept string
	// Options of a choice.
	Options []Option
}

// Option of a choice.
type Option struct {
	Value string
	Label string
	Hint  string
}

func newInput(form *Form, name, label, hint string) Input {
	return Input{Name: name, ID: name, Label: label, Hint: hint, Value: form.Value(name), Problem: form.Problem(name), Kind: "text"}
}

// Under sets the field's id apart from that of its namesakes.
func (i Input) Under(prefix string) Input { i.ID = prefix + i.Name; return i }

// Needed marks the field as one that must be filled in.
func (i Input) Needed() Input { i.Required = true; return i }

// Of sets the type of the field and how a browser may complete it.
func (i Input) Of(kind, complete string) Input { i.Kind, i.Complete = kind, complete; return i }

// AtMost sets how many characters fit.
func (i Input) AtMost(limit int) Input { i.Limit = limit; return i }

// Tall makes a field of several lines.
func (i Input) Tall(rows int) Input { i.Rows = rows; return i }

// Files makes a field for several files of the media types.
func (i Input) Files(accept string) Input { i.Kind, i.Accept = "file", accept; return i }

// Among offers a choice.
func (i Input) Among(options []Option) Input { i.Options = options; return i }
