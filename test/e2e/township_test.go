package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/visitor"
)

// declare installs the township's release.
func (c *cluster) declare(more ...string) {
	c.t.Helper()
	c.helm(append([]string{
		"upgrade", "--install", station, filepath.Join(root, "charts", "liaison-station"), "--namespace", county, "--create-namespace",
		"--values", filepath.Join("testdata", "zhongduo-values.yaml"),
	}, more...)...)
}

func (c *cluster) get(name string, into client.Object) error {
	return c.client.Get(c.t.Context(), client.ObjectKey{Namespace: county, Name: name}, into)
}

func (c *cluster) station() *v1alpha1.LiaisonStation {
	c.t.Helper()
	var found v1alpha1.LiaisonStation
	if err := c.get(station, &found); err != nil {
		c.t.Fatal(err)
	}
	return &found
}

func (c *cluster) claim() *corev1.PersistentVolumeClaim {
	c.t.Helper()
	var found corev1.PersistentVolumeClaim
	if err := c.get(station+"-intake-data", &found); err != nil {
		c.t.Fatal(err)
	}
	return &found
}

func (c *cluster) dataSecret() *corev1.Secret {
	c.t.Helper()
	var found corev1.Secret
	if err := c.get(station+"-intake-data", &found); err != nil {
		c.t.Fatal(err)
	}
	return &found
}

func (c *cluster) exists(name string, kind client.Object) bool {
	c.t.Helper()
	err := c.get(name, kind)
	if err != nil && !apierrors.IsNotFound(err) {
		c.t.Fatal(err)
	}
	return err == nil
}

func (c *cluster) hasPod() bool { return c.exists(station+"-intake-0", &corev1.Pod{}) }

// hasAnyChild reports whether the operator has begun on the station.
func (c *cluster) hasAnyChild() bool {
	return c.exists(station+"-intake", &corev1.ServiceAccount{}) || c.exists(station+"-intake-data", &corev1.Secret{}) ||
		c.exists(station+"-intake", &appsv1.StatefulSet{})
}

func (c *cluster) pending(want int32) func() bool {
	return func() bool {
		backlog := c.station().Status.Backlog
		return backlog != nil && backlog.Received == 1 && backlog.Pending == want
	}
}

// visitor is someone in front of the station's site.
func (c *cluster) visitor() *visitor.Visitor {
	c.t.Helper()
	var pod corev1.Pod
	if err := c.get(station+"-intake-0", &pod); err != nil {
		c.t.Fatal(err)
	}
	person, err := visitor.New("http://" + net.JoinHostPort(pod.Status.PodIP, "8080"))
	if err != nil {
		c.t.Fatal(err)
	}
	return person
}

func (c *cluster) signIn(person *visitor.Visitor) {
	c.t.Helper()
	var secret corev1.Secret
	if err := c.get(station+"-intake-staff", &secret); err != nil {
		c.t.Fatal(err)
	}
	if err := person.SignIn(c.t.Context(), "admin1", string(secret.Data["admin1"])); err != nil {
		c.t.Fatal(err)
	}
}

// killOperator ends the operator's process the hard way. On the development cluster a container is a process of this machine.
func (c *cluster) killOperator() {
	c.t.Helper()
	pid, err := c.operatorProcess()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		c.t.Fatalf("killing process %d: %v", pid, err)
	}
	c.t.Logf("    killed the operator (process %d)", pid)
}

// operatorProcess finds the operator that talks to this test's API server, and no other's.
func (c *cluster) operatorProcess() (int, error) {
	config, err := clientcmd.BuildConfigFromFlags("", c.kubeconfig)
	if err != nil {
		return 0, err
	}
	_, port, err := net.SplitHostPort(config.Host[len("https://"):])
	if err != nil {
		return 0, fmt.Errorf("reading the API server's port: %w", err)
	}
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, process := range processes {
		// A process may end between listing and reading; it is not the one then.
		command, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		environment, _ := os.ReadFile(filepath.Join(process, "environ"))
		program, _, _ := bytes.Cut(command, []byte{0})
		ours := bytes.Contains(environment, []byte("KUBERNETES_SERVICE_PORT="+port+"\x00"))
		if ours && filepath.Base(string(program)) == "liaison-operator" {
			return strconv.Atoi(filepath.Base(process))
		}
	}
	return 0, errors.New("no process is this cluster's operator")
}
