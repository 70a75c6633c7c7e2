// Package fromcrd is the seam from API objects to the values that duty, workday and casework think in. It also checks what the API server's
// rules check, because an object may have been stored before a rule was.
package fromcrd

import (
	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
)

// routeNames is the one place where a route's name in the API meets the one in metrics and documents.
var routeNames = []struct {
	casework casework.Route
	api      string
}{
	{casework.Unclassified, v1alpha1.RouteUnclassified},
	{casework.OnTheSpot, string(v1alpha1.RouteOnTheSpot)},
	{casework.Township, string(v1alpha1.RouteTownship)},
	{casework.County, string(v1alpha1.RouteCounty)},
	{casework.Explain, string(v1alpha1.RouteExplain)},
}

// Routes a pending case can be counted under, the one of cases nobody has looked at first.
func Routes() []casework.Route {
	routes := make([]casework.Route, 0, len(routeNames))
	for _, name := range routeNames {
		routes = append(routes, name.casework)
	}
	return routes
}

// RouteName is the name of a route in the API; empty for one the API does not know.
func RouteName(route casework.Route) string {
	for _, name := range routeNames {
		if name.casework == route {
			return name.api
		}
	}
	return ""
}

// Route is the route of a name in the API; empty for one that does not exist.
func Route(apiName string) casework.Route {
	for _, name := range routeNames {
		if name.api == apiName {
			return name.casework
		}
	}
	return ""
}

// Deadlines are the times the station allows each route: the defaults, and over them what it declares.
func Deadlines(declared v1alpha1.Casework) map[casework.Route]casework.Deadline {
	deadlines := casework.DefaultDeadlines()
	for _, row := range declared.Routes {
		if route := Route(string(row.Route)); route.Valid() {
			deadlines[route] = casework.Deadline{WorkingDays: int(row.WorkingDays), Months: int(row.Months)}
		}
	}
	return deadlines
}

// Triage is the time the station declares for classifying a case; zero where it declares none.
func Triage(declared v1alpha1.Casework) casework.Deadline {
	if declared.Triage == nil {
		return casework.Deadline{}
	}
	return casework.Deadline{WorkingDays: int(declared.Triage.WorkingDays), Months: int(declared.Triage.Months)}
}

// Extension is the term the station declares for a case that is extended; zero where it declares none.
func Extension(declared v1alpha1.Casework) casework.Deadline {
	if declared.Extension == nil {
		return casework.Deadline{}
	}
	return casework.Deadline{Months: int(declared.Extension.Months)}
}
