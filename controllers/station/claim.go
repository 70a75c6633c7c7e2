package station

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
)

// claim asks for the volume that holds the cases. kept is the claim that exists already, nil when there is none: a claim that
// outlived an earlier station keeps its size when that is larger, and its class and access modes, none of which can be changed.
//
// The access mode is ReadWriteOnce, not ReadWriteOncePod, which only CSI drivers know and which could never be changed on a claim
// made by a local or NFS provisioner. One writer at most is the StatefulSet's promise, and the intake's lock on its folder holds
// even where a node breaks that.
func claim(station *v1alpha1.LiaisonStation, kept *corev1.PersistentVolumeClaim) *corev1ac.PersistentVolumeClaimApplyConfiguration {
	size := storageSize(station)
	class := station.Spec.Intake.Storage.StorageClassName
	modes := []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce}
	if kept != nil {
		if has := kept.Spec.Resources.Requests[corev1.ResourceStorage]; has.Cmp(size) > 0 {
			size = has
		}
		class = kept.Spec.StorageClassName
		modes = kept.Spec.AccessModes
	}
	spec := corev1ac.PersistentVolumeClaimSpec().
		WithAccessModes(modes...).
		WithResources(corev1ac.VolumeResourceRequirements().WithRequests(corev1.ResourceList{corev1.ResourceStorage: size}))
	if class != nil {
		spec.WithStorageClassName(*class)
	}
	applied := corev1ac.PersistentVolumeClaim(DataName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithSpec(spec)
	if station.Spec.ReclaimPolicy == v1alpha1.ReclaimDelete {
		applied.WithOwnerReferences(ownerReference(station))
	}
	return applied
}

// defaultSize is what the API server fills in for a station that writes an intake without a size; one that writes no intake at all
// comes here with none.
var defaultSize = resource.MustParse("1Gi")

func storageSize(station *v1alpha1.LiaisonStation) resource.Quantity {
	if size := station.Spec.Intake.Storage.Size; !size.IsZero() {
		return size
	}
	return defaultSize
}

// sameClass refuses a station that asks for another storage class than its kept claim has.
func sameClass(station *v1alpha1.LiaisonStation, kept *corev1.PersistentVolumeClaim) error {
	asked := station.Spec.Intake.Storage.StorageClassName
	if kept == nil || asked == nil || kept.Spec.StorageClassName == nil || *asked == *kept.Spec.StorageClassName {
		return nil
	}
	return outcome.Stalled(ReasonClaimDiffers,
		"PersistentVolumeClaim %s was kept from an earlier station and is of storage class %q, not %q as spec.intake.storage.storageClassName asks. "+
			"Declare the station again with class %q, or, if its data is no longer needed, delete the claim.",
		kept.Name, *kept.Spec.StorageClassName, *asked, *kept.Spec.StorageClassName)
}
