package pki

import (
	"fmt"
	"time"

	"township.dev/liaison/hack/localcluster/internal/addresses"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// The cluster's two authorities, in the state folder's PKI. Etcd has its own: whoever holds a
// certificate of the cluster's may ask the API server, and only the API server may ask etcd.
const (
	ClusterAuthority = "ca.crt"
	EtcdAuthority    = "etcd-ca.crt"
	// ServiceAccountKey signs and verifies the tokens of service accounts.
	ServiceAccountKey = "service-account.key"
)

// Pair names the two files of a certificate and its key.
type Pair struct{ Certificate, Key string }

func pair(name string) Pair { return Pair{Certificate: name + ".crt", Key: name + ".key"} }

// The certificates. Those called …Serving are shown to clients of a part, the others to its servers.
var (
	Etcd                     = pair("etcd")
	EtcdClient               = pair("etcd-client")
	APIServerServing         = pair("kube-apiserver-serving")
	KubeletClient            = pair("kubelet-client")
	ControllerManagerServing = pair("kube-controller-manager-serving")
	ControllerManager        = pair("kube-controller-manager")
	SchedulerServing         = pair("kube-scheduler-serving")
	Scheduler                = pair("kube-scheduler")
	NodeServing              = pair("node-serving")
	Node                     = pair("node")
	Kubelet                  = pair("kubelet")
	KubeProxy                = pair("kube-proxy")
	Admin                    = pair("admin")
)

// NodeName is what the cluster's only node is called.
const NodeName = "localcluster"

// KubeletClientName is how the API server introduces itself to the node.
const KubeletClientName = "kube-apiserver-kubelet-client"

// administrators is the group that may do everything.
const administrators = "system:masters"

// apiServerHosts are the names pods and people call the API server by.
var apiServerHosts = []string{
	ports.Loopback, "localhost",
	"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
	addresses.APIService,
}

var clusterLeaves = map[Pair]leaf{
	APIServerServing:         {name: "kube-apiserver", hosts: apiServerHosts},
	ControllerManagerServing: {name: "kube-controller-manager", hosts: []string{ports.Loopback}},
	SchedulerServing:         {name: "kube-scheduler", hosts: []string{ports.Loopback}},
	NodeServing:              {name: "node", hosts: []string{ports.Loopback, addresses.RealNode}},

	// Kubernetes comes with roles for these names.
	ControllerManager: {name: "system:kube-controller-manager"},
	Scheduler:         {name: "system:kube-scheduler"},
	Kubelet:           {name: "system:node:" + NodeName, groups: []string{"system:nodes"}},
	KubeProxy:         {name: "system:kube-proxy"},

	KubeletClient: {name: KubeletClientName},
	// The node part also is the volume provisioner, and runs as the user who owns all of these keys:
	// narrower rights would protect nothing.
	Node:  {name: "localcluster-node", groups: []string{administrators}},
	Admin: {name: "localcluster-admin", groups: []string{administrators}},
}

var etcdLeaves = map[Pair]leaf{
	Etcd:       {name: "etcd", hosts: []string{ports.Loopback}},
	EtcdClient: {name: "kube-apiserver"},
}

// Ensure completes the keys in folder. Authorities and the service accounts' key are made once, so
// that state and copied kubeconfigs stay valid; certificates are made afresh, so that none expires in
// a folder that is used for years. It must not be called while the cluster runs.
func Ensure(folder statedir.Folder, now time.Time) error {
	if err := ensureSigningKey(folder.PKI(ServiceAccountKey)); err != nil {
		return fmt.Errorf("preparing the service accounts' key: %w", err)
	}
	for _, each := range []struct {
		certificate, key, name string
		leaves                 map[Pair]leaf
	}{
		{ClusterAuthority, "ca.key", "localcluster", clusterLeaves},
		{EtcdAuthority, "etcd-ca.key", "localcluster-etcd", etcdLeaves},
	} {
		signer, err := ensureAuthority(folder.PKI(each.certificate), folder.PKI(each.key), each.name, now)
		if err != nil {
			return fmt.Errorf("preparing the authority %s: %w", each.name, err)
		}
		for files, holder := range each.leaves {
			if err := signer.issue(holder, folder.PKI(files.Certificate), folder.PKI(files.Key), now); err != nil {
				return fmt.Errorf("preparing the certificate %s: %w", files.Certificate, err)
			}
		}
	}
	return nil
}
