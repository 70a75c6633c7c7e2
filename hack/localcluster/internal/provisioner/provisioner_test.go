package provisioner

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func claimed(t *testing.T, f folders, change func(*corev1.PersistentVolumeClaim)) (*corev1.PersistentVolume, error) {
	t.Helper()
	reclaim := corev1.PersistentVolumeReclaimDelete
	claim := &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{
		AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
		Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}},
	}}
	change(claim)
	volume, _, err := f.Provision(t.Context(), controller.ProvisionOptions{
		StorageClass: &storagev1.StorageClass{ReclaimPolicy: &reclaim}, PVName: "pvc-1", PVC: claim,
	})
	return volume, err
}

func TestAVolumeIsAFolderThatGoesWithIt(t *testing.T) {
	f := folders{path: t.TempDir(), node: "localcluster"}
	volume, err := claimed(t, f, func(*corev1.PersistentVolumeClaim) {})
	if err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(volume.Spec.Local.Path, "liaison.db")
	if err := os.WriteFile(kept, []byte("cases"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := claimed(t, f, func(*corev1.PersistentVolumeClaim) {}); err != nil {
		t.Fatalf("provisioning the same volume again: %v", err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Fatalf("provisioning again lost what was in the volume: %v", err)
	}
	if err := f.Delete(t.Context(), volume); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(volume.Spec.Local.Path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the folder of a deleted volume is still there (%v)", err)
	}
}

func TestClaimsThatAFolderCannotServeAreRefused(t *testing.T) {
	block := corev1.PersistentVolumeBlock
	for name, change := range map[string]func(*corev1.PersistentVolumeClaim){
		"a block device": func(c *corev1.PersistentVolumeClaim) { c.Spec.VolumeMode = &block },
		"a selector":     func(c *corev1.PersistentVolumeClaim) { c.Spec.Selector = &metav1.LabelSelector{} },
	} {
		if _, err := claimed(t, folders{path: t.TempDir()}, change); err == nil {
			t.Errorf("a claim for %s got a volume", name)
		}
	}
}

func TestNothingOutsideTheFolderIsRemoved(t *testing.T) {
	elsewhere := t.TempDir()
	volume := &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "pvc-1"}}
	volume.Spec.Local = &corev1.LocalVolumeSource{Path: elsewhere}
	var ignored *controller.IgnoredError
	if err := (folders{path: t.TempDir()}).Delete(t.Context(), volume); !errors.As(err, &ignored) {
		t.Fatalf("deleting a volume from elsewhere: %v, want it ignored", err)
	}
	if _, err := os.Stat(elsewhere); err != nil {
		t.Fatalf("a folder of somebody else was removed: %v", err)
	}
}
