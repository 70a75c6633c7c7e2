package casework_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/casework"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const statesPage = "../../docs/casework-states.md"

func TestTheDrawnStatesAreTheTable(t *testing.T) {
	drawn := drawStates(casework.Transitions())
	if *update {
		if err := os.WriteFile(statesPage, []byte(drawn), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(statesPage)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(kept), drawn); diff != "" {
		t.Errorf("docs/casework-states.md is not the table; rewrite it with go test ./internal/casework -update (-page +table):\n%s", diff)
	}
}

func drawStates(table []casework.Transition) string {
	var b strings.Builder
	b.WriteString(`# The states of a case

Drawn from the table in internal/casework/transitions.go by its test; do not edit (go test ./internal/casework -update).

` + "```mermaid\nstateDiagram-v2\n    direction TB\n")
	for _, row := range table {
		if row.From != row.To {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", orStart(row.From), row.To, row.Action)
		}
	}
	b.WriteString("    closed --> [*]\n    withdrawn --> [*]\n    merged --> [*]\n```\n\n| from | action | to | who | clock |\n|---|---|---|---|---|\n")
	for _, row := range grouped(table) {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", strings.Join(row.from, ", "), row.action, row.to, row.who, row.clock)
	}
	b.WriteString(`
A deputy never handles a case, but may urge and comment. Each move of staff carries its words: a reason, an answer, a record of the feedback.
A case is closed only after its resident was told the present answer, and so was everybody whose case was merged into it; a changed answer has to
be told again. The first rating "not satisfied" takes the case up again; a later one is recorded. A case that others joined is not withdrawn, as it
goes on for them; a formal suggestion is merged into none that is not formal, nor a classified case into one that is not classified. Nothing is
written to a case that was anonymised.

The clock: triage allows ` + fmt.Sprint(casework.TriageDeadline().WorkingDays) + ` working days to classify; then the route's time counts from the day of the first classification
since the case was received or taken up again, whatever other route it is given later. What was missed stays missed: neither another route nor the
mark of a formal suggestion gives a late case more time. A route whose time would be over already leaves the earlier due day in force, so that a wrong
click makes nothing late. A formal suggestion has the law's term on every route. The county's time, and that of a
formal suggestion, can be extended once, before it is over and where that gives more time. Of two classified cases that become one the earlier due
day holds. The clock runs until the case ends; a case is overdue from the day after its due day. When the holiday calendar is amended, open due
days are counted again and the log says so.
`)
	return b.String()
}

func orStart(s casework.State) string {
	if s == casework.Unborn {
		return "[*]"
	}
	return string(s)
}

// line of the printed table: the rows of one action that differ only in where they come from.
type line struct {
	from                   []string
	action, to, who, clock string
}

func grouped(table []casework.Transition) []line {
	var lines []line
	for _, row := range table {
		who := make([]string, len(row.Who))
		for i, role := range row.Who {
			who[i] = string(role)
		}
		next := line{action: string(row.Action), to: string(row.To), who: strings.Join(who, ", "), clock: string(row.Clock)}
		if row.From == row.To {
			next.to = "stays"
		}
		from := string(row.From)
		if row.From == casework.Unborn {
			from = "–"
		}
		if last := len(lines) - 1; last >= 0 && lines[last].action == next.action && (lines[last].to == next.to || row.From == row.To) {
			lines[last].from = append(lines[last].from, from)
			continue
		}
		next.from = []string{from}
		lines = append(lines, next)
	}
	return lines
}
