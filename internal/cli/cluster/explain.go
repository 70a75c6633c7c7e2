package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"net"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"

	"township.dev/liaison/internal/cli/exit"
)

// misconfigured says what is wrong with the way to the cluster, before anybody is asked.
func misconfigured(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return exit.Bad(fmt.Errorf("the kubeconfig cannot be read: %w", err), "check --kubeconfig and KUBECONFIG")
	}
	return exit.Bad(err, "kubectl config get-contexts lists the contexts that --context can name")
}

// Explain gives what a cluster refused a hint at the remedy.
func Explain(err error) error {
	var unreachable net.Error
	var ended *exit.Error
	switch {
	case err == nil, errors.As(err, &ended):
		return err
	case meta.IsNoMatchError(err):
		return failed(fmt.Errorf("the cluster does not know our kinds: %w", err), "install the CRDs with the operator; kubectl liaison doctor says which are missing")
	case apierrors.IsNotFound(err):
		return exit.Bad(err, "kubectl get liaisonstations,deputyrosters -A lists what there is; -n names the namespace")
	case apierrors.IsForbidden(err):
		return failed(err, "ask for the ClusterRole view, or edit for changes, in that namespace; kubectl liaison doctor lists what is refused")
	case apierrors.IsUnauthorized(err):
		return failed(err, "sign in to the cluster again; kubectl auth whoami tells who you are to it")
	case errors.As(err, &unreachable):
		return failed(fmt.Errorf("the cluster does not answer: %w", err), "check KUBECONFIG, --context and the network; kubectl cluster-info tells which address is meant")
	default:
		return err
	}
}

func failed(err error, hint string) error {
	return &exit.Error{Code: exit.Failed, Err: err, Hint: hint}
}
