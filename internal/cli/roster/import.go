package roster

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/cli/told"
	"township.dev/liaison/internal/cli/worksheet"
	"township.dev/liaison/internal/fromcrd"
)

// importing turns a sheet into a roster.
type importing struct {
	file            string
	sheets          []string
	name, namespace string
	// into is the file of the roster that exists; empty for a new one.
	into   string
	output show.Format

	in       io.Reader
	out, err io.Writer

	told.Findings
	// existing is the roster of into, empty for a new one.
	existing v1alpha1.DeputyRoster
}

// run writes the roster, or everything that stands against it.
func (i *importing) run() error {
	written, failure := i.read()
	return i.Deliver(written, failure, i.out, i.err)
}

// read reads the sheet and the existing roster, and encodes what they are together.
func (i *importing) read() ([]byte, error) {
	if i.file == manifest.Stdin && i.into == manifest.Stdin {
		return nil, exit.Bad(errors.New("standard input can be read once"), "give the sheet or the roster as a file")
	}
	deputies, leaders, err := i.tables()
	if err != nil {
		return nil, err
	}
	if err := i.readExisting(); err != nil {
		return nil, err
	}
	spec := i.unite(i.people(deputies, leaders))
	if len(i.Wrong) == 0 {
		i.check(spec)
	}
	object := manifest.Object{APIVersion: v1alpha1.GroupVersion.String(), Kind: rosterKind, Metadata: manifest.MetadataOf(&i.existing.ObjectMeta), Spec: spec}
	object.Metadata.Name = cmp.Or(i.name, object.Metadata.Name, manifest.DefaultName(i.file, "roster"))
	object.Metadata.Namespace = cmp.Or(i.namespace, object.Metadata.Namespace)
	i.checkNames(object.Metadata)
	return object.Encode(i.output.String())
}

// longestName of a roster, after which its schedules are named.
const longestName = 40

func (i *importing) checkNames(metadata manifest.Metadata) {
	if len(metadata.Name) > longestName || len(validation.IsDNS1123Label(metadata.Name)) > 0 {
		i.Refuse("the name %q of the roster must hold only a-z, 0-9 and -, and have at most %d characters; give another with --name", metadata.Name, longestName)
	}
	if metadata.Namespace != "" && len(validation.IsDNS1123Label(metadata.Namespace)) > 0 {
		i.Refuse("the namespace %q must hold only a-z, 0-9 and -; give another with --namespace", metadata.Namespace)
	}
}

const rosterKind = "DeputyRoster"

// tables reads the file and picks its tables.
func (i *importing) tables() (deputies, leaders []*table, err error) {
	data, shown, err := manifest.Content(i.file, i.in)
	if err != nil {
		return nil, nil, exit.Bad(err, "")
	}
	sheets, err := worksheet.Read(shown, data, isRoster)
	if err != nil {
		return nil, nil, exit.Bad(fmt.Errorf("%s %w", shown, err), "")
	}
	if len(i.sheets) == 0 {
		sheets = i.visible(sheets)
	}
	return choose(shown, sheets, i.sheets)
}

// visible leaves out hidden sheets, which hold lists of former years as a rule, and names those that would otherwise be read.
func (i *importing) visible(sheets []*worksheet.Sheet) []*worksheet.Sheet {
	return slices.DeleteFunc(sheets, func(sheet *worksheet.Sheet) bool {
		if t := tableIn(sheet); sheet.Hidden && (t.listsDeputies() || t.listsLeaders()) {
			i.Remark("%s: the sheet is hidden and is passed over; where it is meant, unhide it, or name each sheet to read with --sheet", sheet.Name)
		}
		return sheet.Hidden
	})
}

// readExisting reads the roster that exists. Its faults are told, and stand against the import: what is kept must be right too.
func (i *importing) readExisting() error {
	if i.into == "" {
		return nil
	}
	roster, faults, err := readRoster(i.into, i.in)
	if err != nil {
		return err
	}
	for _, fault := range faults {
		i.Refuse("%s", fault)
	}
	i.existing = *roster
	return nil
}

// people reads everyone the tables list.
func (i *importing) people(deputies, leaders []*table) []*entry {
	var all []*entry
	for _, t := range deputies {
		all = append(all, (&reader{table: t, Findings: &i.Findings}).read()...)
	}
	for _, t := range leaders {
		all = append(all, (&reader{table: t, Findings: &i.Findings, onlyLeaders: true}).read()...)
	}
	i.checkDuplicates(all)
	return all
}

// check holds the roster as a whole against the rules of the API, those between its parts above all.
func (i *importing) check(spec *v1alpha1.DeputyRosterSpec) {
	if n := len(spec.Deputies); n > mostDeputies {
		i.Refuse("the roster has %d deputies with those who no longer serve; %d are the most: remove some who have been Terminated for long from %s", n, mostDeputies, cmp.Or(i.into, i.file))
	}
	if n := len(spec.Leaders); n > mostLeaders {
		i.Refuse("the roster has %d leaders; %d are the most", n, mostLeaders)
	}
	_, problems := fromcrd.RosterOf(spec)
	for _, problem := range problems {
		if problem.Remark {
			continue // it is about the rules, which an import does not touch
		}
		i.Refuse("the roster with %s would not be taken: %s: %s", i.file, problem.Field, problem.Message)
	}
	if i.into == "" {
		i.Remark("the new roster has no rules yet, and plans nothing: add spec.reception and spec.duty, then see the plan with kubectl-liaison duty preview")
	}
}
