package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
)

// readDefaults reads what stations get where they say nothing themselves: YAML with fields of a station's spec.intake. Without a file there are none.
func readDefaults(file string) (v1alpha1.Intake, error) {
	if file == "" {
		return v1alpha1.Intake{}, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return v1alpha1.Intake{}, fmt.Errorf("--intake-defaults: %w", err)
	}
	var defaults v1alpha1.Intake
	if err := yaml.UnmarshalStrict(content, &defaults); err != nil {
		return v1alpha1.Intake{}, fmt.Errorf("--intake-defaults: %s has not the fields of a station's spec.intake: %w", file, err)
	}
	if err := checkDefaults(defaults); err != nil {
		return v1alpha1.Intake{}, fmt.Errorf("--intake-defaults: %s: %w", file, err)
	}
	return defaults, nil
}

// ownLabels are those by which the operator finds an intake's pod.
var ownLabels = []string{"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"}

// checkDefaults refuses what cannot be the same for all stations.
func checkDefaults(d v1alpha1.Intake) error {
	var problems []error
	if d.Host != "" {
		problems = append(problems, errors.New("host is each station's own; set spec.intake.host there"))
	}
	if !d.Storage.Size.IsZero() || d.Storage.Type != "" {
		problems = append(problems, errors.New("of storage only storageClassName can be set for all; each station has a type and a size of its own"))
	}
	if d.Image != "" {
		problems = append(problems, errors.New("the image for all is --intake-image"))
	}
	for _, key := range slices.Sorted(maps.Keys(d.Labels)) {
		if strings.HasPrefix(key, "liaison.township.dev/") || slices.Contains(ownLabels, key) {
			problems = append(problems, fmt.Errorf("labels: %s is the operator's own", key))
		}
	}
	if r := d.Resources; r != nil {
		for name, request := range r.Requests {
			if limit, limited := r.Limits[name]; limited && request.Cmp(limit) > 0 {
				problems = append(problems, fmt.Errorf("resources: the request of %s exceeds its limit; raise the limit or lower the request", name))
			}
		}
	}
	if e := d.Exposure; e != nil && (e.Ingress == nil) == (e.Gateway == nil) {
		problems = append(problems, errors.New("exposure needs exactly one of ingress and gateway"))
	}
	if d.CAConfigMapRef != nil && d.CAConfigMapRef.Name == "" {
		problems = append(problems, errors.New("caConfigMapRef needs the name of a ConfigMap, which each station's namespace has"))
	}
	return errors.Join(problems...)
}
