package node

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"

	"township.dev/liaison/hack/localcluster/internal/node/kubeletapi"
)

// Address implements kubeletapi.Pods.
func (p *provider) Address(namespace, name string) (string, error) {
	r, err := p.residentOf(namespace, name)
	if err != nil {
		return "", err
	}
	return r.pod.IP(), nil
}

// Exec implements kubeletapi.Pods.
func (p *provider) Exec(ctx context.Context, namespace, name, container string, command []string, streams kubeletapi.Streams) (int, error) {
	r, err := p.residentOf(namespace, name)
	if err != nil {
		return 0, err
	}
	return r.pod.Exec(ctx, container, command, streams)
}

// Attach implements kubeletapi.Pods.
func (p *provider) Attach(ctx context.Context, namespace, name, container string, streams kubeletapi.Streams) error {
	r, err := p.residentOf(namespace, name)
	if err != nil {
		return err
	}
	return r.pod.Attach(ctx, container, streams)
}

func (p *provider) residentOf(namespace, name string) (*resident, error) {
	r := p.find(types.NamespacedName{Namespace: namespace, Name: name})
	if r == nil {
		return nil, kubeletapi.NotFound(fmt.Sprintf("pod %q is not on this node", name))
	}
	return r, nil
}
