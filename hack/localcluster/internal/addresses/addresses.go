// Package addresses holds those of a cluster that are the same on every machine.
package addresses

// ServiceRange is where Services get their addresses from, and APIService is the first of it, which Kubernetes gives to its own.
const (
	ServiceRange = "10.96.0.0/16"
	APIService   = "10.96.0.1"
)

// A real node has a network of its own, joined to this machine by a cable with an address at each end.
const (
	Host     = "10.98.0.1"
	RealNode = "10.98.0.2"
	PodRange = "10.97.0.0/24"
)
