package duty

import (
	"bytes"
	"encoding/json"

	"sigs.k8s.io/yaml"

	applyv1alpha1 "township.dev/liaison/api/applyconfiguration/api/v1alpha1"
	"township.dev/liaison/internal/fromcrd"
	"township.dev/liaison/internal/workday"
)

// list is the DutySchedules as kubectl prints and takes them.
type list struct {
	APIVersion string                                          `json:"apiVersion"`
	Kind       string                                          `json:"kind"`
	Items      []*applyv1alpha1.DutyScheduleApplyConfiguration `json:"items"`
}

// json is the plan as the DutySchedules that the operator would write. A preview announces nothing.
func (r *planned) json() ([]byte, error) {
	schedules := list{APIVersion: "v1", Kind: "List"}
	for _, month := range r.months {
		schedules.Items = append(schedules.Items, fromcrd.Schedule(r.roster.Name, r.roster.Namespace, month, workday.Date{}))
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // a topic may hold &
	encoder.SetIndent("", "  ")
	err := encoder.Encode(schedules)
	return b.Bytes(), err
}

func (r *planned) yaml() ([]byte, error) {
	text, err := r.json()
	if err != nil {
		return nil, err
	}
	return yaml.JSONToYAML(text)
}
