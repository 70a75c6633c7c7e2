package v1alpha1

// Staff of a station.
//
// +kubebuilder:validation:XValidation:rule="!has(self.head.username) || self.administrators.all(a, a.username != self.head.username)",message="head.username must differ from every administrators[].username, because an account has one role; give the head another username"
// +kubebuilder:validation:XValidation:rule="!has(self.deputies) || self.deputies.all(d, !has(self.head.username) || d.username != self.head.username)",message="deputies[].username must differ from head.username, because an account has one role; give the deputy another username"
// +kubebuilder:validation:XValidation:rule="!has(self.deputies) || self.deputies.all(d, self.administrators.all(a, a.username != d.username))",message="deputies[].username must differ from every administrators[].username, because a deputy never handles a case; give the deputy another username"
type Staff struct {
	// head of the station (站长), by rule the chair of the township people's congress.
	//
	// +required
	Head StaffHead `json:"head"`

	// administrators sign in to the staff desk. Each finds a first password in the Secret <station>-intake-staff under the username.
	//
	// +listType=map
	// +listMapKey=username
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +required
	Administrators []Administrator `json:"administrators"`

	// deputies who sign in to the staff desk: they see the cases of their village or group, urge and comment, and handle none. Each finds a first
	// password in the Secret <station>-intake-staff under the username. Take the account out when the deputy's term ends.
	//
	// +listType=map
	// +listMapKey=username
	// +kubebuilder:validation:MaxItems=100
	// +optional
	Deputies []DeputyAccount `json:"deputies,omitempty"`

	// oidc lets staff sign in through the county's identity provider (统一身份认证) besides their passwords. Only the usernames declared here get in.
	//
	// +optional
	OIDC *OIDC `json:"oidc,omitempty"`
}

// StaffHead is the head of a station.
type StaffHead struct {
	// name of the head.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// title of the head, for example 人大主席.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Title string `json:"title,omitempty"`

	// username to sign in to the staff desk with; the first password is in the Secret <station>-intake-staff under it. Without it the head has no account.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z][a-z0-9-]{1,31}$')",message="username must begin with a letter and have 2 to 32 characters of a-z, 0-9 and -, for example zhang-san"
	// +optional
	Username string `json:"username,omitempty"`
}

// Administrator keeps the station's ledgers.
type Administrator struct {
	// username to sign in with.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z][a-z0-9-]{1,31}$')",message="username must begin with a letter and have 2 to 32 characters of a-z, 0-9 and -, for example zhang-san"
	// +required
	Username string `json:"username"`

	// name shown to colleagues.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`
}

// DeputyAccount is a deputy's account at the staff desk.
type DeputyAccount struct {
	// username to sign in with.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z][a-z0-9-]{1,31}$')",message="username must begin with a letter and have 2 to 32 characters of a-z, 0-9 and -, for example zhang-san"
	// +required
	Username string `json:"username"`

	// deputy is the id in the station's roster, which has the deputy's name, village and group.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=32
	// +required
	Deputy string `json:"deputy"`
}

// OIDC is an identity provider that speaks OpenID Connect.
type OIDC struct {
	// issuer is the provider's address, from which everything else about it is read, for example https://id.example.gov.cn/realms/county.
	//
	// +kubebuilder:validation:MaxLength=255
	// +kubebuilder:validation:XValidation:rule="self.matches('^(https://([A-Za-z0-9.-]+|[[][0-9A-Fa-f:.]+])|http://(localhost|127([.][0-9]{1,3}){3}|[[]::1]))(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$')",message="issuer must be the provider's https address without query, for example https://id.example.gov.cn/realms/county; http is for a provider on the same machine"
	// +required
	Issuer string `json:"issuer"`

	// clientID under which the provider knows the station.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	// +required
	ClientID string `json:"clientID"`

	// clientSecretRef names the key of a Secret in the station's namespace that holds the client's secret. While it is missing staff sign in by password.
	//
	// +required
	ClientSecretRef ClientSecretReference `json:"clientSecretRef"`

	// usernameClaim of the ID token holds the username; by default preferred_username.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:default=preferred_username
	// +optional
	UsernameClaim string `json:"usernameClaim,omitempty"`
}

// ClientSecretReference names a key of a Secret in the same namespace.
type ClientSecretReference struct {
	// name of the Secret.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name"`

	// key in the Secret.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:default=client-secret
	// +optional
	Key string `json:"key,omitempty"`
}
