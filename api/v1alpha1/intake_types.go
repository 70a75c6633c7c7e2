package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Intake shapes the service of one station.
//
// +kubebuilder:validation:XValidation:rule="!has(self.exposure) || has(self.host)",message="exposure needs host, the DNS name to publish the station under"
type Intake struct {
	// host is the DNS name at which the county publishes this station, without scheme or path, for example zhongduo.example.gov.cn.
	// It becomes the station's URL. Without it the URL is the address inside the cluster.
	//
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",message="host must be a DNS name in lower case without scheme, port or path, for example zhongduo.example.gov.cn"
	// +optional
	Host string `json:"host,omitempty"`

	// image of the intake service; by default the one the operator was installed with.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +kubebuilder:validation:XValidation:rule="!self.matches('[[:space:]]')",message="image must be a reference without spaces, for example registry.example/liaison-intake:0.1.0"
	// +optional
	Image string `json:"image,omitempty"`

	// resources of the intake container; by default it requests 10m CPU and 32Mi memory and is limited to 256Mi memory.
	//
	// +optional
	Resources *ResourceRequirements `json:"resources,omitempty"`

	// imagePullSecrets are Secrets of the station's namespace with the credentials of a private registry.
	//
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	// +optional
	ImagePullSecrets []LocalReference `json:"imagePullSecrets,omitempty"`

	// nodeSelector names labels that a node must have to run the intake.
	//
	// +kubebuilder:validation:MaxProperties=16
	// +optional
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`

	// tolerations let the intake run on nodes with these taints.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=16
	// +optional
	Tolerations []corev1.Toleration `json:"tolerations,omitempty"`

	// labels to put on the intake's pod beside the operator's own.
	//
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('liaison.township.dev/') && !(k in ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/part-of', 'app.kubernetes.io/managed-by']))",message="labels must not name the operator's own, by which it finds the pod: liaison.township.dev/… and app.kubernetes.io/name, instance, part-of, managed-by"
	// +optional
	Labels map[string]string `json:"labels,omitempty"`

	// annotations to put on the intake's pod.
	//
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('liaison.township.dev/'))",message="annotations must not begin with liaison.township.dev/, which are the operator's own"
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`

	// exposure publishes the intake's site under host, by an Ingress or by a route of a Gateway.
	//
	// +optional
	Exposure *Exposure `json:"exposure,omitempty"`

	// storage holds the cases.
	//
	// +kubebuilder:default={}
	// +optional
	Storage Storage `json:"storage,omitzero"`

	// trustedProxies are the networks, in CIDR notation, of the reverse proxies before the intake. The X-Forwarded-For of these is believed, so that
	// limits on requests see the visitor and not the proxy; that of anybody else is not. Without them the nearest address counts.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:MaxLength=43
	// +kubebuilder:validation:XValidation:rule="self.all(p, isCIDR(p))",message="trustedProxies[] must be networks in CIDR notation, for example 10.0.0.0/8, or 10.1.2.3/32 for one address"
	// +kubebuilder:validation:XValidation:rule="self.all(p, !isCIDR(p) || cidr(p).prefixLength() > 0)",message="trustedProxies[] must not hold every address, or any visitor could pass for another; name the networks of your proxies"
	// +optional
	TrustedProxies []string `json:"trustedProxies,omitempty"`

	// caConfigMapRef names a ConfigMap of the station's namespace with certificates of authorities (CA) that the intake believes beside the public ones when
	// it calls the webhook or the identity provider. Changed certificates count within minutes, without a restart.
	//
	// +optional
	CAConfigMapRef *CAConfigMapReference `json:"caConfigMapRef,omitempty"`
}

// CAConfigMapReference names a key of a ConfigMap in the same namespace that holds certificates of authorities, as PEM.
type CAConfigMapReference struct {
	// name of the ConfigMap.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$')",message="name must be that of a ConfigMap: lower-case letters, digits, - and ., for example county-ca"
	// +required
	Name string `json:"name"`

	// key in the ConfigMap.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self.matches('^[-._a-zA-Z0-9]+$')",message="key must be one that a ConfigMap can have: letters, digits, -, _ and ., for example ca.crt"
	// +kubebuilder:default="ca.crt"
	// +optional
	Key string `json:"key,omitempty"`
}

// Exposure publishes an intake beyond the cluster.
//
// +kubebuilder:validation:XValidation:rule="has(self.ingress) != has(self.gateway)",message="exposure needs exactly one of ingress and gateway"
type Exposure struct {
	// ingress has the operator write an Ingress.
	//
	// +optional
	Ingress *IngressExposure `json:"ingress,omitempty"`

	// gateway has the operator write an HTTPRoute of the Gateway API.
	//
	// +optional
	Gateway *GatewayExposure `json:"gateway,omitempty"`
}

// IngressExposure shapes the station's Ingress.
type IngressExposure struct {
	// className of the Ingress; by default the cluster's default class.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +optional
	ClassName *string `json:"className,omitempty"`

	// tlsSecretName is the Secret with the certificate for host. With an annotation for cert-manager below, cert-manager writes it, and it may be left out:
	// then it is named after the intake, with "-tls" behind. Otherwise it must be there.
	// Without it the class's own certificate serves, if it has one.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +optional
	TLSSecretName string `json:"tlsSecretName,omitempty"`

	// annotations for the controller of the class or for cert-manager, for example cert-manager.io/cluster-issuer: county.
	//
	// +kubebuilder:validation:MaxProperties=16
	// +kubebuilder:validation:XValidation:rule="self.all(k, !k.startsWith('liaison.township.dev/'))",message="annotations must not begin with liaison.township.dev/, which are the operator's own"
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`
}

// GatewayExposure names the Gateways of the station's HTTPRoute. TLS is theirs: their listeners hold the certificates.
type GatewayExposure struct {
	// parentRefs are the Gateways to attach to.
	//
	// +listType=atomic
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=8
	// +required
	ParentRefs []GatewayReference `json:"parentRefs"`
}

// GatewayReference names a Gateway, or one listener of it.
type GatewayReference struct {
	// name of the Gateway.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name"`

	// namespace of the Gateway; by default the station's own.
	//
	// +kubebuilder:validation:MaxLength=63
	// +optional
	Namespace string `json:"namespace,omitempty"`

	// sectionName is the Gateway's listener; by default all that fit.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	SectionName string `json:"sectionName,omitempty"`
}

// ResourceRequirements is the part of a container's resources that a station can set.
//
// +kubebuilder:validation:XValidation:rule="!has(self.limits) || !has(self.requests) || self.requests.all(r, !(r in self.limits) || quantity(string(self.requests[r])).compareTo(quantity(string(self.limits[r]))) <= 0)",message="requests must not exceed limits; raise limits or lower requests"
type ResourceRequirements struct {
	// requests by resource name: cpu, memory, ephemeral-storage.
	//
	// +kubebuilder:validation:MaxProperties=3
	// +kubebuilder:validation:XValidation:rule="self.all(r, r in ['cpu', 'memory', 'ephemeral-storage'])",message="requests may name only cpu, memory and ephemeral-storage"
	// +optional
	Requests corev1.ResourceList `json:"requests,omitempty"`

	// limits by resource name: cpu, memory, ephemeral-storage.
	//
	// +kubebuilder:validation:MaxProperties=3
	// +kubebuilder:validation:XValidation:rule="self.all(r, r in ['cpu', 'memory', 'ephemeral-storage'])",message="limits may name only cpu, memory and ephemeral-storage"
	// +optional
	Limits corev1.ResourceList `json:"limits,omitempty"`
}

// Storage of an intake service.
//
// +kubebuilder:validation:XValidation:rule="has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) || self.storageClassName == oldSelf.storageClassName)",message="storageClassName cannot be changed after creation, because a claim cannot move to another class; move the station by a backup and its data key, as docs/operations.md says"
type Storage struct {
	// type of the database. SQLite keeps one file on the station's own volume.
	//
	// +kubebuilder:validation:Enum=SQLite
	// +kubebuilder:default=SQLite
	// +optional
	Type StorageType `json:"type,omitempty"`

	// size of the volume, at least 64Mi; 1Gi holds some hundred thousand suggestions without photos. It can grow but not shrink.
	//
	// +kubebuilder:default="1Gi"
	// +kubebuilder:validation:XValidation:rule="quantity(string(self)).compareTo(quantity('64Mi')) >= 0",message="size must be at least 64Mi"
	// +kubebuilder:validation:XValidation:rule="quantity(string(self)).compareTo(quantity(string(oldSelf))) >= 0",message="size cannot shrink; keep at least the present size"
	// +optional
	Size resource.Quantity `json:"size,omitempty"`

	// storageClassName of the volume; by default the cluster's default class. It cannot be changed later.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +optional
	StorageClassName *string `json:"storageClassName,omitempty"`
}

// StorageType is the kind of database behind an intake service.
type StorageType string

// StorageSQLite is one SQLite file on the station's volume.
const StorageSQLite StorageType = "SQLite"
