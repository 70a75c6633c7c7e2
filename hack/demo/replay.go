package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/visitor"
)

// replayLedger enters Zhongduo's ledger through the station's own pages, as residents and staff would.
func (c *cluster) replayLedger(ctx context.Context) error {
	say("Replaying Zhongduo's ledger as of 3 August 2022 through its intake service (entries are dated today)")
	reach, err := c.reach(ctx, ledgerStation)
	if err != nil {
		return err
	}
	defer reach.close()
	service, err := visitor.New(reach.base)
	if err != nil {
		return err
	}
	if err := c.signIn(ctx, service); err != nil {
		return err
	}
	totals, err := replay(ctx, service)
	if err != nil {
		return err
	}
	fmt.Printf("  %d suggestions (%d new), %d of them closed; %d visits\n", totals.suggestions, totals.added, totals.closed, totals.visits)
	return c.waitForFigures(ctx, totals)
}

// totals counts what the replay found or entered.
type totals struct {
	suggestions, added, closed, visits int
}

func replay(ctx context.Context, station *visitor.Visitor) (totals, error) {
	var sum totals
	rows, err := suggestions()
	if err != nil {
		return sum, err
	}
	for _, row := range rows {
		receipt, added, err := station.Suggest(ctx, keyPrefix+row.Key, visitor.Suggestion{Topic: row.Topic, Village: row.Village, Text: row.Text + notice})
		if err != nil {
			return sum, fmt.Errorf("row %s: %w", row.Key, err)
		}
		closed, err := bringAlong(ctx, station, receipt, row)
		if err != nil {
			return sum, fmt.Errorf("row %s: %w", row.Key, err)
		}
		sum.suggestions++
		if added {
			sum.added++
		}
		if closed {
			sum.closed++
		}
	}
	for _, visit := range visits() {
		if err := station.Receive(ctx, keyPrefix+visit.key, 1, visit.note); err != nil {
			return sum, fmt.Errorf("row %s: %w", visit.key, err)
		}
		sum.visits++
	}
	return sum, nil
}

// bringAlong takes the steps that a case still lacks, up to where the ledger has it, and reports whether the case is closed then.
func bringAlong(ctx context.Context, station *visitor.Visitor, receipt visitor.Receipt, row suggestion) (closed bool, err error) {
	code := receipt.Code
	progress, err := station.LookUp(ctx, receipt)
	if err != nil {
		return false, err
	}
	// The step at an index leads out of the state at that index.
	steps := []func() error{
		func() error { return station.Classify(ctx, code, row.Route, reasons[row.Route]) },
		func() error { return station.Answer(ctx, code, row.Result, row.Answer+notice) },
		func() error { return station.Feedback(ctx, code, row.Channel, "已告知办理结果"+notice) },
		func() error { return station.Close(ctx, code) },
	}
	if row.Answer == "" {
		steps = steps[:1]
	}
	state := slices.Index(visitor.States(), progress.State)
	if state < 0 {
		return false, fmt.Errorf("case %s is in the unknown state %q", code, progress.State)
	}
	for _, take := range steps[min(state, len(steps)):] {
		if err := take(); err != nil {
			return false, err
		}
	}
	return progress.Closed() || row.Answer != "", nil
}

// signIn uses the first password that the operator made for the station's first administrator, and chooses another one, as the desk asks.
func (c *cluster) signIn(ctx context.Context, service *visitor.Visitor) error {
	var station v1alpha1.LiaisonStation
	if err := c.client.Get(ctx, client.ObjectKey{Namespace: county, Name: ledgerStation}, &station); err != nil {
		return fmt.Errorf("reading the station: %w", err)
	}
	username := station.Spec.Staff.Administrators[0].Username
	var secret corev1.Secret
	if err := c.client.Get(ctx, client.ObjectKey{Namespace: county, Name: ledgerStation + "-intake-staff"}, &secret); err != nil {
		return fmt.Errorf("reading the staff's first passwords: %w", err)
	}
	return service.SignIn(ctx, username, string(secret.Data[username]))
}

// waitForFigures waits until the operator has asked the station again and shows at least what was replayed.
func (c *cluster) waitForFigures(ctx context.Context, sum totals) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		var station v1alpha1.LiaisonStation
		if err := c.client.Get(ctx, client.ObjectKey{Namespace: county, Name: ledgerStation}, &station); err != nil {
			return fmt.Errorf("reading the station: %w", err)
		}
		shown := station.Status.Backlog
		if shown != nil && shown.Received >= int64(sum.suggestions) && shown.Closed >= int64(sum.closed) && shown.Visits >= int64(sum.visits) {
			fmt.Printf("  the operator has seen them: %d pending\n", shown.Pending)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the station's status still shows %+v; see: %s -n %s logs deploy/%s", shown, c.program("kubectl"), operatorNamespace, release)
		case <-time.After(glance):
		}
	}
}
