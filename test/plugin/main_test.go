// Package plugin holds kubectl-liaison against what the operator really writes: names, labels and reasons that both must agree on without sharing code.
package plugin

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"township.dev/liaison/controllers/backlog"
	"township.dev/liaison/controllers/roster"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/internal/cli"
	"township.dev/liaison/test/controlplane"
)

const operatorNamespace = "liaison-system"

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// operate runs the operator's controllers on one namespace until the test ends.
func operate(t *testing.T, namespace string) {
	t.Helper()
	unique := true
	mgr, err := ctrl.NewManager(cluster.Config, ctrl.Options{
		Scheme:     controlplane.NewScheme(),
		Cache:      station.CacheOptions(operatorNamespace, namespace),
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: &unique},
	})
	if err != nil {
		t.Fatalf("making a manager: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	addControllers(ctx, t, mgr)
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("running the manager: %v", err)
		}
	})
}

func addControllers(ctx context.Context, t *testing.T, mgr ctrl.Manager) {
	t.Helper()
	wall := clock.RealClock{}
	stations := &station.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: wall, Recorder: mgr.GetEventRecorder("liaison-station"),
		Options: station.Options{DefaultIntakeImage: "liaison.township.dev/liaison-intake:test", OperatorNamespace: operatorNamespace},
	}
	rosters := &roster.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: wall, Recorder: mgr.GetEventRecorder("liaison-roster"), OperatorNamespace: operatorNamespace,
	}
	for _, err := range []error{
		stations.SetupWithManager(mgr),
		rosters.SetupWithManager(mgr),
		backlog.SetupWithManager(ctx, mgr, backlog.NewMemory(), backlog.Options{Clock: wall, Interval: 50 * time.Millisecond}),
	} {
		if err != nil {
			t.Fatalf("adding the controllers: %v", err)
		}
	}
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
