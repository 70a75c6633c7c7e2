package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

var folder = filepath.Join("..", "..", "config", "grafana", "dashboards")

// kindsOfPanel are those whose options are decoded strictly too; a panel of another kind would pass unseen.
var kindsOfPanel = map[string]bool{"stat": true, "timeseries": true, "table": true, "bargauge": true}

func TestMain(m *testing.M) {
	grafana := cog.NewRuntime()
	grafana.RegisterPanelcfgVariant(stat.VariantConfig())
	grafana.RegisterPanelcfgVariant(timeseries.VariantConfig())
	grafana.RegisterPanelcfgVariant(table.VariantConfig())
	grafana.RegisterPanelcfgVariant(bargauge.VariantConfig())
	grafana.RegisterDataqueryVariant(prometheus.VariantConfig())
	os.Exit(m.Run())
}

func TestTheFilesAreWhatIsWritten(t *testing.T) {
	for name, board := range boards() {
		content, err := encode(board)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(content, read(t, name)) {
			t.Errorf("%s is not what this program writes; run make generate", name)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != len(boards()) {
		t.Errorf("%d files lie beside %d dashboards (%v)", len(files), len(boards()), err)
	}
}

// Grafana's schema is what its foundation SDK was made from: the strict decoder refuses a field that the schema does not have, and a value of another type.
func TestEachDashboardFitsGrafanasSchema(t *testing.T) {
	for name := range boards() {
		decoded, err := decode(read(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := decoded.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, panel := range panelsOf(decoded) {
			if !kindsOfPanel[panel.Type] {
				t.Errorf("%s: the schema of panel %q, a %s, is not looked at; register it in TestMain", name, title(panel), panel.Type)
			}
		}
	}
}

func TestTheSchemaIsStrict(t *testing.T) {
	for what, change := range map[string][2]string{
		"a field that a dashboard does not have": {`"uid": "liaison-county"`, `"uuid": "liaison-county"`},
		"a field that a panel does not have":     {`"gridPos": {`, `"gridPosition": {`},
		"an option that a panel does not have":   {`"colorMode": "value"`, `"colourMode": "value"`},
		"a field that a query does not have":     {`"instant": true`, `"instantly": true`},
		"a value of another type":                {`"schemaVersion": 42`, `"schemaVersion": "42"`},
	} {
		t.Run(what, func(t *testing.T) {
			content := read(t, countyUID+".json")
			spoilt := bytes.Replace(content, []byte(change[0]), []byte(change[1]), 1)
			if bytes.Equal(content, spoilt) {
				t.Fatalf("there is no %s to spoil", change[0])
			}
			if _, err := decode(spoilt); err == nil {
				t.Error("it is let pass")
			}
		})
	}
}

// decode fails where the strict decoder finds a fault. That one always returns a list, which may be empty, and takes its own empty list for a reason to
// leave out a panel; what is decoded therefore comes from the lenient one.
func decode(content []byte) (dashboard.Dashboard, error) {
	var faults cog.BuildErrors
	if err := new(dashboard.Dashboard).UnmarshalJSONStrict(content); err != nil && (!errors.As(err, &faults) || len(faults) > 0) {
		return dashboard.Dashboard{}, err
	}
	var decoded dashboard.Dashboard
	err := json.Unmarshal(content, &decoded)
	return decoded, err
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// panelsOf are the panels that show something, not the rows between them.
func panelsOf(board dashboard.Dashboard) []*dashboard.Panel {
	var panels []*dashboard.Panel
	for _, one := range board.Panels {
		if one.Panel != nil {
			panels = append(panels, one.Panel)
		}
	}
	return panels
}

func title(panel *dashboard.Panel) string {
	if panel.Title == nil {
		return ""
	}
	return *panel.Title
}

func queriesOf(panel *dashboard.Panel) []*prometheus.Dataquery {
	var queries []*prometheus.Dataquery
	for _, target := range panel.Targets {
		if query, ok := target.(*prometheus.Dataquery); ok {
			queries = append(queries, query)
		}
	}
	return queries
}
