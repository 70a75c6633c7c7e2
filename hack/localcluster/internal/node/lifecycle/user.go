package lifecycle

import (
	"errors"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

// user is whom a container runs as.
type user struct {
	uid, gid int
	groups   []int
}

// userOf reads the security contexts; the container's wins over the pod's. An image here says nothing about its user, which
// makes it root.
func userOf(pod *corev1.Pod, spec *corev1.Container) (user, error) {
	podContext := ptr.Deref(pod.Spec.SecurityContext, corev1.PodSecurityContext{})
	own := ptr.Deref(spec.SecurityContext, corev1.SecurityContext{})
	found := user{
		uid: int(ptr.Deref(first(own.RunAsUser, podContext.RunAsUser), 0)),
		gid: int(ptr.Deref(first(own.RunAsGroup, podContext.RunAsGroup), 0)),
	}
	for _, group := range podContext.SupplementalGroups {
		found.groups = append(found.groups, int(group))
	}
	if podContext.FSGroup != nil {
		found.groups = append(found.groups, int(*podContext.FSGroup))
	}
	if ptr.Deref(first(own.RunAsNonRoot, podContext.RunAsNonRoot), false) && found.uid == 0 {
		return user{}, errors.New("container has runAsNonRoot, but would run as root: set runAsUser")
	}
	return found, nil
}

func first[T any](values ...*T) *T {
	for _, value := range values {
		if value != nil {
			return value
		}
	}
	return nil
}
