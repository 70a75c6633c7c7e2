package lifecycle

import (
	"errors"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"township.dev/liaison/hack/localcluster/internal/node/probe"
)

// unsupported names what the pod asks for and the development node cannot give. Running it regardless would look like working.
func unsupported(pod *corev1.Pod, spec *corev1.Container, init bool) error {
	security := ptr.Deref(spec.SecurityContext, corev1.SecurityContext{})
	switch {
	case pod.Spec.HostPID || pod.Spec.HostIPC:
		return errors.New("the development node does not support hostPID and hostIPC")
	case ptr.Deref(security.Privileged, false):
		return errors.New("the development node does not run privileged containers")
	case init && spec.RestartPolicy != nil:
		return errors.New("the development node does not support sidecars (init containers with a restartPolicy)")
	case len(spec.VolumeDevices) > 0:
		return errors.New("the development node does not support volumeDevices")
	case spec.Lifecycle != nil && spec.Lifecycle.PostStart != nil:
		return errors.New("the development node does not run postStart hooks")
	}
	return probe.Unsupported(spec)
}

// ignored names what the pod asks for and can do without.
func ignored(spec *corev1.Container) []string {
	var parts []string
	if spec.Lifecycle != nil && spec.Lifecycle.PreStop != nil {
		parts = append(parts, "the preStop hook")
	}
	if spec.SecurityContext != nil && spec.SecurityContext.Capabilities != nil && len(spec.SecurityContext.Capabilities.Add) > 0 {
		parts = append(parts, "the added capabilities")
	}
	return parts
}
