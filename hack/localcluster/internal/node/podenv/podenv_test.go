package podenv

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/hack/localcluster/internal/node/nodetest"
)

func TestWhereVariablesComeFrom(t *testing.T) {
	container := parseContainer(t, `
name: intake
resources: {limits: {memory: 64Mi}, requests: {cpu: 250m}}
envFrom:
- {prefix: CM_, configMapRef: {name: settings}}
- {secretRef: {name: not-there, optional: true}}
env:
- {name: PLAIN, value: text}
- {name: JOINED, value: "$(PLAIN)-$(CM_COLOUR)-$(UNKNOWN)-$$(PLAIN)"}
- {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
- {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}
- {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
- {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: LABEL, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
- {name: ACCOUNT, valueFrom: {fieldRef: {fieldPath: spec.serviceAccountName}}}
- {name: MEMORY, valueFrom: {resourceFieldRef: {resource: limits.memory}}}
- {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
- {name: MILLICPU, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}
- {name: KEY, valueFrom: {secretKeyRef: {name: keys, key: data-key}}}
- {name: MAYBE, valueFrom: {configMapKeyRef: {name: settings, key: absent, optional: true}}}
- {name: IMAGE_DEFAULT, value: from the pod}
`)
	got, err := Environment(objects(), node, testPod(*container), container, map[string]string{
		"BIND_ADDRESS": "$(POD_IP)", "IMAGE_DEFAULT": "from the image",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"PATH": defaultPath, "HOME": "/", "HOSTNAME": "zhongduo-intake-0",
		"KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "6443", "KUBERNETES_SERVICE_PORT_HTTPS": "6443",
		"BIND_ADDRESS": "127.77.1.2", "IMAGE_DEFAULT": "from the pod",
		"CM_COLOUR": "red", "PLAIN": "text", "JOINED": "text-red-$(UNKNOWN)-$(PLAIN)",
		"IP": "127.77.1.2", "HOST_IP": "127.0.0.1", "NODE": "localcluster", "NAME": "zhongduo-intake-0", "LABEL": "intake", "ACCOUNT": "robot",
		"MEMORY": "67108864", "CPU": "2", "MILLICPU": "250", "KEY": "sesame",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the environment differs (-want +got):\n%s", diff)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	tests := []struct{ env, want string }{
		{`{name: A, valueFrom: {configMapKeyRef: {name: nowhere, key: k}}}`, `environment variable A: reading ConfigMap nowhere: configmaps "nowhere" not found`},
		{`{name: A, valueFrom: {secretKeyRef: {name: keys, key: k}}}`, `environment variable A: Secret keys has no key "k"`},
		{`{name: A, valueFrom: {fieldRef: {fieldPath: status.phase}}}`, `environment variable A: unsupported fieldPath: status.phase`},
	}
	for _, test := range tests {
		container := parseContainer(t, "name: intake\nenv: ["+test.env+"]")
		_, err := Environment(objects(), node, testPod(*container), container, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

func TestCommandAndArguments(t *testing.T) {
	tests := []struct {
		container corev1.Container
		want      string
	}{
		{corev1.Container{}, "/intake"},
		{corev1.Container{Args: []string{"serve", "--name=$(NAME)"}}, "/intake serve --name=吉昌"},
		{corev1.Container{Command: []string{"/other"}}, "/other"},
		{corev1.Container{Command: []string{"/other", "$(NAME)"}, Args: []string{"x"}}, "/other 吉昌 x"},
	}
	for _, test := range tests {
		if got := strings.Join(Command(&test.container, "/intake", map[string]string{"NAME": "吉昌"}), " "); got != test.want {
			t.Errorf("command %q args %q run %q, want %q", test.container.Command, test.container.Args, got, test.want)
		}
	}
}

func TestHostnameFitsTheKernel(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: strings.Repeat("a", 62) + "-b"}}
	if got, want := Hostname(pod), strings.Repeat("a", 62); got != want {
		t.Errorf("hostname %q, want %q", got, want)
	}
	pod.Spec.Hostname = "set"
	if got := Hostname(pod); got != "set" {
		t.Errorf("hostname %q, want the one the pod asks for", got)
	}
}

var node = Node{
	Name: "localcluster", HostIP: "127.0.0.1", APIServerHost: "127.0.0.1", APIServerPort: "6443",
	Allocatable: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2"), corev1.ResourceMemory: resource.MustParse("8Gi")},
}

func testPod(containers ...corev1.Container) Pod {
	return Pod{IP: "127.77.1.2", Object: &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "zhongduo-intake-0", Labels: map[string]string{"app": "intake"}},
		Spec:       corev1.PodSpec{Containers: containers, ServiceAccountName: "robot", EnableServiceLinks: ptr.To(false)},
	}}
}

func objects() Objects {
	return new(nodetest.Objects).Put(
		&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "settings"}, Data: map[string]string{"COLOUR": "red"}},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "jixian", Name: "keys"}, Data: map[string][]byte{"data-key": []byte("sesame")}},
	)
}

func parseContainer(t *testing.T, text string) *corev1.Container {
	t.Helper()
	var container corev1.Container
	if err := yaml.UnmarshalStrict([]byte(text), &container); err != nil {
		t.Fatal(err)
	}
	return &container
}
