package station

import (
	neturl "net/url"
	"strconv"

	corev1 "k8s.io/api/core/v1"
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
// even a name server, unless the station has a webhook or an identity provider. An egress rule that someone adds to a station without one is a field of
// theirs and stays.
func networkPolicy(station *v1alpha1.LiaisonStation, operatorNamespace string) *networkingv1ac.NetworkPolicyApplyConfiguration {
	spec := networkingv1ac.NetworkPolicySpec().
		WithPodSelector(metav1ac.LabelSelector().WithMatchLabels(selectorLabels(station))).
		WithPolicyTypes(networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress).
		WithIngress(
			networkingv1ac.NetworkPolicyIngressRule().WithPorts(policyPort(portHTTP)),
			networkingv1ac.NetworkPolicyIngressRule().WithPorts(policyPort(portInternal)).WithFrom(
				fromOperator(operatorNamespace),
				fromNamespaces(LabelScrape, ScrapeAllowed)))
	if ports := portsOut(station); len(ports) > 0 {
		spec.WithEgress(networkingv1ac.NetworkPolicyEgressRule().
			WithPorts(portNumber("UDP", portDNS), portNumber("TCP", portDNS)).
			WithPorts(ports...))
	}
	return networkingv1ac.NetworkPolicy(IntakeName(station.Name), station.Namespace).
		WithLabels(childLabels(station)).
		WithAnnotations(childAnnotations(station)).
		WithOwnerReferences(ownerReference(station)).
		WithSpec(spec)
}

// Ports that name servers, webhooks and identity providers are reached by.
const (
	portDNS   = 53
	portHTTPS = 443
)

// portsOut are those the intake calls others on. A webhook's address is in a Secret that the operator does not read, so the way out is known by its
// port alone; one on another port needs a NetworkPolicy of the township's own beside this one; policies add up. A provider's port is declared.
func portsOut(station *v1alpha1.LiaisonStation) []*networkingv1ac.NetworkPolicyPortApplyConfiguration {
	oidc := station.Spec.Staff.OIDC
	if !callsOthers(station) {
		return nil
	}
	ports := []*networkingv1ac.NetworkPolicyPortApplyConfiguration{portNumber("TCP", portHTTPS)}
	if oidc == nil {
		return ports
	}
	if number := declaredPort(oidc.Issuer); number != 0 && number != portHTTPS {
		ports = append(ports, portNumber("TCP", number))
	}
	return ports
}

// declaredPort is the port in an address; 0 where it has none.
func declaredPort(address string) int32 {
	parsed, err := neturl.Parse(address)
	if err != nil {
		return 0 // validate has refused it
	}
	number, err := strconv.ParseUint(parsed.Port(), 10, 16)
	if err != nil {
		return 0
	}
	return int32(number)
}

func portNumber(protocol corev1.Protocol, number int32) *networkingv1ac.NetworkPolicyPortApplyConfiguration {
	return networkingv1ac.NetworkPolicyPort().WithProtocol(protocol).WithPort(intstr.FromInt32(number))
}

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
