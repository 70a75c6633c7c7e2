package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	provenanceType      = "application/vnd.in-toto+json"
	provenancePredicate = "https://slsa.dev/provenance/v1"
)

// statement is an in-toto statement whose predicate is SLSA's provenance, version 1.
type statement struct {
	Type          string     `json:"_type"`
	Subject       []resource `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     provenance `json:"predicate"`
}

type resource struct {
	Name        string            `json:"name,omitempty"`
	URI         string            `json:"uri,omitempty"`
	Digest      map[string]string `json:"digest,omitempty"`
	Annotations map[string]any    `json:"annotations,omitempty"`
}

type provenance struct {
	BuildDefinition buildDefinition `json:"buildDefinition"`
	RunDetails      runDetails      `json:"runDetails"`
}

type buildDefinition struct {
	BuildType            string         `json:"buildType"`
	ExternalParameters   map[string]any `json:"externalParameters"`
	InternalParameters   map[string]any `json:"internalParameters"`
	ResolvedDependencies []resource     `json:"resolvedDependencies"`
}

type runDetails struct {
	Builder struct {
		ID string `json:"id"`
	} `json:"builder"`
}

// provenance says how an image was made: by `make images`, from which revision, with which settings and modules. It names no time
// and no machine, so that whoever builds the revision again gets the same statement.
func (r release) provenance(subjects []resource, programs []binary) ([]byte, error) {
	materials, err := r.materials(programs)
	if err != nil {
		return nil, err
	}
	var platforms []string
	settings := map[string]any{}
	for _, program := range programs {
		platform := program.platform.String()
		platforms = append(platforms, platform)
		settings[platform] = settingsOf(program)
	}
	made := provenance{BuildDefinition: buildDefinition{
		BuildType:            r.source + "/docs/air-gapped.md#how-the-images-are-made",
		ExternalParameters:   map[string]any{"source": r.source, "revision": r.revision, "version": r.version, "platforms": platforms},
		InternalParameters:   map[string]any{"settings": settings},
		ResolvedDependencies: materials,
	}}
	made.RunDetails.Builder.ID = r.source + "/hack/images.sh"
	return json.MarshalIndent(statement{
		Type: "https://in-toto.io/Statement/v1", Subject: subjects, PredicateType: provenancePredicate, Predicate: made,
	}, "", "  ")
}

// settingsOf are the go command's, as the binary keeps them.
func settingsOf(program binary) map[string]string {
	settings := map[string]string{"go": program.build.GoVersion, "package": program.build.Path}
	for _, s := range program.build.Settings {
		settings[s.Key] = s.Value
	}
	return settings
}

// materials are the source and every module, each once.
func (r release) materials(programs []binary) ([]resource, error) {
	byPURL := map[string]resource{}
	for _, program := range programs {
		modules, err := r.modules(program)
		if err != nil {
			return nil, err
		}
		for _, m := range modules {
			byPURL[m.purl()] = materialOf(m)
		}
	}
	materials := []resource{r.sourceMaterial()}
	for _, purl := range slices.Sorted(maps.Keys(byPURL)) {
		materials = append(materials, byPURL[purl])
	}
	return materials, nil
}

func materialOf(m module) resource {
	material := resource{URI: m.purl()}
	if m.sum != "" {
		material.Digest = map[string]string{"dirHash": m.sum}
	}
	return material
}

// sourceMaterial is the commit, and whether the files were other than those committed.
func (r release) sourceMaterial() resource {
	commit, modified := strings.CutSuffix(r.revision, "-dirty")
	material := resource{URI: fmt.Sprintf("git+%s@%s", r.source, commit)}
	if isCommit(commit) {
		material.Digest = map[string]string{"gitCommit": commit}
	}
	if modified {
		material.Annotations = map[string]any{"modified": true}
	}
	return material
}

func isCommit(revision string) bool {
	return len(revision) == 40 && strings.Trim(revision, "0123456789abcdef") == ""
}
