package station

import (
	"cmp"
	"context"
	"fmt"
	"regexp"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/outcome"
)

// observe says in IntakeAvailable how the intake is, whether or not its children could be brought up to date.
func observe(ctx context.Context, r *Reconciler, v *visit) error {
	seen, err := look(ctx, r.Client, v.station)
	if err != nil {
		return err
	}
	if v.station.Spec.Suspend {
		return v.suspended(seen)
	}
	if seen.pod == nil && v.blocked != nil {
		v.conditions.Set(v1alpha1.ConditionIntakeAvailable, metav1.ConditionFalse, ReasonStarting, "The intake is not provisioned yet.")
		return nil // what blocks it is told already
	}
	found := seen.judge()
	if found.available {
		v.conditions.Set(v1alpha1.ConditionIntakeAvailable, metav1.ConditionTrue, ReasonAnswers, "The intake answers its readiness probe.")
		err := seen.rollout(v.workloadChanged)
		v.intakeAnswers, v.podReady, v.rollingOut = true, seen.podReady(), err != nil
		return err
	}
	problem := v.fail(v1alpha1.ConditionIntakeAvailable, found.reason, v.asTold(found))
	if found.reason == ReasonStarting && isStalled(problem) {
		return v.fail(v1alpha1.ConditionIntakeAvailable, ReasonNotStarting, fmt.Sprintf(
			"The intake has not become ready in %s. Look for the reason with: kubectl -n %s describe statefulset,pod -l %s=%s",
			patience, v.station.Namespace, LabelStation, v.station.Name))
	}
	return problem
}

// suspended says so: nothing is wrong and nothing is on its way once the pod is gone.
func (v *visit) suspended(seen sight) error {
	v.conditions.Set(v1alpha1.ConditionIntakeAvailable, metav1.ConditionFalse, ReasonSuspended,
		"The intake is stopped by spec.suspend; data, Secrets and address are kept. Set spec.suspend to false to serve residents again.")
	if v.blocked != nil {
		return nil // what blocks it is told already
	}
	if seen.pod != nil {
		return outcome.Wait(0, ReasonStopping, "The intake is stopping.")
	}
	return nil
}

// sight is what can be seen of a station's intake; what is not there is nil.
type sight struct {
	set   *appsv1.StatefulSet
	pod   *corev1.Pod
	claim *corev1.PersistentVolumeClaim
}

func look(ctx context.Context, c client.Reader, station *v1alpha1.LiaisonStation) (sight, error) {
	var s sight
	set, pod, claim := &appsv1.StatefulSet{}, &corev1.Pod{}, &corev1.PersistentVolumeClaim{}
	for _, child := range []struct {
		name  string
		into  client.Object
		found func()
	}{
		{IntakeName(station.Name), set, func() { s.set = set }},
		{PodName(station.Name), pod, func() { s.pod = pod }},
		{DataName(station.Name), claim, func() { s.claim = claim }},
	} {
		err := c.Get(ctx, types.NamespacedName{Namespace: station.Namespace, Name: child.name}, child.into)
		if err == nil {
			err = apply.Unpack(child.into)
		}
		switch {
		case err == nil:
			child.found()
		case !apierrors.IsNotFound(err):
			return sight{}, fmt.Errorf("looking at %T %s: %w", child.into, child.name, err)
		}
	}
	return s, nil
}

// rollout waits while a change is on its way to a pod that still answers; what was written this moment the cache does not show yet.
func (s sight) rollout(written bool) error {
	if written || s.set == nil || s.set.Status.ObservedGeneration < s.set.Generation || s.set.Status.CurrentRevision != s.set.Status.UpdateRevision {
		return outcome.Wait(0, ReasonRollingOut, "A change is on its way to the intake.")
	}
	return nil
}

// finding is how the intake is. What we say in its message holds no count and no time: those change by themselves and would be written for ever.
type finding struct {
	available       bool
	reason, message string
	// quotes is true where the message has the cluster's own words.
	quotes bool
}

// figures are counts and ids, which the scheduler and the runtime put into their words: another one at every attempt.
var figures = regexp.MustCompile(`[0-9a-f]*[0-9][0-9a-f]*`)

// asTold is the finding's message, or that of before where it differs from it in figures alone: that is no news to anybody.
func (v *visit) asTold(found finding) string {
	told := v.conditions.Get(v1alpha1.ConditionIntakeAvailable)
	if !found.quotes || told == nil || told.Reason != found.reason || v.before.ObservedGeneration != v.station.Generation ||
		figures.ReplaceAllLiteralString(told.Message, "#") != figures.ReplaceAllLiteralString(found.message, "#") {
		return found.message
	}
	return told.Message
}

func (s sight) judge() finding {
	starting := finding{reason: ReasonStarting, message: "The intake is starting."}
	switch {
	case s.claim != nil && s.claim.Status.Phase == corev1.ClaimLost:
		return finding{reason: ReasonClaimLost, message: fmt.Sprintf(
			"The volume of PersistentVolumeClaim %s is gone. Bring the volume back, or restore the data from a backup.", s.claim.Name)}
	case s.pod == nil:
		return starting
	case podCondition(s.pod, corev1.PodReady) == corev1.ConditionTrue:
		return finding{available: true}
	}
	if scheduled := findCondition(s.pod, corev1.PodScheduled); scheduled != nil && scheduled.Status == corev1.ConditionFalse {
		return s.unscheduled(scheduled.Message)
	}
	for _, status := range s.pod.Status.ContainerStatuses {
		if found, bad := judgeContainer(s.pod, status); bad {
			return found
		}
	}
	return starting
}

// unscheduled passes the scheduler's own words on. A claim that is not bound may be the cause or, where volumes are made on the
// node of their first pod, the consequence; the message leaves no one without the hint.
func (s sight) unscheduled(scheduler string) finding {
	remedy := "Add a node, free resources, or lower spec.intake.resources."
	if s.claim == nil || s.claim.Status.Phase != corev1.ClaimPending {
		return finding{reason: ReasonUnschedulable, quotes: true, message: fmt.Sprintf("No node takes the intake's pod: %s %s", scheduler, remedy)}
	}
	class := "the cluster has no default storage class; make one the default, or name one in spec.intake.storage.storageClassName and declare the station again"
	if name := s.claim.Spec.StorageClassName; name != nil && *name != "" {
		class = fmt.Sprintf("check that storage class %q exists and its provisioner runs: kubectl get storageclass %s. A claim keeps its class: if the name is wrong, "+
			"delete the station and this claim, which is empty, and declare the station again with another spec.intake.storage.storageClassName", *name, *name)
	}
	return finding{reason: ReasonClaimNotBound, quotes: true, message: fmt.Sprintf(
		"No node takes the intake's pod: %s PersistentVolumeClaim %s is not bound: %s. %s", scheduler, s.claim.Name, class, remedy)}
}

// notPulled and notConfigured are the kubelet's reasons for a container that waits. They alternate while it tries; ours does not.
var (
	notPulled = map[string]bool{
		"ErrImagePull": true, "ImagePullBackOff": true, "InvalidImageName": true, "ErrImageNeverPull": true, "ImageInspectError": true,
		"RegistryUnavailable": true, "SignatureValidationFailed": true,
	}
	notConfigured = map[string]bool{"CreateContainerConfigError": true, "CreateContainerError": true, "RunContainerError": true}
)

func judgeContainer(pod *corev1.Pod, status corev1.ContainerStatus) (finding, bool) {
	waiting := status.State.Waiting
	switch {
	case waiting != nil && notPulled[waiting.Reason]:
		return finding{reason: ReasonImageNotPulled, message: fmt.Sprintf(
			"The image %s cannot be pulled. Correct spec.intake.image, or make the image available to the node.", status.Image)}, true
	case waiting != nil && notConfigured[waiting.Reason]:
		return finding{reason: ReasonNotConfigured, quotes: true, message: fmt.Sprintf(
			"The node cannot start the intake's container: %s.", waiting.Message)}, true
	case ended(status) != nil:
		return crashing(pod, ended(status)), true
	case status.Started != nil && *status.Started && !status.Ready:
		return finding{reason: ReasonNotAnswering, message: fmt.Sprintf(
			"The intake runs and does not answer its readiness probe. Read its log: kubectl -n %s logs %s", pod.Namespace, pod.Name)}, true
	default:
		return finding{}, false
	}
}

// ended is how the container last ended by its own fault; nil when it never has. With code 0 it ends when it is asked to, as a node does that is started
// again; only where that happens again and again, so that the node waits, something is wrong.
func ended(status corev1.ContainerStatus) *corev1.ContainerStateTerminated {
	end := cmp.Or(status.State.Terminated, status.LastTerminationState.Terminated)
	waits := status.State.Waiting != nil && status.State.Waiting.Reason == "CrashLoopBackOff"
	if end != nil && end.ExitCode == 0 && !waits {
		return nil
	}
	return end
}

func crashing(pod *corev1.Pod, end *corev1.ContainerStateTerminated) finding {
	if end.Reason == "OOMKilled" {
		return finding{reason: ReasonCrashing, message: "The intake was killed for using more memory than it may. Raise spec.intake.resources.limits.memory."}
	}
	return finding{reason: ReasonCrashing, message: fmt.Sprintf(
		"The intake ended with code %d and is started again. Read why: kubectl -n %s logs %s --previous", end.ExitCode, pod.Namespace, pod.Name)}
}

func podCondition(pod *corev1.Pod, conditionType corev1.PodConditionType) corev1.ConditionStatus {
	if c := findCondition(pod, conditionType); c != nil {
		return c.Status
	}
	return corev1.ConditionUnknown
}

func findCondition(pod *corev1.Pod, conditionType corev1.PodConditionType) *corev1.PodCondition {
	for i := range pod.Status.Conditions {
		if pod.Status.Conditions[i].Type == conditionType {
			return &pod.Status.Conditions[i]
		}
	}
	return nil
}
