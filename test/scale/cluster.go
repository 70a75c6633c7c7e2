package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"township.dev/liaison/test/controlplane"
)

// cluster is etcd and kube-apiserver, with what they hold kept in the state folder.
type cluster struct {
	environment *envtest.Environment
	config      *rest.Config
	client      client.WithWatch
	kubeconfig  string
}

// etcdQuota holds all townships; etcd's own default of 2 GiB does not.
const etcdQuota = "17179869184"

func startCluster(assets, crds, state string) (*cluster, error) {
	etcdData := filepath.Join(state, "etcd")
	if err := os.MkdirAll(etcdData, 0o700); err != nil {
		return nil, fmt.Errorf("making etcd's folder: %w", err)
	}
	environment := &envtest.Environment{
		Scheme:                   controlplane.NewScheme(),
		BinaryAssetsDirectory:    assets,
		CRDInstallOptions:        controlplane.Kinds(crds),
		ErrorIfCRDPathMissing:    true,
		ControlPlaneStartTimeout: 5 * time.Minute,
		ControlPlaneStopTimeout:  2 * time.Minute,
	}
	etcd := &envtest.Etcd{DataDir: etcdData}
	etcd.Configure().Set("quota-backend-bytes", etcdQuota)
	environment.ControlPlane.Etcd = etcd
	// A Service each needs more addresses than the 254 that a test environment has.
	environment.ControlPlane.GetAPIServer().Configure().Set("service-cluster-ip-range", "10.0.0.0/13")
	config, err := environment.Start()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting the control plane: %w", err), environment.Stop())
	}
	c := &cluster{environment: environment, config: config, kubeconfig: filepath.Join(state, "kubeconfig")}
	if err := c.connect(); err != nil {
		return nil, errors.Join(err, environment.Stop())
	}
	return c, nil
}

func (c *cluster) connect() error {
	c.config.QPS, c.config.Burst = -1, -1
	var err error
	if c.client, err = client.NewWithWatch(c.config, client.Options{Scheme: controlplane.NewScheme()}); err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	user, err := c.environment.AddUser(envtest.User{Name: "scale", Groups: []string{"system:masters"}}, c.config)
	if err != nil {
		return fmt.Errorf("making the operator's user: %w", err)
	}
	data, err := user.KubeConfig()
	if err != nil {
		return fmt.Errorf("writing the operator's kubeconfig: %w", err)
	}
	return os.WriteFile(c.kubeconfig, data, 0o600)
}

func (c *cluster) stop() error { return c.environment.Stop() }

// metrics of the API server.
func (c *cluster) metrics(ctx context.Context) (samples, error) {
	http, err := rest.HTTPClientFor(c.config)
	if err != nil {
		return nil, fmt.Errorf("making a client: %w", err)
	}
	answer, err := scrape(ctx, http, strings.TrimSuffix(c.config.Host, "/")+"/metrics")
	return answer.samples, err
}

// ours are the resources whose requests are counted, as the API server's metrics name them. Its own, such as leases and the addresses of Services,
// are not among them.
var ours = map[string]bool{
	"liaisonstations": true, "deputyrosters": true, "dutyschedules": true, "holidaycalendars": true, "configmaps": true, "secrets": true,
	"persistentvolumeclaims": true, "services": true, "serviceaccounts": true, "statefulsets": true, "networkpolicies": true, "ingresses": true,
	"pods": true, "events": true,
}

// requests answered so far, by verb and resource; watches and the lists that begin them are no part of it.
func (c *cluster) requests(ctx context.Context) (map[string]float64, error) {
	all, err := c.metrics(ctx)
	if err != nil {
		return nil, err
	}
	counts := map[string]float64{}
	for _, s := range all["apiserver_request_total"] {
		verb, resource := s.labels["verb"], s.labels["resource"]
		if !ours[resource] || verb == "WATCH" || verb == "LIST" {
			continue
		}
		if sub := s.labels["subresource"]; sub != "" {
			resource += "/" + sub
		}
		counts[verb+" "+resource] += s.value
	}
	return counts, nil
}

// since is what was asked between two counts.
func since(before, after map[string]float64) map[string]float64 {
	asked := map[string]float64{}
	for what, n := range after {
		if n > before[what] {
			asked[what] = n - before[what]
		}
	}
	return asked
}
