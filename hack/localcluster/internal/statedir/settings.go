package statedir

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"township.dev/liaison/hack/localcluster/internal/ports"
)

const (
	settingsFile = "localcluster.json"
	settingsKind = "localcluster/v1"
)

// NodeKind says what runs a cluster's pods.
type NodeKind string

// A process node runs containers as local processes, a real one by a kubelet and containerd.
const (
	ProcessNode NodeKind = "process"
	RealNode    NodeKind = "real"
)

// Settings outlive a cluster's runs. Their file is also the mark by which a state folder is known as ours.
type Settings struct {
	Kind  string    `json:"kind"`
	Ports ports.Set `json:"ports"`
	// Node is chosen at the first start. It is empty before, and was in clusters from when there was one kind.
	Node NodeKind `json:"node,omitempty"`
}

// ReadSettings reads what the last start wrote.
func (f Folder) ReadSettings() (Settings, error) {
	content, err := os.ReadFile(f.in(settingsFile))
	if err != nil {
		return Settings{}, fmt.Errorf("reading the cluster's settings: %w", err)
	}
	var settings Settings
	if err := json.Unmarshal(content, &settings); err != nil {
		return Settings{}, fmt.Errorf("reading the cluster's settings in %s: %w", f.in(settingsFile), err)
	}
	if settings.Kind != settingsKind {
		return Settings{}, fmt.Errorf("%s is of kind %q, not %q: it is not a state folder of this localcluster",
			f.in(settingsFile), settings.Kind, settingsKind)
	}
	return settings, nil
}

// WriteSettings replaces the settings.
func (f Folder) WriteSettings(settings Settings) error {
	settings.Kind = settingsKind
	return WriteJSON(f.in(settingsFile), settings)
}

// WriteJSON replaces the file at path by value, in one step: who reads it sees the old or the new.
func WriteJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", filepath.Base(path), err)
	}
	return WriteFile(path, append(content, '\n'), 0o644)
}

// WriteFile replaces the file at path by content, in one step.
func WriteFile(path string, content []byte, mode os.FileMode) error {
	draft, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() { _ = os.Remove(draft.Name()) }() // fails, as it should, once the draft has taken its name
	_, err = draft.Write(content)
	if err == nil {
		err = draft.Chmod(mode)
	}
	if closeErr := draft.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
