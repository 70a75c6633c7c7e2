package doctor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// checkOperator finds an operator that is not there, or not well.
func checkOperator(seen *facts, found *findings) {
	if !seen.sees("deployments") {
		return
	}
	if len(seen.operators) == 0 {
		if !seen.leads() { // one that runs outside of the cluster has a lease
			found.add(fault, "operator", "No Deployment has the label "+labelName+"="+operatorName+", and nobody holds its lease in namespace "+seen.operatorNamespace,
				"Install the chart liaison-operator; where it is installed in another namespace, name that with --operator-namespace")
		}
		return
	}
	for i := range seen.operators {
		seen.checkDeployment(&seen.operators[i], found)
	}
}

func (f *facts) checkDeployment(d *appsv1.Deployment, found *findings) {
	object := named("Deployment", d.Namespace, d.Name)
	switch {
	case d.Spec.Replicas != nil && *d.Spec.Replicas == 0:
		found.add(fault, object, "The operator is scaled to 0, so nothing is planned, provisioned or counted",
			fmt.Sprintf("kubectl -n %s scale deployment %s --replicas 1", d.Namespace, d.Name))
	case d.Status.ReadyReplicas == 0:
		found.add(fault, object, "The operator is not ready: "+f.whyNotReady(d),
			fmt.Sprintf("Read its log: kubectl -n %s logs deployment/%s", d.Namespace, d.Name))
	}
	if version := versionOf(d); version != "" && f.version != "dev" && version != strings.TrimPrefix(f.version, "v") {
		found.add(note, object, fmt.Sprintf("The operator is of version %s and this program of version %s", version, f.version),
			"Use the program of the operator's release, which knows the same fields")
	}
}

// whyNotReady passes on what the first container waits for.
func (f *facts) whyNotReady(d *appsv1.Deployment) string {
	for i := range f.operatorPods {
		for _, status := range f.operatorPods[i].Status.ContainerStatuses {
			if waiting := status.State.Waiting; waiting != nil {
				return fmt.Sprintf("its container waits (%s), with the image %s", waiting.Reason, status.Image)
			}
		}
	}
	for _, condition := range d.Status.Conditions {
		if condition.Type == appsv1.DeploymentReplicaFailure && condition.Status == corev1.ConditionTrue {
			return "its pods are refused: " + condition.Message
		}
	}
	return "none of its pods answers the readiness probe"
}

// versionOf is the tag of the operator's image; empty where it has none.
func versionOf(d *appsv1.Deployment) string {
	if len(d.Spec.Template.Spec.Containers) == 0 {
		return ""
	}
	image, _, _ := strings.Cut(d.Spec.Template.Spec.Containers[0].Image, "@")
	if at := strings.LastIndex(image, ":"); at > strings.LastIndex(image, "/") {
		return strings.TrimPrefix(image[at+1:], "v")
	}
	return ""
}

// leads reports whether somebody holds the lease.
func (f *facts) leads() bool {
	return f.lease != nil && f.lease.Spec.HolderIdentity != nil && *f.lease.Spec.HolderIdentity != "" && !f.expired()
}

// overdue is how long a leader may be late, which a slow API server makes it at times.
const overdue = 30 * time.Second

func (f *facts) expired() bool {
	spec := &f.lease.Spec
	if spec.RenewTime == nil || spec.LeaseDurationSeconds == nil {
		return true
	}
	return f.now.After(spec.RenewTime.Add(time.Duration(*spec.LeaseDurationSeconds)*time.Second + overdue))
}

// checkLeader finds replicas of which none works, though they are ready.
func checkLeader(seen *facts, found *findings) {
	ready := slices.ContainsFunc(seen.operators, func(d appsv1.Deployment) bool { return d.Status.ReadyReplicas > 0 && elects(&d) })
	if !ready || !seen.sees("leases") || seen.leads() {
		return
	}
	what := "There is no lease, so no replica of the operator leads"
	if seen.lease != nil && seen.lease.Spec.RenewTime != nil {
		what = "No replica of the operator leads: the lease was last renewed at " + seen.lease.Spec.RenewTime.UTC().Format(time.RFC3339)
	}
	found.add(fault, named("Lease", seen.operatorNamespace, operatorName), what,
		fmt.Sprintf("Read the operator's log for why it cannot renew the lease, and restart it: kubectl -n %s rollout restart deployment -l %s=%s", seen.operatorNamespace, labelName, operatorName))
}

// elects reports whether the replicas choose a leader.
func elects(d *appsv1.Deployment) bool {
	for _, container := range d.Spec.Template.Spec.Containers {
		if slices.Contains(container.Args, "--leader-elect=true") || slices.Contains(container.Args, "--leader-elect") {
			return true
		}
	}
	return false
}
