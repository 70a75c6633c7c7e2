package station

import (
	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
)

// Annotations of a station that ask for new secrets. Any value that was not there before asks once; what was done stands under the same name on the
// Secret.
const (
	// RotateInternalToken asks for another token of the intake's internal port. The intake follows it without a restart.
	RotateInternalToken = "liaison.township.dev/rotate-internal-token"
	// RotateStaffPasswords asks for other first passwords of all accounts; each is in force again until its owner has chosen a new one.
	RotateStaffPasswords = "liaison.township.dev/rotate-staff-passwords"
	// RotateDataKey asks for another data key. The old one stays beside it as PreviousDataKey, with which the intake moves what it encrypted over
	// when it starts again.
	RotateDataKey = "liaison.township.dev/rotate-data-key"
)

// PreviousDataKey is the entry of the data Secret that holds the data key before the present one.
const PreviousDataKey = "previous-data-key"

// rotationDue reports whether the station asks for a rotation that the Secret has not seen, and notes it there.
func rotationDue(station *v1alpha1.LiaisonStation, secret *corev1.Secret, request string) bool {
	asked := station.Annotations[request]
	if asked == "" || secret.Annotations[request] == asked {
		return false
	}
	if secret.Annotations == nil {
		secret.Annotations = map[string]string{}
	}
	secret.Annotations[request] = asked
	return true
}

// rotateEntry lets go of an entry, so that it is filled anew.
func rotateEntry(station *v1alpha1.LiaisonStation, secret *corev1.Secret, request string, keys ...string) {
	if !rotationDue(station, secret, request) {
		return
	}
	for _, key := range keys {
		delete(secret.Data, key)
	}
}

// rotateDataKey keeps the old key beside the new one. A third key is refused: while the second lies there, nobody but its owner knows whether the
// intake has moved everything over, and without it what was not moved would be lost.
func rotateDataKey(station *v1alpha1.LiaisonStation, secret *corev1.Secret) error {
	asked := station.Annotations[RotateDataKey]
	if asked == "" || secret.Annotations[RotateDataKey] == asked {
		return nil
	}
	if len(secret.Data[PreviousDataKey]) > 0 {
		return outcome.StalledAgain(lookAgainAtRefusal, ReasonPreviousKeyInUse,
			"Secret %s still holds %s. When the station is Ready and a backup made since has been verified, remove that entry; then the data key is replaced again.",
			secret.Name, PreviousDataKey)
	}
	if old := secret.Data[DataKey]; len(old) > 0 {
		secret.Data[PreviousDataKey] = old
	}
	rotateEntry(station, secret, RotateDataKey, DataKey)
	return nil
}

// dataKeyMark is what the pod template carries of the data key: the request that replaced it last, so that a replaced key restarts the intake. Empty
// for a key that was never replaced.
func dataKeyMark(secret *corev1.Secret) string { return secret.Annotations[RotateDataKey] }
