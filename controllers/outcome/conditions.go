package outcome

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1ac "k8s.io/client-go/applyconfigurations/meta/v1"
)

// Conditions edits the conditions one controller owns. The list it works on is a copy; the transition time of a condition moves
// only when its status flips, so that setting the same again changes nothing.
type Conditions struct {
	list       []metav1.Condition
	generation int64
	now        time.Time
}

// mostSkew is how far the clock of the leader before may have been ahead. What is dated later was written by a clock that was wrong.
const mostSkew = time.Minute

// NewConditions starts from the conditions of those types that the object has. now comes from the injected clock. What a wrong clock has dated in the
// future is dated now, or what failed then would be waited for until that day.
func NewConditions(existing []metav1.Condition, generation int64, now time.Time, owned ...string) *Conditions {
	c := &Conditions{generation: generation, now: now}
	for _, condition := range existing {
		if !slices.Contains(owned, condition.Type) {
			continue
		}
		if condition.LastTransitionTime.After(now.Add(mostSkew)) {
			condition.LastTransitionTime = metav1.NewTime(now).Rfc3339Copy()
		}
		c.list = append(c.list, condition)
	}
	return c
}

// Set sets a condition.
func (c *Conditions) Set(conditionType string, status metav1.ConditionStatus, reason, message string) {
	next := metav1.Condition{
		Type: conditionType, Status: status, Reason: reason, Message: bounded(message),
		ObservedGeneration: c.generation, LastTransitionTime: metav1.NewTime(c.now).Rfc3339Copy(),
	}
	for i, old := range c.list {
		if old.Type != conditionType {
			continue
		}
		if old.Status == status {
			next.LastTransitionTime = old.LastTransitionTime
		}
		c.list[i] = next
		return
	}
	c.list = append(c.list, next)
}

// Get returns the condition, nil when it is not set.
func (c *Conditions) Get(conditionType string) *metav1.Condition {
	for i := range c.list {
		if c.list[i].Type == conditionType {
			return &c.list[i]
		}
	}
	return nil
}

// Is reports whether the condition has the status.
func (c *Conditions) Is(conditionType string, status metav1.ConditionStatus) bool {
	condition := c.Get(conditionType)
	return condition != nil && condition.Status == status
}

// Since is when the condition got its present status; now when it does not have that status yet.
func (c *Conditions) Since(conditionType string, status metav1.ConditionStatus) time.Time {
	if condition := c.Get(conditionType); condition != nil && condition.Status == status {
		return condition.LastTransitionTime.Time
	}
	return c.now
}

// List returns the conditions in order of type, the order in which the API server keeps no opinion and we a stable one.
func (c *Conditions) List() []metav1.Condition {
	list := slices.Clone(c.list)
	slices.SortFunc(list, func(a, b metav1.Condition) int { return strings.Compare(a.Type, b.Type) })
	return list
}

// Apply returns the conditions as apply configurations.
func (c *Conditions) Apply() []*metav1ac.ConditionApplyConfiguration {
	list := c.List()
	applied := make([]*metav1ac.ConditionApplyConfiguration, 0, len(list))
	for _, condition := range list {
		applied = append(applied, metav1ac.Condition().
			WithType(condition.Type).WithStatus(condition.Status).WithReason(condition.Reason).WithMessage(condition.Message).
			WithObservedGeneration(condition.ObservedGeneration).WithLastTransitionTime(condition.LastTransitionTime))
	}
	return applied
}

// Merge returns the object's conditions with the owned ones replaced and those of other owners as they were.
func (c *Conditions) Merge(existing []metav1.Condition, owned ...string) []metav1.Condition {
	var merged []metav1.Condition
	for _, condition := range existing {
		if !slices.Contains(owned, condition.Type) {
			merged = append(merged, condition)
		}
	}
	return append(merged, c.List()...)
}

// maxMessage keeps a message from others (a scheduler's, say) within what the API takes.
const maxMessage = 4096

func bounded(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	cut := maxMessage
	for cut > 0 && !utf8.RuneStart(message[cut]) {
		cut--
	}
	return message[:cut]
}
