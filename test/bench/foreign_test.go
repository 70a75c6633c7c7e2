package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/test/fixture"
)

// strangers are the Secrets of others, and fat what each holds, in bytes.
const (
	strangers = 1000
	fat       = 100 << 10
)

// BenchmarkForeign compares the operator's resident memory in a cluster of its own with that beside 1,000 Secrets of others, 100 KiB each. An operator that
// holds what is not its own needs 100 MiB more.
func BenchmarkForeign(b *testing.B) {
	for b.Loop() {
		namespace := cluster.Namespace(b)
		for n := range 10 {
			cluster.Create(b, fixture.Station(fmt.Sprintf("s%03d", n)).In(namespace).Obj())
		}
		alone := residentWhenSettled(b, namespace)
		for n := range strangers {
			content := make([]byte, fat)
			_, _ = rand.Read(content) // never fails
			cluster.Create(b, &corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprintf("stranger-%04d", n)}, Data: map[string][]byte{"content": content},
			})
		}
		beside := residentWhenSettled(b, namespace)
		b.ReportMetric(alone, "alone-MiB")
		b.ReportMetric(beside, "beside-strangers-MiB")
		b.ReportMetric(beside/alone, "ratio")
		b.ReportMetric(0, "ns/op")
	}
}

// residentWhenSettled starts bin/liaison-operator as a process, waits until it has made and seen everything, and reads its resident memory in MiB.
func residentWhenSettled(b *testing.B, namespace string) float64 {
	b.Helper()
	binary := filepath.Join("..", "..", "bin", "liaison-operator")
	if _, err := os.Stat(binary); err != nil {
		b.Fatalf("%v; make build makes it", err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	operator := exec.CommandContext(ctx, binary, "--operator-namespace="+namespace, "--metrics-bind-address=0", "--health-probe-bind-address=0", "--kube-api-qps=1000", "--kube-api-burst=1000")
	operator.Env = append(os.Environ(), "KUBECONFIG="+cluster.Kubeconfig(b, b.TempDir(), namespace))
	if err := operator.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { cancel(); _ = operator.Wait() }()
	// Its memory is read once no object has moved for a while.
	last := cluster.Versions(b, namespace, everything()...)
	for quiet := time.Duration(0); quiet < quietFor; quiet += time.Second {
		<-time.After(time.Second)
		now := cluster.Versions(b, namespace, everything()...)
		if !last.Same(now) || len(now) < 10 {
			quiet = 0
		}
		last = now
	}
	return resident(b, operator.Process.Pid)
}

func resident(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, err := strconv.Atoi(fields[1])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	b.Fatal("the kernel tells no resident memory")
	return 0
}
