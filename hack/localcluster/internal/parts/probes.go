package parts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"township.dev/liaison/hack/localcluster/internal/pki"
	"township.dev/liaison/hack/localcluster/internal/ports"
	"township.dev/liaison/hack/localcluster/internal/statedir"
)

const (
	probeTimeout = 3 * time.Second
	// answerLimit is more than any answer we ask for needs.
	answerLimit = 1 << 20
)

// probes ask the parts of one cluster how they are.
type probes struct {
	ports         ports.Set
	cluster, data *http.Client
}

func newProbes(folder statedir.Folder, chosen ports.Set) (probes, error) {
	cluster, err := newClient(folder, pki.ClusterAuthority, pki.Admin)
	if err != nil {
		return probes{}, err
	}
	data, err := newClient(folder, pki.EtcdAuthority, pki.EtcdClient)
	if err != nil {
		return probes{}, err
	}
	return probes{ports: chosen, cluster: cluster, data: data}, nil
}

func newClient(folder statedir.Folder, authority string, user pki.Pair) (*http.Client, error) {
	trusted, err := os.ReadFile(folder.PKI(authority))
	if err != nil {
		return nil, fmt.Errorf("reading the cluster's authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(trusted) {
		return nil, fmt.Errorf("%s holds no certificate", folder.PKI(authority))
	}
	certificate, err := tls.LoadX509KeyPair(folder.PKI(user.Certificate), folder.PKI(user.Key))
	if err != nil {
		return nil, fmt.Errorf("reading the cluster's keys: %w", err)
	}
	return &http.Client{
		Timeout: probeTimeout,
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{certificate}},
			// Each probe finds out anew whether the part answers.
			DisableKeepAlives: true,
		},
	}, nil
}

func (p probes) etcd(ctx context.Context, _ time.Time) error {
	_, err := get(ctx, p.data, url(p.ports.Etcd)+"/readyz")
	return err
}

func (p probes) apiServer(ctx context.Context, _ time.Time) error {
	_, err := get(ctx, p.cluster, url(p.ports.APIServer)+"/readyz")
	return err
}

func (p probes) controllerManager(ctx context.Context, _ time.Time) error {
	_, err := get(ctx, p.cluster, url(p.ports.ControllerManager)+"/healthz")
	return err
}

func (p probes) scheduler(ctx context.Context, _ time.Time) error {
	_, err := get(ctx, p.cluster, url(p.ports.Scheduler)+"/readyz")
	return err
}

// node asks the API server, since a node is ready when the cluster says so. A word from before the node's
// start is a leftover of an earlier run.
func (p probes) node(ctx context.Context, started time.Time) error {
	answer, err := get(ctx, p.cluster, url(p.ports.APIServer)+"/api/v1/nodes/"+NodeName)
	if err != nil {
		return err
	}
	return nodeReady(answer, started)
}

func nodeReady(answer []byte, started time.Time) error {
	var node struct {
		Status struct {
			Conditions []struct {
				Type, Status, Message string
				LastHeartbeatTime     time.Time
			}
		}
	}
	if err := json.Unmarshal(answer, &node); err != nil {
		return fmt.Errorf("reading the node's object: %w", err)
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type != "Ready" {
			continue
		}
		// The API keeps whole seconds.
		if condition.LastHeartbeatTime.Before(started.Truncate(time.Second)) {
			return errors.New("the node has not reported since its start")
		}
		if condition.Status != "True" {
			return fmt.Errorf("the node is not ready: %s", condition.Message)
		}
		return nil
	}
	return errors.New("the node has no condition Ready yet")
}

func get(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return nil, fmt.Errorf("reading the answer of %s: %w", address, err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s: %s", address, response.Status, firstLine(body))
	}
	return body, nil
}

func firstLine(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	return line
}
