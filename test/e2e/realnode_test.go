package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/visitor"
)

// TestOnARealNode shows what only a kubelet, a container runtime and a packet filter can: hack/e2e.sh prepares it.
func TestOnARealNode(t *testing.T) {
	c := startReal(t)

	step(t, "county IT installs the operator and the township, in namespaces that enforce the restricted standard")
	for _, namespace := range []string{operatorNamespace, county} {
		c.namespace(namespace, map[string]string{"pod-security.kubernetes.io/enforce": "restricted"})
	}
	c.helm("upgrade", "--install", release, filepath.Join(root, "charts", "liaison-operator"), "--namespace", operatorNamespace,
		"--set", "image.tag=e2e,intake.image.tag=e2e,backlog.interval=2s", "--wait", "--timeout", "2m")
	c.declare(behindProxies...)
	c.eventually("the station is Ready", c.isReady)
	c.serves("its pod is up", func(*corev1.Pod) bool { return true })

	for _, sentence := range []struct {
		says  string
		prove func(*cluster)
	}{
		{"the images run as nobody on a root that cannot be written", (*cluster).provePrivileges},
		{"helm test leaves a suggestion by the station's name and takes it back", (*cluster).proveHelmTest},
		{"a change of the roster arrives in the running service", (*cluster).proveChangesArrive},
		{"strangers are kept from the internal port, Prometheus is let in, the site is open", (*cluster).proveDoors},
		{"the memory limit is the declared one, and the service lives under it", (*cluster).proveMemory},
		{"asked to end, it ends cleanly and in time", (*cluster).proveTermination},
		{"what does not answer its readiness probe gets no visitors until it does", (*cluster).proveReadiness},
		{"a rolling update loses no acknowledged submission", (*cluster).proveUpdate},
		{"a drain loses no acknowledged submission", (*cluster).proveDrain},
		{"the volume keeps its data when the pod is deleted", (*cluster).proveDeletion},
		{"the volume keeps its data when the node's power is cut", (*cluster).provePowerCut},
	} {
		t.Run(sentence.says, func(t *testing.T) {
			inside := *c
			inside.t = t
			sentence.prove(&inside)
		})
	}
}

// behindProxies are the values of a township that believes where a request comes from.
var behindProxies = []string{"--set", "intake.trustedProxies={10.0.0.0/8}"}

// proveHelmTest runs the release's test, whose pod takes its image from the station as it stands at an upgrade.
func (c *cluster) proveHelmTest() {
	c.declare(behindProxies...)
	before := c.station().Status.Backlog
	c.helm("test", station, "--namespace", county, "--timeout", "2m", "--logs")
	c.eventually("the operator has counted the suggestion, and none waits", func() bool {
		now := c.station().Status.Backlog
		return now != nil && now.Pending == 0 && (before == nil || now.Received > before.Received)
	})
}

// startReal brings up a cluster with a real node and loads the images. Where the machine refuses, the test is passed over, and says so.
func startReal(t *testing.T) *cluster {
	t.Helper()
	wanted, images := os.Getenv("LIAISON_E2E_NODE"), os.Getenv("LIAISON_E2E_IMAGES")
	if wanted == "" || images == "" {
		t.Skip("takes root, packages and images; `make e2e` prepares them")
	}
	// Pods' and Services' addresses are this machine's own affair.
	t.Setenv("NO_PROXY", "10.0.0.0/8,127.0.0.0/8")
	t.Setenv("no_proxy", "10.0.0.0/8,127.0.0.0/8")
	c := prepare(t, "k8s/localcluster")
	step(t, "the cluster starts")
	out, err := c.command(t.Context(), "localcluster", "up", "--node", "real", "--timeout", "2m", "--dir", c.dir).CombinedOutput()
	if err != nil && wanted != "required" {
		t.Skipf("\n*** NOT PROVED ON A REAL NODE: it does not start on this machine: %v\n%s", err, out)
	}
	if err != nil {
		t.Fatalf("the real node does not start: %v\n%s", err, out)
	}
	c.connect()
	c.run("localcluster", "load", images, "--dir", c.dir)
	return c
}

func (c *cluster) namespace(name string, labels map[string]string) {
	c.t.Helper()
	if err := c.client.Create(c.t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *cluster) isReady() bool {
	return meta.IsStatusConditionTrue(c.station().Status.Conditions, v1alpha1.ConditionReady)
}

// pod is the station's, which may be missing for a moment.
func (c *cluster) pod() *corev1.Pod {
	var found corev1.Pod
	if err := c.get(station+"-intake-0", &found); err != nil {
		return &corev1.Pod{}
	}
	return &found
}

func isUp(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
		}
	}
	return false
}

// serves waits until the pod is up that holds is about, and the station's Service leads to it.
func (c *cluster) serves(what string, holds func(*corev1.Pod) bool) {
	c.t.Helper()
	c.eventually(what, func() bool { pod := c.pod(); return isUp(pod) && holds(pod) })
	c.eventually("and answers by the Service", func() bool { return c.frontPage() != "" })
}

// site is where the station's Service is.
func (c *cluster) site() string {
	c.t.Helper()
	var service corev1.Service
	if err := c.get(station+"-intake", &service); err != nil {
		c.t.Fatal(err)
	}
	return "http://" + service.Spec.ClusterIP
}

// resident is someone who comes to the station by its Service.
func (c *cluster) resident() *visitor.Visitor {
	c.t.Helper()
	person, err := visitor.New(c.site())
	if err != nil {
		c.t.Fatal(err)
	}
	return person
}

// suggestion is submitted under a key, which makes it one case however often it is sent.
func (c *cluster) suggest(key string) visitor.Receipt {
	c.t.Helper()
	receipt, _, err := c.resident().Suggest(c.t.Context(), key, aSuggestion)
	if err != nil {
		c.t.Fatal(err)
	}
	return receipt
}

var aSuggestion = visitor.Suggestion{Topic: "道路交通", Village: "白额村", Text: "白额村田间路冲毁，农用车进不了果园。"}

// finds checks that a case is there.
func (c *cluster) finds(receipt visitor.Receipt) {
	c.t.Helper()
	if progress, err := c.resident().LookUp(c.t.Context(), receipt); err != nil || progress.Code != receipt.Code {
		c.t.Errorf("the case %s was acknowledged, and now there is %+v (%v)", receipt.Code, progress, err)
	}
}

func (c *cluster) proveDeletion() {
	receipt, before := c.suggest("before-deletion"), c.pod().UID
	c.run("kubectl", "delete", "pod", "--namespace", county, station+"-intake-0")
	c.serves("another pod is up", func(pod *corev1.Pod) bool { return pod.UID != before })
	c.finds(receipt)
}

func (c *cluster) provePowerCut() {
	receipt := c.suggest("before-power-cut")
	before := c.pod().Status.ContainerStatuses[0].ContainerID
	if err := syscall.Kill(c.firstProcess(), syscall.SIGKILL); err != nil {
		c.t.Fatal(err)
	}
	c.eventually("the node is gone", func() bool { return len(c.processesIn(before)) == 0 && !c.isWhole() })
	c.run("localcluster", "up", "--dir", c.dir)
	c.serves("the station's pod runs a new container", func(pod *corev1.Pod) bool { return pod.Status.ContainerStatuses[0].ContainerID != before })
	c.finds(receipt)
	c.suggest("after-power-cut")
	c.eventually("the operator is back and asks the station", func() bool { return c.isReady() && c.station().Status.Backlog != nil })
}

func (c *cluster) isWhole() bool {
	return c.command(c.t.Context(), "localcluster", "status", "--dir", c.dir).Run() == nil
}

// firstProcess is the one of the node's namespaces. Without it the kernel ends all others at once, as when the power is cut.
func (c *cluster) firstProcess() int {
	c.t.Helper()
	for pid, command := range commands() {
		if strings.HasPrefix(command, "localcluster-init\x00--dir\x00"+c.dir) {
			return pid
		}
	}
	c.t.Fatal("the node has no first process")
	return 0
}

// commands are the command lines of all processes of this machine.
func commands() map[int]string {
	all := map[int]string{}
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		var pid int
		// A process may end between listing and reading.
		if content, err := os.ReadFile(path); err == nil {
			_, _ = fmt.Sscanf(path, "/proc/%d/", &pid)
			all[pid] = string(content)
		}
	}
	return all
}
