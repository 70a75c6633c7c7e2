package station

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
)

// fillSecret adds to a Secret what a station's lacks, or says why it must not.
type fillSecret func(*v1alpha1.LiaisonStation, *corev1.Secret) error

// fillDataSecret adds what the data Secret lacks. What it holds is replaced only when the station asks for it (see rotation.go): residents' data
// is encrypted with it. It returns why a data key that is asked for is refused; all else is filled.
func fillDataSecret(station *v1alpha1.LiaisonStation, secret *corev1.Secret) (refused error) {
	fillMetadata(station, secret)
	rotateEntry(station, secret, RotateInternalToken, InternalTokenKey)
	refused = rotateDataKey(station, secret)
	fill(secret, DataKey, newDataKey)
	fill(secret, InternalTokenKey, newInternalToken)
	return refused
}

// fillStaffSecret adds a first password for each account that has none. Those of former staff stay; the intake lets only the accounts of
// the station document sign in.
func fillStaffSecret(station *v1alpha1.LiaisonStation, secret *corev1.Secret) {
	fillMetadata(station, secret)
	accounts := usernames(station.Spec.Staff)
	rotateEntry(station, secret, RotateStaffPasswords, accounts...)
	for _, username := range accounts {
		fill(secret, username, newPassword)
	}
}

// usernames of every account of the desk.
func usernames(staff v1alpha1.Staff) []string {
	var names []string
	if staff.Head.Username != "" {
		names = append(names, staff.Head.Username)
	}
	for _, administrator := range staff.Administrators {
		names = append(names, administrator.Username)
	}
	for _, deputy := range staff.Deputies {
		names = append(names, deputy.Username)
	}
	return names
}

func fill(secret *corev1.Secret, key string, generate func() []byte) {
	if len(secret.Data[key]) > 0 {
		return
	}
	if secret.Data == nil {
		secret.Data = map[string][]byte{}
	}
	secret.Data[key] = generate()
}

// fillMetadata sets our labels and annotations; those of others stay.
func fillMetadata(station *v1alpha1.LiaisonStation, secret *corev1.Secret) {
	if secret.Labels == nil {
		secret.Labels = map[string]string{}
	}
	for key, value := range childLabels(station) {
		secret.Labels[key] = value
	}
	if secret.Annotations == nil {
		secret.Annotations = map[string]string{}
	}
	for key, value := range childAnnotations(station) {
		secret.Annotations[key] = value
	}
}

// belongs sets the owner reference where the data goes with its station, and takes it away where it is kept; those of others stay.
func belongs(station *v1alpha1.LiaisonStation, secret *corev1.Secret) {
	owned := slices.IndexFunc(secret.OwnerReferences, func(ref metav1.OwnerReference) bool { return ref.UID == station.UID })
	goes := station.Spec.ReclaimPolicy == v1alpha1.ReclaimDelete
	switch {
	case goes && owned < 0:
		secret.OwnerReferences = append(secret.OwnerReferences, *metav1.NewControllerRef(station, v1alpha1.GroupVersion.WithKind(kindStation)))
		secret.OwnerReferences[len(secret.OwnerReferences)-1].BlockOwnerDeletion = nil
	case !goes && owned >= 0:
		secret.OwnerReferences = slices.Delete(secret.OwnerReferences, owned, owned+1)
	}
}

// rand.Read never fails and never returns less: the runtime ends the process instead.

func newDataKey() []byte {
	key := make([]byte, 32)
	rand.Read(key)
	return key
}

func newInternalToken() []byte {
	token := make([]byte, 32)
	rand.Read(token)
	return []byte(base64.RawURLEncoding.EncodeToString(token))
}

// passwordAlphabet leaves out what is misread on paper: 0 and o, 1 and l and i. With 31 characters, 16 places hold 79 bits.
const passwordAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"

// newPassword is one a person can type from a note: four groups of four.
func newPassword() []byte {
	var groups []string
	for range 4 {
		group := make([]byte, 4)
		for i := range group {
			group[i] = passwordAlphabet[randomBelow(len(passwordAlphabet))]
		}
		groups = append(groups, string(group))
	}
	return []byte(strings.Join(groups, "-"))
}

// randomBelow draws evenly from 0 to n-1, for n up to 256.
func randomBelow(n int) int {
	var b [1]byte
	for {
		rand.Read(b[:])
		if int(b[0]) < 256-256%n {
			return int(b[0]) % n
		}
	}
}
