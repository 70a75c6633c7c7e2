package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

// Two operators are processes of their own, as the pods of the Deployment are. The second is warm when the first stops: it has seen everything and waits
// with the work in its queue. When it has the lease it goes over all of it, and as all is settled it writes nothing.
func TestTheStandbyTakesOverWarmAndWritesNothing(t *testing.T) {
	i := forANamedNamespace(t)
	binary := filepath.Join(t.TempDir(), "liaison-operator")
	if said, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	first := startProcess(t, binary, i, "--log-level=debug")
	first.eventuallyReady(t)
	s := story{T: t, key: types.NamespacedName{Namespace: i.serves, Name: "zhongduo"}, operatorNamespace: i.account.Namespace}
	s.declare()
	s.calmDown()

	second := startProcess(t, binary, i, "--backlog-interval=1s")
	second.eventuallyReady(t)
	const lease, visits = `leader_election_master_status{name="liaison-operator"} `, `controller_runtime_reconcile_total{controller="%s",result="%s"} `
	standby := eventuallyScraped(t, second.operator, i.scraper, "the standby has all work in its queues", func(body string) error {
		for _, controller := range []string{"station", "roster", "backlog"} {
			if series := fmt.Sprintf(`workqueue_depth{controller=%q,name=%q,priority="`, controller, controller); positive(body, series) == 0 {
				return fmt.Errorf("nothing waits for the %s controller", controller)
			}
		}
		return nil
	})
	if positive(standby, lease) != 0 || positive(standby, "controller_runtime_reconcile_total{") != 0 {
		t.Errorf("the standby works already:\n%s", standby)
	}

	first.stop()
	leading := eventuallyScraped(t, second.operator, i.scraper, "the standby has the lease and has gone over everything", func(body string) error {
		if positive(body, lease) == 0 {
			return errors.New("it does not have the lease")
		}
		for _, series := range []string{
			fmt.Sprintf(visits, "station", "requeue_after"), fmt.Sprintf(visits, "roster", "requeue_after"), fmt.Sprintf(visits, "backlog", "requeue_after"),
		} {
			if positive(body, series) == 0 {
				return fmt.Errorf("there is no %s", series)
			}
		}
		return nil
	})
	if positive(leading, "liaison_operator_api_writes_total{") != 0 || positive(leading, "controller_runtime_reconcile_errors_total{") != 0 {
		t.Errorf("it wrote, though all was settled, or failed:\n%s", leading)
	}
	s.mended(s.children()[2])
	s.loseToken()
	eventuallyScraped(t, second.operator, i.scraper, "the intake refuses the operator", func(body string) error {
		if positive(body, "liaison_backlog_poll_errors_total{") == 0 {
			return errors.New("no poll has failed")
		}
		return nil
	})
	second.stop()

	first.wantLogged(t, "wrote an object", "controller", "namespace", "name", "reconcileID", "kind", "object", "reason")
	second.wantLogged(t, "the operator starts", "version", "intakeImage", "namespaces")
	second.wantLogged(t, "the intake gives no backlog", "controller", "namespace", "name", "reconcileID", "reason", "cause")
}

// loseToken puts another one in the place of that which the intake knows.
func (s story) loseToken() {
	s.Helper()
	secret := &corev1.Secret{ObjectMeta: s.named(station.DataName(s.key.Name))}
	s.edit(secret, func() { secret.Data[station.InternalTokenKey] = []byte("another") })
}

// positive counts the series that begin so and are not 0.
func positive(exposition, series string) int {
	n := 0
	for line := range strings.Lines(exposition) {
		if strings.HasPrefix(line, series) && !strings.HasSuffix(line, " 0\n") {
			n++
		}
	}
	return n
}

// calmDown waits until nothing in the namespace has moved for a while.
func (s story) calmDown() {
	s.Helper()
	kinds := []client.ObjectList{
		&v1alpha1.LiaisonStationList{}, &v1alpha1.DeputyRosterList{}, &v1alpha1.DutyScheduleList{}, &corev1.ConfigMapList{}, &corev1.SecretList{},
		&corev1.ServiceList{}, &corev1.PersistentVolumeClaimList{}, &appsv1.StatefulSetList{}, &networkingv1.NetworkPolicyList{}, &networkingv1.IngressList{},
	}
	last, looks := controlplane.Versions{}, 0
	controlplane.Eventually(s, "nothing moves any more", func(context.Context) error {
		now := cluster.Versions(s, s.key.Namespace, kinds...)
		if !last.Same(now) {
			last, looks = now, 0
		}
		if looks++; looks < 20 {
			return fmt.Errorf("nothing moved between the last %d looks", looks)
		}
		return nil
	})
}

// process is an operator that is not part of the test's own process.
type process struct {
	operator
	log *bytes.Buffer
}

func startProcess(t *testing.T, binary string, i installation, args ...string) process {
	t.Helper()
	p := process{operator: operator{metrics: controlplane.FreeAddress(t), probes: controlplane.FreeAddress(t)}, log: &bytes.Buffer{}}
	// The context of a test is over before its cleanups, and the operator with it.
	command := exec.CommandContext(t.Context(), binary, slices.Concat(i.args, args, []string{
		"--leader-elect", "--intake-image=intake:test", "--operator-namespace=" + i.account.Namespace,
		"--metrics-bind-address=" + p.metrics, "--health-probe-bind-address=" + p.probes,
	})...)
	command.Env = append(os.Environ(), "KUBECONFIG="+controlplane.WriteKubeconfig(t, i.config, t.TempDir(), ""))
	command.Stdout, command.Stderr = p.log, p.log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	p.stop = func() {
		stopped = true
		if err := errors.Join(command.Process.Signal(syscall.SIGTERM), command.Wait()); err != nil {
			t.Errorf("the operator ended with %v", err)
		}
	}
	t.Cleanup(func() {
		if !stopped {
			_ = command.Wait() // killed
		}
		if t.Failed() {
			t.Logf("the operator said:\n%s", p.log)
		}
	})
	return p
}

// wantLogged checks that the log has the message with these keys, which docs/operations.md promises, and that each of its lines is one JSON object in which no
// key stands twice.
func (p process) wantLogged(t *testing.T, message string, keys ...string) {
	t.Helper()
	found := false
	for line := range strings.Lines(p.log.String()) {
		said, err := logged(line)
		if err != nil {
			t.Errorf("%v: %s", err, line)
		}
		if said["msg"] != message {
			continue
		}
		found = true
		for _, key := range append(keys, "time", "level") {
			if said[key] == nil {
				t.Errorf("there is no %s in %s", key, line)
			}
		}
	}
	if !found {
		t.Errorf("nothing was logged as %q", message)
	}
}

// logged reads a line of the log.
func logged(line string) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(line))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.Join(err, errors.New("no JSON object"))
	}
	said := map[string]any{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if _, twice := said[name]; twice || !ok {
			return nil, fmt.Errorf("%v stands twice", key)
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		said[name] = value
	}
	return said, nil
}
