package panels

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// Prometheus is a server, by its address of host and port.
type Prometheus string

// Sample is one answer to an instant query.
type Sample struct {
	Metric map[string]string
	// Value is when, and how much as text.
	Value [2]any
}

// Number is NaN where the answer is no number at all.
func (s Sample) Number() float64 {
	text, _ := s.Value[1].(string)
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return value
}

// Ask for the value of now.
func (p Prometheus) Ask(ctx context.Context, query string) ([]Sample, error) {
	var answer struct {
		ResultType string
		Result     []Sample
	}
	if err := p.get(ctx, "/api/v1/query", url.Values{"query": {query}}, &answer); err != nil {
		return nil, err
	}
	if answer.ResultType != "vector" {
		return nil, fmt.Errorf("the answer is a %s", answer.ResultType)
	}
	return answer.Result, nil
}

// Offers are the values that the label has on the metric. It is an error when there is none, or not the wanted one where one is wanted.
func (p Prometheus) Offers(ctx context.Context, label, metric, wanted string) ([]string, error) {
	var values []string
	if err := p.get(ctx, "/api/v1/label/"+label+"/values", url.Values{"match[]": {metric}}, &values); err != nil {
		return nil, err
	}
	if len(values) == 0 || (wanted != "" && !slices.Contains(values, wanted)) {
		return nil, fmt.Errorf("the values of %s on %s are %q", label, metric, values)
	}
	return values, nil
}

func (p Prometheus) get(ctx context.Context, path string, parameters url.Values, into any) error {
	target := url.URL{Scheme: "http", Host: string(p), Path: path, RawQuery: parameters.Encode()}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return fmt.Errorf("asking Prometheus: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("asking Prometheus: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	answer := struct {
		Status, Error string
		Data          any
	}{Data: into}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("Prometheus answers %s: %w", response.Status, err)
	}
	if answer.Status != "success" {
		return fmt.Errorf("Prometheus answers %s", answer.Error)
	}
	return nil
}
