package backlog

import (
	"cmp"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
)

// Reasons of the condition AuthoritiesTrusted.
const (
	// ReasonTrusted: the intake believes the authorities of the ConfigMap.
	ReasonTrusted = "Trusted"
	// ReasonAuthoritiesMissing: the ConfigMap, or its key, is not there.
	ReasonAuthoritiesMissing = "ConfigMapMissing"
	// ReasonAuthoritiesUnusable: what stands in the ConfigMap are no certificates.
	ReasonAuthoritiesUnusable = "CertificatesUnusable"
)

// trusting is AuthoritiesTrusted by what the intake's answer says; without a type where it says nothing.
func (present standing) trusting(station *v1alpha1.LiaisonStation, told *stationconf.Authorities, now time.Time) metav1.Condition {
	if told == nil {
		return metav1.Condition{}
	}
	wanted := metav1.Condition{Type: v1alpha1.ConditionAuthoritiesTrusted, Status: metav1.ConditionFalse}
	switch told.Problem {
	case "":
		wanted.Status, wanted.Reason = metav1.ConditionTrue, ReasonTrusted
		wanted.Message = "The intake believes the authorities of the ConfigMap beside the public ones."
	case stationconf.AuthoritiesMissing:
		wanted.Reason = ReasonAuthoritiesMissing
		wanted.Message = fmt.Sprintf("There is no %s in namespace %s, so the intake believes the public authorities alone. "+
			"Create it with the county's certificates as PEM, or correct caConfigMapRef; it counts within minutes.", sourceOf(station), station.Namespace)
	default:
		wanted.Reason = ReasonAuthoritiesUnusable
		wanted.Message = fmt.Sprintf("No certificates can be read from %s in namespace %s, so the intake believes the public authorities alone. "+
			"Put them there as PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----; they count within minutes.", sourceOf(station), station.Namespace)
	}
	return turned(present.authorities, wanted, now)
}

// sourceOf the certificates. Where the station names none, the county's default does.
func sourceOf(station *v1alpha1.LiaisonStation) string {
	ref := station.Spec.Intake.CAConfigMapRef
	if ref == nil {
		return "ConfigMap with the key that the county's default caConfigMapRef names"
	}
	return fmt.Sprintf("key %s in a ConfigMap %s", cmp.Or(ref.Key, stationconf.AuthoritiesFile), ref.Name)
}
