package apply

import (
	"slices"
	"strings"
)

// keyedLists names, by kind and path, the lists of what we write that merge by key, as the API's schema has it. Every other list
// is taken as one value: longer, shorter or otherwise ordered is different. A missing row is safe (it repairs too much: an element
// that someone else added makes us apply again, which changes nothing); a wrong one is not.
var keyedLists = map[string][]string{
	"*/metadata.ownerReferences": {"uid"},
	"*/metadata.finalizers":      {},

	"StatefulSet/spec.template.spec.containers":                  {"name"},
	"StatefulSet/spec.template.spec.containers.env":              {"name"},
	"StatefulSet/spec.template.spec.containers.ports":            {"containerPort", "protocol"},
	"StatefulSet/spec.template.spec.containers.volumeMounts":     {"mountPath"},
	"StatefulSet/spec.template.spec.imagePullSecrets":            {"name"},
	"StatefulSet/spec.template.spec.initContainers":              {"name"},
	"StatefulSet/spec.template.spec.initContainers.env":          {"name"},
	"StatefulSet/spec.template.spec.initContainers.volumeMounts": {"mountPath"},
	"StatefulSet/spec.template.spec.volumes":                     {"name"},

	"Service/spec.ports":              {"port", "protocol"},
	"ServiceAccount/imagePullSecrets": {"name"},

	"DutySchedule/spec.shifts":                   {"date", "kind"},
	"DutySchedule/spec.openingLedgers.reception": {"deputy"},
	"DutySchedule/spec.openingLedgers.duty":      {"deputy"},
	"DutySchedule/spec.openingLedgers.leader":    {"deputy"},
}

// mergeKeys returns the keys of the list at path, empty for a set, nil for a list taken as one value.
func mergeKeys(kind, path string) []string {
	if keys, ok := keyedLists[kind+"/"+path]; ok {
		return keys
	}
	return keyedLists["*/"+path]
}

// whole names, by kind and by path, what of ours the API takes as one value though it is a map, or a list of maps that get no defaults beyond what we write: a
// label added by hand to a selector is no addition of somebody else's, it selects less.
var whole = map[string][]string{
	"NetworkPolicy": {"spec.egress", "spec.ingress", "spec.podSelector"},
	"PodMonitor":    {"spec.selector"},
	"Service":       {"spec.selector"},
	"StatefulSet":   {"spec.template.spec.nodeSelector"},
}

// takenWhole is asked of every field at every look, and so makes no text of its own.
func takenWhole(kind, path string) bool { return slices.Contains(whole[kind], path) }

// quantityParents are the maps whose values are quantities, and quantityFields the single fields.
var (
	quantityParents = []string{"requests", "limits", "capacity"}
	quantityFields  = []string{"sizeLimit"}
)

func isQuantity(path string) bool {
	fields := strings.Split(path, ".")
	last := len(fields) - 1
	return slices.Contains(quantityFields, fields[last]) || (last > 0 && slices.Contains(quantityParents, fields[last-1]))
}

func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}
