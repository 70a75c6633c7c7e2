package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// sample is one value of a metric.
type sample struct {
	labels map[string]string
	value  float64
}

// samples by the metric's name; histograms are left out.
type samples map[string][]sample

// sum of a metric over the samples that bear all of the labels, given in pairs.
func (s samples) sum(name string, labels ...string) float64 {
	total := 0.0
	for _, one := range s[name] {
		fits := true
		for i := 0; i < len(labels); i += 2 {
			fits = fits && one.labels[labels[i]] == labels[i+1]
		}
		if fits {
			total += one.value
		}
	}
	return total
}

// scraped is one answer of a metrics endpoint.
type scraped struct {
	samples samples
	bytes   int
	took    time.Duration
}

func scrape(ctx context.Context, client *http.Client, url string) (scraped, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return scraped{}, fmt.Errorf("asking for metrics: %w", err)
	}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return scraped{}, fmt.Errorf("asking for metrics: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return scraped{}, fmt.Errorf("reading the metrics of %s: %w", url, err)
	}
	if response.StatusCode != http.StatusOK {
		return scraped{}, fmt.Errorf("asking for metrics: %s answers %s", url, response.Status)
	}
	took := time.Since(began)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(body))
	if err != nil {
		return scraped{}, fmt.Errorf("reading the metrics of %s: %w", url, err)
	}
	found := samples{}
	for name, family := range families {
		for _, m := range family.GetMetric() {
			found[name] = append(found[name], sample{labels: labelsOf(m), value: m.GetCounter().GetValue() + m.GetGauge().GetValue()})
		}
	}
	return scraped{samples: found, bytes: len(body), took: took}, nil
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, pair := range m.GetLabel() {
		labels[pair.GetName()] = pair.GetValue()
	}
	return labels
}
