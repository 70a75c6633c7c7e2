package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"sync"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/station"
)

// makePodsReady gives each StatefulSet the pod it asks for, ready from the beginning. It is StatefulSet controller, scheduler and kubelet at once:
// without a controller manager nobody makes pods, and what fakes kubelets only gives a status to pods that are there.
func (r *runner) makePodsReady(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * workers)
	var address addresses
	for _, namespace := range namespacesOf(r.townships) {
		sets := &appsv1.StatefulSetList{}
		err := r.cluster.client.List(ctx, sets, client.InNamespace(namespace), client.MatchingLabels{station.LabelManagedBy: station.ManagedBy})
		if err != nil {
			return fmt.Errorf("listing the StatefulSets of %s: %w", namespace, err)
		}
		for i := range sets.Items {
			group.Go(func() error { return r.makePodReady(ctx, &sets.Items[i], address.next()) })
		}
	}
	return group.Wait()
}

func (r *runner) makePodReady(ctx context.Context, set *appsv1.StatefulSet, ip string) error {
	pod := &corev1.Pod{ObjectMeta: set.Spec.Template.ObjectMeta, Spec: set.Spec.Template.Spec}
	pod.Namespace, pod.Name = set.Namespace, set.Name+"-0"
	pod.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(set, appsv1.SchemeGroupVersion.WithKind("StatefulSet"))}
	pod.Spec.NodeName = "node-" + ip
	// Every intake answers on the port of the one that stands in for all, each under an address of its own.
	for i, port := range pod.Spec.Containers[0].Ports {
		if port.Name == "internal" {
			pod.Spec.Containers[0].Ports[i].ContainerPort = r.intakes.port
		}
	}
	if err := client.IgnoreAlreadyExists(r.cluster.client.Create(ctx, pod)); err != nil {
		return fmt.Errorf("making a pod: %w", err)
	}
	pod.Status = runningAt(ip)
	pod.ResourceVersion = "" // a pod of an interrupted run is taken over as it is
	if err := r.cluster.client.Status().Update(ctx, pod); err != nil {
		return fmt.Errorf("making a pod ready: %w", err)
	}
	set.Status = appsv1.StatefulSetStatus{
		ObservedGeneration: set.Generation, Replicas: 1, ReadyReplicas: 1, AvailableReplicas: 1, CurrentReplicas: 1, UpdatedReplicas: 1,
		CurrentRevision: set.Name + "-1", UpdateRevision: set.Name + "-1",
	}
	if err := r.cluster.client.Status().Update(ctx, set); err != nil {
		return fmt.Errorf("giving a StatefulSet its status: %w", err)
	}
	return nil
}

func runningAt(ip string) corev1.PodStatus {
	now, yes := metav1.Now(), true
	status := corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}}, HostIP: "127.0.0.1", HostIPs: []corev1.HostIP{{IP: "127.0.0.1"}}, StartTime: &now,
		ContainerStatuses: []corev1.ContainerStatus{{
			Name: "intake", Image: "intake", ImageID: "intake", ContainerID: "scale://" + ip, Ready: true, Started: &yes,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
		}},
	}
	for _, condition := range []corev1.PodConditionType{corev1.PodReadyToStartContainers, corev1.PodScheduled, corev1.PodInitialized, corev1.ContainersReady, corev1.PodReady} {
		status.Conditions = append(status.Conditions, corev1.PodCondition{Type: condition, Status: corev1.ConditionTrue, LastTransitionTime: now})
	}
	return status
}

// addresses of the loopback range, from 127.1.0.1 on.
type addresses struct {
	mu   sync.Mutex
	last uint32
}

func (a *addresses) next() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	ip := make(net.IP, net.IPv4len)
	binary.BigEndian.PutUint32(ip, 127<<24|1<<16+a.last)
	return ip.String()
}
