package duty

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// input is what the files say, as the planner needs it.
type input struct {
	// document the roster stands in.
	document          *manifest.Document
	roster            *v1alpha1.DeputyRoster
	rules             fromcrd.Roster
	calendar          *workday.Calendar
	deputies, leaders people
}

// title names the roster, with its namespace where it has one.
func (in *input) title() string {
	if in.roster.Namespace == "" {
		return in.roster.Name
	}
	return in.roster.Namespace + "/" + in.roster.Name
}

// read reads the files. Its error means that there is nothing to plan; everything else goes into the findings.
func (p *preview) read() (*input, error) {
	documents, faults := manifest.Read(p.files, p.in)
	p.blame(faults)
	document, err := theRoster(documents, p.files)
	if err != nil {
		return nil, err
	}
	in := &input{document: document}
	var refused map[string]bool
	in.roster, refused = p.readRoster(document)
	rules, problems := fromcrd.RosterOf(&in.roster.Spec)
	for _, problem := range problems {
		if !refused[problem.Field] { // what was left out for another mistake is not missing
			p.report(document.Fault(problem.Field, problem.Message), problem.Remark)
		}
	}
	in.rules = rules
	in.calendar = p.readCalendar(documents, in.roster.Namespace)
	in.name()
	return in, nil
}

func (p *preview) blame(faults []manifest.Fault) {
	for _, fault := range faults {
		p.report(fault, false)
	}
}

func (p *preview) report(fault manifest.Fault, remark bool) {
	if remark {
		p.findings.Remarks = append(p.findings.Remarks, fault.String())
		return
	}
	p.findings.Wrong = append(p.findings.Wrong, fault.String())
}

// theRoster finds the one roster among the documents.
func theRoster(documents []*manifest.Document, files []string) (*manifest.Document, error) {
	var found []*manifest.Document
	for _, document := range documents {
		if document.Kind == "DeputyRoster" {
			found = append(found, document)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, exit.Bad(fmt.Errorf("there is no DeputyRoster in %s", strings.Join(files, ", ")), "a preview needs one; its document begins with kind: DeputyRoster")
	}
	places := make([]string, 0, len(found))
	for _, document := range found {
		places = append(places, document.String())
	}
	return nil, exit.Bad(fmt.Errorf("there are %d DeputyRosters: at %s", len(found), strings.Join(places, "; ")), "a preview is of one roster; name only its file with -f")
}

// rosterName is what the API server takes as a roster's name.
var rosterName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`)

// readRoster returns the roster and which of its fields are told to be wrong already.
func (p *preview) readRoster(document *manifest.Document) (*v1alpha1.DeputyRoster, map[string]bool) {
	roster := &v1alpha1.DeputyRoster{}
	faults := document.Decode(roster)
	roster.Name = cmp.Or(roster.Name, manifest.DefaultName(document.File, "roster"))
	if !rosterName.MatchString(roster.Name) {
		faults = append(faults, document.Fault("metadata.name",
			"must hold only a-z, 0-9 and -, and have at most 40 characters, because DutySchedules are named after it"))
	}
	p.blame(faults)
	refused := make(map[string]bool, len(faults))
	for _, fault := range faults {
		refused[fault.Field] = true
	}
	return roster, refused
}

// name gives everyone the name to show.
func (in *input) name() { in.deputies, in.leaders = peopleOf(&in.roster.Spec) }
