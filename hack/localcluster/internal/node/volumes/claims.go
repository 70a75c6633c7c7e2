package volumes

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// APIClaims asks the API server for claims each time: a pod is mounted seldom, and a fresh answer saves waiting for a cache.
type APIClaims struct{ Client kubernetes.Interface }

// Folder is the folder of the host behind a claim that is bound to a local or hostPath volume.
func (a APIClaims) Folder(ctx context.Context, namespace, name string) (string, error) {
	claim, err := a.Client.CoreV1().PersistentVolumeClaims(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("reading claim %s: %w", name, err)
	}
	if claim.Status.Phase != corev1.ClaimBound {
		return "", fmt.Errorf("claim %s is not bound to a volume yet (phase %s)", name, claim.Status.Phase)
	}
	volume, err := a.Client.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, metav1.GetOptions{})
	if err != nil {
		return "", fmt.Errorf("reading volume %s of claim %s: %w", claim.Spec.VolumeName, name, err)
	}
	switch {
	case volume.Spec.Local != nil:
		return volume.Spec.Local.Path, nil
	case volume.Spec.HostPath != nil:
		return volume.Spec.HostPath.Path, nil
	}
	return "", fmt.Errorf("volume %s of claim %s is neither local nor hostPath, which is all the development node supports", volume.Name, name)
}
