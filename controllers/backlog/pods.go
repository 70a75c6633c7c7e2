package backlog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	stationctl "township.dev/liaison/controllers/station"
)

// podsOfStation is the cache index from a station's name to its pods, so that a poll costs the same in a namespace of one
// station and of a thousand.
const podsOfStation = "liaison.township.dev/pods-of-station"

// internalPort is the name of the container port the intake answers the operator on.
const internalPort = "internal"

func indexPodsOfStation(object client.Object) []string {
	if station, ok := object.GetLabels()[stationctl.LabelStation]; ok {
		return []string{station}
	}
	return nil
}

// findDoor looks up where the station's intake can be asked and with what token, or fails with a silence.
func (r *Reconciler) findDoor(ctx context.Context, station *v1alpha1.LiaisonStation) (door, error) {
	if station.Spec.Suspend {
		return door{}, silent(ReasonSuspended, errors.New("the station is suspended"))
	}
	pods := &corev1.PodList{}
	err := r.reader.List(ctx, pods,
		client.InNamespace(station.Namespace), client.MatchingFields{podsOfStation: station.Name}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return door{}, fmt.Errorf("listing the station's pods: %w", err)
	}
	for i := range pods.Items {
		if err := apply.Unpack(&pods.Items[i]); err != nil {
			return door{}, err
		}
	}
	address, err := addressOf(pods.Items)
	if err != nil {
		return door{}, err
	}
	token, err := r.findToken(ctx, station)
	if err != nil {
		return door{}, err
	}
	return door{address: address, token: token}, nil
}

// addressOf picks the pod that has been ready longest; there are two only while one replaces the other.
func addressOf(pods []corev1.Pod) (string, error) {
	ready := slices.DeleteFunc(slices.Clone(pods), func(pod corev1.Pod) bool { return !reachable(&pod) })
	if len(ready) == 0 {
		return "", silent(ReasonNotReady, errors.New("no pod of the station is ready"))
	}
	pod := slices.MinFunc(ready, func(a, b corev1.Pod) int {
		return a.CreationTimestamp.Compare(b.CreationTimestamp.Time)
	})
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			if port.Name == internalPort {
				return net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(int(port.ContainerPort))), nil
			}
		}
	}
	return "", silent(ReasonNoPort, fmt.Errorf("pod %s has no container port named %s", pod.Name, internalPort))
}

// reachable reports whether the pod can be asked at all.
func reachable(pod *corev1.Pod) bool {
	if pod.DeletionTimestamp != nil || pod.Status.PodIP == "" {
		return false
	}
	return slices.ContainsFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool {
		return c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue
	})
}

func (r *Reconciler) findToken(ctx context.Context, station *v1alpha1.LiaisonStation) (string, error) {
	name := types.NamespacedName{Namespace: station.Namespace, Name: stationctl.DataName(station.Name)}
	secret := &corev1.Secret{}
	err := r.reader.Get(ctx, name, secret)
	if apierrors.IsNotFound(err) {
		return "", silent(ReasonTokenMissing, fmt.Errorf("secret %s is missing", name))
	}
	if err != nil {
		return "", fmt.Errorf("reading the station's internal token: %w", err)
	}
	if err := apply.Unpack(secret); err != nil {
		return "", err
	}
	token := secret.Data[stationctl.InternalTokenKey]
	if len(token) == 0 {
		return "", silent(ReasonTokenMissing, fmt.Errorf("secret %s has no key %s", name, stationctl.InternalTokenKey))
	}
	return string(token), nil
}
