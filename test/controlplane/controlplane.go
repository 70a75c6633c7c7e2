// Package controlplane gives tests a real kube-apiserver and etcd: one per test binary, a fresh namespace per test.
// There are no controllers and no nodes behind it; tests set the status of StatefulSets and Pods themselves.
package controlplane

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/optional"
)

// ControlPlane is a running API server with our kinds.
type ControlPlane struct {
	// Config reaches the API server with every right.
	Config *rest.Config
	// Scheme knows the built-in kinds and ours.
	Scheme *runtime.Scheme
	// Client reads and writes without a cache.
	Client client.Client

	environment *envtest.Environment
	// folder holds the API server's certificates, which outlive a restart of it.
	folder string
	// operator builds the operator once, into the folder.
	operator func() (string, error)
}

// Run starts a control plane, hands it to use, runs the tests and stops it. Call it from TestMain:
//
//	func TestMain(m *testing.M) {
//		controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
//	}
func Run(m *testing.M, use func(*ControlPlane)) {
	os.Exit(Code(m, use))
}

// Code is Run for a TestMain that has more to do: it returns the exit code.
func Code(m *testing.M, use func(*ControlPlane)) int {
	cp, err := start()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	use(cp)
	code := m.Run()
	if err := errors.Join(cp.environment.Stop(), os.RemoveAll(cp.folder)); err != nil {
		fmt.Fprintf(os.Stderr, "stopping the control plane: %v\n", err)
		return 1
	}
	return code
}

// RestartAPIServer stops the API server and starts it again, at the same address and with what etcd has kept. Watches end, and cannot be resumed where they
// stood.
func (cp *ControlPlane) RestartAPIServer() error {
	server := cp.environment.ControlPlane.GetAPIServer()
	if err := server.Stop(); err != nil {
		return fmt.Errorf("stopping the API server: %w", err)
	}
	if err := server.Start(); err != nil {
		return fmt.Errorf("starting the API server again: %w", err)
	}
	return nil
}

func start() (*ControlPlane, error) {
	root, err := checkout()
	if err != nil {
		return nil, err
	}
	assets, err := assets(root)
	if err != nil {
		return nil, err
	}
	scheme := NewScheme()
	environment := &envtest.Environment{
		Scheme:                   scheme,
		BinaryAssetsDirectory:    assets,
		CRDInstallOptions:        Kinds(filepath.Join(root, "config", "crd", "bases")),
		ErrorIfCRDPathMissing:    true,
		ControlPlaneStartTimeout: 2 * time.Minute,
		ControlPlaneStopTimeout:  time.Minute,
	}
	folder, err := os.MkdirTemp("", "controlplane-")
	if err != nil {
		return nil, fmt.Errorf("making a folder: %w", err)
	}
	server := environment.ControlPlane.GetAPIServer()
	server.CertDir = folder
	// By default an API server that stops waits a minute for its watchers to leave by themselves.
	server.Configure().Set("shutdown-watch-termination-grace-period", "100ms")
	config, err := environment.Start()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the control plane with the binaries in %s: %w", assets, err), environment.Stop())
	}
	// Tests are alone with their API server; the client must not be what they wait for.
	config.QPS, config.Burst = -1, -1
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("making a client: %w", err), environment.Stop())
	}
	return &ControlPlane{
		Config: config, Scheme: scheme, Client: c, environment: environment,
		folder: folder, operator: sync.OnceValues(func() (string, error) { return buildOperator(folder) }),
	}, nil
}

// Kinds is how a test installs the CRDs at the paths: as patiently as it waits for anything else. By itself envtest gives up after ten seconds.
func Kinds(paths ...string) envtest.CRDInstallOptions {
	return envtest.CRDInstallOptions{Paths: paths, ErrorIfPathMissing: true, MaxTime: Patience}
}

// NewScheme returns a scheme with the built-in kinds, ours, and those that a test may install.
func NewScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	utilruntime.Must(optional.AddToScheme(scheme))
	return scheme
}

// checkout is the folder of go.mod above the test.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the checkout: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("finding the checkout: no go.mod in any folder above the test")
		}
		dir = parent
	}
}

// assets is the folder with etcd and kube-apiserver.
func assets(root string) (string, error) {
	folder := os.Getenv("KUBEBUILDER_ASSETS")
	if folder == "" {
		folder = filepath.Join(root, "bin", "k8s")
	}
	for _, binary := range []string{"etcd", "kube-apiserver"} {
		if _, err := os.Stat(filepath.Join(folder, binary)); err != nil {
			return "", fmt.Errorf("there is no %s in %s: build it with hack/build-localcluster.sh (about 12 minutes the first time), "+
				"or set KUBEBUILDER_ASSETS to a folder that has etcd and kube-apiserver", binary, folder)
		}
	}
	return folder, nil
}
