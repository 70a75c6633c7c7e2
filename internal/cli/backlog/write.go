package backlog

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/internal/cli/show"
	"township.dev/liaison/internal/spreadsheet"
)

func (b *board) table(text *bytes.Buffer, rows []*row) {
	if len(rows) == 0 {
		text.WriteString(b.nothing() + "\n")
		return
	}
	table := show.Columns{Titles: []string{
		"NAMESPACE", "STATION", "TOWNSHIP", "PENDING", "OVERDUE", "UNCLASSIFIED", "OLDEST", "FIGURES", "READY", "NOTES",
	}}
	for _, r := range rows {
		namespace := ""
		if b.access.Everywhere() {
			namespace = r.Namespace
		}
		table.Add(namespace, r.Station, r.Township, figure(r.Pending), figure(r.Overdue), figure(r.Unclassified), r.wait(), r.figures(b.clock.Now()), r.Ready, r.Note)
	}
	table.WriteTo(text)
}

func (b *board) nothing() string {
	if b.overdue {
		return "No station has cases past their deadline."
	}
	return "There are no stations."
}

// figure is a number, or a dash where there is none.
func figure[N int32 | int64](n *N) string {
	if n == nil {
		return "–"
	}
	return strconv.FormatInt(int64(*n), 10)
}

func (r *row) wait() string {
	if r.OldestDays == nil {
		return "–"
	}
	return figure(r.OldestDays) + "d"
}

// figures says how good the figures are, in the time zone of the reader.
func (r *row) figures(now time.Time) string {
	switch {
	case r.Fresh:
		return "fresh"
	case r.Pending == nil || r.StaleSince == nil:
		return "none"
	default:
		return "stale since " + r.StaleSince.In(now.Location()).Format("2006-01-02 15:04")
	}
}

// writeCSV writes a row for each station. What it lacks stays empty. The mark at the beginning tells spreadsheets that the text is UTF-8.
func writeCSV(text *bytes.Buffer, rows []*row) error {
	text.WriteString("\ufeff")
	w := csv.NewWriter(text)
	records := [][]string{{
		"namespace", "station", "county", "township", "code", "pending", "overdue", "unclassified", "oldest_pending", "oldest_days", "fresh", "stale_since", "ready", "note",
	}}
	for _, r := range rows {
		records = append(records, []string{
			r.Namespace, r.Station, spreadsheet.Neutral(r.County), spreadsheet.Neutral(r.Township), r.Code, number(r.Pending), number(r.Overdue), number(r.Unclassified), timeOf(r.Oldest),
			number(r.OldestDays), strconv.FormatBool(r.Fresh), timeOf(r.StaleSince), r.Ready, spreadsheet.Neutral(r.Note),
		})
	}
	if err := w.WriteAll(records); err != nil {
		return fmt.Errorf("writing the backlog as CSV: %w", err)
	}
	return nil
}

func number[N int32 | int64](n *N) string {
	if n == nil {
		return ""
	}
	return figure(n)
}

func timeOf(at *metav1.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
