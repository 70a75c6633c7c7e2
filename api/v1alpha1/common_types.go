package v1alpha1

// Date is a calendar day without a time or a zone, written 2026-10-10 (RFC 3339 full-date).
//
// +kubebuilder:validation:Format=date
type Date string

// HoursOfDay is a span within one day, written 09:00-11:00, in the time zone of the roster.
//
// +kubebuilder:validation:MaxLength=11
// +kubebuilder:validation:XValidation:rule="self.matches('^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$')",message="hours must be written HH:MM-HH:MM in 24-hour time, for example 09:00-11:00"
// +kubebuilder:validation:XValidation:rule="!self.matches('^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$') || self.substring(0, 5) < self.substring(6)",message="hours must end after they begin on the same day, for example 09:00-11:00"
type HoursOfDay string

// LocalReference names an object of a known kind in the same namespace.
type LocalReference struct {
	// name of the object.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +required
	Name string `json:"name"`
}

// Condition types. Ready, Reconciling and Stalled have the meaning that kstatus gives them
// (https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus).
const (
	// ConditionReady is True when the object does what it is there for.
	ConditionReady = "Ready"
	// ConditionReconciling is True while the controller still works towards the spec, or waits for something that will come by itself.
	ConditionReconciling = "Reconciling"
	// ConditionStalled is True when only a change by the user can bring progress; its message says which.
	ConditionStalled = "Stalled"
	// ConditionIntakeAvailable is True on a LiaisonStation whose intake service answers its readiness probe.
	ConditionIntakeAvailable = "IntakeAvailable"
	// ConditionScheduleReady is True when the coming months are planned and, on a station, have reached its intake.
	ConditionScheduleReady = "ScheduleReady"
	// ConditionCalendarKnown is True on a DeputyRoster when the holiday arrangement of every planned year is known.
	ConditionCalendarKnown = "CalendarKnown"
	// ConditionAnnouncementsHold is True on a DeputyRoster when every announced shift from today on can be held as announced.
	ConditionAnnouncementsHold = "AnnouncementsHold"
	// ConditionBacklogFresh is True on a LiaisonStation whose figures come from a recent answer of its intake.
	ConditionBacklogFresh = "BacklogFresh"
	// ConditionDeputiesKnown is False on a LiaisonStation that names a liaison deputy, or a deputy with an account, whom its roster does not have.
	ConditionDeputiesKnown = "DeputiesKnown"
	// ConditionAuditIntact is False on a LiaisonStation whose intake no longer has the audit log that the operator saw.
	ConditionAuditIntact = "AuditIntact"
	// ConditionAuthoritiesTrusted is False on a LiaisonStation whose intake has not the certificates of authorities that caConfigMapRef names. It is set by
	// what the intake says, so it is missing while there is no caConfigMapRef, or nothing to call.
	ConditionAuthoritiesTrusted = "AuthoritiesTrusted"
	// ConditionUpToDate is False while a new intake image or pod template waits for the station's turn; the intake stays as it is until then.
	ConditionUpToDate = "UpToDate"
)

// AnnotationAcceptAuditHead on a LiaisonStation holds the hash of the audit log's end that was lost and is given up, as status.backlog.audit.head has it.
// The log that the intake has then counts as intact. An earlier hash has no effect, so the annotation need not be removed.
const AnnotationAcceptAuditHead = "liaison.township.dev/accept-audit-head"
