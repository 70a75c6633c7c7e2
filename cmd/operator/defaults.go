package main

import (
	"errors"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
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

// checkDefaults refuses what cannot be the same for all stations, and what none of them could have.
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
	return errors.Join(append(problems, station.CheckDefaults(d))...)
}
