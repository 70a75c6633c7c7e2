package waves

import "github.com/prometheus/client_golang/prometheus"

var (
	stationsDesc = prometheus.NewDesc("liaison_rollout_stations",
		"Stations by where they are on the way to what the county has decided last: current, waiting, updating, failed.", []string{"state"}, nil)
	haltedDesc = prometheus.NewDesc("liaison_rollout_halted",
		"1 while no station is updated because one has failed, else 0.", nil, nil)
)

// Describe implements prometheus.Collector.
func (w *Waves) Describe(out chan<- *prometheus.Desc) {
	out <- stationsDesc
	out <- haltedDesc
}

// Collect implements prometheus.Collector. An operator that does not lead, or has not heard of all stations yet, says nothing: half the sums are wrong ones.
func (w *Waves) Collect(out chan<- prometheus.Metric) {
	p := w.Progress()
	if !p.Complete {
		return
	}
	for place, n := range p.Stations {
		out <- prometheus.MustNewConstMetric(stationsDesc, prometheus.GaugeValue, float64(n), string(place))
	}
	halted := 0.0
	if p.Halted() {
		halted = 1
	}
	out <- prometheus.MustNewConstMetric(haltedDesc, prometheus.GaugeValue, halted)
}
