// Package panels asks a Prometheus what the panels of the dashboards ask, as Grafana does.
package panels

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Board is what is read of a dashboard.
type Board struct {
	UID        string
	Panels     []Panel
	Templating struct{ List []Variable }
}

// Panel of a dashboard.
type Panel struct {
	Type, Title string
	Targets     []Target
	// Panels lie in a row that is closed.
	Panels      []Panel
	FieldConfig struct {
		Overrides []struct {
			Matcher    struct{ ID, Options string }
			Properties []struct{ ID string }
		}
	}
}

// Target is one query of a panel.
type Target struct {
	RefID, Expr, LegendFormat string
	// Range is set where the panel draws the values of the time that the reader looks at, not only the last.
	Range bool
}

// Variable is what a reader chooses at the top of a dashboard.
type Variable struct {
	Name, Type, AllValue string
	IncludeAll           bool
	Query                string
	Current              struct{ Value string }
}

// Read returns the dashboards of a folder.
func Read(folder string) ([]Board, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("looking for dashboards in %s: %w", folder, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no dashboards in %s: run make generate", folder)
	}
	var all []Board
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading a dashboard: %w", err)
		}
		var read Board
		if err := json.Unmarshal(content, &read); err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		all = append(all, read)
	}
	return all, nil
}

// Asking are the panels that ask something.
func (b Board) Asking() []Panel {
	var asking []Panel
	for _, p := range b.Panels {
		if p.Type == "row" {
			asking = append(asking, p.Panels...)
		} else {
			asking = append(asking, p)
		}
	}
	return asking
}

// Spelled are the names of answers to which the panel gives other words.
func (p Panel) Spelled() []string {
	var names []string
	for _, override := range p.FieldConfig.Overrides {
		if len(override.Properties) == 1 && override.Properties[0].ID == "displayName" {
			names = append(names, override.Matcher.Options)
		}
	}
	return names
}

var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

// built are the words for what Grafana itself puts into a query, as they would be for somebody who looks at the last minutes.
var built = map[string]string{"__range": "5m", "__rate_interval": "1m", "__interval": "1s"}

// Choose takes a value for each of the board's variables: the one that is wanted, else what the dashboard begins with or everything. offers returns the
// values that a label has on a metric, the wanted one among them if there is one.
func (b Board) Choose(wanted map[string]string, offers func(label, metric, wanted string) ([]string, error)) (map[string]string, error) {
	values := maps.Clone(built)
	for _, v := range b.Templating.List {
		switch v.Type {
		case "query":
			parts := labelValues.FindStringSubmatch(v.Query)
			if parts == nil {
				return nil, fmt.Errorf("variable %s asks %q", v.Name, v.Query)
			}
			offered, err := offers(parts[2], Replaced(parts[1], values), wanted[v.Name])
			if err != nil {
				return nil, err
			}
			values[v.Name] = v.pick(offered, wanted[v.Name])
		case "custom":
			values[v.Name] = v.Current.Value
		}
	}
	return values, nil
}

// pick is what Grafana puts into a query for the choice.
func (v Variable) pick(offered []string, wanted string) string {
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

// Replaced has the values in place of the variables it knows.
func Replaced(query string, values map[string]string) string {
	return used.ReplaceAllStringFunc(query, func(name string) string {
		if value, known := values[name[1:]]; known {
			return value
		}
		return name
	})
}

// Query is the target's with the values in place of the variables.
func (t Target) Query(values map[string]string) (string, error) {
	query := Replaced(t.Expr, values)
	if strings.Contains(query, "$") {
		return "", fmt.Errorf("query %s has a variable that nobody sets: %s", t.RefID, query)
	}
	return query, nil
}

// zero is how a query says 0 where it finds nothing: whatever happens, or as long as the operator tells anything. What an intake has not counted yet is 0 too,
// and no other answer is to be had.
var zero = regexp.MustCompile(` or (vector\(0\)|0 \* max\((liaison_rollout_halted|process_start_time_seconds)[^)]*\))$`)

// WithoutZero is the query without the 0 that is shown where it finds nothing: that would be an answer to any question.
func WithoutZero(query string) string { return zero.ReplaceAllString(query, "") }

var labelInLegend = regexp.MustCompile(`{{ *(\w+) *}}`)

// Called says how the answers that are numbers are called. It is an error when none is one, or one lacks a label that the legend has.
func Called(legend string, samples []Sample) ([]string, error) {
	var names []string
	for _, s := range samples {
		if math.IsNaN(s.Number()) {
			continue
		}
		for _, label := range labelInLegend.FindAllStringSubmatch(legend, -1) {
			if s.Metric[label[1]] == "" {
				return nil, fmt.Errorf("an answer has no label %s: %v", label[1], s.Metric)
			}
		}
		names = append(names, labelInLegend.ReplaceAllStringFunc(legend, func(in string) string {
			return s.Metric[labelInLegend.FindStringSubmatch(in)[1]]
		}))
	}
	if len(names) == 0 {
		return nil, errors.New("no number among the answers")
	}
	return names, nil
}
