package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/validation"

	"township.dev/liaison/controllers/station"
)

// disabled as an address switches a server off, as controller-runtime has it.
const disabled = "0"

// options are what the command line says.
type options struct {
	watchNamespaces   []string
	operatorNamespace string
	intakeImage       string
	intakeDefaults    string
	maxUnavailable    string
	soak              time.Duration

	bindAddress     string
	metricsAddress  string
	metricsSecure   bool
	metricsCertDir  string
	metricsToken    string
	probeAddress    string
	pprofAddress    string
	leaderElect     bool
	backlogInterval time.Duration
	backlogWorkers  int

	podMonitorLabels   map[string]string
	podMonitorInterval time.Duration

	kubeAPIQPS   float32
	kubeAPIBurst int

	logLevel     string
	logFormat    string
	printVersion bool

	// oneOfMany is set by tests, which run several operators in one process.
	oneOfMany bool
	// kindsWithin is how long CRDs that were just installed may take to be told of; tests have less patience.
	kindsWithin time.Duration
}

// parseOptions reads flags, and for some of them the environment where the flag is absent.
func parseOptions(args []string, getenv func(string) string, usage io.Writer) (options, error) {
	o := options{kindsWithin: kindsWithin}
	flags := pflag.NewFlagSet("liaison-operator", pflag.ContinueOnError)
	flags.SetOutput(usage)
	flags.SortFlags = false
	o.addTo(flags, getenv)
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	switch rest := flags.Args(); {
	case slices.Equal(rest, []string{"version"}):
		o.printVersion = true
	case len(rest) > 0:
		return options{}, fmt.Errorf("unknown argument %q; liaison-operator --help lists what there is", rest[0])
	}
	if o.printVersion {
		return o, nil
	}
	return o.complete()
}

func (o *options) addTo(flags *pflag.FlagSet, getenv func(string) string) {
	flags.StringSliceVar(&o.watchNamespaces, "watch-namespaces", nil,
		"namespaces whose stations are served, separated by commas; all when empty")
	flags.StringVar(&o.operatorNamespace, "operator-namespace", getenv("POD_NAMESPACE"),
		"namespace of the operator itself: it holds the leader's lease and the HolidayCalendars for all stations (environment POD_NAMESPACE)")
	flags.StringVar(&o.intakeImage, "intake-image", "liaison.township.dev/liaison-intake:"+version,
		"image of the intake service for stations that name none")
	flags.StringVar(&o.intakeDefaults, "intake-defaults", "",
		"YAML file with fields of a station's spec.intake, which hold for stations that do not set them; read at the start")
	flags.StringVar(&o.maxUnavailable, "rollout-max-unavailable", "10%",
		"how many stations a new image or pod template may reach at once, a number or a percentage of all; at least one")
	flags.DurationVar(&o.soak, "rollout-soak", 10*time.Second,
		"how long a station that was updated must have been ready before it makes room for the next")
	flags.DurationVar(&o.backlogInterval, "backlog-interval", 15*time.Second,
		"how often each station's intake is asked what waits there; the alert LiaisonFiguresStale takes figures of 15m for stale")
	flags.IntVar(&o.backlogWorkers, "backlog-concurrency", 32,
		"how many intakes are asked at the same time")
	flags.StringToStringVar(&o.podMonitorLabels, "pod-monitor-labels", nil,
		"labels by which a Prometheus selects the PodMonitors of the stations, as release=kube-prometheus-stack, separated by commas")
	flags.DurationVar(&o.podMonitorInterval, "pod-monitor-interval", 0,
		"how often Prometheus is to scrape each intake by its PodMonitor; 0 leaves it to the Prometheus")
	flags.StringVar(&o.bindAddress, "bind-address", getenv("LIAISON_BIND_ADDRESS"),
		"IP address to serve metrics and probes on where their own flags name none; all addresses when empty (environment LIAISON_BIND_ADDRESS)")
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443",
		"address of the metrics; 0 switches them off")
	flags.BoolVar(&o.metricsSecure, "metrics-secure", true,
		"serve metrics over TLS, and only to who may get the non-resource URL /metrics, or bears the token of --metrics-token-file")
	flags.StringVar(&o.metricsToken, "metrics-token-file", "",
		"file with the token that scrapers must bear, read again at each scrape; the API server is then not asked who they are, which needs cluster-wide rights")
	flags.StringVar(&o.metricsCertDir, "metrics-cert-dir", "",
		"folder with tls.crt and tls.key for the metrics, read again when they change; without it the operator makes a certificate for itself")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081",
		"address of /healthz and /readyz; 0 switches them off")
	flags.StringVar(&o.pprofAddress, "pprof-bind-address", "",
		"address of /debug/pprof, without a password: keep it on the loopback interface, as 127.0.0.1:6060; off when empty")
	flags.BoolVar(&o.leaderElect, "leader-elect", false,
		"let only one of several replicas work at a time")
	flags.Float32Var(&o.kubeAPIQPS, "kube-api-qps", 200,
		"requests to the API server per second, on average")
	flags.IntVar(&o.kubeAPIBurst, "kube-api-burst", 400,
		"requests to the API server at once")
	flags.StringVar(&o.logLevel, "log-level", "info",
		"error, info or debug")
	flags.StringVar(&o.logFormat, "log-format", "json",
		"json, or console for people")
	flags.BoolVar(&o.printVersion, "version", false, "print the version and exit")
}

// complete checks the options and fills in what follows from others.
func (o options) complete() (options, error) {
	var err error
	problems := []error{o.check()}
	if o.metricsAddress, err = withHost(o.metricsAddress, o.bindAddress); err != nil {
		problems = append(problems, fmt.Errorf("--metrics-bind-address: %w", err))
	}
	if o.probeAddress, err = withHost(o.probeAddress, o.bindAddress); err != nil {
		problems = append(problems, fmt.Errorf("--health-probe-bind-address: %w", err))
	}
	if o.pprofAddress, err = withHost(cmp.Or(o.pprofAddress, disabled), o.bindAddress); err != nil {
		problems = append(problems, fmt.Errorf("--pprof-bind-address: %w", err))
	}
	if err := errors.Join(problems...); err != nil {
		return options{}, err
	}
	return o, nil
}

func (o options) check() error {
	var problems []error
	refuse := func(when bool, format string, args ...any) {
		if when {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	refuse(o.operatorNamespace == "",
		"--operator-namespace is not set: name the operator's namespace, or set POD_NAMESPACE")
	refuse(strings.TrimSpace(o.intakeImage) == "",
		"--intake-image is empty: name the image of the intake service")
	refuse(!validBudget(o.maxUnavailable),
		"--rollout-max-unavailable is %q: it must be a number like 5 or a percentage like 10%%", o.maxUnavailable)
	refuse(o.soak < 0,
		"--rollout-soak is %s: it must not be negative", o.soak)
	refuse(slices.Contains(o.watchNamespaces, ""),
		"--watch-namespaces has an empty name in it: remove the comma too many")
	refuse(o.backlogInterval < time.Second,
		"--backlog-interval is %s: intakes are asked once a second at most", o.backlogInterval)
	refuse(o.backlogWorkers < 1,
		"--backlog-concurrency is %d: at least one intake must be asked at a time", o.backlogWorkers)
	refuse(o.podMonitorInterval < 0 || o.podMonitorInterval%time.Second != 0,
		"--pod-monitor-interval is %s: it must be whole seconds, such as 30s or 5m, or 0", o.podMonitorInterval)
	problems = append(problems, checkLabels(o.podMonitorLabels))
	refuse(o.bindAddress != "" && net.ParseIP(o.bindAddress) == nil,
		"--bind-address is %q: it must be an IP address without a port", o.bindAddress)
	refuse(!o.metricsSecure && o.metricsCertDir != "",
		"--metrics-cert-dir is set but --metrics-secure is false: serve the metrics securely or remove the certificate")
	refuse(!o.metricsSecure && o.metricsToken != "",
		"--metrics-token-file is set but --metrics-secure is false: serve the metrics securely or remove the token")
	refuse(o.kubeAPIQPS <= 0 || o.kubeAPIBurst < 1,
		"--kube-api-qps is %v and --kube-api-burst is %d: both must be positive", o.kubeAPIQPS, o.kubeAPIBurst)
	return errors.Join(problems...)
}

// checkLabels refuses those that no PodMonitor can have beside its own.
func checkLabels(labels map[string]string) error {
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		switch faults := slices.Concat(validation.IsQualifiedName(name), validation.IsValidLabelValue(labels[name])); {
		case len(faults) > 0:
			problems = append(problems, fmt.Errorf("--pod-monitor-labels: %s=%s is no label: %s", name, labels[name], strings.Join(faults, "; ")))
		case station.OwnLabel(name):
			problems = append(problems, fmt.Errorf("--pod-monitor-labels: %s is a label of the operator's own: choose another", name))
		}
	}
	return errors.Join(problems...)
}

// validBudget reports whether it is a number from 1 on or a percentage from 1% to 100%.
func validBudget(written string) bool {
	digits, percentage := strings.CutSuffix(written, "%")
	n, err := strconv.Atoi(digits)
	return err == nil && n >= 1 && (!percentage || n <= 100)
}

// withHost puts the host before an address that names none.
func withHost(address, host string) (string, error) {
	if address == disabled {
		return address, nil
	}
	own, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("%q is not an address like :8443 or 127.0.0.1:8443: %w", address, err)
	}
	if own == "" {
		own = host
	}
	return net.JoinHostPort(own, port), nil
}
