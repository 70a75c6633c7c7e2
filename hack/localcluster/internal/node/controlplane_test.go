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
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/hack/localcluster/internal/node"
	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
)

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
	environment := &envtest.Environment{
		BinaryAssetsDirectory: assets(t), ControlPlaneStartTimeout: 2 * time.Minute, ControlPlaneStopTimeout: time.Minute,
	}
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
	t.Cleanup(func() {
		now := metav1.DeleteOptions{GracePeriodSeconds: ptr.To[int64](0)}
		if err := c.client.CoreV1().Pods("default").Delete(context.Background(), name, now); err != nil && !apierrors.IsNotFound(err) {
			t.Errorf("cleaning up: %v", err)
		}
	})
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

func (c *controlPlane) untilFolderGone(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	c.eventually(t, func() string {
		if _, err := os.Stat(filepath.Join(c.dir, "by-uid", string(pod.UID))); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Sprintf("the pod's folder is still there (%v)", err)
		}
		return ""
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
