// Package metrics turns what the operator knows about the stations into Prometheus metrics at the moment of a scrape.
//
// Figures come from the objects in the informer cache, so that a metric and `kubectl get` never disagree and a station's series end with
// the station. Only what stands in no object comes from the memory of the polls: the age of the figures, failed polls, results and ratings of closed cases.
package metrics

import (
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// Exposition returns the handler of scrapes: it answers with the metrics of the process and then with those of every station, a family at a time. A
// registry gathers everything before the first byte is written, and forty thousand stations are a million samples.
func Exposition(process prometheus.Gatherer, stations *Stations) (http.Handler, error) {
	compressed, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed))
	if err != nil {
		return nil, fmt.Errorf("making the compression of metrics: %w", err)
	}
	return compressed(exposition{process, stations}), nil
}

type exposition struct {
	process  prometheus.Gatherer
	stations *Stations
}

// ServeHTTP implements http.Handler.
func (e exposition) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	own, err := e.process.Gather()
	if err != nil {
		http.Error(w, fmt.Sprintf("gathering the metrics of the process: %s", err), http.StatusInternalServerError)
		return
	}
	views, err := e.stations.look(request.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	format := expfmt.NegotiateAccept(request.Header, expfmt.DefaultAcceptedFormats()...)
	w.Header().Set("Content-Type", string(format))
	encoder := expfmt.NewEncoder(w, format)
	for _, family := range own {
		orAbort(encoder.Encode(family))
	}
	var samples batch
	for _, f := range families {
		if told := samples.of(f, views); len(told.Metric) > 0 {
			orAbort(encoder.Encode(told))
		}
	}
}

// orAbort breaks the connection off: an answer that ends early would look like stations that vanished.
func orAbort(err error) {
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}
