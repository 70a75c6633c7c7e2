package node_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/hack/localcluster/internal/node"
	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
)

func TestMain(m *testing.M) { nodetest.Main(m) }

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
	if _, err := os.Stat(filepath.Join(c.dir, "by-uid", string(created.UID))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the pod's folder is still there (%v)", err)
	}
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
	c.delete(t, "talker")
	log, err := io.ReadAll(stream)
	if err != nil || string(log) != "one\ntwo\nterminated\n" {
		t.Errorf("followed %q to the end (%v)", log, err)
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
	c.startNode(t)
	c.eventually(t, func() string {
		if _, err := os.Stat(filepath.Join(c.dir, "by-uid", string(created.UID))); !errors.Is(err, fs.ErrNotExist) {
			return "the pod's folder is still there"
		}
		return ""
	})
}

const (
	nodeName = "localcluster"
	port     = "18090"
)

var (
	// serving is the spec of a pod that answers HTTP and is ready when it does.
	serving = `
    terminationGracePeriodSeconds: 20
    containers:
    - name: main
      image: example.test/program:dev
      args: ` + args("serve", port) + `
      readinessProbe: {httpGet: {path: /healthz, port: ` + port + `}, periodSeconds: 1}`
	printing = `
    containers: [{name: main, image: example.test/program:dev, args: ` + args("lines", "one", "two") + `}]`
)

func args(program string, more ...string) string {
	encoded, _ := json.Marshal(nodetest.Args(program, more...))
	return string(encoded)
}

// controlPlane is an API server, and the settings of a node for it.
type controlPlane struct {
	client kubernetes.Interface
	config node.Config
	dir    string
	stop   func()
}

func startControlPlane(t *testing.T) *controlPlane {
	t.Helper()
	dir, authority := t.TempDir(), nodetest.NewAuthority(t)
	clientCert, clientKey := authority.WriteServing(t, filepath.Join(dir, "client"))
	ca := authority.WriteCA(t, dir)
	environment := &envtest.Environment{BinaryAssetsDirectory: assets(t)}
	environment.ControlPlane.GetAPIServer().Configure().
		Set("kubelet-certificate-authority", ca).
		Set("kubelet-client-certificate", clientCert).
		Set("kubelet-client-key", clientKey).
		Set("kubelet-preferred-address-types", "InternalIP")
	config, err := environment.Start()
	if err != nil {
		t.Fatalf("starting the API server: %v", err)
	}
	t.Cleanup(func() {
		if err := environment.Stop(); err != nil {
			t.Errorf("stopping the API server: %v", err)
		}
	})
	images := nodetest.WriteFile(t, dir, "images.json", fmt.Sprintf(
		`[{"repository": "example.test/program", "binary": %q, "env": {"BIND_ADDRESS": "$(POD_IP)"}}]`, nodetest.Binary(t)))
	certFile, keyFile := authority.WriteServing(t, filepath.Join(dir, "node"))
	c := &controlPlane{client: kubernetes.NewForConfigOrDie(config), dir: filepath.Join(dir, "pods")}
	c.config = node.Config{
		RESTConfig: rest.CopyConfig(config), NodeName: nodeName, Dir: c.dir, ImagesFile: images,
		KubeletAddress: "127.0.0.1:0", ServingCertFile: certFile, ServingKeyFile: keyFile, ClientCAFile: ca,
		APIServerHost: "127.0.0.1", APIServerPort: 443,
	}
	return c
}

// assets is where etcd and kube-apiserver are.
func assets(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		return dir
	}
	dir, err := filepath.Abs("../../../../bin/k8s")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "kube-apiserver")); err != nil {
		t.Fatalf("this test needs an API server: run hack/build-localcluster.sh, or set KUBEBUILDER_ASSETS (%v)", err)
	}
	return dir
}

// startNode starts the node, after stopping the one before, and returns how to stop it earlier than at the test's end.
func (c *controlPlane) startNode(t *testing.T) (stop func()) {
	t.Helper()
	if c.stop != nil {
		c.stop()
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := node.Run(ctx, c.config); err != nil {
			t.Errorf("the node ended with %v", err)
		}
	}()
	c.stop = func() {
		cancel()
		<-done
	}
	t.Cleanup(c.stop)
	return c.stop
}

func (c *controlPlane) create(t *testing.T, name, spec string) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name}}
	if err := yaml.UnmarshalStrict([]byte(spec), &pod.Spec); err != nil {
		t.Fatal(err)
	}
	pod.Spec.NodeName = nodeName
	created, err := c.client.CoreV1().Pods("default").Create(t.Context(), pod, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return created
}

func (c *controlPlane) get(t *testing.T, name string) *corev1.Pod {
	t.Helper()
	pod, err := c.client.CoreV1().Pods("default").Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return pod
}

func (c *controlPlane) delete(t *testing.T, name string) {
	t.Helper()
	if err := c.client.CoreV1().Pods("default").Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

func (c *controlPlane) untilReady(t *testing.T, name string) *corev1.Pod {
	t.Helper()
	var pod *corev1.Pod
	c.eventually(t, func() string {
		if pod = c.get(t, name); !conditionIs(pod, corev1.PodReady) {
			return fmt.Sprintf("pod %s is not ready: %+v", name, pod.Status)
		}
		return ""
	})
	return pod
}

func (c *controlPlane) untilPhase(t *testing.T, name string, want corev1.PodPhase) {
	t.Helper()
	c.eventually(t, func() string {
		if pod := c.get(t, name); pod.Status.Phase != want {
			return fmt.Sprintf("pod %s: %+v", name, pod.Status)
		}
		return ""
	})
}

func (c *controlPlane) untilGone(t *testing.T, name string) {
	t.Helper()
	c.eventually(t, func() string {
		_, err := c.client.CoreV1().Pods("default").Get(t.Context(), name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return ""
		}
		return "pod " + name + " is still there"
	})
}

func (c *controlPlane) untilEvent(t *testing.T, pod, reason string) {
	t.Helper()
	c.eventually(t, func() string {
		events, err := c.client.CoreV1().Events("default").List(t.Context(), metav1.ListOptions{FieldSelector: "involvedObject.name=" + pod})
		if err != nil {
			return err.Error()
		}
		for _, event := range events.Items {
			if event.Reason == reason && event.Source.Component == "kubelet" {
				return ""
			}
		}
		return fmt.Sprintf("no event %s about %s", reason, pod)
	})
}

func (c *controlPlane) untilAnswer(t *testing.T, pod *corev1.Pod, path, want string) {
	t.Helper()
	c.eventually(t, func() string {
		response, err := http.Get("http://" + net.JoinHostPort(pod.Status.PodIP, port) + path)
		if err != nil {
			return err.Error()
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil || string(body) != want {
			return fmt.Sprintf("%s answers %q (%v), want %q", path, body, err, want)
		}
		return ""
	})
}

func (c *controlPlane) eventually(t *testing.T, holds func() string) {
	t.Helper()
	nodetest.Eventually(t, holds)
}

func conditionIs(pod *corev1.Pod, kind corev1.PodConditionType) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == kind {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
