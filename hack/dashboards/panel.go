package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// A dashboard is 24 columns wide.
const (
	figureWidth, figureHeight = 4, 4
	trendWidth, trendHeight   = 12, 8
	barsWidth                 = 8
	quarter                   = 6
)

// question is a query and, where it has several answers, how each is named.
type question struct{ ask, legend string }

// present asks for the value of now.
func present(questions []question) []cog.Builder[variants.Dataquery] {
	return ask(questions, func(query *prometheus.DataqueryBuilder) { query.Instant() })
}

// past asks for the values over the time that the reader chose.
func past(questions []question) []cog.Builder[variants.Dataquery] {
	return ask(questions, func(query *prometheus.DataqueryBuilder) { query.Range() })
}

func ask(questions []question, as func(*prometheus.DataqueryBuilder)) []cog.Builder[variants.Dataquery] {
	var queries []cog.Builder[variants.Dataquery]
	for i, q := range questions {
		query := prometheus.NewDataqueryBuilder().Datasource(source()).RefId(letter(i)).Expr(q.ask)
		if q.legend != "" {
			query.LegendFormat(q.legend)
		}
		as(query)
		queries = append(queries, query)
	}
	return queries
}

// letter names the queries of a panel as Grafana does.
func letter(i int) string { return string(rune('A' + i)) }

// limit is from which value on a figure has a colour.
type limit struct {
	from   float64
	colour string
}

const (
	green, amber, red, blue = "green", "orange", "red", "blue"
)

// limits begin with the colour that holds below the first of them.
func limits(below string, more ...limit) *dashboard.ThresholdsConfigBuilder {
	steps := []dashboard.Threshold{{Color: below}}
	for _, l := range more {
		steps = append(steps, dashboard.Threshold{Value: cog.ToPtr(l.from), Color: l.colour})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(steps)
}

// neutral is for figures of which none is good or bad.
func neutral() *dashboard.ThresholdsConfigBuilder { return limits(blue) }

// noneIsWell is for figures of which any is worth a look.
func noneIsWell(colour string) *dashboard.ThresholdsConfigBuilder {
	return limits(green, limit{1, colour})
}

// figure shows one number.
func figure(c caption, unit string, thresholds *dashboard.ThresholdsConfigBuilder, query string) *stat.PanelBuilder {
	return stat.NewPanelBuilder().Title(c.title()).Description(c.description()).Datasource(source()).
		Span(figureWidth).Height(figureHeight).Unit(unit).Thresholds(thresholds).
		ColorMode(common.BigValueColorModeValue).GraphMode(common.BigValueGraphModeNone).TextMode(common.BigValueTextModeValue).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})).
		Targets(present([]question{{ask: query}}))
}

// trend draws numbers over time.
func trend(c caption, unit string, questions ...question) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().Title(c.title()).Description(c.description()).Datasource(source()).
		Span(trendWidth).Height(trendHeight).Unit(unit).Min(0).FillOpacity(10).ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).
			DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		Targets(past(questions))
}

// stacked draws one upon another what adds up to a whole.
func stacked(panel *timeseries.PanelBuilder) *timeseries.PanelBuilder {
	return panel.FillOpacity(40).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
}

// bars compares counts of now.
func bars(c caption, questions ...question) *bargauge.PanelBuilder {
	return bargauge.NewPanelBuilder().Title(c.title()).Description(c.description()).Datasource(source()).
		Span(barsWidth).Height(trendHeight).Unit(units.Short).Min(0).Thresholds(neutral()).
		DisplayMode(common.BarGaugeDisplayModeBasic).Orientation(common.VizOrientationHorizontal).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"})).
		Targets(present(questions))
}

// nameable is a panel whose answers can be given other names.
type nameable[P any] interface {
	OverrideByName(name string, properties []dashboard.DynamicConfigValue) P
}

// spelled gives the values of a label the names that people know.
func spelled[P nameable[P]](panel P, words []word) P {
	for _, w := range words {
		panel = panel.OverrideByName(w.value, []dashboard.DynamicConfigValue{{Id: "displayName", Value: w.shown}})
	}
	return panel
}

// yesOrNo shows 1 and 0 as words, each with its colour.
func yesOrNo(yes, yesColour, no, noColour string) []dashboard.ValueMapping {
	return []dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{
		Type: dashboard.MappingTypeValueToText,
		Options: map[string]dashboard.ValueMappingResult{
			"1": {Text: &yes, Color: &yesColour, Index: cog.ToPtr(int32(0))},
			"0": {Text: &no, Color: &noColour, Index: cog.ToPtr(int32(1))},
		},
	}}}
}
