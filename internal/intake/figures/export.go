package figures

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
	"township.dev/liaison/internal/intake/ledger"
	"township.dev/liaison/internal/intake/web"
)

// Fields of the form beside those of the filter.
const (
	fieldFormat   = "format"
	fieldContacts = "contacts"

	ticked = "1"
)

// format is a kind of file.
type format struct {
	// name is the value of fieldFormat and how the file's name ends.
	name      string
	mediaType string
	write     func(io.Writer, ledger.Sheet, iter.Seq2[ledger.Row, error]) error
}

// formats in the order they are offered.
var formats = []format{
	{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ledger.WriteXLSX},
	{"csv", "text/csv; charset=utf-8", ledger.WriteCSV},
}

// order is what somebody wants as a file.
type order struct {
	filter   casework.Filter
	format   format
	contacts bool
}

// showExport shows the form, filled in with the filter of the list that led here; without one it is what was received this year.
func (f *Figures) showExport(w http.ResponseWriter, r *http.Request) error {
	rules, today := f.documents().Rules, f.documents().Today(f.now())
	asked := r.URL.Query()
	filter, form := casefilter.Parse(asked, rules, today, f.scope(r))
	if form.OK() && !asked.Has(casefilter.FieldStage) && len(casefilter.Query(filter, rules)) == 0 {
		year := rules.Period(newYear(today), today, today)
		thisYear := casework.Filter{ReceivedFrom: year.From, ReceivedTo: year.To}
		filter, form = casefilter.Parse(casefilter.Query(thisYear, rules), rules, today, f.scope(r))
	}
	form.Set(fieldFormat, formats[0].name)
	return f.renderExport(w, r, filter, form)
}

// export writes the file. That somebody takes it is in the log before the first byte is sent.
func (f *Figures) export(w http.ResponseWriter, r *http.Request) error {
	posted, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	o, form := f.readOrder(r, posted)
	if form.OK() && !f.exporting.TryLock() {
		form.Refuse(exportBusy)
	}
	if !form.OK() {
		return f.renderExport(w, r, o.filter, form)
	}
	defer f.exporting.Unlock()
	if err := f.note(r, o); err != nil {
		return err
	}
	err = f.send(w, r, o)
	if errors.Is(err, ledger.ErrTooManyRows) {
		form.Refuse(tooManyRows.With("most", ledger.MostRows))
		return f.renderExport(w, r, o.filter, form)
	}
	return err
}

func (f *Figures) readOrder(r *http.Request, posted *web.Form) (order, *web.Form) {
	documents := f.documents()
	filter, form := casefilter.Parse(r.PostForm, documents.Rules, documents.Today(f.now()), f.scope(r))
	o := order{filter: filter, contacts: posted.Value(fieldContacts) == ticked}
	form.Set(fieldFormat, posted.Value(fieldFormat))
	form.Set(fieldContacts, posted.Value(fieldContacts))
	if o.contacts && !casefilter.Handles(accountOf(r)) {
		form.Refuse(contactsWithheld)
	}
	chosen := slices.IndexFunc(formats, func(k format) bool { return k.name == posted.Value(fieldFormat) })
	if chosen < 0 {
		form.Refuse(web.Problem{Status: http.StatusUnprocessableEntity, Code: casework.CodeUnknownChoice, Field: fieldFormat})
		return o, form
	}
	o.format = formats[chosen]
	return o, form
}

func (f *Figures) note(r *http.Request, o order) error {
	note := casework.Note{At: f.now(), Actor: accountOf(r).Actor(), Action: casework.NoteExported}
	if o.contacts {
		note.Action = casework.NoteExportedContacts
	}
	if err := f.repository.Note(r.Context(), note); err != nil {
		return fmt.Errorf("noting an export: %w", err)
	}
	return nil
}

// send writes the ledger to the browser. An error before the first byte can still be told on a page. After it the connection is
// cut, because a file that ends early would look like a whole one.
func (f *Figures) send(w http.ResponseWriter, r *http.Request, o order) error {
	documents := f.documents()
	out := &download{
		w: w, now: f.now, mediaType: o.format.mediaType,
		disposition: disposition(f.area.Text(r, "ledger.file"), documents.Today(f.now()), o.format.name),
	}
	s := f.scribe(r, documents, o.contacts)
	held := bufio.NewWriterSize(out, piece)
	err := o.format.write(held, s.sheet(f.scratch), f.rows(r.Context(), s, o.filter))
	if err == nil {
		err = held.Flush()
	}
	if err == nil || !out.begun {
		return err
	}
	if !out.lost {
		f.log.ErrorContext(r.Context(), "an export was cut off", "error", err)
	}
	panic(http.ErrAbortHandler)
}

// exportView is the form.
type exportView struct {
	Form *web.Form
	// Stages and Formats can be chosen.
	Stages, Formats []web.Option
	// MayContacts is true for who may take names and phones along.
	MayContacts bool
	// Passed are the fields of the filter that the form has no field of its own for.
	Passed []passedField
}

// passedField is passed on as it came and shown in words.
type passedField struct{ Name, Value, Words string }

func (f *Figures) renderExport(w http.ResponseWriter, r *http.Request, filter casework.Filter, form *web.Form) error {
	words := func(key string) string { return f.area.Text(r, key) }
	query := casefilter.Query(filter, f.documents().Rules)
	if form.Problem(casefilter.FieldStage) == nil {
		form.Set(casefilter.FieldStage, query.Get(casefilter.FieldStage))
	}
	view := exportView{
		Form: form, MayContacts: casefilter.Handles(accountOf(r)), Passed: passedOn(query, words),
		Stages: []web.Option{
			{Value: "", Label: words("stage.pending")},
			{Value: string(casework.StageEnded), Label: words("stage.ended")},
			{Value: casefilter.StageAll, Label: words("stage.all")},
		},
	}
	for _, k := range formats {
		view.Formats = append(view.Formats, web.Option{Value: k.name, Label: words("format_of." + k.name)})
	}
	return f.area.RenderForm(w, r, "export", form, view)
}

// passedOn are the fields of the query that the form does not show, in the order of their names.
func passedOn(query url.Values, words func(string) string) []passedField {
	var fields []passedField
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch name {
		case casefilter.FieldStage, casefilter.FieldReceivedFrom, casefilter.FieldReceivedTo:
		default:
			value := query.Get(name)
			fields = append(fields, passedField{Name: name, Value: value, Words: inWords(name, value, words)})
		}
	}
	return fields
}

// inWords says what a field of a filter holds; nothing where the field's name says it all.
func inWords(field, value string, words func(string) string) string {
	switch field {
	case casefilter.FieldState:
		return words("state." + value)
	case casefilter.FieldRoute:
		return words("route." + value)
	case casefilter.FieldSource:
		return words("source." + value)
	case casefilter.FieldResult:
		return words("result." + value)
	case casefilter.FieldRating:
		return words("rating." + value)
	case casefilter.FieldTiming:
		return words("timing." + value)
	case casefilter.FieldFormal, casefilter.FieldReopened, casefilter.FieldUrged, casefilter.FieldReleased, casefilter.FieldNoVillage:
		return ""
	}
	return value
}
