package doctor

import (
	"fmt"
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
	for i := range seen.operators {
		if o := &seen.operators[i]; o.deployment != nil {
			seen.checkDeployment(o, found)
		} else if !o.place.leads(seen.now) { // one that runs outside of the cluster has a lease
			found.add(fault, "operator", "No Deployment has the label "+labelName+"="+operatorName+", and nobody holds its lease in namespace "+o.place.namespace,
				"Install the chart liaison-operator; where it is installed in another namespace, name that with --operator-namespace")
		}
	}
}

func (f *facts) checkDeployment(o *operator, found *findings) {
	d, object := o.deployment, o.name()
	switch {
	case d.Spec.Replicas != nil && *d.Spec.Replicas == 0:
		found.add(fault, object, "The operator is scaled to 0, so nothing is planned, provisioned or counted",
			fmt.Sprintf("kubectl -n %s scale deployment %s --replicas 1", d.Namespace, d.Name))
	case d.Status.ReadyReplicas == 0:
		found.add(fault, object, "The operator is not ready: "+o.whyNotReady(),
			fmt.Sprintf("Read its log: kubectl -n %s logs deployment/%s", d.Namespace, d.Name))
	}
	if version := versionOf(d); version != "" && f.version != "dev" && version != strings.TrimPrefix(f.version, "v") {
		found.add(note, object, fmt.Sprintf("The operator is of version %s and this program of version %s", version, f.version),
			"Use the program of the operator's release, which knows the same fields")
	}
}

// whyNotReady passes on what the first container waits for.
func (o *operator) whyNotReady() string {
	for _, pod := range o.pods() {
		for _, status := range pod.Status.ContainerStatuses {
			if waiting := status.State.Waiting; waiting != nil {
				return fmt.Sprintf("its container waits (%s), with the image %s", waiting.Reason, status.Image)
			}
		}
	}
	for _, condition := range o.deployment.Status.Conditions {
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
func (p *place) leads(now time.Time) bool {
	return p.lease != nil && p.lease.Spec.HolderIdentity != nil && *p.lease.Spec.HolderIdentity != "" && !p.expired(now)
}

// overdue is how long a leader may be late, which a slow API server makes it at times.
const overdue = 30 * time.Second

func (p *place) expired(now time.Time) bool {
	spec := &p.lease.Spec
	if spec.RenewTime == nil || spec.LeaseDurationSeconds == nil {
		return true
	}
	return now.After(spec.RenewTime.Add(time.Duration(*spec.LeaseDurationSeconds)*time.Second + overdue))
}

// checkLeader finds replicas of which none works, though they are ready, and operators of which one takes the other's turn.
func checkLeader(seen *facts, found *findings) {
	for _, at := range seen.places {
		contenders := seen.contenders(at)
		if len(contenders) > 0 && seen.sees("leases") && !at.leads(seen.now) {
			at.leaderless(found)
		}
		if len(contenders) > 1 {
			found.add(fault, named("Lease", at.namespace, operatorName), strings.Join(contenders, " and ")+" contend for it, so only one of them works",
				"Install each in a namespace of its own")
		}
	}
}

// contenders are the operators of a place that are ready and need its lease.
func (f *facts) contenders(at *place) []string {
	var names []string
	for i := range f.operators {
		if o := &f.operators[i]; o.place == at && o.elects && o.deployment.Status.ReadyReplicas > 0 {
			names = append(names, o.name())
		}
	}
	return names
}

func (p *place) leaderless(found *findings) {
	what := "There is no lease, so no replica of the operator leads"
	if p.lease != nil && p.lease.Spec.RenewTime != nil {
		what = "No replica of the operator leads: the lease was last renewed at " + p.lease.Spec.RenewTime.UTC().Format(time.RFC3339)
	}
	found.add(fault, named("Lease", p.namespace, operatorName), what,
		fmt.Sprintf("Read the operator's log for why it cannot renew the lease, and restart it: kubectl -n %s rollout restart deployment -l %s=%s", p.namespace, labelName, operatorName))
}

// checkServed finds namespaces that no operator serves, and those that several do.
func checkServed(seen *facts, found *findings) {
	for _, namespace := range seen.wanting() {
		if seen.unserved(namespace) {
			found.add(fault, "Namespace "+namespace, "No operator serves it, so nothing is planned, provisioned or counted there",
				"Add it to the --watch-namespaces of an operator, which the chart calls watchNamespaces, or install one for it")
		}
		if serving := seen.serving(namespace); len(serving) > 1 {
			var names []string
			for _, o := range serving {
				names = append(names, o.name())
			}
			found.add(warning, "Namespace "+namespace, "It is served by "+strings.Join(names, " and ")+", which undo each other's work",
				"Give each --watch-namespaces, which the chart calls watchNamespaces, that no other has")
		}
	}
}
