package figures

import (
	"cmp"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/casefilter"
)

// pendingTable counts what waits now, by route and age.
type pendingTable struct {
	// Ages are keys, by casework.Age.
	Ages []string
	Rows []pendingRow
	Sum  pendingRow
}

type pendingRow struct {
	Route casework.Route
	Ages  [casework.Ages]figure
	Sum   figure
}

// ageWords are the keys of the ages.
var ageWords = [casework.Ages]string{"figures.age_week", "figures.age_month", "figures.age_quarter", "figures.age_longer"}

func viewPending(s casework.Statistics, d drill) pendingTable {
	t := pendingTable{Ages: ageWords[:]}
	var ages [casework.Ages]int
	for _, route := range casefilter.Routes() {
		t.Rows = append(t.Rows, d.pendingRow(route, s.Pending[route]))
		for age, n := range s.Pending[route] {
			ages[age] += n
		}
	}
	t.Sum = d.pendingRow("", ages)
	return t
}

// pendingRow of a route, or of all where the route is empty.
func (d drill) pendingRow(route casework.Route, ages [casework.Ages]int) pendingRow {
	row := pendingRow{Route: route}
	pending := casework.Filter{Stage: casework.StagePending, Route: route}
	sum := 0
	for age, n := range ages {
		aged := pending
		aged.ReceivedFrom, aged.ReceivedTo = d.period.Received(casework.Age(age))
		row.Ages[age] = d.figure(n, aged)
		sum += n
	}
	row.Sum = d.figure(sum, pending)
	return row
}

// chart is a table with a bar in each row.
type chart struct {
	// Caption, and Names as the heading of the first column, are keys.
	Caption, Names string
	Rows           []bar
	// Sum of the rows, where they have one in common.
	Sum figure
	// Waiting is true where the rows tell how many of their cases still wait.
	Waiting bool
	// Others counts what is left out of a long list; 0 where nothing is.
	Others int
}

// bar is one row. Of its cases Pending still wait.
type bar struct {
	Label   string
	Count   figure
	Pending figure
	// Most is the length of the chart's longest bar.
	Most int
}

// scale gives the bars a common measure.
func (c chart) scale() chart {
	most := 0
	for _, row := range c.Rows {
		most = max(most, row.Count.N)
	}
	for i := range c.Rows {
		c.Rows[i].Most = most
	}
	return c
}

func viewEnded(s casework.Statistics, d drill, words func(string) string) chart {
	c := chart{Caption: "figures.ended_caption", Names: "figures.how_ended"}
	sum := s.Withdrawn + s.Merged
	for _, result := range casework.Results() {
		closed := d.ended()
		closed.Result = result
		c.Rows = append(c.Rows, bar{Label: words("result." + string(result)), Count: d.figure(s.Closed[result], closed)})
		sum += s.Closed[result]
	}
	for _, other := range []struct {
		state casework.State
		n     int
	}{{casework.Withdrawn, s.Withdrawn}, {casework.Merged, s.Merged}} {
		ended := d.ended()
		ended.State = other.state
		c.Rows = append(c.Rows, bar{Label: words("state." + string(other.state)), Count: d.figure(other.n, ended)})
	}
	c.Sum = d.figure(sum, d.ended())
	return c.scale()
}

func viewRatings(s casework.Statistics, d drill, words func(string) string) chart {
	c := chart{Caption: "figures.satisfaction_caption", Names: "field.rating"}
	for _, rating := range casework.Satisfactions() {
		rated := d.ended()
		rated.Rating = rating
		c.Rows = append(c.Rows, bar{Label: words("rating." + string(rating)), Count: d.figure(s.Satisfaction[rating], rated)})
	}
	return c.scale()
}

// A page must stay small on an old phone. A township has fewer of both.
const (
	mostTopics   = 20
	mostVillages = 30
)

func viewTopics(s casework.Statistics, d drill) chart {
	c := chart{Caption: "figures.received_caption", Names: "figures.topic", Waiting: true}
	return c.most(mostTopics, s.Topics, d, "", func(f *casework.Filter, name string) { f.Topic = name })
}

func viewVillages(s casework.Statistics, d drill, words func(string) string) chart {
	c := chart{Caption: "figures.received_caption", Names: "figures.village", Waiting: true}
	return c.most(mostVillages, s.Villages, d, words("figures.no_village"), func(f *casework.Filter, name string) { f.Village, f.NoVillage = name, name == "" })
}

// most shows the most frequent names of a list; unnamed is the label of what has none, and narrow bounds a filter to a name.
func (c chart) most(n int, tallies []casework.Tally, d drill, unnamed string, narrow func(*casework.Filter, string)) chart {
	shown := tallies[:min(n, len(tallies))]
	for _, t := range shown {
		all := d.received()
		narrow(&all, t.Name)
		waiting := all
		waiting.Stage = casework.StagePending
		c.Rows = append(c.Rows, bar{Label: cmp.Or(t.Name, unnamed), Count: d.figure(t.N, all), Pending: d.figure(t.Pending, waiting)})
	}
	for _, t := range tallies[len(shown):] {
		c.Others += t.N
	}
	return c.scale()
}
