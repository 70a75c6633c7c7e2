package station

import (
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
	networkingv1ac "k8s.io/client-go/applyconfigurations/networking/v1"

	"township.dev/liaison/api/v1alpha1"
)

// LabelScrape with ScrapeAllowed on a namespace lets its pods reach the internal ports, for a Prometheus that scrapes intakes itself.
const (
	LabelScrape   = "liaison.township.dev/scrape"
	ScrapeAllowed = "allowed"
)

// networkPolicy lets residents in on the public port, only the operator and Prometheus on the internal one, and nothing out: the intake calls nobody, not
// even a name server, unless the station announces by a webhook. An egress rule that someone adds to a station without one is a field of theirs and stays.
func networkPolicy(station *v1alpha1.LiaisonStation, operatorNamespace string) *networkingv1ac.NetworkPolicyApplyConfiguration {
	spec := networkingv1ac.NetworkPolicySpec().
		WithPodSelector(metav1ac.LabelSelector().WithMatchLabels(selectorLabels(station))).
		WithPolicyTypes(networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress).
		WithIngress(
			networkingv1ac.NetworkPolicyIngressRule().WithPorts(policyPort(portHTTP)),
			networkingv1ac.NetworkPolicyIngressRule().WithPorts(policyPort(portInternal)).WithFrom(
				fromOperator(operatorNamespace),
				fromNamespaces(LabelScrape, ScrapeAllowed)))
	if station.Spec.Announcements.Webhook != nil {
		// The address is in a Secret that the operator does not read, so the way out is known by its port alone. A webhook on another port needs a
		// NetworkPolicy of the township's own beside this one; policies add up.
		spec.WithEgress(networkingv1ac.NetworkPolicyEgressRule().WithPorts(
			networkingv1ac.NetworkPolicyPort().WithProtocol("UDP").WithPort(intstr.FromInt32(portDNS)),
			networkingv1ac.NetworkPolicyPort().WithProtocol("TCP").WithPort(intstr.FromInt32(portDNS)),
			networkingv1ac.NetworkPolicyPort().WithProtocol("TCP").WithPort(intstr.FromInt32(portHTTPS))))
	}
	return networkingv1ac.NetworkPolicy(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithSpec(spec)
}

// Ports a webhook is reached by.
const (
	portDNS   = 53
	portHTTPS = 443
)

func policyPort(name string) *networkingv1ac.NetworkPolicyPortApplyConfiguration {
	return networkingv1ac.NetworkPolicyPort().WithProtocol("TCP").WithPort(intstr.FromString(name))
}

// fromOperator chooses the operator's pods by the name that every way of installing it gives them, not all pods beside it.
func fromOperator(namespace string) *networkingv1ac.NetworkPolicyPeerApplyConfiguration {
	return fromNamespaces("kubernetes.io/metadata.name", namespace).
		WithPodSelector(metav1ac.LabelSelector().WithMatchLabels(map[string]string{labelName: ManagedBy}))
}

func fromNamespaces(label, value string) *networkingv1ac.NetworkPolicyPeerApplyConfiguration {
	return networkingv1ac.NetworkPolicyPeer().
		WithNamespaceSelector(metav1ac.LabelSelector().WithMatchLabels(map[string]string{label: value}))
}
