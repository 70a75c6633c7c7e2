package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
)

// checkRosterRefs finds stations whose roster is not there.
func checkRosterRefs(seen *facts, found *findings) {
	for i := range seen.stations {
		station := &seen.stations[i]
		ref := station.Spec.RosterRef
		if ref == nil || !seen.sees("deputyrosters") {
			continue
		}
		there := slices.ContainsFunc(seen.rosters, func(r v1alpha1.DeputyRoster) bool { return r.Namespace == station.Namespace && r.Name == ref.Name })
		if !there {
			found.add(fault, named("LiaisonStation", station.Namespace, station.Name), "Its roster "+ref.Name+" does not exist in the namespace",
				"Apply the DeputyRoster, or correct spec.rosterRef.name; until then nobody is on duty there")
		}
	}
}

// notPulled are the kubelet's reasons for a container whose image it does not get.
var notPulled = []string{"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "RegistryUnavailable"}

// checkImages finds intakes whose image the nodes do not get.
func checkImages(seen *facts, found *findings) {
	for i := range seen.pods {
		pod := &seen.pods[i]
		for _, status := range pod.Status.ContainerStatuses {
			if waiting := status.State.Waiting; waiting != nil && slices.Contains(notPulled, waiting.Reason) {
				found.add(fault, named("LiaisonStation", pod.Namespace, pod.Labels["liaison.township.dev/station"]),
					fmt.Sprintf("The node cannot pull the image %s (%s)", status.Image, waiting.Reason),
					"Correct spec.intake.image, name spec.intake.imagePullSecrets, or load the image into the registry; all stations without an image of their own take the operator's --intake-image")
			}
		}
	}
}

// unreachable is the operator's reason for an intake that does not answer it.
const unreachable = "IntakeUnreachable"

// checkReachable finds intakes that are well and do not answer the operator. Something stands between the two: as a rule a NetworkPolicy.
func checkReachable(seen *facts, found *findings) {
	for i := range seen.stations {
		station := &seen.stations[i]
		operator, fresh := seen.operatorOf(station.Namespace), condition(station, v1alpha1.ConditionBacklogFresh)
		if operator == nil || fresh == nil || fresh.Status != metav1.ConditionFalse || fresh.Reason != unreachable || !available(station) {
			continue
		}
		what, remedy := "Its intake is ready, and yet does not answer the operator", fmt.Sprintf(
			"Look for what keeps the pods of namespace %s from port 8081 of the pods of namespace %s: kubectl get networkpolicy -A", operator.place.namespace, station.Namespace)
		if shut := operator.shutIn(); len(shut) > 0 {
			what += "; the operator's own way out is limited by NetworkPolicy " + strings.Join(shut, ", ") + " in namespace " + operator.place.namespace
			remedy = "Allow egress from the operator's pods to TCP port 8081 of every station's namespace there"
		}
		found.add(fault, named("LiaisonStation", station.Namespace, station.Name), what, remedy)
	}
}

// checkStations passes on what the operator says of a station, unless it is told already.
func checkStations(seen *facts, found *findings) {
	for i := range seen.stations {
		station := &seen.stations[i]
		object := named("LiaisonStation", station.Namespace, station.Name)
		if found.faulty(object) || seen.unserved(station.Namespace) {
			continue
		}
		stalled, fresh := condition(station, v1alpha1.ConditionStalled), condition(station, v1alpha1.ConditionBacklogFresh)
		switch {
		case stalled != nil && stalled.Status == metav1.ConditionTrue:
			found.add(fault, object, stalled.Reason, stalled.Message)
		case seen.overlooked(station, station.Status.ObservedGeneration):
			found.add(warning, object, "The operator has not looked at it since it was last changed",
				seen.remedyOverlooked(station.Namespace))
		case fresh != nil && fresh.Status == metav1.ConditionFalse && available(station):
			found.add(warning, object, "Its figures are stale ("+fresh.Reason+")", fresh.Message)
		}
	}
}

// overlooked reports whether the operator has had time to look at an object since it was changed, and did not.
func (f *facts) overlooked(object metav1.Object, observed int64) bool {
	return observed < object.GetGeneration() && f.now.Sub(changed(object)) > soon
}

// remedyOverlooked says which operator is meant where there are several.
func (f *facts) remedyOverlooked(namespace string) string {
	which := "the operator"
	if o := f.operatorOf(namespace); o != nil && len(f.operators) > 1 {
		which = o.name()
	}
	return fmt.Sprintf("Check that %s runs, and that its --watch-namespaces, where given, name namespace %s", which, namespace)
}

// changed is when somebody last wrote an object. A write of its status, which is told apart, asks nothing of the operator.
func changed(object metav1.Object) time.Time {
	last := object.GetCreationTimestamp().Time
	for _, entry := range object.GetManagedFields() {
		if entry.Subresource != "status" && entry.Time != nil && entry.Time.After(last) {
			last = entry.Time.Time
		}
	}
	return last
}

func available(station *v1alpha1.LiaisonStation) bool {
	c := condition(station, v1alpha1.ConditionIntakeAvailable)
	return c != nil && c.Status == metav1.ConditionTrue
}

func condition(station *v1alpha1.LiaisonStation, conditionType string) *metav1.Condition {
	return meta.FindStatusCondition(station.Status.Conditions, conditionType)
}
