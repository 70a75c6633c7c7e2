package swap

import (
	"encoding/json"
	"fmt"

	"township.dev/liaison/api/v1alpha1"
)

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// patch touches the one override and nothing else, so that other overrides keep whoever owns them and fields of a newer API that this program does not
// know. Server-side apply would take the list. It names the version that was read: where somebody wrote since, the server answers with a conflict.
func (c *change) patch(roster *v1alpha1.DeputyRoster) ([]byte, error) {
	steps := append([]operation{{"replace", "/metadata/resourceVersion", roster.ResourceVersion}}, c.steps(&roster.Spec)...)
	text, err := json.Marshal(steps)
	if err != nil {
		return nil, fmt.Errorf("writing the patch: %w", err)
	}
	return text, nil
}

func (c *change) steps(spec *v1alpha1.DeputyRosterSpec) []operation {
	at := overrideAt(spec, c.override.Date, c.kind)
	switch {
	case len(spec.Overrides) == 0:
		return []operation{{"add", "/spec/overrides", []v1alpha1.Override{c.override}}}
	case at < 0:
		return []operation{{"add", "/spec/overrides/-", c.override}}
	}
	steps := []operation{{"add", fmt.Sprintf("/spec/overrides/%d/deputies", at), c.override.Deputies}}
	if c.override.Reason != "" {
		steps = append(steps, operation{"add", fmt.Sprintf("/spec/overrides/%d/reason", at), c.override.Reason})
	}
	return steps
}
