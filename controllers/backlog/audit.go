package backlog

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/stationconf"
)

// Reasons of the condition AuditIntact.
const (
	// ReasonLogIntact: the log has every entry the operator has seen.
	ReasonLogIntact = "LogIntact"
	// ReasonLogTruncated: the log is shorter than it was.
	ReasonLogTruncated = "LogTruncated"
	// ReasonLogAltered: an entry is not the one it was.
	ReasonLogAltered = "LogAltered"
	// ReasonLogNotShown: the intake shows no log, though it did before.
	ReasonLogNotShown = "LogNotShown"
)

// keptAudit is the end of the station's audit log as it was last seen intact; nil before the first sight.
func keptAudit(station *v1alpha1.LiaisonStation) *v1alpha1.AuditHead {
	if station.Status.Backlog == nil {
		return nil
	}
	return station.Status.Backlog.Audit
}

// seenLength is how many entries the operator has seen, which is what it asks the intake about.
func seenLength(station *v1alpha1.LiaisonStation) int64 {
	if kept := keptAudit(station); kept != nil {
		return kept.Length
	}
	return 0
}

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

// checkAudit refuses a log that contradicts itself, or an answer that leaves out the entry it was asked about: silence must not pass for intact.
func checkAudit(shown *stationconf.Audit, seen int64) error {
	if shown == nil {
		return nil
	}
	if shown.Length < 0 || (shown.Length > 0) != sha256Hex.MatchString(shown.Head) {
		return fmt.Errorf("its audit log of %d entries does not end in a hash", shown.Length)
	}
	if seen == 0 || shown.Length < seen {
		return nil
	}
	asked := shown.Asked
	if asked == nil || asked.Length != seen || !sha256Hex.MatchString(asked.Hash) {
		return fmt.Errorf("it does not show entry %d of its audit log", seen)
	}
	if asked.Length == shown.Length && asked.Hash != shown.Head {
		return errors.New("its audit log has two ends")
	}
	return nil
}

// finding is what one look at an audit log shows, and the end that is kept from then on.
type finding struct {
	status          metav1.ConditionStatus
	reason, message string
	keep            *v1alpha1.AuditHead
}

// lookAtAudit compares the log with what was kept of it. The kept end moves on only along an intact log, so that the evidence of a broken one
// stays. It reports false where there is nothing to say.
func lookAtAudit(station *v1alpha1.LiaisonStation, shown *stationconf.Audit) (finding, bool) {
	kept := keptAudit(station)
	if kept != nil && station.Annotations[v1alpha1.AnnotationAcceptAuditHead] == kept.Head {
		kept = nil // given up by the user; what is there now is seen for the first time
	}
	switch {
	case shown == nil && kept == nil:
		return finding{}, false // an intake of an earlier release
	case shown == nil:
		return finding{metav1.ConditionUnknown, ReasonLogNotShown,
			"The intake shows no audit log, though it did before. Check that spec.intake.image is not of an earlier release.", kept}, true
	case kept == nil:
		return intact(shown), true
	case shown.Length < kept.Length:
		return finding{metav1.ConditionFalse, ReasonLogTruncated, fmt.Sprintf(
			"The intake's audit log is shorter than the %d entries the operator has seen. %s", kept.Length, auditRemedy(station, kept)), kept}, true
	}
	switch hashAt(shown, kept.Length) {
	case kept.Head:
		return intact(shown), true
	case "":
		return finding{}, false // the answer was given about another length; the next one will tell
	default:
		return finding{metav1.ConditionFalse, ReasonLogAltered, fmt.Sprintf(
			"Entry %d of the intake's audit log is not the one the operator has seen. %s", kept.Length, auditRemedy(station, kept)), kept}, true
	}
}

func intact(shown *stationconf.Audit) finding {
	found := finding{status: metav1.ConditionTrue, reason: ReasonLogIntact, message: "The audit log has every entry the operator has seen."}
	if shown.Length > 0 {
		found.keep = &v1alpha1.AuditHead{Length: shown.Length, Head: shown.Head}
	}
	return found
}

// hashAt is the hash of an entry as far as the answer shows it; empty where it does not.
func hashAt(shown *stationconf.Audit, length int64) string {
	switch {
	case shown.Length == length:
		return shown.Head
	case shown.Asked != nil && shown.Asked.Length == length:
		return shown.Asked.Hash
	default:
		return ""
	}
}

// auditRemedy holds nothing that changes while the log is broken, however much is added to it.
func auditRemedy(station *v1alpha1.LiaisonStation, kept *v1alpha1.AuditHead) string {
	return fmt.Sprintf("Entries were lost or changed: by a restored backup, a replaced volume, or somebody's hand. Find out which (docs/operations.md, Audit log). "+
		"Once the entries are back this mends itself; to give them up: kubectl -n %s annotate --overwrite liaisonstation %s %s=%s",
		station.Namespace, station.Name, v1alpha1.AnnotationAcceptAuditHead, kept.Head)
}

// audited adds to the standing what the intake's answer says of its audit log; where it says nothing, what is known stays.
func (present standing) audited(station *v1alpha1.LiaisonStation, shown *stationconf.Audit, wanted standing, now time.Time) standing {
	found, told := lookAtAudit(station, shown)
	if !told {
		wanted.audit, wanted.backlog.Audit = present.audit, keptAudit(station)
		return wanted
	}
	wanted.audit = turned(present.audit, metav1.Condition{
		Type: v1alpha1.ConditionAuditIntact, Status: found.status, Reason: found.reason, Message: found.message,
	}, now)
	wanted.backlog.Audit = found.keep
	return wanted
}
