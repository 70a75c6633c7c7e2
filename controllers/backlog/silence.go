package backlog

import (
	"errors"
	"fmt"

	stationctl "township.dev/liaison/controllers/station"
)

// Reasons of the condition BacklogFresh.
const (
	// ReasonAnswering: the intake answered the last poll.
	ReasonAnswering = "IntakeAnswering"
	// ReasonSuspended: the station is stopped as its spec asks.
	ReasonSuspended = stationctl.ReasonSuspended
	// ReasonNotReady: the station has no ready pod to ask.
	ReasonNotReady = "IntakeNotReady"
	// ReasonNoPort: the pod has no container port named internal.
	ReasonNoPort = "InternalPortMissing"
	// ReasonTokenMissing: the token for the intake's internal port cannot be found.
	ReasonTokenMissing = "InternalTokenMissing"
	// ReasonTokenRefused: the intake does not accept the token.
	ReasonTokenRefused = "InternalTokenRefused"
	// ReasonUnreachable: no answer came within the time limit.
	ReasonUnreachable = "IntakeUnreachable"
	// ReasonBadAnswer: an answer came that is not a backlog report.
	ReasonBadAnswer = "IntakeAnswerInvalid"
)

// silence is why a station gave no figures. Its reason and remedy go to the condition and never change from poll to poll for the
// same fault; the cause may name addresses and goes only to the log.
type silence struct {
	reason string
	cause  error
}

func (s *silence) Error() string { return fmt.Sprintf("%s: %v", s.reason, s.cause) }

func (s *silence) Unwrap() error { return s.cause }

func silent(reason string, cause error) error { return &silence{reason: reason, cause: cause} }

// silenceIn finds why the station was silent, if err says so.
func silenceIn(err error) (*silence, bool) { return errors.AsType[*silence](err) }

// remedy tells a person what to do about the reason.
func remedy(reason, station string) string {
	pod, secret := stationctl.PodName(station), stationctl.DataName(station)
	switch reason {
	case ReasonSuspended:
		return "The station is stopped by spec.suspend."
	case ReasonNotReady:
		return "The intake has no ready pod that could be asked; the condition IntakeAvailable says what it waits for."
	case ReasonNoPort:
		return fmt.Sprintf("Pod %s has no container port named %s; delete the pod, so that it is created from the present template.", pod, internalPort)
	case ReasonTokenMissing:
		return fmt.Sprintf("Secret %s has no key %s; restore the Secret from a backup, because it also holds the key to the residents' data.", secret, stationctl.InternalTokenKey)
	case ReasonTokenRefused:
		return fmt.Sprintf("The intake refuses the token in Secret %s. After a change its node brings it there within two minutes; if this lasts longer, delete Pod %s, so that it reads the present one.", secret, pod)
	case ReasonBadAnswer:
		return fmt.Sprintf("The intake's answer is not a backlog report; check that spec.intake.image is an intake of this release, and read the log of Pod %s.", pod)
	default:
		return fmt.Sprintf("The intake's internal port does not answer the operator in time; check that NetworkPolicies let the operator reach Pod %s, and read the pod's log.", pod)
	}
}
