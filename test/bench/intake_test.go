package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
)

// run does for one station what the StatefulSet controller and a kubelet would do: it starts the real intake service on what the
// operator provisioned, and makes a ready pod of it.
func run(b *testing.B, namespace, name string) {
	b.Helper()
	mounts := mount(b, namespace, name)
	host, port := startIntake(b, mounts)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: station.PodName(name),
			Labels: map[string]string{station.LabelManagedBy: station.ManagedBy, station.LabelStation: name},
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "intake", Image: "intake:bench", Ports: []corev1.ContainerPort{{Name: "internal", ContainerPort: port}},
		}}},
	}
	cluster.Create(b, pod)
	pod.Status = corev1.PodStatus{
		Phase: corev1.PodRunning, PodIP: host, PodIPs: []corev1.PodIP{{IP: host}},
		Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
	}
	set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: station.IntakeName(name)}}
	cluster.Get(b, set)
	set.Status = appsv1.StatefulSetStatus{ObservedGeneration: set.Generation, Replicas: 1, ReadyReplicas: 1}
	for _, obj := range []client.Object{set, pod} {
		if err := cluster.Client.Status().Update(b.Context(), obj); err != nil {
			b.Fatalf("setting the status of %T: %v", obj, err)
		}
	}
}

// mount writes the station's ConfigMap and Secrets to the folders that the intake reads, once the operator has made them.
func mount(b *testing.B, namespace, name string) string {
	b.Helper()
	root := b.TempDir()
	config := &corev1.ConfigMap{}
	data, staff := &corev1.Secret{}, &corev1.Secret{}
	for object, key := range map[client.Object]string{
		config: station.IntakeName(name), data: station.DataName(name), staff: station.StaffName(name),
		&appsv1.StatefulSet{}: station.IntakeName(name),
	} {
		controlplane.Eventually(b, "the operator has made "+key, func(ctx context.Context) error {
			return cluster.Client.Get(ctx, client.ObjectKey{Namespace: namespace, Name: key}, object)
		})
	}
	for file, content := range config.Data {
		write(b, filepath.Join(root, "config", file), []byte(content))
	}
	for folder, secret := range map[string]*corev1.Secret{"secrets": data, "staff": staff} {
		for file, content := range secret.Data {
			write(b, filepath.Join(root, folder, file), content)
		}
	}
	return root
}

func write(b *testing.B, file string, content []byte) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		b.Fatal(err)
	}
}

// startIntake starts bin/liaison-intake and returns where its internal port listens.
func startIntake(b *testing.B, root string) (host string, port int32) {
	b.Helper()
	intake := exec.CommandContext(b.Context(), filepath.Join("..", "..", "bin", "liaison-intake"), "serve",
		"--config-dir", filepath.Join(root, "config"), "--secrets-dir", filepath.Join(root, "secrets"),
		"--staff-dir", filepath.Join(root, "staff"), "--data-dir", filepath.Join(root, "data"),
		"--bind-address", "127.0.0.1", "--public-port", "0", "--internal-port", "0")
	write(b, filepath.Join(root, "data", ".keep"), nil)
	log, err := intake.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := intake.Start(); err != nil {
		b.Fatalf("starting the intake (make build makes it): %v", err)
	}
	b.Cleanup(func() { _ = intake.Wait() }) // it was killed with the benchmark's context
	for lines := bufio.NewScanner(log); lines.Scan(); {
		var line struct{ Internal string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Internal == "" {
			continue
		}
		go func() { _, _ = io.Copy(io.Discard, log) }()
		return split(b, line.Internal)
	}
	b.Fatal("the intake ended without saying where it listens")
	return "", 0
}

func split(b *testing.B, address string) (host string, port int32) {
	b.Helper()
	host, number, err := net.SplitHostPort(address)
	if err != nil {
		b.Fatal(err)
	}
	parsed, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		b.Fatal(err)
	}
	return host, int32(parsed)
}
