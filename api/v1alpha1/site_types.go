package v1alpha1

// Site is what a station tells of itself on its pages.
type Site struct {
	// introduction of the station, in one or more paragraphs.
	//
	// +kubebuilder:validation:MaxLength=1000
	// +optional
	Introduction string `json:"introduction,omitempty"`

	// rules of the station (规章制度), one paragraph each.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=30
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=300
	// +optional
	Rules []string `json:"rules,omitempty"`

	// notices are the station's announcements (公告). They are public: write no resident's name or phone into them.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=50
	// +optional
	Notices []Notice `json:"notices,omitempty"`
}

// Notice is one announcement of a station.
type Notice struct {
	// date of the notice.
	//
	// +required
	Date Date `json:"date"`

	// title of the notice.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=60
	// +required
	Title string `json:"title"`

	// text of the notice, in one or more paragraphs.
	//
	// +kubebuilder:validation:MaxLength=2000
	// +optional
	Text string `json:"text,omitempty"`
}

// Open311 says who may use the Open311 interface.
//
// +kubebuilder:validation:XValidation:rule="!has(self.requireKey) || !self.requireKey || has(self.keysSecretRef)",message="requireKey needs keysSecretRef, the Secret with the keys; add it, or nobody could use the interface"
type Open311 struct {
	// requireKey asks every request that creates a case for an api_key. Without it anybody can create one, as on the site.
	//
	// +optional
	RequireKey bool `json:"requireKey,omitempty"`

	// keysSecretRef names a Secret in the station's namespace; each of its values is one api_key, under the name of the client it was given to.
	//
	// +optional
	KeysSecretRef *LocalReference `json:"keysSecretRef,omitempty"`
}
