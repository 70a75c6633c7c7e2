package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

var inPod = environment("POD_NAMESPACE", "liaison-system")

func TestWithoutFlagsTheDefaultsHold(t *testing.T) {
	o, err := parseOptions(nil, inPod, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	if o.operatorNamespace != "liaison-system" || o.backlogInterval != 15*time.Second || !o.metricsSecure ||
		o.metricsAddress != ":8443" || o.probeAddress != ":8081" || len(o.watchNamespaces) != 0 {
		t.Errorf("the options are %+v", o)
	}
	if o.intakeImage != "liaison.township.dev/liaison-intake:dev" {
		t.Errorf("the intake image is %s", o.intakeImage)
	}
}

func TestTheBindAddressFillsInMissingHosts(t *testing.T) {
	for _, c := range []struct {
		args                   []string
		metrics, probes, pprof string
	}{
		{nil, "127.0.0.9:8443", "127.0.0.9:8081", "0"},
		{[]string{"--bind-address=::1"}, "[::1]:8443", "[::1]:8081", "0"},
		{[]string{"--bind-address="}, ":8443", ":8081", "0"},
		{[]string{"--metrics-bind-address=127.0.0.1:9", "--health-probe-bind-address=0"}, "127.0.0.1:9", "0", "0"},
		{[]string{"--pprof-bind-address=:6060"}, "127.0.0.9:8443", "127.0.0.9:8081", "127.0.0.9:6060"},
	} {
		o, err := parseOptions(c.args, environment("POD_NAMESPACE", "x", "LIAISON_BIND_ADDRESS", "127.0.0.9"), &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		if o.metricsAddress != c.metrics || o.probeAddress != c.probes || o.pprofAddress != c.pprof {
			t.Errorf("%v: metrics on %s, probes on %s and pprof on %s, want %s, %s and %s",
				c.args, o.metricsAddress, o.probeAddress, o.pprofAddress, c.metrics, c.probes, c.pprof)
		}
	}
}

func TestWrongCommandLinesAreRefusedWithARemedy(t *testing.T) {
	for _, c := range []struct{ args, says string }{
		{"--operator-namespace=", "or set POD_NAMESPACE"},
		{"--intake-image=", "name the image"},
		{"--watch-namespaces=a,,b", "remove the comma"},
		{"--rollout-max-unavailable=none", "a percentage like 10%"},
		{"--rollout-max-unavailable=0", "a number like 5"},
		{"--rollout-max-unavailable=120%", "a percentage like 10%"},
		{"--rollout-soak=-1s", "must not be negative"},
		{"--backlog-interval=10ms", "once a second at most"},
		{"--backlog-concurrency=0", "at least one intake"},
		{"--pod-monitor-interval=1500ms", "whole seconds"},
		{"--pod-monitor-interval=-1m", "whole seconds"},
		{"--pod-monitor-labels=release", "must be formatted as key=value"},
		{"--pod-monitor-labels=re/lea/se=x", "re/lea/se=x is no label"},
		{"--pod-monitor-labels=release=吉县", "release=吉县 is no label"},
		{"--pod-monitor-labels=liaison.township.dev/station=x", "choose another"},
		{"--bind-address=127.0.0.1:80", "without a port"},
		{"--metrics-bind-address=8443", "not an address like :8443"},
		{"--metrics-secure=false --metrics-cert-dir=/etc/x", "serve the metrics securely or remove the certificate"},
		{"--metrics-secure=false --metrics-token-file=/etc/x", "serve the metrics securely or remove the token"},
		{"--pprof-bind-address=6060", "not an address like"},
		{"--kube-api-qps=0", "must be positive"},
		{"--log-level=loud", "error, info or debug"},
		{"--log-format=xml", "json or console"},
		{"--backlog-intervall=1m", "unknown flag"},
		{"serve", `unknown argument "serve"`},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Setenv("POD_NAMESPACE", "liaison-system")
			var stdout, stderr bytes.Buffer
			if code := start(t.Context(), strings.Fields(c.args), &stdout, &stderr); code != 2 {
				t.Errorf("the exit code is %d, want 2", code)
			}
			if !strings.Contains(stderr.String(), c.says) {
				t.Errorf("it does not say %q but: %s", c.says, stderr.String())
			}
		})
	}
}

func TestTheVersionIsPrinted(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"--version"}} {
		var stdout, stderr bytes.Buffer
		if code := start(t.Context(), args, &stdout, &stderr); code != 0 || stdout.String() != "liaison-operator dev\n" {
			t.Errorf("%v printed %q and %q and ended with %d", args, stdout.String(), stderr.String(), code)
		}
	}
}

func TestHelpIsNoError(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := start(t.Context(), []string{"--help"}, &stdout, &stderr); code != 0 || !strings.Contains(stderr.String(), "--backlog-interval") {
		t.Errorf("help ended with %d:\n%s", code, stderr.String())
	}
}

func TestALogLineIsOneJSONObject(t *testing.T) {
	var out bytes.Buffer
	log, err := newLogger(options{logLevel: "info", logFormat: "json"}, &out)
	if err != nil {
		t.Fatal(err)
	}
	log.WithValues("station", "zhongduo").Error(errors.New("no way"), "cannot poll")
	log.V(1).Info("too fine to be seen")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("not one JSON object: %v\n%s", err, out.String())
	}
	for key, want := range map[string]string{"level": "ERROR", "msg": "cannot poll", "err": "no way", "station": "zhongduo"} {
		if line[key] != want {
			t.Errorf("%s is %v, want %s", key, line[key], want)
		}
	}
}
