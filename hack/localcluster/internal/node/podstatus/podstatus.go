// Package podstatus says what a pod's status is, given what its containers do. It is pure; the rules are kubelet's.
package podstatus

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Reasons of conditions, spelled as a kubelet spells them.
const (
	reasonContainersNotReady       = "ContainersNotReady"
	reasonContainersNotInitialized = "ContainersNotInitialized"
	reasonPodCompleted             = "PodCompleted"
	reasonReadinessGatesNotReady   = "ReadinessGatesNotReady"
)

// Observed is what the node knows about a pod.
type Observed struct {
	HostIP, PodIP string
	// StartTime is when the node took the pod up.
	StartTime time.Time
	// Init and Containers have one status for each container of the spec, in its order.
	Init, Containers []corev1.ContainerStatus
	// Ended is set when no container of the pod will run again.
	Ended bool
}

// ownConditions are the conditions that a node decides. All others belong to somebody else.
var ownConditions = []corev1.PodConditionType{
	corev1.PodReadyToStartContainers, corev1.PodInitialized, corev1.PodReady, corev1.ContainersReady, corev1.PodScheduled,
}

// MergeConditions takes the node's conditions from own and everybody else's from the API.
func MergeConditions(own, api []corev1.PodCondition) []corev1.PodCondition {
	var merged []corev1.PodCondition
	for _, condition := range api {
		if !slices.Contains(ownConditions, condition.Type) {
			merged = append(merged, condition)
		}
	}
	for _, condition := range own {
		if slices.Contains(ownConditions, condition.Type) {
			merged = append(merged, condition)
		}
	}
	return merged
}

// Build returns the pod's status. It keeps what others have written, such as the scheduler's condition, and the times of
// conditions that have not changed.
func Build(pod *corev1.Pod, observed Observed, now time.Time) corev1.PodStatus {
	status := *pod.Status.DeepCopy()
	status.ObservedGeneration = pod.Generation
	status.Reason, status.Message = "", ""
	status.InitContainerStatuses = observed.Init
	status.ContainerStatuses = observed.Containers
	status.HostIP, status.HostIPs = observed.HostIP, []corev1.HostIP{{IP: observed.HostIP}}
	if observed.PodIP != "" {
		status.PodIP, status.PodIPs = observed.PodIP, []corev1.PodIP{{IP: observed.PodIP}}
	}
	if status.StartTime == nil {
		status.StartTime = &metav1.Time{Time: observed.StartTime}
	}
	status.Phase = phase(pod, observed)
	for _, condition := range conditions(pod, observed, status.Phase) {
		setCondition(&status, condition, pod.Generation, now)
	}
	return status
}

func phase(pod *corev1.Pod, observed Observed) corev1.PodPhase {
	policy := pod.Spec.RestartPolicy
	if policy == corev1.RestartPolicyNever && slices.ContainsFunc(observed.Init, failed) {
		return corev1.PodFailed
	}
	switch tally := count(observed.Containers); {
	case !pastInit(observed), tally.waiting > 0:
		return corev1.PodPending
	case tally.running > 0:
		return corev1.PodRunning
	case policy == corev1.RestartPolicyAlways && !observed.Ended:
		return corev1.PodRunning
	case tally.failed == 0:
		return corev1.PodSucceeded
	case policy == corev1.RestartPolicyNever || observed.Ended:
		return corev1.PodFailed
	default:
		return corev1.PodRunning
	}
}

type tally struct{ waiting, running, failed int }

// count takes a container that waits for its restart as one that has stopped.
func count(containers []corev1.ContainerStatus) tally {
	var t tally
	for _, container := range containers {
		switch {
		case container.State.Running != nil:
			t.running++
		case container.State.Terminated == nil && container.LastTerminationState.Terminated == nil:
			t.waiting++
		case failed(container):
			t.failed++
		}
	}
	return t
}

func failed(container corev1.ContainerStatus) bool {
	end := container.State.Terminated
	if end == nil {
		end = container.LastTerminationState.Terminated
	}
	return container.State.Running == nil && end != nil && end.ExitCode != 0
}

// pastInit is also true when the node restarted a pod whose containers have run before.
func pastInit(observed Observed) bool {
	return !slices.ContainsFunc(observed.Init, func(c corev1.ContainerStatus) bool {
		return c.State.Terminated == nil || c.State.Terminated.ExitCode != 0
	})
}

func conditions(pod *corev1.Pod, observed Observed, phase corev1.PodPhase) []corev1.PodCondition {
	containersReady := containersReady(observed, phase)
	return []corev1.PodCondition{
		condition(corev1.PodReadyToStartContainers, observed.PodIP != "" && !observed.Ended, "", ""),
		initializedCondition(observed),
		podReady(pod, containersReady),
		containersReady,
		condition(corev1.PodScheduled, true, "", ""),
	}
}

func initializedCondition(observed Observed) corev1.PodCondition {
	if pastInit(observed) {
		return condition(corev1.PodInitialized, true, "", "")
	}
	waiting := namesWhere(observed.Init, func(c corev1.ContainerStatus) bool {
		return c.State.Terminated == nil || c.State.Terminated.ExitCode != 0
	})
	return condition(corev1.PodInitialized, false, reasonContainersNotInitialized, "containers with incomplete status: "+waiting)
}

func containersReady(observed Observed, phase corev1.PodPhase) corev1.PodCondition {
	if phase == corev1.PodSucceeded {
		return condition(corev1.ContainersReady, false, reasonPodCompleted, "")
	}
	unready := namesWhere(observed.Containers, func(c corev1.ContainerStatus) bool { return !c.Ready })
	if unready != "[]" {
		return condition(corev1.ContainersReady, false, reasonContainersNotReady, "containers with unready status: "+unready)
	}
	return condition(corev1.ContainersReady, true, "", "")
}

func podReady(pod *corev1.Pod, containersReady corev1.PodCondition) corev1.PodCondition {
	if containersReady.Status != corev1.ConditionTrue {
		ready := containersReady
		ready.Type = corev1.PodReady
		return ready
	}
	var missing []string
	for _, gate := range pod.Spec.ReadinessGates {
		if current := find(pod.Status.Conditions, gate.ConditionType); current == nil || current.Status != corev1.ConditionTrue {
			missing = append(missing, fmt.Sprintf("corresponding condition of pod readiness gate %q is not True.", gate.ConditionType))
		}
	}
	if len(missing) > 0 {
		return condition(corev1.PodReady, false, reasonReadinessGatesNotReady, strings.Join(missing, " "))
	}
	return condition(corev1.PodReady, true, "", "")
}

func condition(kind corev1.PodConditionType, holds bool, reason, message string) corev1.PodCondition {
	status := corev1.ConditionFalse
	if holds {
		status = corev1.ConditionTrue
	}
	return corev1.PodCondition{Type: kind, Status: status, Reason: reason, Message: message}
}

func setCondition(status *corev1.PodStatus, fresh corev1.PodCondition, generation int64, now time.Time) {
	fresh.LastTransitionTime = metav1.NewTime(now)
	fresh.ObservedGeneration = generation
	current := find(status.Conditions, fresh.Type)
	if current == nil {
		status.Conditions = append(status.Conditions, fresh)
		return
	}
	if current.Status == fresh.Status {
		fresh.LastTransitionTime = current.LastTransitionTime
	}
	*current = fresh
}

func find(conditions []corev1.PodCondition, kind corev1.PodConditionType) *corev1.PodCondition {
	index := slices.IndexFunc(conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
	if index < 0 {
		return nil
	}
	return &conditions[index]
}

func namesWhere(containers []corev1.ContainerStatus, holds func(corev1.ContainerStatus) bool) string {
	names := []string{}
	for _, container := range containers {
		if holds(container) {
			names = append(names, container.Name)
		}
	}
	return fmt.Sprint(names)
}
