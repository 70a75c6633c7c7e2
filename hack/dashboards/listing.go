package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// column is a number per station in a listing. A listing has at least two: the name of a single query's field differs between versions of Grafana.
type column struct {
	shown, unit, ask string
	// looks are further properties of the column.
	looks []dashboard.DynamicConfigValue
}

// listing has a row for each station, with the names of county and township before the columns, and a link to the station's own dashboard.
func listing(c caption, height uint32, sortedBy string, descending bool, columns ...column) *table.PanelBuilder {
	panel := table.NewPanelBuilder().Title(c.title()).Description(c.description()).Datasource(source()).
		Span(24).Height(height).Filterable(true).Unit("short").
		Footer(common.NewTableFooterOptionsBuilder().Show(false)). // its own default is not valid
		SortBy([]cog.Builder[common.TableSortByFieldState]{
			common.NewTableSortByFieldStateBuilder().DisplayName(sortedBy).Desc(descending),
		}).
		Targets(rows(columns)).
		WithTransformation(dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}}).
		WithTransformation(arranged(columns)).
		OverrideByName(townshipColumn, []dashboard.DynamicConfigValue{linkToStation()})
	for _, col := range columns {
		panel.OverrideByName(col.shown, append([]dashboard.DynamicConfigValue{{Id: "unit", Value: col.unit}}, col.looks...))
	}
	return panel
}

var (
	countyColumn   = text("县", "county")
	townshipColumn = text("乡镇", "township")
)

func rows(columns []column) []cog.Builder[variants.Dataquery] {
	var questions []question
	for _, col := range columns {
		questions = append(questions, question{ask: col.ask})
	}
	return ask(questions, func(query *prometheus.DataqueryBuilder) { query.Instant().Format(prometheus.PromQueryFormatTable) })
}

// arranged puts the names first, then the columns, then by what the station is known in the cluster.
func arranged(columns []column) dashboard.DataTransformerConfig {
	order := map[string]any{"county": 0, "township": 1}
	names := map[string]any{"county": countyColumn, "township": townshipColumn}
	for i, col := range columns {
		field := "Value #" + letter(i)
		order[field], names[field] = 2+i, col.shown
	}
	order["namespace"], order["station"] = 2+len(columns), 3+len(columns)
	return dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
		"excludeByName": map[string]any{"Time": true}, "indexByName": order, "renameByName": names,
	}}
}

// linkToStation relies on the columns namespace and station, which keep their names for that.
func linkToStation() dashboard.DynamicConfigValue {
	return dashboard.DynamicConfigValue{Id: "links", Value: []map[string]any{{
		"title": text("打开该站", "Open the station"),
		"url": "/d/" + stationUID + "?var-datasource=${datasource}" +
			"&var-namespace=${__data.fields.namespace}&var-station=${__data.fields.station}&${__url_time_range}",
	}}}
}

// coloured fills a cell with the colour of its limit.
func coloured(thresholds *dashboard.ThresholdsConfigBuilder) []dashboard.DynamicConfigValue {
	steps, err := thresholds.Build()
	if err != nil {
		panic(err) // limits are written in this program
	}
	return []dashboard.DynamicConfigValue{
		{Id: "thresholds", Value: steps},
		{Id: "custom.cellOptions", Value: map[string]any{"type": "color-background", "mode": "basic"}},
	}
}

// worded shows 1 and 0 as words.
func worded(mappings []dashboard.ValueMapping) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		{Id: "mappings", Value: mappings},
		{Id: "custom.cellOptions", Value: map[string]any{"type": "color-text"}},
	}
}
