// dashboards writes the dashboards of the operator's metrics, as Grafana imports them, into a folder: one JSON file for each.
//
// They are written from the same vocabulary of panels and queries, so that a panel cannot be without a description, a unit or the datasource that the
// reader chose, and a metric is asked for in one way. The same program gives the same bytes.
//
// They are of Grafana's first model, which every version reads from a file. The one that replaces it is younger than what a county has installed.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dashboards FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

// boards are all there are, by the name of their file.
func boards() map[string]*dashboard.DashboardBuilder {
	return map[string]*dashboard.DashboardBuilder{
		countyUID + ".json":   county(),
		stationUID + ".json":  station(),
		operatorUID + ".json": operator(),
	}
}

// write replaces the dashboards in the folder; what else lies there is left alone.
func write(folder string) error {
	for name, board := range boards() {
		content, err := encode(board)
		if err != nil {
			return fmt.Errorf("making %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return fmt.Errorf("writing a dashboard: %w", err)
		}
	}
	return nil
}

// encode leaves <, > and & as they are: queries are full of them, and people read the files.
func encode(board *dashboard.DashboardBuilder) ([]byte, error) {
	built, err := board.Build()
	if err != nil {
		return nil, err
	}
	number(built.Panels)
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(built); err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}

// number gives each panel an id, by which Grafana links to it. It counts per dashboard, from 1 on.
func number(panels []dashboard.PanelOrRowPanel) {
	for i := range panels {
		id := uint32(i + 1)
		if panels[i].Panel != nil {
			panels[i].Panel.Id = &id
		} else {
			panels[i].RowPanel.Id = id
		}
	}
}
