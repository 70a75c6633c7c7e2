package pki

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

var installed = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

func TestServersAreTrustedUnderTheirAddress(t *testing.T) {
	folder := ensured(t, installed)
	for server, authority := range map[Pair]string{
		Etcd: EtcdAuthority, APIServerServing: ClusterAuthority, ControllerManagerServing: ClusterAuthority,
		SchedulerServing: ClusterAuthority, NodeServing: ClusterAuthority,
	} {
		if err := verify(t, folder, server, authority, ports.Loopback, x509.ExtKeyUsageServerAuth, installed); err != nil {
			t.Errorf("%s: %v", server.Certificate, err)
		}
	}
}

func TestPodsKnowTheAPIServerByName(t *testing.T) {
	folder := ensured(t, installed)
	for _, name := range []string{"kubernetes.default.svc", "10.96.0.1", "localhost"} {
		if err := verify(t, folder, APIServerServing, ClusterAuthority, name, x509.ExtKeyUsageServerAuth, installed); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyTheAPIServerMayAskEtcd(t *testing.T) {
	folder := ensured(t, installed)
	if err := verify(t, folder, EtcdClient, EtcdAuthority, "", x509.ExtKeyUsageClientAuth, installed); err != nil {
		t.Errorf("the API server's certificate: %v", err)
	}
	if err := verify(t, folder, Admin, EtcdAuthority, "", x509.ExtKeyUsageClientAuth, installed); err == nil {
		t.Error("etcd would take the administrator's certificate, and with it those of all who have one of the cluster's")
	}
}

func TestClientsCannotServe(t *testing.T) {
	folder := ensured(t, installed)
	if err := verify(t, folder, Node, ClusterAuthority, "", x509.ExtKeyUsageServerAuth, installed); err == nil {
		t.Error("the node's client certificate would pass for a server's")
	}
}

func TestKeysAreClosedToOthers(t *testing.T) {
	folder := ensured(t, installed)
	keys, err := filepath.Glob(folder.PKI("*.key"))
	if err != nil || len(keys) == 0 {
		t.Fatalf("no keys: %v", err)
	}
	for _, key := range keys {
		info, err := os.Stat(key)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(key), info.Mode().Perm())
		}
	}
}

func TestALaterStartKeepsAuthoritiesAndRenewsCertificates(t *testing.T) {
	folder := ensured(t, installed)
	kept := map[string]string{}
	for _, file := range []string{ClusterAuthority, EtcdAuthority, ServiceAccountKey} {
		kept[file] = read(t, folder.PKI(file))
	}
	yearsLater := installed.AddDate(3, 0, 0)
	if err := verify(t, folder, Admin, ClusterAuthority, "", x509.ExtKeyUsageClientAuth, yearsLater); err == nil {
		t.Fatal("the first certificate should have expired by then")
	}

	if err := Ensure(folder, yearsLater); err != nil {
		t.Fatal(err)
	}
	for file, before := range kept {
		if read(t, folder.PKI(file)) != before {
			t.Errorf("%s changed: tokens and copied kubeconfigs would be refused", file)
		}
	}
	if err := verify(t, folder, Admin, ClusterAuthority, "", x509.ExtKeyUsageClientAuth, yearsLater); err != nil {
		t.Errorf("the renewed certificate: %v", err)
	}
}

func TestADamagedKeyIsToldAndNotReplaced(t *testing.T) {
	folder := ensured(t, installed)
	if err := os.WriteFile(folder.PKI("ca.key"), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Ensure(folder, installed); err == nil {
		t.Error("a new authority would make the cluster refuse all it has issued")
	}
}

func ensured(t *testing.T, now time.Time) statedir.Folder {
	t.Helper()
	folder, err := statedir.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := Ensure(folder, now); err != nil {
		t.Fatal(err)
	}
	return folder
}

func verify(t *testing.T, folder statedir.Folder, files Pair, authority, host string, usage x509.ExtKeyUsage, now time.Time) error {
	t.Helper()
	certificate, err := readCertificate(folder.PKI(files.Certificate))
	if err != nil {
		t.Fatal(err)
	}
	root, err := readCertificate(folder.PKI(authority))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(root)
	_, err = certificate.Verify(x509.VerifyOptions{
		Roots: roots, DNSName: host, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage},
	})
	return err
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
