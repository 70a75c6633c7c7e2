package main

import (
	"strings"
	"testing"
)

func TestTheLedgerIsAsReported(t *testing.T) {
	rows, err := suggestions()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 56 || len(visits()) != 68 {
		t.Errorf("%d suggestions and %d visits, want 56 and 68", len(rows), len(visits()))
	}
	var open []suggestion
	for _, row := range rows {
		if row.Answer == "" {
			open = append(open, row)
		}
	}
	if len(open) != 1 || !strings.Contains(open[0].Text, "白额村田间路冲毁") || open[0].Route != "county" {
		t.Errorf("open are %+v, want the field road of 白额村 at the county alone", open)
	}
}

func TestEveryRowCanBeReplayed(t *testing.T) {
	rows, err := suggestions()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if seen[row.Key] || seen[row.Text] {
			t.Errorf("%s stands in the ledger twice", row.Key)
		}
		seen[row.Key], seen[row.Text] = true, true
		if reasons[row.Route] == "" {
			t.Errorf("%s has the unknown route %q", row.Key, row.Route)
		}
		if closed := row.Answer != ""; closed != (row.Result != "") || closed != (row.Channel != "") {
			t.Errorf("%s needs an answer, a result and a channel, or none of them", row.Key)
		}
	}
	for _, visit := range visits() {
		if seen[visit.key] {
			t.Errorf("%s stands in the ledger twice", visit.key)
		}
		seen[visit.key] = true
	}
}
