package doctor

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
)

// annotationDefault marks the storage class that claims without one get.
const annotationDefault = "storageclass.kubernetes.io/is-default-class"

// remedyClass bears in mind that a claim cannot move to another class, so that neither can its station.
const remedyClass = "Create the class; or delete the station and its claim, which is empty, and apply it with another spec.intake.storage.storageClassName; " +
	"kubectl get storageclass lists them"

// soon is how long a claim may take to be bound before it is told of.
const soon = 2 * time.Minute

// checkClaims finds claims that nobody binds, and why.
func checkClaims(seen *facts, found *findings) {
	seen.checkNamedClasses(found)
	for i := range seen.claims {
		claim := &seen.claims[i]
		if claim.Status.Phase != corev1.ClaimPending && claim.Status.Phase != "" {
			continue
		}
		object := named("PersistentVolumeClaim", claim.Namespace, claim.Name)
		class := claim.Spec.StorageClassName
		switch {
		case seen.sees("storageclasses") && (class == nil || *class == "") && !seen.hasDefaultClass():
			found.add(fault, object, "It names no storage class, and the cluster has no default one",
				"Make one the default, and the claim takes it: kubectl annotate storageclass NAME "+annotationDefault+"=true")
		case seen.sees("storageclasses") && class != nil && *class != "" && !seen.hasClass(*class):
			found.add(fault, object, fmt.Sprintf("The storage class %s does not exist", *class),
				remedyClass)
		case seen.now.Sub(claim.CreationTimestamp.Time) > soon:
			found.add(warning, object, "It is still Pending",
				fmt.Sprintf("kubectl -n %s describe pvc %s says what it waits for", claim.Namespace, claim.Name))
		}
	}
}

// checkNamedClasses finds stations that name a class which is not there, unless their claim is bound all the same.
func (f *facts) checkNamedClasses(found *findings) {
	for i := range f.stations {
		station := &f.stations[i]
		class := station.Spec.Intake.Storage.StorageClassName
		if class == nil || *class == "" || !f.sees("storageclasses") || f.hasClass(*class) || f.bound(station.Namespace, station.Name) {
			continue
		}
		found.add(fault, named("LiaisonStation", station.Namespace, station.Name), fmt.Sprintf("It names the storage class %s, which does not exist", *class),
			remedyClass)
	}
}

func (f *facts) hasClass(name string) bool {
	return slices.ContainsFunc(f.classes, func(class storagev1.StorageClass) bool { return class.Name == name })
}

func (f *facts) hasDefaultClass() bool {
	return slices.ContainsFunc(f.classes, func(class storagev1.StorageClass) bool { return class.Annotations[annotationDefault] == "true" })
}

func (f *facts) bound(namespace, station string) bool {
	return slices.ContainsFunc(f.claims, func(claim corev1.PersistentVolumeClaim) bool {
		return claim.Namespace == namespace && claim.Name == station+"-intake-data" && claim.Status.Phase == corev1.ClaimBound
	})
}
