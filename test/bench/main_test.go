// Package bench measures the operator against a real kube-apiserver and etcd. It holds no tests: `make bench` runs it.
package bench

import (
	"context"
	"flag"
	"os"
	"testing"

	"github.com/go-logr/logr"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"township.dev/liaison/controllers/backlog"
	"township.dev/liaison/controllers/roster"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

// operatorNamespace holds nothing; the controllers look for calendars there.
const operatorNamespace = "default"

// workers is how many stations the operator, and the plain client it is compared with, handle at once.
const workers = 4

var cluster *controlplane.ControlPlane

// TestMain starts a control plane only when a benchmark will use it.
func TestMain(m *testing.M) {
	flag.Parse()
	if bench := flag.Lookup("test.bench"); bench == nil || bench.Value.String() == "" {
		os.Exit(m.Run())
	}
	ctrl.SetLogger(logr.Discard())
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// operate runs the operator's three controllers on one namespace until the returned function is called, and sends what they say to
// the API server through the wire.
func operate(b *testing.B, namespace string, over *wire) (stop func()) {
	b.Helper()
	cfg := rest.CopyConfig(cluster.Config)
	cfg.Wrap(over.wrap)
	unique := true // one process runs several managers, one after the other
	mgr, err := ctrl.NewManager(cfg, ctrl.Options{
		Scheme:     controlplane.NewScheme(),
		Cache:      station.CacheOptions(operatorNamespace, namespace),
		Metrics:    metricsserver.Options{BindAddress: "0"},
		Controller: config.Controller{SkipNameValidation: &unique},
	})
	if err != nil {
		b.Fatalf("making a manager: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if err := addControllers(ctx, mgr); err != nil {
		b.Fatalf("adding the controllers: %v", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			b.Fatalf("running the manager: %v", err)
		}
	}
}

func addControllers(ctx context.Context, mgr ctrl.Manager) error {
	stations := &station.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: clock.RealClock{},
		Recorder: mgr.GetEventRecorder("liaison-station"),
		Options: station.Options{
			DefaultIntakeImage: "liaison.township.dev/liaison-intake:bench", OperatorNamespace: operatorNamespace, Concurrency: workers,
		},
	}
	if err := stations.SetupWithManager(mgr); err != nil {
		return err
	}
	rosters := &roster.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: clock.RealClock{},
		Recorder: mgr.GetEventRecorder("liaison-roster"), OperatorNamespace: operatorNamespace,
	}
	if err := rosters.SetupWithManager(mgr); err != nil {
		return err
	}
	return backlog.SetupWithManager(ctx, mgr, backlog.NewMemory(), backlog.Options{Clock: clock.RealClock{}})
}
