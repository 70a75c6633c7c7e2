package kubeletapi

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// parseOptions reads the query the API server sends for `kubectl logs`.
func parseOptions(query url.Values) (corev1.PodLogOptions, error) {
	p := parser{query: query}
	options := corev1.PodLogOptions{
		Follow:       p.flag("follow"),
		Previous:     p.flag("previous"),
		Timestamps:   p.flag("timestamps"),
		TailLines:    p.count("tailLines"),
		LimitBytes:   p.count("limitBytes"),
		SinceSeconds: p.count("sinceSeconds"),
		SinceTime:    p.time("sinceTime"),
	}
	if stream := query.Get("stream"); stream != "" {
		options.Stream = &stream
	}
	return options, errors.Join(p.failures...)
}

type parser struct {
	query    url.Values
	failures []error
}

func (p *parser) flag(name string) bool {
	text := p.query.Get(name)
	if text == "" {
		return false
	}
	value, err := strconv.ParseBool(text)
	p.note(name, err)
	return value
}

func (p *parser) count(name string) *int64 {
	text := p.query.Get(name)
	if text == "" {
		return nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err == nil && value < 0 {
		err = errors.New("must not be negative")
	}
	p.note(name, err)
	return &value
}

func (p *parser) time(name string) *metav1.Time {
	text := p.query.Get(name)
	if text == "" {
		return nil
	}
	value, err := time.Parse(time.RFC3339, text)
	p.note(name, err)
	return &metav1.Time{Time: value}
}

func (p *parser) note(name string, err error) {
	if err != nil {
		p.failures = append(p.failures, fmt.Errorf("%s: %w", name, err))
	}
}
