package main

import (
	"fmt"
	"strings"
)

// The figures of stations are told once, by the replica of the operator that leads. When another takes over, or a scrape names its target otherwise, the
// same station may be found twice for a moment: gauges are the largest found, increases add up.

// each is a gauge per station and, where named, per further label.
func each(metric string, labels ...string) string {
	return fmt.Sprintf("max by (%s) (%s)", list("namespace, station", labels), metric)
}

// risen is how much a counter has risen within a window, per station and, where named, per further label.
func risen(metric, window string, labels ...string) string {
	return fmt.Sprintf("sum by (%s) (increase(%s[%s]))", list("namespace, station", labels), metric, window)
}

// scope are the stations of the counties that the reader chose, with the names that people know them by.
const scope = `max by (namespace, station, county, township) (liaison_station_info{county=~"$county"})`

// named keeps of a figure per station what lies in scope, and adds the names of county and township.
func named(figure string) string {
	return figure + " * on (namespace, station) group_left (county, township) " + scope
}

// within keeps of a figure per station what lies in scope.
func within(figure string) string {
	return figure + " * on (namespace, station) group_left () " + scope
}

// total adds up what lies in scope, by labels of the figure where they are named.
func total(figure string, labels ...string) string {
	return sum(within(figure), labels...)
}

// totalOrNone is total where finding nothing means that there is none.
func totalOrNone(figure string) string { return orNone(total(figure)) }

// orNone says 0 where nothing is found, as long as the operator tells anything about stations: its word on the rollout stands for all of it.
func orNone(query string) string { return zeroBeside(query, "liaison_rollout_halted") }

// zeroBeside says 0 where nothing is found, as long as the other metric is. Of what nobody tells there is no figure, least of all a green one.
func zeroBeside(query, told string) string { return fmt.Sprintf("%s or 0 * max(%s)", query, told) }

// orZero says 0 where nothing is found because that is what was asked.
func orZero(query string) string { return query + " or vector(0)" }

func sum(query string, labels ...string) string {
	if len(labels) == 0 {
		return fmt.Sprintf("sum(%s)", query)
	}
	return fmt.Sprintf("sum by (%s) (%s)", strings.Join(labels, ", "), query)
}

// chosen is the station that the reader chose.
const chosen = `namespace="$namespace", station="$station"`

// here is a metric of that station.
func here(metric string, labels ...string) string {
	one := fmt.Sprintf("%s{%s}", metric, chosen)
	if len(labels) == 0 {
		return fmt.Sprintf("max(%s)", one)
	}
	return fmt.Sprintf("max by (%s) (%s)", strings.Join(labels, ", "), one)
}

// risenHere is how much a counter of that station has risen within a window.
func risenHere(metric, window string, labels ...string) string {
	return sum(fmt.Sprintf("increase(%s{%s}[%s])", metric, chosen, window), labels...)
}

// process is a metric of the operator's processes that the reader chose.
func process(metric string) string { return metric + `{job=~"$job", instance=~"$instance"}` }

// perSecond is how fast a counter of theirs rises.
func perSecond(metric string, labels ...string) string {
	return sum(fmt.Sprintf("rate(%s[$__rate_interval])", process(metric)), labels...)
}

// slowest is the time that 99 of 100 stay within, from a histogram of theirs.
func slowest(histogram, label string) string {
	return fmt.Sprintf("histogram_quantile(0.99, %s)", perSecond(histogram+"_bucket", "le", label))
}

func list(first string, more []string) string {
	return strings.Join(append([]string{first}, more...), ", ")
}
