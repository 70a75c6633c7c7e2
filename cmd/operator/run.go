package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	ctrlconfig "sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/backlog"
	"township.dev/liaison/controllers/metrics"
	"township.dev/liaison/controllers/optional"
	"township.dev/liaison/controllers/roster"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/controllers/waves"
)

// leaseName is what the replicas contend for.
const leaseName = "liaison-operator"

// A leader that stops gives its lease back, and the next one finds that out at its next try; one that dies keeps it to the end. A leader that
// cannot renew ends some time before, so that there are never two.
const (
	leaseLasts  = 15 * time.Second
	renewWithin = 10 * time.Second
	retryEvery  = time.Second
)

// stopWithin is how long running reconciles may take to end; it is shorter than the pod's grace period.
const stopWithin = 10 * time.Second

// run builds the operator and runs it until the context ends.
func run(ctx context.Context, config *rest.Config, o options) error {
	config = rest.CopyConfig(config)
	config.QPS, config.Burst = o.kubeAPIQPS, o.kubeAPIBurst
	config.UserAgent = "liaison-operator/" + version

	if err := checkKinds(ctx, config, o.kindsWithin, kindsEvery); err != nil {
		return err
	}
	var page later
	mgr, err := ctrl.NewManager(config, managerOptions(o, &page))
	if err != nil {
		return fmt.Errorf("making the manager: %w", err)
	}
	defaults, err := readDefaults(o.intakeDefaults)
	if err != nil {
		return err
	}
	collectors, stations, err := addControllers(ctx, mgr, o, defaults)
	if err != nil {
		return err
	}
	if page.Handler, err = metrics.Exposition(ctrlmetrics.Registry, stations); err != nil {
		return err
	}
	unregister, err := register(collectors)
	defer unregister()
	if err != nil {
		return err
	}
	if err := addProbes(mgr); err != nil {
		return err
	}
	ctrl.Log.Info("the operator starts", "version", version, "intakeImage", o.intakeImage, "namespaces", o.watchNamespaces)
	if err := mgr.Start(ctx); err != nil {
		return fmt.Errorf("running the manager: %w", err)
	}
	return nil
}

// register adds the collectors to what the manager serves. The returned function takes them out again, also after an error.
func register(collectors []prometheus.Collector) (unregister func(), err error) {
	unregister = func() {
		for _, collector := range collectors {
			ctrlmetrics.Registry.Unregister(collector)
		}
	}
	for _, collector := range collectors {
		if err := ctrlmetrics.Registry.Register(collector); err != nil {
			return unregister, fmt.Errorf("registering metrics: %w", err)
		}
	}
	return unregister, nil
}

func managerOptions(o options, page http.Handler) ctrl.Options {
	lasts, within, every, gracePeriod := leaseLasts, renewWithin, retryEvery, stopWithin
	warmStandby := true
	return ctrl.Options{
		Scheme:                        newScheme(),
		Cache:                         cacheOptions(o),
		Metrics:                       metricsOptions(o, page),
		HealthProbeBindAddress:        o.probeAddress,
		PprofBindAddress:              o.pprofAddress,
		LeaderElection:                o.leaderElect,
		LeaderElectionID:              leaseName,
		LeaderElectionNamespace:       o.operatorNamespace,
		LeaseDuration:                 &lasts,
		RenewDeadline:                 &within,
		RetryPeriod:                   &every,
		LeaderElectionReleaseOnCancel: true, // start returns, and with it the process ends, as soon as run does
		GracefulShutdownTimeout:       &gracePeriod,
		Controller:                    ctrlconfig.Controller{EnableWarmup: &warmStandby, SkipNameValidation: &o.oneOfMany},
	}
}

// cacheOptions holds what the controllers read and, when namespaces are named, only what lies in them. The HolidayCalendars of the operator's own
// namespace serve every station and are read in any case.
func cacheOptions(o options) cache.Options {
	informers := station.CacheOptions(o.watchNamespaces...)
	if len(o.watchNamespaces) > 0 {
		withOurs := maps.Clone(informers.DefaultNamespaces)
		withOurs[o.operatorNamespace] = cache.Config{}
		for kind, informer := range informers.ByObject {
			if _, calendars := kind.(*v1alpha1.HolidayCalendar); calendars {
				informer.Namespaces = withOurs
				informers.ByObject[kind] = informer
			}
		}
	}
	return informers
}

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	utilruntime.Must(optional.AddToScheme(scheme))
	return scheme
}

// addControllers adds the controllers to the manager and returns the metrics that they feed: those of the process, and where those of the stations come from.
func addControllers(ctx context.Context, mgr ctrl.Manager, o options, defaults v1alpha1.Intake) ([]prometheus.Collector, *metrics.Stations, error) {
	writes := apply.NewWritesCounter()
	wall := clock.RealClock{}

	turns := waves.New(intstr.Parse(o.maxUnavailable))
	stations := &station.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: wall, Writes: writes, Waves: turns,
		Recorder: mgr.GetEventRecorder("liaison-station"),
		Options: station.Options{
			DefaultIntakeImage: o.intakeImage, CountyDefaults: defaults, OperatorNamespace: o.operatorNamespace, Soak: o.soak,
			PodMonitors: station.PodMonitors{Labels: o.podMonitorLabels, Interval: o.podMonitorInterval},
		},
	}
	if err := stations.SetupWithManager(mgr); err != nil {
		return nil, nil, fmt.Errorf("adding the station controller: %w", err)
	}
	err := mgr.Add(&waves.Notice{
		Waves: turns, Client: mgr.GetClient(), Reader: mgr.GetAPIReader(), Namespace: o.operatorNamespace, Image: o.intakeImage, Writes: writes,
		Recorder: mgr.GetEventRecorder("liaison-rollout"),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("adding what tells of upgrades: %w", err)
	}
	rosters := &roster.Reconciler{
		Client: mgr.GetClient(), APIReader: mgr.GetAPIReader(), Clock: wall, Writes: writes,
		Recorder:          mgr.GetEventRecorder("liaison-roster"),
		OperatorNamespace: o.operatorNamespace,
	}
	if err := rosters.SetupWithManager(mgr); err != nil {
		return nil, nil, fmt.Errorf("adding the roster controller: %w", err)
	}
	polls := backlog.NewMemory()
	err = backlog.SetupWithManager(ctx, mgr, polls, backlog.Options{
		Interval: o.backlogInterval, Concurrency: o.backlogWorkers, Clock: wall, Writes: writes,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("adding the backlog controller: %w", err)
	}
	return []prometheus.Collector{writes, turns}, &metrics.Stations{
		Reader: mgr.GetCache(), Polls: polls, Clock: wall, Leading: mgr.Elected(), OperatorNamespace: o.operatorNamespace,
	}, nil
}

// addProbes: alive while it answers, ready once its caches are filled. A replica that waits for the lease is ready to take over.
func addProbes(mgr ctrl.Manager) error {
	if err := mgr.AddHealthzCheck("ping", healthz.Ping); err != nil {
		return fmt.Errorf("adding the health check: %w", err)
	}
	if err := mgr.AddReadyzCheck("caches", cachesFilled(mgr.GetCache())); err != nil {
		return fmt.Errorf("adding the readiness check: %w", err)
	}
	return nil
}

func cachesFilled(informers cache.Cache) healthz.Checker {
	return func(request *http.Request) error {
		ctx, cancel := context.WithTimeout(request.Context(), 100*time.Millisecond)
		defer cancel()
		if !informers.WaitForCacheSync(ctx) {
			return errors.New("the caches are not filled yet")
		}
		return nil
	}
}
