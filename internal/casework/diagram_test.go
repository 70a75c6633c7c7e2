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
		fmt.Fprintf(&b, "    %s --> %s: %s\n", orStart(row.From), row.To, row.Action)
	}
	b.WriteString("    closed --> [*]\n```\n\n| from | action | to | who | clock |\n|---|---|---|---|---|\n")
	for _, row := range table {
		who := make([]string, len(row.Who))
		for i, role := range row.Who {
			who[i] = string(role)
		}
		from := string(row.From)
		if row.From == casework.Unborn {
			from = "–"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", from, row.Action, row.To, strings.Join(who, ", "), row.Clock)
	}
	b.WriteString(`
A deputy never handles a case. Each move of staff carries its words: a reason, an answer, a record of the feedback.
A case is closed only after its resident was told the present answer; a changed answer has to be told again.

The clock: triage allows ` + fmt.Sprint(casework.TriageDeadline().WorkingDays) + ` working days to classify; then the route's time counts from the day of the classification,
and starts anew only when the route changes. It runs until the case is closed; a case is overdue from the day after its due day.
`)
	return b.String()
}

func orStart(s casework.State) string {
	if s == casework.Unborn {
		return "[*]"
	}
	return string(s)
}
