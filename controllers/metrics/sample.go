package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// sample is a prometheus.Metric that shares the labels it has in common with others: those of forty thousand stations are a million samples a scrape,
// and their labels would be most of what a scrape takes.
type sample struct {
	family *family
	value  float64
	labels []*dto.LabelPair
}

// Desc implements prometheus.Metric.
func (s *sample) Desc() *prometheus.Desc { return s.family.desc }

// Write implements prometheus.Metric.
func (s *sample) Write(out *dto.Metric) error {
	out.Label = s.labels
	if s.family.kind == prometheus.CounterValue {
		out.Counter = &dto.Counter{Value: &s.value}
	} else {
		out.Gauge = &dto.Gauge{Value: &s.value}
	}
	return nil
}

// series of one station.
type series struct {
	out       chan<- prometheus.Metric
	namespace string
	// place is the namespace and the station, which all of them have.
	place []*dto.LabelPair
}

func newSeries(out chan<- prometheus.Metric, namespace, station string) series {
	return series{out: out, namespace: namespace, place: []*dto.LabelPair{pair(place[0], namespace), pair(place[1], station)}}
}

func pair(name, value string) *dto.LabelPair { return &dto.LabelPair{Name: &name, Value: &value} }

// put reports a value with the family's own labels in the order of its declaration.
func (s series) put(f *family, value float64, values ...string) {
	s.out <- &sample{family: f, value: value, labels: s.labelled(f, values)}
}

// labelled are the labels by name, as the exposition has them.
func (s series) labelled(f *family, values []string) []*dto.LabelPair {
	if len(values) == 0 {
		return s.place
	}
	labels := make([]*dto.LabelPair, len(f.order))
	for to, from := range f.order {
		if own := from - len(s.place); own < 0 {
			labels[to] = s.place[from]
		} else {
			labels[to] = pair(f.labels[own], values[own])
		}
	}
	return labels
}
