package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// The dashboards are known by these in links and when they are imported again, so they do not change.
const (
	countyUID   = "liaison-county"
	stationUID  = "liaison-station"
	operatorUID = "liaison-operator"
)

// tag is on every dashboard; each links to all that bear it.
const tag = "liaison"

// board begins a dashboard whose reader chooses the datasource.
func board(uid, title, tells, from string) *dashboard.DashboardBuilder {
	return dashboard.NewDashboardBuilder(title).Uid(uid).Description(tells).Tags([]string{tag}).
		Time(from, "now").Refresh("1m").Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Link(dashboard.NewDashboardLinkBuilder(text("联络站面板", "Liaison dashboards")).
			Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{tag}).AsDropdown(true).KeepTime(true)).
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Type("prometheus").Label(text("数据源", "Data source")))
}

// source is the datasource that the reader chose.
func source() common.DataSourceRef {
	return common.DataSourceRef{Type: cog.ToPtr("prometheus"), Uid: cog.ToPtr("${datasource}")}
}

// choice is a variable with the values that a label has on a metric. It looks again when the reader goes to another time.
func choice(name, label, metric string) *dashboard.QueryVariableBuilder {
	query := fmt.Sprintf("label_values(%s, %s)", metric, name)
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(source()).
		Query(dashboard.StringOrMap{String: &query}).Definition(query).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc)
}

// severalOrAll lets the reader choose several values, and all of them until he does; all is then what a label is matched with.
func severalOrAll(variable *dashboard.QueryVariableBuilder, all string) *dashboard.QueryVariableBuilder {
	return variable.Multi(true).IncludeAll(true).AllValue(all).Current(option("All", "$__all"))
}

func option(shown, value string) dashboard.VariableOption {
	return dashboard.VariableOption{
		Selected: cog.ToPtr(true),
		Text:     dashboard.StringOrArrayOfString{String: &shown}, Value: dashboard.StringOrArrayOfString{String: &value},
	}
}

// row begins a group of panels.
func row(zh, en string) *dashboard.RowBuilder { return dashboard.NewRowBuilder(text(zh, en)) }
