package roster

import (
	"fmt"
	"io"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/cli/exit"
	"township.dev/liaison/internal/cli/manifest"
	"township.dev/liaison/internal/fromcrd"
)

// readRoster reads the one DeputyRoster of a file, which may hold other documents beside it.
func readRoster(file string, stdin io.Reader) (*v1alpha1.DeputyRoster, []manifest.Fault, error) {
	documents, faults := manifest.Read([]string{file}, stdin)
	var found []*manifest.Document
	for _, document := range documents {
		if document.Kind == rosterKind {
			found = append(found, document)
		}
	}
	if len(found) != 1 {
		if len(found) == 0 && len(faults) > 0 {
			return nil, nil, exit.Bad(fmt.Errorf("%s", faults[0]), "")
		}
		return nil, nil, exit.Bad(fmt.Errorf("%s holds %d DeputyRosters", file, len(found)), "name a file with exactly one; its document begins with kind: DeputyRoster")
	}
	roster := &v1alpha1.DeputyRoster{}
	faults = append(faults, found[0].Decode(roster)...)
	if len(faults) > 0 {
		return roster, faults, nil
	}
	if roster.Name == "" {
		roster.Name = manifest.DefaultName(file, "roster")
	}
	_, problems := fromcrd.RosterOf(&roster.Spec)
	for _, problem := range problems {
		if !problem.Remark {
			faults = append(faults, found[0].Fault(problem.Field, problem.Message))
		}
	}
	return roster, faults, nil
}
