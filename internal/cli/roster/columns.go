package roster

import (
	"regexp"
	"strings"

	"golang.org/x/text/width"

	"township.dev/liaison/internal/cli/worksheet"
)

// column is what a column of a sheet says of a person.
type column string

const (
	idColumn          column = "id"
	kindColumn        column = "kind"
	nameColumn        column = "name"
	levelColumn       column = "level"
	villageColumn     column = "village"
	groupColumn       column = "group"
	specialtiesColumn column = "specialties"
	phoneColumn       column = "phone"
	publishColumn     column = "publish phone"
	statusColumn      column = "status"
	fromColumn        column = "from"
	untilColumn       column = "until"
	// termColumn has from and until in one cell.
	termColumn  column = "term"
	titleColumn column = "title"
	areasColumn column = "areas"
)

// headings by which counties know the columns, the one that an export writes first. They are compared without spaces, marks, what nobody sees and what
// stands in brackets.
var headings = map[column][]string{
	idColumn:          {"编号", "代表编号", "领导编号", "id"},
	kindColumn:        {"类别", "人员类别", "人员类型", "kind"},
	nameColumn:        {"姓名", "代表姓名", "领导姓名", "名字", "name", "fullname"},
	levelColumn:       {"代表层级", "层级", "级别", "代表级别", "代表类别", "代表类型", "level", "congress"},
	villageColumn:     {"村/选区", "村", "选区", "所在村", "所属村", "村名", "行政村", "村居", "村社区", "村委会", "选区名称", "所在选区", "所属选区", "选举单位", "village", "constituency", "electoraldistrict", "ward"},
	groupColumn:       {"小组", "代表小组", "所在小组", "所属小组", "组别", "分组", "group", "team"},
	specialtiesColumn: {"专业小组", "特长", "专长", "专业特长", "specialties", "specialty", "specialities", "speciality", "expertise"},
	phoneColumn:       {"手机", "手机号", "手机号码", "电话", "电话号码", "联系电话", "联系方式", "移动电话", "phone", "phonenumber", "mobile", "mobilephone", "cellphone", "telephone", "tel"},
	publishColumn:     {"是否公开", "公开", "电话公开", "手机公开", "是否公开电话", "是否公开手机", "电话是否公开", "手机是否公开", "publishphone", "publish", "public"},
	statusColumn:      {"状态", "履职状态", "任职状态", "代表状态", "在职状态", "status", "state"},
	fromColumn:        {"任职起", "起", "任职开始", "任职起始", "任职日期", "起始日期", "开始日期", "当选日期", "任职起日期", "from", "since", "start", "startdate"},
	untilColumn:       {"任职止", "止", "任职结束", "任职截止", "截止日期", "结束日期", "届满日期", "任职止日期", "until", "end", "enddate"},
	termColumn:        {"任职起止", "任期", "任职期限", "任职期间", "任职时间", "起止日期", "起止时间", "任职起止日期", "任职起止时间", "term"},
	titleColumn:       {"职务", "职位", "职务职称", "单位职务", "单位及职务", "工作单位及职务", "领导职务", "title", "position"},
	areasColumn:       {"分管领域", "分管工作", "分管范围", "分管", "areas", "portfolio"},
}

// columnOf is the column by its heading as headings writes it.
var columnOf = byHeading()

func byHeading() map[string]column {
	columns := map[string]column{}
	for name, known := range headings {
		for _, heading := range known {
			columns[bare(heading)] = name
		}
	}
	return columns
}

var (
	brackets = regexp.MustCompile(`\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】`)
	marks    = regexp.MustCompile(`[\s*:;,.、/_\-]+`)
)

// bare is a heading without what differs from county to county.
func bare(heading string) string {
	folded := strings.ToLower(width.Fold.String(tidy(heading)))
	return marks.ReplaceAllString(brackets.ReplaceAllString(folded, ""), "")
}

// table is a sheet with its header found.
type table struct {
	*worksheet.Sheet
	// first row behind the header.
	first   int
	columns map[column]int
	// unread are the headings that say nothing to us, each once.
	unread []string
	// twice is a column that two headings stand for, with their cells.
	twice []clash
}

// clash is a column that stands in the sheet twice.
type clash struct {
	column        column
	first, second int
	row           int
}

// has tells whether the sheet speaks of the column.
func (t *table) has(name column) bool {
	_, known := t.columns[name]
	return known
}

// listsDeputies tells a roster's header: whoever stands below it is a deputy of some level.
func (t *table) listsDeputies() bool { return t.has(nameColumn) && t.has(levelColumn) }

// listsLeaders tells the header of a sheet of leaders. Its name must say so, because a sheet of staff looks the same.
func (t *table) listsLeaders() bool {
	name := strings.ToLower(t.Name)
	return t.has(nameColumn) && !t.has(levelColumn) && (strings.Contains(name, "领导") || strings.Contains(name, "leader"))
}

// mostAbove is how many rows with titles and explanations may stand above a header.
const mostAbove = 30

// tableIn finds the header of a sheet: the row that is a roster's or, where there is none, the one with most columns we know.
func tableIn(sheet *worksheet.Sheet) *table {
	best := &table{Sheet: sheet, columns: map[column]int{}}
	for row := range min(len(sheet.Rows), mostAbove) {
		found := headerAt(sheet, row)
		if found.listsDeputies() {
			return found
		}
		if found.has(nameColumn) && len(found.columns) > max(len(best.columns), 1) {
			best = found
		}
	}
	return best
}

// headerAt reads a row as a header.
func headerAt(sheet *worksheet.Sheet, row int) *table {
	t := &table{Sheet: sheet, first: row + heightOf(sheet, row), columns: map[column]int{}}
	for at := range t.widthFrom(row) {
		name, known, heading := t.heading(row, at)
		switch earlier, twice := t.columns[name]; {
		case !known && heading != "":
			t.unread = append(t.unread, heading)
		case known && twice:
			t.twice = append(t.twice, clash{column: name, first: earlier, second: at, row: row})
		case known:
			t.columns[name] = at
		}
	}
	return t
}

// widthFrom is how many columns the header that begins at the row has, in the longest of its rows.
func (t *table) widthFrom(row int) int {
	columns := 0
	for _, cells := range t.Rows[row:min(t.first, len(t.Rows))] {
		columns = max(columns, len(cells))
	}
	return columns
}

// heightOf is how many rows the header at the row has: more than one where the cell of the name is merged with those below.
func heightOf(sheet *worksheet.Sheet, row int) int {
	height := 1
	for column, cell := range sheet.Rows[row] {
		if columnOf[bare(sheet.Filled(row, column).Text)] == nameColumn && cell.Merged.Top == row {
			height = max(height, cell.Merged.Rows())
		}
	}
	return height
}

// heading reads what stands above a column: in two rows, such as 任职起止 above 起 and 止, the lower one says it more exactly.
func (t *table) heading(row, at int) (name column, known bool, heading string) {
	var parts []string
	for r := row; r < t.first; r++ {
		if text := tidy(t.Filled(r, at).Text); text != "" && (len(parts) == 0 || parts[len(parts)-1] != text) {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return "", false, ""
	}
	for _, candidate := range []string{strings.Join(parts, ""), parts[len(parts)-1], parts[0]} {
		if name, known = columnOf[bare(candidate)]; known {
			return t.halfOf(name, row, at), true, parts[0]
		}
	}
	return "", false, strings.Join(parts, "")
}

// halfOf reads a heading 任职起止 that is merged above two columns: the left one has from, the right one until.
func (t *table) halfOf(name column, row, at int) column {
	merged := t.Cell(row, at).Merged
	if name != termColumn || merged == (worksheet.Range{}) || merged.Columns() != 2 {
		return name
	}
	if at == merged.Left {
		return fromColumn
	}
	return untilColumn
}
