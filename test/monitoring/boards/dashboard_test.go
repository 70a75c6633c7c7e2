package boards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// board is what this test reads of a dashboard.
type board struct {
	UID        string
	Panels     []panel
	Templating struct{ List []variable }
}

type panel struct {
	Type, Title string
	Targets     []target
	// Panels lie in a row that is closed.
	Panels      []panel
	FieldConfig struct {
		Overrides []struct {
			Matcher    struct{ ID, Options string }
			Properties []struct{ ID string }
		}
	}
}

type target struct{ RefID, Expr, LegendFormat string }

type variable struct {
	Name, Type, AllValue string
	IncludeAll           bool
	Query                string
	Current              struct{ Value string }
}

func readBoards(t *testing.T) []board {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "config", "grafana", "dashboards", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no dashboards found (%v); run make generate", err)
	}
	var all []board
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var read board
		if err := json.Unmarshal(content, &read); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, read)
	}
	return all
}

// panels are those that ask something.
func (b board) panels() []panel {
	var asking []panel
	for _, p := range b.Panels {
		if p.Type == "row" {
			asking = append(asking, p.Panels...)
		} else {
			asking = append(asking, p)
		}
	}
	return asking
}

// spelled are the names of answers to which the panel gives other words.
func (p panel) spelled() []string {
	var names []string
	for _, override := range p.FieldConfig.Overrides {
		if len(override.Properties) == 1 && override.Properties[0].ID == "displayName" {
			names = append(names, override.Matcher.Options)
		}
	}
	return names
}

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

func (v variable) labelValues(t *testing.T) (metric, label string) {
	t.Helper()
	parts := labelValues.FindStringSubmatch(v.Query)
	if parts == nil {
		t.Fatalf("variable %s asks %q", v.Name, v.Query)
	}
	return parts[1], parts[2]
}

// pick is what Grafana puts into a query for the choice.
func (v variable) pick(offered []string, wanted string) string {
	switch {
	case wanted != "":
		return wanted
	case v.IncludeAll:
		return v.AllValue
	default:
		return slices.Min(offered)
	}
}

var used = regexp.MustCompile(`\$\w+`)

// replaced has the values in place of the variables it knows.
func replaced(query string, values map[string]string) string {
	return used.ReplaceAllStringFunc(query, func(name string) string {
		if value, known := values[name[1:]]; known {
			return value
		}
		return name
	})
}
