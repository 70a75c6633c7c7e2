package station

import "time"

// patience is how long something that may come by itself counts as Reconciling; after that the user is asked to act.
const patience = 5 * time.Minute

// Reasons of the station's conditions.
const (
	// ReasonAnswers: the intake answers its readiness probe.
	ReasonAnswers = "IntakeAnswers"
	// ReasonStarting: the intake is on its way; nothing is wrong.
	ReasonStarting = "Starting"
	// ReasonNotStarting: the intake has been on its way for too long.
	ReasonNotStarting = "NotStarting"
	// ReasonUnschedulable: no node takes the pod.
	ReasonUnschedulable = "Unschedulable"
	// ReasonClaimNotBound: the pod waits for its volume.
	ReasonClaimNotBound = "ClaimNotBound"
	// ReasonClaimLost: the volume of the claim is gone.
	ReasonClaimLost = "ClaimLost"
	// ReasonImageNotPulled: the node cannot get the intake's image.
	ReasonImageNotPulled = "ImageNotPulled"
	// ReasonNotConfigured: the node cannot prepare the container, for example because a Secret is missing.
	ReasonNotConfigured = "PodNotConfigured"
	// ReasonCrashing: the intake ends again and again.
	ReasonCrashing = "IntakeCrashing"
	// ReasonNotAnswering: the intake runs and does not answer.
	ReasonNotAnswering = "IntakeNotAnswering"

	// ReasonSuspended: the station is stopped as its spec asks.
	ReasonSuspended = "Suspended"
	// ReasonStopping: the pod of a suspended station is still ending.
	ReasonStopping = "Stopping"

	// ReasonCurrent: the intake is what the station and the county ask for.
	ReasonCurrent = "Current"
	// ReasonWaitsForTurn: what the county has changed reaches the station when it is its turn.
	ReasonWaitsForTurn = "WaitsForTurn"
	// ReasonUpdating: the station has had its turn.
	ReasonUpdating = "Updating"
	// ReasonUpdateFailed: the intake does not become ready with what the county has changed.
	ReasonUpdateFailed = "UpdateFailed"

	// ReasonInvalidSpec: the spec breaks a rule.
	ReasonInvalidSpec = "InvalidSpec"
	// ReasonNameTaken: an object that is not ours has the name of a child.
	ReasonNameTaken = "NameTaken"
	// ReasonContested: somebody else changes a child back as often as it is put right.
	ReasonContested = "FieldContested"
	// ReasonChildLeaving: a child of an earlier station of this name is still being deleted.
	ReasonChildLeaving = "ChildLeaving"
	// ReasonNamespaceLeaving: the namespace is being deleted and takes no new objects.
	ReasonNamespaceLeaving = "NamespaceLeaving"
	// ReasonChildRefused: the API server refuses a child, for example by a quota or a policy.
	ReasonChildRefused = "ChildRefused"
	// ReasonClaimDiffers: the kept claim is not what the spec asks for.
	ReasonClaimDiffers = "ClaimDiffers"
	// ReasonStorageCannotGrow: the API server does not let the claim become as large as the spec asks.
	ReasonStorageCannotGrow = "StorageCannotGrow"
	// ReasonStorageWaits: the claim grows once it is bound.
	ReasonStorageWaits = "StorageWaits"
	// ReasonGatewayAPIMissing: the station wants a gateway, and the cluster has no Gateway API.
	ReasonGatewayAPIMissing = "GatewayAPIMissing"
	// ReasonRouteRefused: a Gateway that the station names does not take its HTTPRoute.
	ReasonRouteRefused = "RouteRefused"
	// ReasonRoutePending: a Gateway that the station names has said nothing of its HTTPRoute.
	ReasonRoutePending = "RoutePending"
	// ReasonDataKeyLost: the data is there and the key to it is not.
	ReasonDataKeyLost = "DataKeyLost"
	// ReasonPreviousKeyInUse: another data key is asked for while the last one before is still kept.
	ReasonPreviousKeyInUse = "PreviousKeyInUse"
	// ReasonRollingOut: a change is on its way to the pod.
	ReasonRollingOut = "RollingOut"

	// ReasonPlanned: the schedule has reached the documents of the intake.
	ReasonPlanned = "Planned"
	// ReasonNoRoster: the station names no roster, as it may.
	ReasonNoRoster = "NoRoster"
	// ReasonRosterNotFound: the roster the station names is not there.
	ReasonRosterNotFound = "RosterNotFound"
	// ReasonNotPlanned: the roster has no plan for the present month yet.
	ReasonNotPlanned = "NotPlanned"
	// ReasonInvalidSchedule: a DutySchedule cannot be used.
	ReasonInvalidSchedule = "InvalidSchedule"
	// ReasonInvalidCalendar: a HolidayCalendar cannot be used.
	ReasonInvalidCalendar = "InvalidCalendar"
	// ReasonAllKnown: the roster has every deputy whom the station names.
	ReasonAllKnown = "AllKnown"
	// ReasonUnknownDeputy: a village or an account names a deputy whom the roster does not have.
	ReasonUnknownDeputy = "UnknownDeputy"
)

// quietReasons are those for which a condition is False without anything being wrong so far. A new pod has no node for a moment, until
// its claim is bound; only when that lasts and the station stalls is it an event.
var quietReasons = []string{ReasonSuspended, ReasonWaitsForTurn, ReasonUpdating, ReasonStarting, ReasonNoRoster, ReasonNotPlanned, ReasonUnschedulable, ReasonClaimNotBound}
