package v1alpha1

// Announcements says how receptions are announced beyond the station's own site.
type Announcements struct {
	// webhook is called for each reception, announceDaysBefore days ahead.
	//
	// +optional
	Webhook *Webhook `json:"webhook,omitempty"`
}

// Webhook is an address that the station's intake posts announcements to.
type Webhook struct {
	// format of the message: JSON, with an event id and every field of the reception; WeCom, the text message of a group robot (企业微信群机器人).
	//
	// +kubebuilder:default=JSON
	// +optional
	Format WebhookFormat `json:"format,omitempty"`

	// urlSecretRef names the key of a Secret in the station's namespace that holds the address, https as a rule. An address is a secret, because
	// whoever knows a robot's can write to the group.
	//
	// +required
	URLSecretRef SecretKeyReference `json:"urlSecretRef"`
}

// WebhookFormat is the form of a message.
//
// +kubebuilder:validation:Enum=JSON;WeCom
type WebhookFormat string

const (
	// WebhookJSON is our own form.
	WebhookJSON WebhookFormat = "JSON"
	// WebhookWeCom is that of a WeCom group robot (https://developer.work.weixin.qq.com/document/path/91770).
	WebhookWeCom WebhookFormat = "WeCom"
)

// SecretKeyReference names a key of a Secret in the same namespace.
type SecretKeyReference struct {
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
	// +kubebuilder:default=url
	// +optional
	Key string `json:"key,omitempty"`
}
