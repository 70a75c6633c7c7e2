package parts

import (
	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

// etcd asks everyone for a certificate, on loopback too: without, any user of the machine could read
// the cluster's Secrets.
func etcd(folder statedir.Folder, chosen ports.Set) []string {
	clients, peers := url(chosen.Etcd), url(chosen.EtcdPeer)
	certificate, key := folder.PKI(pki.Etcd.Certificate), folder.PKI(pki.Etcd.Key)
	authority := folder.PKI(pki.EtcdAuthority)
	return commandLine(Etcd,
		flag{"name", "localcluster"},
		flag{"data-dir", folder.Etcd()},
		flag{"listen-client-urls", clients},
		flag{"advertise-client-urls", clients},
		flag{"client-cert-auth", "true"},
		flag{"trusted-ca-file", authority},
		flag{"cert-file", certificate},
		flag{"key-file", key},
		// A single member has no peers, but etcd insists on listening for them.
		flag{"listen-peer-urls", peers},
		flag{"initial-advertise-peer-urls", peers},
		flag{"initial-cluster", "localcluster=" + peers},
		flag{"peer-client-cert-auth", "true"},
		flag{"peer-trusted-ca-file", authority},
		flag{"peer-cert-file", certificate},
		flag{"peer-key-file", key},
		// Survives any kill of the process, not a power cut: the right price for a cluster of this kind.
		flag{"unsafe-no-fsync", "true"},
		flag{"log-level", "warn"},
	)
}
