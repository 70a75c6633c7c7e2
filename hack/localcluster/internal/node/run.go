package node

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"

	"github.com/virtual-kubelet/virtual-kubelet/log"
	vknode "github.com/virtual-kubelet/virtual-kubelet/node"
	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/record"
	"k8s.io/kubernetes/pkg/kubelet/token"
	"k8s.io/utils/clock"

	"township.dev/liaison/hack/localcluster/internal/node/images"
	"township.dev/liaison/hack/localcluster/internal/node/kubeletapi"
	"township.dev/liaison/hack/localcluster/internal/node/lifecycle"
	"township.dev/liaison/hack/localcluster/internal/node/podenv"
	"township.dev/liaison/hack/localcluster/internal/node/podip"
	"township.dev/liaison/hack/localcluster/internal/node/sandbox"
	"township.dev/liaison/hack/localcluster/internal/node/volumes"
)

// hostIP is the address of the node and of everything on it that is not a pod.
const hostIP = "127.0.0.1"

// podWorkers is how many pods virtual-kubelet may create or delete at the same time; each does little itself.
const podWorkers = 10

// Run is the node: it registers itself and runs the pods that are scheduled to it. When ctx ends, it ends the pods gracefully,
// says so in their statuses, and returns. The pods go on when Run is called again.
//
// The binary that calls Run must also call [sandbox.Init] when its first argument is [sandbox.InitCommand].
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.validate(); err != nil {
		return err
	}
	layout := layout{dir: cfg.Dir}
	if err := layout.make(); err != nil {
		return err
	}
	launcher := sandbox.NewLauncher()
	defer launcher.Close()
	if err := launcher.Check(layout.mountPoint()); err != nil {
		return err
	}
	restConfig, err := cfg.rest()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(restConfig)
	if err != nil {
		return fmt.Errorf("preparing to talk to the API server: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.KubeletAddress)
	if err != nil {
		return fmt.Errorf("listening for the API server: %w", err)
	}
	defer func() { _ = listener.Close() }()
	log.L = vkLogger{logger: cfg.logger()}

	n, err := newNode(cfg, layout, client, launcher, listener)
	if err != nil {
		return err
	}
	return n.run(ctx)
}

// node is a node with all its parts, before and while it runs.
type node struct {
	cfg       Config
	client    kubernetes.Interface
	listener  net.Listener
	informers *informers
	provider  *provider
	events    record.EventBroadcaster
}

func newNode(cfg Config, layout layout, client kubernetes.Interface, launcher *sandbox.Launcher, listener net.Listener) (*node, error) {
	addresses, err := podip.Open(layout.addresses(), cfg.podNetwork())
	if err != nil {
		return nil, err
	}
	informers := newInformers(client, cfg.NodeName)
	events, recorder := newRecorder(client, cfg.NodeName)
	env := podenv.Node{
		Name: cfg.NodeName, HostIP: hostIP, Allocatable: capacity(),
		APIServerHost: cfg.APIServerHost, APIServerPort: strconv.Itoa(cfg.APIServerPort),
	}
	shared := lifecycle.NewNode(lifecycle.Node{
		Clock: clock.RealClock{}, Logger: cfg.logger(), Recorder: recorder, Launcher: launcher,
		Images: images.Open(cfg.ImagesFile), Env: env, MountPoint: layout.mountPoint(),
		Volumes: volumes.Sources{
			Objects: informers, Tokens: token.NewManager(client), Claims: volumes.APIClaims{Client: client}, Node: env,
		},
	})
	return &node{
		cfg: cfg, client: client, listener: listener, informers: informers, events: events,
		provider: newProvider(shared, client, informers.podLister(), addresses, layout, cfg.logger()),
	}, nil
}

func (n *node) run(ctx context.Context) error {
	defer n.events.Shutdown()
	// The API side outlives ctx: it still has to report how the pods ended.
	apiCtx, stopAPI := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAPI()
	parts, apiCtx := errgroup.WithContext(apiCtx)

	if err := n.informers.start(ctx, apiCtx); err != nil {
		return err
	}
	if err := n.provider.removeOrphans(); err != nil {
		return err
	}
	if err := n.informers.onContentChange(n.provider.refresh); err != nil {
		return err
	}
	if err := n.informers.onGateChange(n.provider.hear); err != nil {
		return err
	}
	pods, err := n.podController()
	if err != nil {
		return err
	}
	object, err := n.object()
	if err != nil {
		return err
	}
	self, err := n.nodeController(object)
	if err != nil {
		return err
	}
	parts.Go(func() error { return n.servePods(apiCtx) })
	parts.Go(func() error { return ended(apiCtx, "the pod controller", pods.Run(apiCtx, podWorkers)) })
	parts.Go(func() error {
		// The node becomes ready when it can take pods up.
		select {
		case <-pods.Ready():
		case <-apiCtx.Done():
		}
		return ended(apiCtx, "the node controller", self.Run(apiCtx))
	})
	parts.Go(func() error {
		defer stopAPI()
		select {
		case <-ctx.Done():
		case <-apiCtx.Done(): // another part has failed
		}
		n.provider.suspendAll()
		return nil
	})
	if err := parts.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// ended makes an error of a part that returns although nobody asked it to.
func ended(ctx context.Context, what string, err error) error {
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	default:
		return fmt.Errorf("%s ended unexpectedly", what)
	}
}

func (n *node) servePods(ctx context.Context) error {
	err := kubeletapi.Serve(ctx, n.listener, kubeletapi.TLS{
		CertFile: n.cfg.ServingCertFile, KeyFile: n.cfg.ServingKeyFile,
		ClientCAFile: n.cfg.ClientCAFile, ClientName: n.cfg.KubeletClientName,
	}, n.provider)
	return ended(ctx, "the server for pods", err)
}

func (n *node) podController() (*vknode.PodController, error) {
	controller, err := vknode.NewPodController(vknode.PodControllerConfig{
		PodClient:         podsClient{client: n.client, provider: n.provider},
		PodInformer:       n.informers.pods,
		ConfigMapInformer: n.informers.shared.Core().V1().ConfigMaps(),
		SecretInformer:    n.informers.shared.Core().V1().Secrets(),
		ServiceInformer:   n.informers.shared.Core().V1().Services(),
		// Its events repeat what ours say better; a recorder without a channel drops them.
		EventRecorder: &record.FakeRecorder{},
		Provider:      n.provider,
		// Package podenv resolves everything a moment before a container starts.
		SkipDownwardAPIResolution: true,
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the pod controller: %w", err)
	}
	return controller, nil
}

func (n *node) nodeController(object *corev1.Node) (*vknode.NodeController, error) {
	controller, err := vknode.NewNodeController(vknode.NaiveNodeProvider{}, object, n.client.CoreV1().Nodes(),
		vknode.WithNodeEnableLeaseV1(n.client.CoordinationV1().Leases(corev1.NamespaceNodeLease), vknode.DefaultLeaseDuration))
	if err != nil {
		return nil, fmt.Errorf("preparing the node controller: %w", err)
	}
	return controller, nil
}

// layout is where the node keeps what in its folder.
type layout struct{ dir string }

func (l layout) addresses() string     { return filepath.Join(l.dir, "pod-ips.json") }
func (l layout) mountPoint() string    { return filepath.Join(l.dir, "mountpoint") }
func (l layout) pods() string          { return filepath.Join(l.dir, "by-uid") }
func (l layout) pod(uid string) string { return filepath.Join(l.pods(), uid) }

func (l layout) make() error {
	for _, dir := range []string{l.mountPoint(), l.pods()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("making the node's folders: %w", err)
		}
	}
	return nil
}
