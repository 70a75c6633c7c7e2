// Package kubeconfig writes the files by which people and parts find the cluster's API server.
package kubeconfig

import (
	"fmt"
	"net"
	"os"
	"strconv"

	clientcmd "k8s.io/client-go/tools/clientcmd/api/v1"
	"sigs.k8s.io/yaml"

	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// name is what cluster and context are called in the files.
const name = "localcluster"

// files maps the holder of a certificate to the kubeconfig it uses, below the state folder's PKI.
var files = map[pki.Pair]string{
	pki.ControllerManager: "kube-controller-manager.kubeconfig",
	pki.Scheduler:         "kube-scheduler.kubeconfig",
	pki.Node:              "node.kubeconfig",
	pki.Kubelet:           "kubelet.kubeconfig",
	pki.KubeProxy:         "kube-proxy.kubeconfig",
}

// Of is the kubeconfig of a part of the cluster.
func Of(folder statedir.Folder, user pki.Pair) string { return folder.PKI(files[user]) }

// WriteAll writes the administrator's and the parts' kubeconfigs for an API server on the given port.
func WriteAll(folder statedir.Folder, port int) error {
	if err := write(folder, pki.Admin, folder.Kubeconfig(), port); err != nil {
		return err
	}
	for user := range files {
		if err := write(folder, user, Of(folder, user), port); err != nil {
			return err
		}
	}
	return nil
}

func write(folder statedir.Folder, user pki.Pair, file string, port int) error {
	config, err := build(folder, user, port)
	if err != nil {
		return fmt.Errorf("making the kubeconfig %s: %w", file, err)
	}
	content, err := yaml.Marshal(config)
	if err != nil {
		return fmt.Errorf("encoding the kubeconfig %s: %w", file, err)
	}
	return statedir.WriteFile(file, content, 0o600)
}

// build embeds the keys, so that the file works wherever it is copied to on this machine.
func build(folder statedir.Folder, user pki.Pair, port int) (clientcmd.Config, error) {
	authority, err := os.ReadFile(folder.PKI(pki.ClusterAuthority))
	if err != nil {
		return clientcmd.Config{}, err
	}
	certificate, err := os.ReadFile(folder.PKI(user.Certificate))
	if err != nil {
		return clientcmd.Config{}, err
	}
	key, err := os.ReadFile(folder.PKI(user.Key))
	if err != nil {
		return clientcmd.Config{}, err
	}
	return clientcmd.Config{
		APIVersion: "v1",
		Kind:       "Config",
		Clusters: []clientcmd.NamedCluster{{Name: name, Cluster: clientcmd.Cluster{
			Server:                   "https://" + net.JoinHostPort(ports.Loopback, strconv.Itoa(port)),
			CertificateAuthorityData: authority,
		}}},
		AuthInfos: []clientcmd.NamedAuthInfo{{Name: name, AuthInfo: clientcmd.AuthInfo{
			ClientCertificateData: certificate,
			ClientKeyData:         key,
		}}},
		Contexts:       []clientcmd.NamedContext{{Name: name, Context: clientcmd.Context{Cluster: name, AuthInfo: name}}},
		CurrentContext: name,
	}, nil
}
