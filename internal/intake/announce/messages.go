package announce

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/intake/mounted"
	"township.dev/liaison/internal/workday"
)

// lookBack is how many days a reception may be past while something may still be told of it. It is far more than a
// reception is ever postponed by.
const lookBack = 92

// Message is a delivery as pages show it.
type Message struct {
	announcement.Delivery
	// MaySendAgain: a person may have it sent again now, and SendAgain would do so.
	MaySendAgain bool
}

// Deliveries returns the messages about receptions of the last three months and of those to come, the latest recorded first.
// Its errors are of storage.
func (a *Announcer) Deliveries(ctx context.Context) ([]Message, error) {
	d := a.documents()
	if d == nil {
		return nil, nil
	}
	now := a.now()
	stored, err := a.repository.Deliveries(ctx, d.Today(now).AddDays(-lookBack))
	if err != nil {
		return nil, fmt.Errorf("listing the messages: %w", err)
	}
	messages := make([]Message, len(stored))
	for i, delivery := range stored {
		messages[i] = Message{Delivery: delivery, MaySendAgain: delivery.MayBeSentAgain(stored, now)}
	}
	slices.SortStableFunc(messages, func(a, b Message) int { return b.RecordedAt.Compare(a.RecordedAt) })
	return messages, nil
}

// SendAgain has a message sent again whose fate is unknown, or at once one that was refused; with the same event id, so that a
// receiver can tell. It returns before the attempt. announcement.ErrNoDelivery for an event id that does not exist,
// announcement.ErrNotAllowed for a message that was delivered, given up or replaced by a later one, or whose reception has begun.
func (a *Announcer) SendAgain(ctx context.Context, eventID string) error {
	all, err := a.repository.Deliveries(ctx, workday.Date{})
	if err != nil {
		return fmt.Errorf("sending a message again: %w", err)
	}
	now := a.now()
	_, err = a.repository.ChangeDelivery(ctx, eventID, func(d announcement.Delivery) (announcement.Delivery, error) {
		if again, err := d.Again(now); err != nil || d.MayBeSentAgain(all, now) {
			return again, err
		}
		return d, fmt.Errorf("%w: a later message has taken its place", announcement.ErrNotAllowed)
	})
	if err != nil {
		return fmt.Errorf("sending a message again: %w", err)
	}
	a.Wake()
	return nil
}

// tell sends what is due of the messages about receptions.
func (a *Announcer) tell(ctx context.Context, d *mounted.Documents) error {
	if err := a.recover(ctx); err != nil {
		return fmt.Errorf("looking after interrupted messages: %w", err)
	}
	today := d.Today(a.now())
	known, err := a.repository.Deliveries(ctx, today.AddDays(-lookBack))
	if err != nil {
		return fmt.Errorf("reading the messages: %w", err)
	}
	l := newLedger(a, known)
	err = l.giveUpOverdue(ctx)
	if err == nil && d.Station.Webhook != nil {
		err = errors.Join(l.carryOut(ctx, d, planOf(a.words, d, today)), l.sendDue(ctx, d))
	}
	a.metrics.AnnouncementsUnknown(l.unknown())
	return err
}

// recover settles the attempts that storage could not take when they ended, and once in a process those that an earlier
// one left in the middle: nobody knows how they ended.
func (a *Announcer) recover(ctx context.Context) error {
	for eventID, o := range a.unsettled {
		if _, err := a.settle(ctx, eventID, o); err != nil {
			return err
		}
	}
	if a.recovered {
		return nil
	}
	all, err := a.repository.Deliveries(ctx, workday.Date{})
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.State == announcement.Sending {
			if _, err := a.settle(ctx, d.EventID, unknown(announcement.Interrupted, 0)); err != nil {
				return err
			}
		}
	}
	a.recovered = true
	return nil
}

// settle stores what became of an attempt. Until storage takes it, it is kept in mind. The delivery comes back empty when it
// had been stored before.
func (a *Announcer) settle(ctx context.Context, eventID string, o outcome) (announcement.Delivery, error) {
	d, err := a.repository.ChangeDelivery(ctx, eventID, func(d announcement.Delivery) (announcement.Delivery, error) { return o.settle(d, a.now()) })
	if err != nil && !errors.Is(err, announcement.ErrNotAllowed) {
		a.unsettled[eventID] = o
		return d, err
	}
	// ErrNotAllowed: it was stored after all, though the answer did not come in time.
	delete(a.unsettled, eventID)
	if err == nil {
		a.metrics.AnnouncementSettled(o.state)
		a.log.Info("announcement attempted", "event", eventID, "attempt", d.Attempts, "result", string(o.state), "problem", d.Problem.String())
	}
	return d, nil
}

// ledger is the messages during one step: what was read, with what the step has changed since.
type ledger struct {
	*Announcer
	byID map[string]announcement.Delivery
}

func newLedger(a *Announcer, known []announcement.Delivery) *ledger {
	l := &ledger{Announcer: a, byID: make(map[string]announcement.Delivery, len(known))}
	for _, d := range known {
		l.byID[d.EventID] = d
	}
	return l
}

// all in an order of their own, so that a step does the same whenever it begins with the same.
func (l *ledger) all() []announcement.Delivery {
	return slices.SortedFunc(maps.Values(l.byID), func(a, b announcement.Delivery) int {
		return cmp.Or(a.Begins.Compare(b.Begins), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.EventID, b.EventID))
	})
}

// change stores a step of a delivery. One that a person has moved meanwhile stays as that person left it.
func (l *ledger) change(ctx context.Context, eventID string, step func(announcement.Delivery) (announcement.Delivery, error)) (bool, error) {
	d, err := l.repository.ChangeDelivery(ctx, eventID, step)
	if errors.Is(err, announcement.ErrNotAllowed) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l.byID[eventID] = d
	return true, nil
}

func (l *ledger) giveUp(ctx context.Context, d announcement.Delivery, why announcement.Reason) error {
	done, err := l.change(ctx, d.EventID, func(d announcement.Delivery) (announcement.Delivery, error) { return d.GiveUp(why, l.now()) })
	if done {
		l.metrics.AnnouncementSettled(announcement.GivenUp)
		l.log.Warn("announcement given up", "event", d.EventID, "reason", string(why), "attempts", d.Attempts)
	}
	return err
}

func (l *ledger) giveUpOverdue(ctx context.Context) error {
	for _, d := range l.all() {
		if d.Overdue(l.now()) {
			if err := l.giveUp(ctx, d, announcement.TooLate); err != nil {
				return fmt.Errorf("giving up a message: %w", err)
			}
		}
	}
	return nil
}

// carryOut records what the plan makes news of.
func (l *ledger) carryOut(ctx context.Context, d *mounted.Documents, plan announcement.Plan) error {
	decided := plan.Decide(l.all(), l.now())
	for _, stale := range decided.GiveUp {
		if err := l.giveUp(ctx, stale, announcement.Superseded); err != nil {
			return fmt.Errorf("replacing a message: %w", err)
		}
	}
	for _, news := range decided.Record {
		news.Text = compose(l.words, d.Station, news.Kind, news.Reception)
		if err := l.repository.RecordDelivery(ctx, news); err != nil {
			return fmt.Errorf("recording a message: %w", err)
		}
		l.byID[news.EventID] = news
	}
	return nil
}

func (l *ledger) sendDue(ctx context.Context, d *mounted.Documents) error {
	for _, delivery := range l.all() {
		if !delivery.Due(l.now()) {
			continue
		}
		if err := l.send(ctx, d, delivery); err != nil {
			return fmt.Errorf("sending a message: %w", err)
		}
		if ctx.Err() != nil {
			return nil // the service is stopping; what is left is due when it starts again
		}
	}
	return nil
}

// send makes one attempt. It is on record before a byte is sent, and what became of it is stored even when the service is stopping.
func (l *ledger) send(ctx context.Context, d *mounted.Documents, delivery announcement.Delivery) error {
	address, why := l.webhook.address()
	if why != "" {
		if delivery.Problem.Reason == why {
			return nil
		}
		_, err := l.change(ctx, delivery.EventID, func(d announcement.Delivery) (announcement.Delivery, error) { return d.Hold(why) })
		return err
	}
	body, err := bodyOf(d.Station, delivery)
	if err != nil {
		return err
	}
	// From here on the end of ctx would leave in doubt what is none.
	ctx = context.WithoutCancel(ctx)
	begun, err := l.change(ctx, delivery.EventID, func(d announcement.Delivery) (announcement.Delivery, error) { return d.Begin(l.now()) })
	if err != nil || !begun {
		return err
	}
	o := l.webhook.post(ctx, address, d.Station.Webhook.Format, delivery.EventID, body)
	settled, err := l.settle(ctx, delivery.EventID, o)
	if err == nil && settled.EventID == delivery.EventID {
		l.byID[delivery.EventID] = settled
	}
	return err
}

// unknown counts the messages that staff should look at.
func (l *ledger) unknown() (n int) {
	for _, d := range l.byID {
		if d.State == announcement.Unknown && l.now().Before(d.Begins) {
			n++
		}
	}
	return n
}
