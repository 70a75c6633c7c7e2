package machine

import (
	"embed"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"township.dev/liaison/hack/localcluster/internal/addresses"
	"township.dev/liaison/hack/localcluster/internal/kubeconfig"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// templates are the configurations of the node's programs.
//
//go:embed files
var templates embed.FS

// file is where a program finds its configuration.
func file(folder statedir.Folder, name string) string { return folder.Machine("files", name) }

// writeFiles writes the programs' configurations.
func writeFiles(cfg Config) error {
	if err := os.MkdirAll(file(cfg.Folder, ""), 0o755); err != nil {
		return fmt.Errorf("preparing the node's files: %w", err)
	}
	entries, err := templates.ReadDir("files")
	if err != nil {
		return err
	}
	values := cfg.values()
	for _, entry := range entries {
		template, err := templates.ReadFile(path.Join("files", entry.Name()))
		if err != nil {
			return err
		}
		content := os.Expand(string(template), func(name string) string { return values[name] })
		if err := statedir.WriteFile(file(cfg.Folder, entry.Name()), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// values are what the templates leave open.
func (c Config) values() map[string]string {
	return map[string]string{
		"AUTHORITY":             c.Folder.PKI(pki.ClusterAuthority),
		"CERTIFICATE":           c.Folder.PKI(pki.NodeServing.Certificate),
		"CNI_PLUGINS":           filepath.Dir(cniPlugins[0]),
		"CONTROL_GROUP":         controlGroup,
		"FILES":                 file(c.Folder, ""),
		"KEY":                   c.Folder.PKI(pki.NodeServing.Key),
		"KUBELET_PORT":          strconv.Itoa(c.Settings.Ports.Node),
		"KUBE_PROXY_KUBECONFIG": kubeconfig.Of(c.Folder, pki.KubeProxy),
		"NODE_ADDRESS":          addresses.RealNode,
		"NODE_KUBECONFIG":       kubeconfig.Of(c.Folder, pki.Node),
		"NODE_NAME":             c.NodeName,
		"PAUSE_IMAGE":           pauseImage,
		"PLUGINS":               c.Folder.Plugins(),
		"POD_RANGE":             addresses.PodRange,
	}
}
