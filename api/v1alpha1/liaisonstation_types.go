package v1alpha1

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// LiaisonStation is the office of one township where people's-congress deputies meet residents (人大代表联络站).
// For each one the operator runs an intake service where residents leave suggestions and staff bring them to a close.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=lst,categories=liaison
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Pending",type=integer,JSONPath=`.status.backlog.pending`
// +kubebuilder:printcolumn:name="Overdue",type=integer,JSONPath=`.status.backlog.overdue`
// +kubebuilder:printcolumn:name="On duty",type=string,JSONPath=`.status.onDutyToday.names`
// +kubebuilder:printcolumn:name="URL",type=string,JSONPath=`.status.url`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 40 && self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must begin with a letter, hold only a-z, 0-9 and -, and have at most 40 characters, because Services and Pods are named after it"
type LiaisonStation struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is what the township declares about its station.
	//
	// +required
	Spec LiaisonStationSpec `json:"spec"`

	// status is what the operator observes; it is written by the operator alone.
	//
	// Until the operator has looked, observedGeneration is -1: tools that wait take an object without it for settled.
	// +kubebuilder:default={"observedGeneration":-1}
	// +optional
	Status LiaisonStationStatus `json:"status,omitempty"`
}

// LiaisonStationList is a list of LiaisonStations.
//
// +kubebuilder:object:root=true
type LiaisonStationList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []LiaisonStation `json:"items"`
}

// LiaisonStationSpec is one township's declaration of its station.
type LiaisonStationSpec struct {
	// displayName is the name on the station's sign, for example 中垛乡人大代表联络站.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=60
	// +required
	DisplayName string `json:"displayName"`

	// township is the division the station serves.
	//
	// +required
	Township Township `json:"township"`

	// contact is how residents reach the station in person or by phone.
	//
	// +optional
	Contact Contact `json:"contact,omitzero"`

	// staff run the station: the head (站长) and the administrators who keep its ledgers.
	//
	// +required
	Staff Staff `json:"staff"`

	// rosterRef names the DeputyRoster in the same namespace whose deputies serve at this station.
	// Without it, or while that roster is missing, the intake runs all the same and shows no duty schedule.
	//
	// +optional
	RosterRef *LocalReference `json:"rosterRef,omitempty"`

	// topics a suggestion can be about, in the order the form shows them.
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=32
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=20
	// +required
	Topics []string `json:"topics"`

	// announcements says how receptions are announced beyond the station's own site.
	//
	// +optional
	Announcements Announcements `json:"announcements,omitzero"`

	// casework sets who handles suggestions, how long each step may take, and for how long they are kept.
	//
	// +optional
	Casework Casework `json:"casework,omitzero"`

	// site is what the station tells of itself on its pages.
	//
	// +optional
	Site Site `json:"site,omitzero"`

	// open311 says who may use the Open311 interface.
	//
	// +optional
	Open311 Open311 `json:"open311,omitzero"`

	// intake shapes the service that runs for this station.
	//
	// +kubebuilder:default={}
	// +optional
	Intake Intake `json:"intake,omitzero"`

	// reclaimPolicy says what happens to the residents' data (the volume claim and the Secrets that open it) when this
	// object is deleted. Retain keeps them, and a station created again under the same name finds them; Delete removes them.
	//
	// +kubebuilder:default=Retain
	// +optional
	ReclaimPolicy ReclaimPolicy `json:"reclaimPolicy,omitempty"`

	// suspend stops the intake, for example to restore a backup. The residents' data, the Secrets and the address stay.
	//
	// +optional
	Suspend bool `json:"suspend,omitempty"`
}

// ReclaimPolicy is the fate of residents' data when their station is deleted.
//
// +kubebuilder:validation:Enum=Retain;Delete
type ReclaimPolicy string

const (
	// ReclaimRetain keeps the volume claim and the data Secrets.
	ReclaimRetain ReclaimPolicy = "Retain"
	// ReclaimDelete lets the garbage collector remove them with the station.
	ReclaimDelete ReclaimPolicy = "Delete"
)

// Township is a township-level division (乡镇) and its villages.
//
// +kubebuilder:validation:XValidation:rule="!has(self.villages) || self.villages.all(v, v.code.startsWith(self.code))",message="villages[].code must begin with the township's code; check that the village belongs to this township"
// +kubebuilder:validation:XValidation:rule="!has(self.villages) || self.villages.all(v, self.villages.exists_one(w, w.name == v.name))",message="villages[].name must be unique within the township, because residents choose their village by name"
type Township struct {
	// name of the township, for example 中垛乡.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// code is the nine-digit statistical division code (统计用区划代码), for example "141028204".
	//
	// +kubebuilder:validation:MaxLength=9
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{9}$')",message="code must be the nine-digit code of the township, in quotes, for example \"141028204\""
	// +required
	Code string `json:"code"`

	// county the township belongs to, for example 吉县.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	County string `json:"county"`

	// population is the number of residents, in persons.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=10000000
	// +optional
	Population int32 `json:"population,omitempty"`

	// villages of the township; each has a liaison point (联络点).
	//
	// +listType=map
	// +listMapKey=code
	// +kubebuilder:validation:MaxItems=200
	// +optional
	Villages []Village `json:"villages,omitempty"`
}

// Village is an administrative village or residents' community with a liaison point.
type Village struct {
	// code is the twelve-digit statistical division code, beginning with the township's, for example "141028204207".
	//
	// +kubebuilder:validation:MaxLength=12
	// +kubebuilder:validation:XValidation:rule="self.matches('^[0-9]{12}$')",message="code must be the twelve-digit code of the village, in quotes, for example \"141028204207\""
	// +required
	Code string `json:"code"`

	// name of the village, for example 白额村.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// liaisonDeputy is the id, in the station's roster, of the deputy who runs the village's liaison point.
	//
	// +kubebuilder:validation:MaxLength=32
	// +optional
	LiaisonDeputy string `json:"liaisonDeputy,omitempty"`
}

// Contact is published on the station's site.
type Contact struct {
	// address of the station, as a resident would be told it.
	//
	// +kubebuilder:validation:MaxLength=120
	// +optional
	Address string `json:"address,omitempty"`

	// phone of the station's office, digits with optional +, spaces and dashes.
	//
	// +kubebuilder:validation:MaxLength=24
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\+?[0-9][0-9 -]{4,22}$')",message="phone must hold digits with an optional leading + and spaces or dashes between, for example 0357-7920000"
	// +optional
	Phone string `json:"phone,omitempty"`

	// openingHours in words, for example 周一至周五 08:30-12:00 14:30-18:00.
	//
	// +kubebuilder:validation:MaxLength=120
	// +optional
	OpeningHours string `json:"openingHours,omitempty"`
}

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

	// tlsSecretName is the Secret with the certificate for host. With an annotation for cert-manager below, cert-manager writes it; otherwise it must be there.
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
