package main

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/fixture"
)

// mostRosters is how many stations get a roster in all. What one costs does not depend on how many there are.
const mostRosters = 1000

// deputies of a roster: a township's people's congress has 40 to 60 and more.
const deputies = 60

// rosterFigures are reported apart from those of stations without a roster.
type rosterFigures struct {
	Rosters int `json:"rosters"`
	// PerSecond are rosters whose months are planned, published and in the documents of their stations, the operator's start included.
	PerSecond float64 `json:"perSecond"`
	// Requests per roster until then, by verb and resource.
	Requests map[string]float64 `json:"requests"`
	// CPU of the operator, in milliseconds per roster; its start included.
	CPU float64 `json:"cpuMillis"`
	// Heap that lives because of a roster and its months, in bytes per roster.
	Heap float64 `json:"heap"`
}

// measureRosters declares rosters while no operator runs, and then has one plan them.
func (r *runner) measureRosters(ctx context.Context) error {
	if err := r.ensureOperator(ctx); err != nil {
		return err
	}
	_, without, err := r.memory(ctx)
	if err != nil {
		return err
	}
	if err := r.stopOperator(); err != nil {
		return err
	}
	chosen := r.pick(mostRosters)
	if err := r.declareRosters(ctx, chosen); err != nil {
		return err
	}
	before, err := r.cluster.requests(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	if r.operator, err = r.startOperator(ctx, r.interval()); err != nil {
		return err
	}
	if err := r.watchStations(ctx, len(chosen), scheduled, func(int) error { return nil }); err != nil {
		return err
	}
	took := time.Since(began)
	used, err := r.operator.usage()
	if err != nil {
		return err
	}
	if err := r.untilQuiet(ctx); err != nil {
		return err
	}
	after, err := r.cluster.requests(ctx)
	if err != nil {
		return err
	}
	if err := pause(ctx, 30*time.Second); err != nil { // the collector returns what planning needed
		return err
	}
	_, with, err := r.memory(ctx)
	if err != nil {
		return err
	}
	n := float64(len(chosen))
	r.Figures.Rosters = &rosterFigures{
		Rosters: len(chosen), PerSecond: n / took.Seconds(), Requests: per(n, since(before, after)), CPU: 1000 * used.cpu / n, Heap: (with - without) / n,
	}
	return nil
}

func (r *runner) declareRosters(ctx context.Context, chosen []township) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * workers)
	for _, t := range chosen {
		group.Go(func() error {
			if err := client.IgnoreAlreadyExists(r.cluster.client.Create(ctx, t.roster())); err != nil {
				return fmt.Errorf("declaring the roster of %s: %w", t.station(), err)
			}
			declared := &v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace(), Name: t.station()}}
			patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"rosterRef":{"name":"`+t.station()+`"}}}`))
			if err := r.cluster.client.Patch(ctx, declared, patch); err != nil {
				return fmt.Errorf("naming the roster of %s: %w", t.station(), err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (t township) roster() *v1alpha1.DeputyRoster {
	return fixture.Roster(t.station()).In(t.namespace()).Deputies(deputies).Leaders(3).ReceptionOn(10, 2, 1).DutyOn(v1alpha1.DutyWorkingDays, 1).Obj()
}

// scheduled is a station whose documents hold the months of its roster.
func scheduled(s *v1alpha1.LiaisonStation) bool {
	return s.Spec.RosterRef != nil && s.Status.ObservedGeneration == s.Generation && meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionScheduleReady)
}
