package node_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
)

func TestMain(m *testing.M) {
	ctrllog.SetLogger(logr.Discard()) // what envtest says of its programs is in its errors, too
	nodetest.Main(m)
}

// The tests below share one API server without a scheduler or controllers: pods are bound to the node by their spec.
func TestNode(t *testing.T) {
	nodetest.RequireRoot(t)
	c := startControlPlane(t)
	t.Run("introduces itself", c.introducesItself)
	t.Run("runs a pod and finalises its deletion", c.runsAPod)
	t.Run("serves logs through the API server", c.servesLogs)
	t.Run("follows changes of a ConfigMap", c.followsChanges)
	t.Run("leaves alone what others write", c.leavesOthersAlone)
	t.Run("removes a stubborn pod when its grace is over", c.removesAStubbornPod)
	t.Run("keeps a completed pod", c.keepsACompletedPod)
	t.Run("hands a name over without overlap", c.handsANameOver)
	t.Run("takes its pods up again", c.takesPodsUpAgain)
	t.Run("catches up on deletions it missed", c.catchesUp)
}

func (c *controlPlane) introducesItself(t *testing.T) {
	c.startNode(t)
	c.eventually(t, func() string {
		object, err := c.client.CoreV1().Nodes().Get(t.Context(), nodeName, metav1.GetOptions{})
		if err != nil {
			return err.Error()
		}
		for _, condition := range object.Status.Conditions {
			if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
				return ""
			}
		}
		return fmt.Sprintf("the node's conditions are %+v", object.Status.Conditions)
	})
	c.eventually(t, func() string {
		_, err := c.client.CoordinationV1().Leases(corev1.NamespaceNodeLease).Get(t.Context(), nodeName, metav1.GetOptions{})
		return text(err)
	})
}

func (c *controlPlane) runsAPod(t *testing.T) {
	c.startNode(t)
	created := c.create(t, "web", serving)
	ready := c.untilReady(t, "web")
	if ready.Status.HostIP != "127.0.0.1" || !strings.HasPrefix(ready.Status.PodIP, "127.") || ready.Status.PodIP == "127.0.0.1" {
		t.Errorf("host %s, pod %s", ready.Status.HostIP, ready.Status.PodIP)
	}
	c.delete(t, "web")
	c.untilGone(t, "web")
	c.untilFolderGone(t, created)
	c.untilEvent(t, "web", "Killing")
}

func (c *controlPlane) servesLogs(t *testing.T) {
	c.startNode(t)
	c.create(t, "talker", printing)
	c.untilReady(t, "talker")
	stream, err := c.client.CoreV1().Pods("default").GetLogs("talker", &corev1.PodLogOptions{Follow: true}).Stream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	const printed = "one\ntwo\n"
	first := make([]byte, len(printed))
	if _, err := io.ReadFull(stream, first); err != nil || string(first) != printed {
		t.Fatalf("followed %q (%v), want %q", first, err, printed)
	}
	c.delete(t, "talker")
	if rest, err := io.ReadAll(stream); err != nil || string(rest) != "terminated\n" {
		t.Errorf("followed %q to the end (%v)", rest, err)
	}
	_, err = c.client.CoreV1().Pods("default").GetLogs("talker", &corev1.PodLogOptions{Previous: true}).DoRaw(t.Context())
	if err == nil {
		t.Error("there are logs of a previous run that never was")
	}
	c.untilGone(t, "talker")
}

func (c *controlPlane) followsChanges(t *testing.T) {
	c.startNode(t)
	c.create(t, "watcher", serving+`
      volumeMounts: [{name: config, mountPath: /etc/liaison/config}]
    volumes: [{name: config, configMap: {name: station}}]`)
	c.untilEvent(t, "watcher", "FailedMount") // it does not exist yet
	maps := c.client.CoreV1().ConfigMaps("default")
	station := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "station"}, Data: map[string]string{"name": "中垛乡"}}
	if _, err := maps.Create(t.Context(), station, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	pod := c.untilReady(t, "watcher")
	c.untilAnswer(t, pod, "/file?path=/etc/liaison/config/name", "中垛乡")
	station.Data["name"] = "屯里镇"
	if _, err := maps.Update(t.Context(), station, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	c.untilAnswer(t, pod, "/file?path=/etc/liaison/config/name", "屯里镇")
}

func (c *controlPlane) leavesOthersAlone(t *testing.T) {
	c.startNode(t)
	c.create(t, "gated", serving+`
    readinessGates: [{conditionType: example.test/gate}]`)
	c.eventually(t, func() string {
		if pod := c.get(t, "gated"); !conditionIs(pod, corev1.ContainersReady) || conditionIs(pod, corev1.PodReady) {
			return fmt.Sprintf("conditions %+v", pod.Status.Conditions)
		}
		return ""
	})
	pods := c.client.CoreV1().Pods("default")
	label := []byte(`{"metadata": {"labels": {"colour": "red"}}}`)
	if _, err := pods.Patch(t.Context(), "gated", types.StrategicMergePatchType, label, metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	gate := []byte(`{"status": {"conditions": [{"type": "example.test/gate", "status": "True"}]}}`)
	if _, err := pods.Patch(t.Context(), "gated", types.StrategicMergePatchType, gate, metav1.PatchOptions{}, "status"); err != nil {
		t.Fatal(err)
	}
	pod := c.untilReady(t, "gated")
	if pod.Labels["colour"] != "red" || !conditionIs(pod, "example.test/gate") {
		t.Errorf("the node overwrote labels %v or conditions %+v", pod.Labels, pod.Status.Conditions)
	}
}

func (c *controlPlane) removesAStubbornPod(t *testing.T) {
	c.startNode(t)
	c.create(t, "stubborn", `
    terminationGracePeriodSeconds: 1
    containers: [{name: main, image: example.test/program, args: `+args("stubborn")+`}]`)
	c.untilReady(t, "stubborn")
	c.delete(t, "stubborn")
	c.untilGone(t, "stubborn")
}

func (c *controlPlane) keepsACompletedPod(t *testing.T) {
	stop := c.startNode(t)
	c.create(t, "job", `
    restartPolicy: Never
    containers: [{name: main, image: example.test/program, args: `+args("exit", "0")+`}]`)
	c.untilPhase(t, "job", corev1.PodSucceeded)
	stop()
	c.startNode(t)
	c.create(t, "marker", printing)
	c.untilReady(t, "marker") // the new node is at work
	if pod := c.get(t, "job"); pod.Status.Phase != corev1.PodSucceeded || pod.Status.ContainerStatuses[0].RestartCount != 0 {
		t.Errorf("after the node's restart: %+v", pod.Status)
	}
	if _, err := c.client.CoreV1().Pods("default").GetLogs("job", &corev1.PodLogOptions{}).DoRaw(t.Context()); err != nil {
		t.Errorf("its log is lost: %v", err)
	}
	c.delete(t, "job")
	c.untilGone(t, "job")
}

// A StatefulSet relies on it: the next pod of a name may start only when the one before has ended, whatever was done by force.
func (c *controlPlane) handsANameOver(t *testing.T) {
	c.startNode(t)
	c.create(t, "writer", serving)
	first := c.untilReady(t, "writer")
	err := c.client.CoreV1().Pods("default").Delete(t.Context(), "writer", metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)})
	if err != nil {
		t.Fatal(err)
	}
	c.create(t, "writer", serving)
	// Both listen on one address: the second could not start beside the first.
	second := c.untilReady(t, "writer")
	if second.UID == first.UID || second.Status.PodIP != first.Status.PodIP {
		t.Errorf("the first was %s at %s, the second is %s at %s", first.UID, first.Status.PodIP, second.UID, second.Status.PodIP)
	}
	if restarts := second.Status.ContainerStatuses[0].RestartCount; restarts != 0 {
		t.Errorf("the second was restarted %d times", restarts)
	}
}

func (c *controlPlane) takesPodsUpAgain(t *testing.T) {
	stop := c.startNode(t)
	c.create(t, "lasting", serving)
	before := c.untilReady(t, "lasting")
	stop()
	between := c.get(t, "lasting")
	if between.Status.Phase != corev1.PodRunning || conditionIs(between, corev1.PodReady) {
		t.Errorf("while the node is down: phase %s, conditions %+v; want Running and not ready", between.Status.Phase, between.Status.Conditions)
	}
	c.startNode(t)
	after := c.untilReady(t, "lasting")
	if after.Status.PodIP != before.Status.PodIP || after.Status.ContainerStatuses[0].RestartCount != 1 {
		t.Errorf("before at %s, after at %s with %d restarts", before.Status.PodIP, after.Status.PodIP, after.Status.ContainerStatuses[0].RestartCount)
	}
}

func (c *controlPlane) catchesUp(t *testing.T) {
	stop := c.startNode(t)
	created := c.create(t, "missed", serving)
	c.untilReady(t, "missed")
	stop()
	c.delete(t, "missed")
	c.startNode(t)
	c.untilGone(t, "missed")
	c.startNode(t) // a pod that the node has not seen leave is cleared away at the next start
	c.untilFolderGone(t, created)
}
