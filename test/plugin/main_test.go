// Package plugin holds kubectl-liaison against what the operator really writes: names, labels and reasons that both must agree on without sharing code.
package plugin

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/internal/cli"
	"township.dev/liaison/test/controlplane"
)

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// operate runs the operator for one namespace until the test ends.
func operate(t *testing.T, namespace string) {
	t.Helper()
	cluster.StartOperator(t, "--operator-namespace="+cluster.Namespace(t), "--watch-namespaces="+namespace, "--backlog-interval=1s")
}

// run runs the plugin in a namespace.
func run(t *testing.T, namespace string, args ...string) (out, told string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Run(cli.Environment{
		Args: append(args, "--kubeconfig", cluster.Kubeconfig(t, t.TempDir(), namespace), "-n", namespace),
		In:   strings.NewReader(""), Out: &stdout, Err: &stderr, Clock: clock.RealClock{}, Version: "dev",
	})
	return stdout.String(), stderr.String(), code
}

// intakePod is the pod that the StatefulSet of a station would get.
func intakePod(namespace, name string) *corev1.Pod {
	pod := &corev1.Pod{}
	pod.Namespace, pod.Name = namespace, station.PodName(name)
	pod.Labels = map[string]string{
		"app.kubernetes.io/name": "liaison-intake", "app.kubernetes.io/instance": name, station.LabelStation: name, station.LabelManagedBy: station.ManagedBy,
	}
	// Nothing listens on port 1.
	pod.Spec.Containers = []corev1.Container{{Name: "intake", Image: "x", Ports: []corev1.ContainerPort{{Name: "internal", ContainerPort: 1}}}}
	return pod
}
