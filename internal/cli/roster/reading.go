package roster

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/told"
	"township.dev/liaison/internal/cli/worksheet"
	"township.dev/liaison/internal/workday"
)

// entry is a person as a row lists them.
type entry struct {
	table *table
	row   int
	// leader is set for a leader, deputy otherwise.
	leader *v1alpha1.Leader
	deputy *v1alpha1.Deputy
}

// where names a cell of the person's row; without such a column, the name's.
func (e *entry) where(name column) string {
	at, known := e.table.columns[name]
	if !known {
		at = e.table.columns[nameColumn]
	}
	return e.table.Where(e.row, at)
}

// reader reads the people of a table, and tells of each cell that cannot be right.
type reader struct {
	*table
	*told.Findings
	// onlyLeaders is true for a sheet of leaders.
	onlyLeaders bool
	people      []*entry
	// empty rows between others, and hidden ones that list somebody, by their numbers in the sheet.
	empty, hidden []int
}

func (r *reader) read() []*entry {
	for _, twice := range r.twice {
		r.Refuse("%s: the header has a second column for the %s, beside %s; rename or delete one of them",
			r.Where(twice.row, twice.second), twice.column, worksheet.At(twice.row, twice.first))
	}
	for row := r.first; row < len(r.Rows); row++ {
		if why := r.passedOver(row); why != "" {
			r.Remark("%s: the row is passed over: %s", r.Where(row, 0), why)
			continue
		}
		if r.isEmpty(row) {
			r.empty = append(r.empty, row+1)
			continue
		}
		if slices.Contains(r.HiddenRows, row) {
			r.hidden = append(r.hidden, row+1)
		}
		r.readPerson(row)
	}
	r.remark()
	return r.people
}

// remark tells once what holds for the whole table.
func (r *reader) remark() {
	if len(r.hidden) > 0 {
		r.Remark("%s: hidden rows are read like the others: %s; delete those of people who are not meant", r.Name, runs(r.hidden))
	}
	if len(r.empty) > 0 {
		r.Remark("%s: passed over: %s, the first is row %d", r.Name, told.Count(len(r.empty), "empty row"), r.empty[0])
	}
	if len(r.unread) > 0 {
		r.Remark("%s: these columns are not read: %s", r.Name, strings.Join(r.unread, "、"))
	}
	if r.has(titleColumn) && !r.onlyLeaders && !r.has(kindColumn) {
		r.Remark("%s: the column for the title is read for leaders alone, and this sheet lists deputies", r.Name)
	}
}

// runs writes numbers in rising order, those that follow each other as 12-15.
func runs(numbers []int) string {
	var written []string
	for first := 0; first < len(numbers); {
		last := first
		for last+1 < len(numbers) && numbers[last+1] == numbers[last]+1 {
			last++
		}
		run := strconv.Itoa(numbers[first])
		if last > first {
			run += "-" + strconv.Itoa(numbers[last])
		}
		written = append(written, run)
		first = last + 1
	}
	return strings.Join(written, ", ")
}

func (r *reader) isEmpty(row int) bool {
	return !slices.ContainsFunc(r.Rows[row], func(c worksheet.Cell) bool { return !c.IsEmpty() })
}

// lastRow begins a row that lists nobody: sums and remarks.
var lastRow = regexp.MustCompile(`(?i)^(合 ?计|总 ?计|小 ?计|共 ?计|备 ?注|说 ?明|注|填表人|制表人|审核人|填报人|填报单位|填表日期|制表日期|total|remarks?|notes?)([:：\s\d].*)?$`)

// passedOver says why a row lists nobody; empty for a person's row and an empty one.
func (r *reader) passedOver(row int) string {
	var texts []string
	known, across := false, false
	for at, cell := range r.Rows[row] {
		if cell.IsEmpty() {
			continue
		}
		texts = append(texts, tidy(cell.Text))
		known = known || r.isRead(at)
		across = across || cell.Merged.Columns() > 1
	}
	switch {
	case len(texts) == 0:
		return ""
	case lastRow.MatchString(texts[0]) && r.text(row, levelColumn) == "":
		return "it is a sum or a remark"
	case columnOf[bare(r.text(row, nameColumn))] == nameColumn:
		return "it is the header once more"
	case !known:
		return "it has nothing in the columns that are read"
	case len(texts) == 1 && (across || r.text(row, nameColumn) == "") && r.nobodyBehind(row):
		return "it is a remark below the last person"
	default:
		return ""
	}
}

func (r *reader) isRead(at int) bool {
	for _, known := range r.columns {
		if known == at {
			return true
		}
	}
	return false
}

func (r *reader) nobodyBehind(row int) bool {
	for behind := row + 1; behind < len(r.Rows); behind++ {
		if name := r.text(behind, nameColumn); name != "" && !lastRow.MatchString(name) {
			return false
		}
	}
	return true
}

// text is what a cell of its own shows, without what is merged into it from above.
func (r *reader) text(row int, name column) string {
	at, known := r.columns[name]
	if !known {
		return ""
	}
	return tidy(r.Cell(row, at).Text)
}

// oneEach are the columns of which a merged cell cannot stand for several people.
var oneEach = []column{idColumn, nameColumn, phoneColumn}

// cell is the cell of a row as the sheet means it: cells that are merged downwards hold for each row beside them.
func (r *reader) cell(row int, name column) (worksheet.Cell, error) {
	at, known := r.columns[name]
	if !known {
		return worksheet.Cell{}, nil
	}
	cell := r.Filled(row, at)
	merged := r.Cell(row, at).Merged
	switch {
	case cell.Broken:
		return cell, errors.New("holds a formula that has failed; correct it, or enter the value itself")
	case cell.Pending:
		return cell, errors.New("holds a formula without its result; open the file in Excel or WPS and save it, or enter the value itself")
	case merged == (worksheet.Range{}):
		return cell, nil
	case merged.Columns() > 1:
		return cell, fmt.Errorf("is merged across columns (%s); unmerge the cells and fill in each", merged)
	case slices.Contains(oneEach, name):
		return cell, fmt.Errorf("is merged over several rows (%s), and everyone has a %s of their own; unmerge the cells and fill in each", merged, name)
	default:
		return cell, nil
	}
}

// take reads a cell with a parser; what cannot be right is told with the cell.
func take[T any](r *reader, row int, name column, parse func(worksheet.Cell) (T, error)) T {
	cell, err := r.cell(row, name)
	var value T
	if err == nil {
		value, err = parse(cell)
	}
	if err != nil {
		r.Refuse("%s: %s", r.Where(row, r.columns[name]), err)
		var none T
		return none
	}
	return value
}

// texts makes a parser of cells of one for texts.
func texts[T any](parse func(string) (T, error)) func(worksheet.Cell) (T, error) {
	return func(cell worksheet.Cell) (T, error) { return parse(cell.Text) }
}

// short is a text that is kept as it is.
func short(cell worksheet.Cell) (string, error) {
	text := tidy(cell.Text)
	return text, tooLong(text)
}

// list reads a list of at most that many elements.
func list(most int) func(worksheet.Cell) ([]string, error) {
	return func(cell worksheet.Cell) ([]string, error) { return parseList(cell.Text, most) }
}

func (r *reader) readPerson(row int) {
	person := &entry{table: r.table, row: row}
	id := r.readID(row)
	name := r.readName(row)
	if r.onlyLeaders || take(r, row, kindColumn, texts(parseKind)) {
		person.leader = &v1alpha1.Leader{
			ID: id, Name: name,
			Title: take(r, row, titleColumn, short),
			Areas: take(r, row, areasColumn, list(mostAreas)),
		}
	} else {
		person.deputy = r.readDeputy(row)
		person.deputy.ID, person.deputy.Name = id, name
	}
	r.people = append(r.people, person)
}

// Lists of the API end here.
const (
	mostSpecialties = 16
	mostAreas       = 24
	mostDeputies    = 500
	mostLeaders     = 50
)

func (r *reader) readDeputy(row int) *v1alpha1.Deputy {
	deputy := &v1alpha1.Deputy{
		Level:        r.readLevel(row),
		Village:      take(r, row, villageColumn, short),
		Group:        take(r, row, groupColumn, short),
		Specialties:  take(r, row, specialtiesColumn, list(mostSpecialties)),
		Phone:        take(r, row, phoneColumn, parsePhone),
		PublishPhone: take(r, row, publishColumn, texts(parseYesNo)),
		Status:       take(r, row, statusColumn, texts(parseStatus)),
	}
	from, until := r.readTerm(row)
	deputy.From, deputy.Until = v1alpha1.Date(from.String()), v1alpha1.Date(until.String())
	if deputy.PublishPhone && deputy.Phone == "" && r.text(row, phoneColumn) == "" {
		r.Remark("%s: a phone is to be published, and there is none", r.Where(row, r.columns[publishColumn]))
	}
	return deputy
}

// readID reads an id. Where the sheet has no column for it, or a gap in that, it is empty. A number is what Excel shows of it, such as 007.
func (r *reader) readID(row int) string {
	return take(r, row, idColumn, func(cell worksheet.Cell) (string, error) {
		if tidy(cell.Text) == "" {
			return "", nil
		}
		return parseID(cell.Text)
	})
}

func (r *reader) readName(row int) string {
	return take(r, row, nameColumn, func(cell worksheet.Cell) (string, error) {
		name := tidyName(cell.Text)
		if name == "" {
			return "", errors.New("the name is missing; fill it in, or empty the row")
		}
		return name, tooLong(name)
	})
}

func (r *reader) readLevel(row int) v1alpha1.DeputyLevel {
	return take(r, row, levelColumn, func(cell worksheet.Cell) (v1alpha1.DeputyLevel, error) {
		if tidy(cell.Text) == "" {
			return "", errors.New("the level is missing; write 县 or 乡 (County or Township)")
		}
		return parseLevel(cell.Text)
	})
}

func (r *reader) readTerm(row int) (from, until workday.Date) {
	date := func(cell worksheet.Cell) (workday.Date, error) { return parseDate(cell, r.Epoch1904) }
	last := untilColumn
	if r.has(termColumn) {
		last = termColumn
		term := take(r, row, termColumn, func(cell worksheet.Cell) ([2]workday.Date, error) {
			from, until, err := parseTerm(cell, r.Epoch1904)
			return [2]workday.Date{from, until}, err
		})
		from, until = term[0], term[1]
	}
	if r.has(fromColumn) {
		from = take(r, row, fromColumn, date)
	}
	if r.has(untilColumn) {
		last = untilColumn
		until = take(r, row, untilColumn, date)
	}
	if !from.IsZero() && !until.IsZero() && until.Before(from) {
		r.Refuse("%s: the end %s is before the beginning %s; correct one of them", r.Where(row, r.columns[last]), until, from)
	}
	return from, until
}
