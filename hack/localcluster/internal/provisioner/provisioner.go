// Package provisioner makes volumes for claims: folders below the cluster's state folder. For development and tests only: a folder
// keeps no limit of size and lives on this machine alone.
//
// kube-controller-manager's own host-path provisioner has a fixed folder that non-root pods cannot write to. Here the node that mounts
// a volume gives it to the pod's fsGroup.
package provisioner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	// Name of the provisioner, by which storage classes refer to it.
	Name = "localcluster.liaison.township.dev/folder"
	// ClassName is the storage class that Run makes the default one.
	ClassName = "localcluster"

	defaultClassAnnotation = "storageclass.kubernetes.io/is-default-class"
)

// Config of the provisioner.
type Config struct {
	Client kubernetes.Interface
	// Folder holds a folder per volume. It must be absolute.
	Folder string
	// NodeName is the only node that can mount the volumes.
	NodeName string
}

// Run makes the storage class where it is missing, then provisions and deletes volumes until the context ends.
func Run(ctx context.Context, cfg Config) error {
	if !filepath.IsAbs(cfg.Folder) {
		return fmt.Errorf("the folder of volumes must be an absolute path, not %q", cfg.Folder)
	}
	if err := os.MkdirAll(cfg.Folder, 0o755); err != nil {
		return fmt.Errorf("making the folder of volumes: %w", err)
	}
	if err := ensureClass(ctx, cfg.Client); err != nil {
		return err
	}
	controller.NewProvisionController(ctx, cfg.Client, Name, folders{path: cfg.Folder, node: cfg.NodeName},
		controller.LeaderElection(false), // the state folder has one cluster, and that one provisioner
	).Run(ctx)
	return nil
}

func ensureClass(ctx context.Context, client kubernetes.Interface) error {
	reclaim, binding := corev1.PersistentVolumeReclaimDelete, storagev1.VolumeBindingWaitForFirstConsumer
	class := &storagev1.StorageClass{
		ObjectMeta:        metav1.ObjectMeta{Name: ClassName, Annotations: map[string]string{defaultClassAnnotation: "true"}},
		Provisioner:       Name,
		ReclaimPolicy:     &reclaim,
		VolumeBindingMode: &binding,
	}
	_, err := client.StorageV1().StorageClasses().Create(ctx, class, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("making the storage class %s: %w", ClassName, err)
	}
	return nil
}

// folders provisions each volume as a folder below path.
type folders struct {
	path, node string
}

// Provision implements controller.Provisioner. It may be called again for a volume whose folder exists.
func (f folders) Provision(_ context.Context, o controller.ProvisionOptions) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	if mode := o.PVC.Spec.VolumeMode; mode != nil && *mode == corev1.PersistentVolumeBlock {
		return nil, controller.ProvisioningFinished, errors.New("volumes are folders here; the claim must have volumeMode Filesystem")
	}
	if o.PVC.Spec.Selector != nil {
		return nil, controller.ProvisioningFinished, errors.New("volumes are made for their claim here; remove the claim's selector")
	}
	folder := filepath.Join(f.path, o.PVName)
	if err := os.MkdirAll(folder, 0o770); err != nil {
		return nil, controller.ProvisioningFinished, fmt.Errorf("making the folder of the volume: %w", err)
	}
	return f.volume(o, folder), controller.ProvisioningFinished, nil
}

func (f folders) volume(o controller.ProvisionOptions, folder string) *corev1.PersistentVolume {
	mode := corev1.PersistentVolumeFilesystem
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			VolumeMode:                    &mode,
			Capacity:                      corev1.ResourceList{corev1.ResourceStorage: o.PVC.Spec.Resources.Requests[corev1.ResourceStorage]},
			PersistentVolumeSource:        corev1.PersistentVolumeSource{Local: &corev1.LocalVolumeSource{Path: folder}},
			NodeAffinity:                  onlyOn(f.node),
		},
	}
}

func onlyOn(node string) *corev1.VolumeNodeAffinity {
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{NodeSelectorTerms: []corev1.NodeSelectorTerm{{
		MatchExpressions: []corev1.NodeSelectorRequirement{{
			Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node},
		}},
	}}}}
}

// Delete implements controller.Provisioner. It removes nothing outside its own folder.
func (f folders) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	folder := filepath.Join(f.path, volume.Name)
	if volume.Spec.Local == nil || filepath.Clean(volume.Spec.Local.Path) != folder {
		return &controller.IgnoredError{Reason: "the volume is not a folder of this cluster"}
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("removing the folder of the volume: %w", err)
	}
	return nil
}
