package roster

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/worksheet"
)

// isRoster tells whether a sheet has a roster's header.
func isRoster(sheet *worksheet.Sheet) bool { return tableIn(sheet).listsDeputies() }

// choose picks the tables to read: the sheets that are named or, where none is, the one with a roster's header and the one with leaders beside it.
func choose(file string, sheets []*worksheet.Sheet, named []string) (deputies, leaders []*table, err error) {
	var others []*table
	for _, sheet := range sheets {
		t := tableIn(sheet)
		switch {
		case len(named) > 0 && !slices.Contains(named, sheet.Name):
		case t.listsDeputies():
			deputies = append(deputies, t)
		case t.listsLeaders():
			leaders = append(leaders, t)
		default:
			others = append(others, t)
		}
	}
	switch {
	case len(named) > 0:
		return deputies, leaders, checkNamed(file, sheets, named, deputies, others)
	case len(deputies) == 0:
		return nil, nil, noRoster(file, others)
	case len(deputies) > 1:
		return nil, nil, severalSheets(file, "rosters", deputies)
	case len(leaders) > 1:
		return nil, nil, severalSheets(file, "lists of leaders", leaders)
	default:
		return deputies, leaders, nil
	}
}

// checkNamed refuses names that no sheet bears, and sheets that list nobody.
func checkNamed(file string, sheets []*worksheet.Sheet, named []string, deputies, others []*table) error {
	var names []string
	for _, sheet := range sheets {
		names = append(names, sheet.Name)
	}
	for _, name := range named {
		if !slices.Contains(names, name) {
			return exit.Bad(fmt.Errorf("%s has no sheet %q", file, name), "its sheets are "+strings.Join(names, ", "))
		}
	}
	if len(deputies) == 0 || len(others) > 0 {
		return noRoster(file, others)
	}
	return nil
}

func severalSheets(file, what string, tables []*table) error {
	var names []string
	for _, t := range tables {
		names = append(names, t.Name)
	}
	return exit.Bad(fmt.Errorf("%s has %d sheets that are %s: %s", file, len(tables), what, strings.Join(names, ", ")),
		"say which one is meant, for example --sheet "+names[0]+"; name each sheet to read, that of the leaders too")
}

// noRoster says what the best header lacks.
func noRoster(file string, others []*table) error {
	const hint = "a roster has a row with headings, 姓名 and 代表层级 at least (in English: name and level); docs/cli.md lists those that are known"
	for _, t := range others {
		if t.has(nameColumn) {
			return exit.Bad(fmt.Errorf("%s: sheet %s has a heading for the name at %s and none for the level in that row", file, t.Name, t.Where(t.first-1, t.columns[nameColumn])), hint)
		}
	}
	if len(others) > 0 {
		return exit.Bad(fmt.Errorf("%s: sheet %s has no roster's header", file, others[0].Name), hint)
	}
	return exit.Bad(errors.New(file+" lists no deputies"), hint)
}
