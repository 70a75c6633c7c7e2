package casework

import "time"

// merge lets a case go on as another; see Rules.Merge.
type merge struct {
	into   Code
	reason string
}

func (merge) Action() Action { return ActionMerge }

func (m merge) apply(_ Rules, c *Case, e *Event) error {
	var problems FieldErrors
	e.Words = problems.clean(reasonText, m.reason)
	c.MergedInto = m.into
	e.Facts.Case = m.into
	return problems.orNil()
}

// join notes at the other case who joined it.
type join struct {
	from Code
	// reporters are how many now wait for its answer more than before: the case itself, and who had joined it earlier.
	reporters int
	// clock that runs for it; the zero value before it is classified.
	clock Clock
}

func (join) Action() Action { return ActionJoin }

func (m join) apply(_ Rules, c *Case, e *Event) error {
	c.Joined += m.reporters
	c.Untold += m.reporters
	if !m.clock.Due.IsZero() && m.clock.Due.Before(c.Clock.Due) {
		c.Clock = m.clock
	}
	e.Facts.Case = m.from
	return nil
}

// Merging is both sides of a merge with the events to store beside them.
type Merging struct {
	From, Into           Case
	FromEvent, IntoEvent Event
}

// Merge lets the case go on as into, which must still be pending (并案). Who raised it stays informed: its page shows how into fares, and
// into cannot be closed before everybody who joined it was told. Of two deadlines the earlier holds. The error is a *NotAllowedError or FieldErrors.
func (r Rules) Merge(c, into Case, reason string, by Actor, now time.Time) (Merging, error) {
	switch {
	case c.Code == into.Code:
		return Merging{}, FieldErrors{{Field: FieldInto, Code: CodeSameCase}}
	case !into.Pending():
		return Merging{}, FieldErrors{{Field: FieldInto, Code: CodeCaseEnded}}
	case c.Formal() && !into.Formal(), c.Route != Unclassified && into.Route == Unclassified:
		// It would lose what it is, and with it its term.
		return Merging{}, FieldErrors{{Field: FieldInto, Code: CodeOtherWayRound}}
	}
	var (
		m   Merging
		err error
	)
	if m.From, m.FromEvent, err = r.Apply(c, merge{into: into.Code, reason: reason}, by, now); err != nil {
		return Merging{}, err
	}
	joins := join{from: c.Code, reporters: 1 + c.Joined} // whoever had joined it goes along
	if c.Route != Unclassified {
		joins.clock = c.Clock
	}
	if m.Into, m.IntoEvent, err = r.Apply(into, joins, by, now); err != nil {
		return Merging{}, err
	}
	m.From.Joined, m.From.Untold = 0, 0
	return m, nil
}
