package parts

import (
	"net"
	"strconv"
	"strings"

	"township.dev/liaison/hack/localcluster/internal/addresses"
	"township.dev/liaison/hack/localcluster/internal/kubeconfig"
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// endpointControllers cannot work on pods with loopback addresses: the API server takes such an address
// in a pod's status and refuses it in an EndpointSlice, over and over.
var endpointControllers = []string{
	"endpoints-controller",
	"endpointslice-controller",
	"endpointslice-mirroring-controller",
}

func apiServer(folder statedir.Folder, chosen ports.Set, node statedir.NodeKind) []string {
	return commandLine(APIServer, append(endpoint(node),
		flag{"bind-address", ports.Loopback},
		flag{"secure-port", strconv.Itoa(chosen.APIServer)},
		flag{"tls-cert-file", folder.PKI(pki.APIServerServing.Certificate)},
		flag{"tls-private-key-file", folder.PKI(pki.APIServerServing.Key)},

		flag{"etcd-servers", url(chosen.Etcd)},
		flag{"etcd-cafile", folder.PKI(pki.EtcdAuthority)},
		flag{"etcd-certfile", folder.PKI(pki.EtcdClient.Certificate)},
		flag{"etcd-keyfile", folder.PKI(pki.EtcdClient.Key)},

		flag{"client-ca-file", folder.PKI(pki.ClusterAuthority)},
		flag{"anonymous-auth", "false"},
		flag{"authorization-mode", "Node,RBAC"},
		flag{"enable-admission-plugins", "NodeRestriction"},
		flag{"service-account-issuer", "https://kubernetes.default.svc"},
		flag{"service-account-signing-key-file", folder.PKI(pki.ServiceAccountKey)},
		flag{"service-account-key-file", folder.PKI(pki.ServiceAccountKey)},

		// For kubectl logs: the way to the node's own server.
		flag{"kubelet-certificate-authority", folder.PKI(pki.ClusterAuthority)},
		flag{"kubelet-client-certificate", folder.PKI(pki.KubeletClient.Certificate)},
		flag{"kubelet-client-key", folder.PKI(pki.KubeletClient.Key)},
		flag{"kubelet-preferred-address-types", "InternalIP"},

		flag{"service-cluster-ip-range", addresses.ServiceRange},
		flag{"allow-privileged", "true"},
		flag{"profiling", "false"},
	)...)
}

// endpoint is where pods find the API server: on a real node at that node's address, which passes them on to it. Else it has a loopback
// address for them too, which no EndpointSlice may hold.
func endpoint(node statedir.NodeKind) []flag {
	if node == statedir.RealNode {
		return []flag{{"advertise-address", addresses.RealNode}}
	}
	return []flag{{"advertise-address", ports.Loopback}, {"endpoint-reconciler-type", "none"}}
}

func controllerManager(folder statedir.Folder, chosen ports.Set, node statedir.NodeKind) []string {
	return commandLine(ControllerManager, append(client(folder, pki.ControllerManager),
		flag{"bind-address", ports.Loopback},
		flag{"secure-port", strconv.Itoa(chosen.ControllerManager)},
		flag{"tls-cert-file", folder.PKI(pki.ControllerManagerServing.Certificate)},
		flag{"tls-private-key-file", folder.PKI(pki.ControllerManagerServing.Key)},

		flag{"controllers", controllers(node)},
		flag{"use-service-account-credentials", "true"},
		flag{"service-account-private-key-file", folder.PKI(pki.ServiceAccountKey)},
		flag{"root-ca-file", folder.PKI(pki.ClusterAuthority)},
		flag{"service-cluster-ip-range", addresses.ServiceRange},
		// It makes this folder, and would otherwise make it in the machine's /usr.
		flag{"flex-volume-plugin-dir", folder.Plugins()},
		flag{"profiling", "false"},
	)...)
}

func controllers(node statedir.NodeKind) string {
	if node == statedir.RealNode {
		return "*"
	}
	return "*,-" + strings.Join(endpointControllers, ",-")
}

func scheduler(folder statedir.Folder, chosen ports.Set) []string {
	return commandLine(Scheduler, append(client(folder, pki.Scheduler),
		flag{"bind-address", ports.Loopback},
		flag{"secure-port", strconv.Itoa(chosen.Scheduler)},
		flag{"tls-cert-file", folder.PKI(pki.SchedulerServing.Certificate)},
		flag{"tls-private-key-file", folder.PKI(pki.SchedulerServing.Key)},
		flag{"profiling", "false"},
	)...)
}

func node(folder statedir.Folder) []string {
	return commandLine(NodeProgram, flag{"dir", folder.Root()})
}

// client is how a part of the control plane talks to the API server. There is one of each, so nothing
// is elected; and the usual limits on requests, made for a control plane of hundreds of nodes, would
// only make a person wait.
func client(folder statedir.Folder, user pki.Pair) []flag {
	file := kubeconfig.Of(folder, user)
	return []flag{
		{"kubeconfig", file},
		{"authentication-kubeconfig", file},
		{"authentication-skip-lookup", "true"}, // the authority is in the next flag
		{"client-ca-file", folder.PKI(pki.ClusterAuthority)},
		{"authorization-kubeconfig", file},
		{"leader-elect", "false"},
		{"kube-api-qps", "200"},
		{"kube-api-burst", "400"},
	}
}

func url(port int) string {
	return "https://" + net.JoinHostPort(ports.Loopback, strconv.Itoa(port))
}
