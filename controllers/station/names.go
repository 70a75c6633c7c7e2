package station

// FieldManager owns the station's children and its part of the status.
const FieldManager = "liaison-station"

// The names of a station's children follow from its own, so that a station created again finds what was kept.

// IntakeName names the ServiceAccount, ConfigMap, Service, StatefulSet and NetworkPolicy of a station, and what publishes and monitors it.
func IntakeName(station string) string { return station + "-intake" }

// DataName names the volume claim and the Secret with the data key and the internal token.
func DataName(station string) string { return station + "-intake-data" }

// StaffName names the Secret with the staff's first passwords.
func StaffName(station string) string { return station + "-intake-staff" }

// PodName names the one pod of the StatefulSet.
func PodName(station string) string { return IntakeName(station) + "-0" }

// Keys of the data Secret.
const (
	// DataKey is the key of 32 bytes that the intake encrypts contact details with.
	DataKey = "data-key"
	// InternalTokenKey is the bearer token of the intake's internal port.
	InternalTokenKey = "internal-token"
)

// Ports of the intake, by name and number.
const (
	portHTTP       = "http"
	portInternal   = "internal"
	numberHTTP     = 8080
	numberInternal = 8081
	// servicePortHTTP is what the Service listens on for residents.
	servicePortHTTP = 80
)
