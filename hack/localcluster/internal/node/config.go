package node

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"path/filepath"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"township.dev/liaison/hack/localcluster/internal/node/podip"
)

// Config is all that a node needs to know.
type Config struct {
	// RESTConfig is how to reach the API server; where it is nil, the file Kubeconfig says. The node watches ConfigMaps and Secrets
	// of all namespaces, which the Node authorizer does not grant: it must be an administrator of its cluster.
	RESTConfig *rest.Config
	Kubeconfig string

	// NodeName is the name of the Node object.
	NodeName string
	// Dir is the node's own folder: pods' volumes and logs, and pod-ips.json.
	Dir string
	// ImagesFile is the list of images; see [images.Image]. It is read again when it changes.
	ImagesFile string
	// PodNetwork is the loopback /16 that pods get their addresses from. Where it is not set, Dir decides.
	PodNetwork netip.Prefix

	// KubeletAddress is where the node listens for the API server, which asks it for logs. Port 0 takes a free one.
	KubeletAddress string
	// ServingCertFile and ServingKeyFile are shown there, ClientCAFile is who must have signed the client's certificate.
	ServingCertFile, ServingKeyFile, ClientCAFile string
	// KubeletClientName is the common name the client's certificate must have; empty admits any that is signed.
	KubeletClientName string

	// APIServerHost and APIServerPort are what programs in pods find in KUBERNETES_SERVICE_HOST and …_PORT.
	APIServerHost string
	APIServerPort int

	// Logger takes what the operator of the node should know; nil means slog's default.
	Logger *slog.Logger
}

func (c Config) validate() error {
	for _, required := range []struct{ name, value string }{
		{"NodeName", c.NodeName}, {"Dir", c.Dir}, {"ImagesFile", c.ImagesFile}, {"KubeletAddress", c.KubeletAddress},
		{"ServingCertFile", c.ServingCertFile}, {"ServingKeyFile", c.ServingKeyFile}, {"ClientCAFile", c.ClientCAFile},
		{"APIServerHost", c.APIServerHost},
	} {
		if required.value == "" {
			return fmt.Errorf("the node's %s is not set", required.name)
		}
	}
	if c.RESTConfig == nil && c.Kubeconfig == "" {
		return errors.New("the node has neither a RESTConfig nor a Kubeconfig")
	}
	if !filepath.IsAbs(c.Dir) {
		return fmt.Errorf("the node's folder must be an absolute path, not %q", c.Dir)
	}
	return nil
}

func (c Config) rest() (*rest.Config, error) {
	found := c.RESTConfig
	if found == nil {
		loaded, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig)
		if err != nil {
			return nil, fmt.Errorf("reading the node's kubeconfig: %w", err)
		}
		found = loaded
	}
	found = rest.CopyConfig(found)
	found.UserAgent = "localcluster-node"
	// The default limits would make the node's statuses late while many pods start at once.
	found.QPS, found.Burst = cmp.Or(found.QPS, 100), cmp.Or(found.Burst, 200)
	return found, nil
}

func (c Config) podNetwork() netip.Prefix {
	if c.PodNetwork.IsValid() {
		return c.PodNetwork
	}
	return podip.NetworkFor(c.Dir)
}

func (c Config) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.Default()
	}
	return c.Logger
}
