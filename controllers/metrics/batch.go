package metrics

import (
	dto "github.com/prometheus/client_model/go"
)

// batch holds the samples of one family. Its memory serves the next family as well.
type batch struct {
	slabs   []*[slabSize]sample
	metrics []*dto.Metric
}

const slabSize = 1024

// sample is a metric together with what it points at.
type sample struct {
	metric  dto.Metric
	gauge   dto.Gauge
	counter dto.Counter
	value   float64
}

// of returns the family with the samples of all stations. It is good until the next call.
func (b *batch) of(f *family, views []view) *dto.MetricFamily {
	b.metrics = b.metrics[:0]
	var v *view
	put := func(value float64, labels ...string) { b.add(f, value, f.labelled(v.place, labels)) }
	for i := range views {
		v = &views[i]
		f.samples(v, put)
	}
	return &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: &f.kind, Metric: b.metrics}
}

func (b *batch) add(f *family, value float64, labels []*dto.LabelPair) {
	next := len(b.metrics)
	if next == len(b.slabs)*slabSize {
		b.slabs = append(b.slabs, new([slabSize]sample))
	}
	s := &b.slabs[next/slabSize][next%slabSize]
	s.value, s.metric.Label, s.metric.Gauge, s.metric.Counter = value, labels, nil, nil
	if f.kind == dto.MetricType_COUNTER {
		s.counter.Value, s.metric.Counter = &s.value, &s.counter
	} else {
		s.gauge.Value, s.metric.Gauge = &s.value, &s.gauge
	}
	b.metrics = append(b.metrics, &s.metric)
}
