// Package volumes lays out a pod's volumes as folders of the host, which the sandbox then shows to the containers at their
// real paths. Contents that come from the API (ConfigMaps, Secrets, tokens, the downward API) are written with kubelet's own
// atomic writer, so a running program sees a change as it would on a real node: the symlink ..data is swapped.
package volumes

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/kubernetes/pkg/volume/util"

	"township.dev/liaison/hack/localcluster/internal/node/podenv"
)

// Tokens gives out service account tokens and renews them in time; kubelet's token manager is one.
type Tokens interface {
	GetServiceAccountToken(namespace, name string, request *authenticationv1.TokenRequest) (*authenticationv1.TokenRequest, error)
}

// Claims finds the folder behind a bound PersistentVolumeClaim.
type Claims interface {
	Folder(ctx context.Context, namespace, claim string) (string, error)
}

// Sources is where the contents of volumes come from.
type Sources struct {
	Objects podenv.Objects
	Tokens  Tokens
	Claims  Claims
	Node    podenv.Node
}

// Mounted is a volume that is ready to be shown to containers.
type Mounted struct {
	Path     string
	ReadOnly bool
}

// Mount lays out all volumes of the pod below dir, by the volume's name. What exists already is brought up to date, so it can be
// called again when something was missing.
func (s Sources) Mount(ctx context.Context, pod podenv.Pod, dir string) (map[string]Mounted, error) {
	mounted := make(map[string]Mounted, len(pod.Object.Spec.Volumes))
	for i := range pod.Object.Spec.Volumes {
		volume := &pod.Object.Spec.Volumes[i]
		ready, err := s.mount(ctx, pod, volume, filepath.Join(dir, volume.Name))
		if err != nil {
			return nil, fmt.Errorf("volume %q: %w", volume.Name, err)
		}
		mounted[volume.Name] = ready
	}
	return mounted, nil
}

// Refresh writes again what may have changed at the API since Mount.
func (s Sources) Refresh(pod podenv.Pod, dir string) error {
	var failures []error
	for i := range pod.Object.Spec.Volumes {
		volume := &pod.Object.Spec.Volumes[i]
		if !hasContent(volume) {
			continue
		}
		if err := s.writeContent(pod, volume, filepath.Join(dir, volume.Name)); err != nil {
			failures = append(failures, fmt.Errorf("volume %q: %w", volume.Name, err))
		}
	}
	return errors.Join(failures...)
}

func (s Sources) mount(ctx context.Context, pod podenv.Pod, volume *corev1.Volume, path string) (Mounted, error) {
	switch {
	case hasContent(volume):
		return Mounted{Path: path, ReadOnly: true}, s.writeContent(pod, volume, path)
	case volume.EmptyDir != nil:
		return Mounted{Path: path}, makeEmptyDir(pod.Object, path)
	case volume.PersistentVolumeClaim != nil:
		folder, err := s.claimed(ctx, pod.Object, volume.PersistentVolumeClaim.ClaimName)
		return Mounted{Path: folder, ReadOnly: volume.PersistentVolumeClaim.ReadOnly}, err
	}
	return Mounted{}, errors.New("the development node supports configMap, secret, projected, downwardAPI, emptyDir and persistentVolumeClaim only")
}

// hasContent tells whether the volume's files come from the API.
func hasContent(volume *corev1.Volume) bool {
	return volume.ConfigMap != nil || volume.Secret != nil || volume.DownwardAPI != nil || volume.Projected != nil
}

func (s Sources) writeContent(pod podenv.Pod, volume *corev1.Volume, path string) error {
	files, err := s.content(pod, volume)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return fmt.Errorf("making the volume's folder: %w", err)
	}
	writer, err := util.NewAtomicWriter(path, "volume "+volume.Name)
	if err != nil {
		return fmt.Errorf("writing the volume's files: %w", err)
	}
	err = writer.Write(files, func(subPath string) error {
		return giveToFSGroup(pod.Object, filepath.Join(path, subPath), readOnly)
	})
	if err != nil {
		return fmt.Errorf("writing the volume's files: %w", err)
	}
	return nil
}

// files are a volume's files by their path in it.
type files = map[string]util.FileProjection

func (s Sources) content(pod podenv.Pod, volume *corev1.Volume) (files, error) {
	switch {
	case volume.ConfigMap != nil:
		return s.configMapFiles(pod.Object.Namespace, volume.ConfigMap)
	case volume.Secret != nil:
		return s.secretFiles(pod.Object.Namespace, volume.Secret)
	case volume.DownwardAPI != nil:
		return s.downwardFiles(pod, volume.DownwardAPI.Items, volume.DownwardAPI.DefaultMode)
	default:
		return s.projectedFiles(pod, volume.Projected)
	}
}

func (s Sources) claimed(ctx context.Context, pod *corev1.Pod, claim string) (string, error) {
	folder, err := s.Claims.Folder(ctx, pod.Namespace, claim)
	if err != nil {
		return "", err
	}
	return folder, giveToFSGroup(pod, folder, readWrite)
}

func makeEmptyDir(pod *corev1.Pod, path string) error {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return fmt.Errorf("making an empty folder: %w", err)
	}
	// The umask took bits away, and any user of the pod may write here.
	if err := os.Chmod(path, 0o777); err != nil {
		return fmt.Errorf("opening an empty folder: %w", err)
	}
	return giveToFSGroup(pod, path, readWrite)
}
