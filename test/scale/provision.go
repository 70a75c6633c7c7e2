package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
)

// children of a station: ServiceAccount, ConfigMap, two Secrets, PersistentVolumeClaim, Service, StatefulSet, NetworkPolicy.
const children = 8

func (r *runner) measureBase(ctx context.Context) error {
	if err := r.makeNamespaces(ctx, append(namespacesOf(r.townships), operatorNamespace)); err != nil {
		return err
	}
	var err error
	if r.operator, err = r.startOperator(ctx, r.interval()); err != nil {
		return err
	}
	if err := pause(ctx, 10*time.Second); err != nil {
		return err
	}
	if r.Figures.BaseRSS, r.Figures.BaseHeap, err = r.memory(ctx); err != nil {
		return err
	}
	return r.stopOperator()
}

// memory that is resident, and that is alive after the last collection.
func (r *runner) memory(ctx context.Context) (resident, live float64, err error) {
	used, err := r.operator.usage()
	if err != nil {
		return 0, 0, err
	}
	answer, err := r.operator.scrape(ctx)
	return used.rss, answer.samples.sum("go_gc_heap_live_bytes"), err
}

// mostPlain is how many stations the plain client applies in all: enough for a rate that does not depend on how many there are.
const mostPlain = 2000

func (r *runner) applyFirstHalf(ctx context.Context) error  { return r.applyHalf(ctx, "a") }
func (r *runner) applySecondHalf(ctx context.Context) error { return r.applyHalf(ctx, "b") }

func (r *runner) applyHalf(ctx context.Context, round string) error {
	if err := r.stopOperator(); err != nil {
		return err
	}
	t, err := r.recordTemplate(ctx, r.townships[0])
	if err != nil {
		return err
	}
	half := r.pick(min(len(r.townships), mostPlain) / 2)
	took, err := r.applyPlainly(ctx, t, half, round)
	if err != nil {
		return err
	}
	r.Plain.Stations += len(half)
	r.Plain.Seconds += took.Seconds()
	r.Figures.PlainPerSecond = float64(r.Plain.Stations) / r.Plain.Seconds
	r.say("plain: %.1f stations/s", float64(len(half))/took.Seconds())
	return nil
}

func (r *runner) declare(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2 * workers)
	for _, t := range r.townships {
		group.Go(func() error {
			if err := client.IgnoreAlreadyExists(r.cluster.client.Create(ctx, t.declare())); err != nil {
				return fmt.Errorf("declaring %s: %w", t.station(), err)
			}
			return nil
		})
	}
	return group.Wait()
}

// provision starts the operator and waits until every station has its children and a status.
func (r *runner) provision(ctx context.Context) error {
	if err := pause(ctx, 5*time.Second); err != nil { // what was declared is written back to disk
		return err
	}
	before, err := r.cluster.requests(ctx)
	if err != nil {
		return err
	}
	began, earlier := time.Now(), r.Provision
	// There will be no pods for a while, and the operator is not to wonder why it hears of none.
	if r.operator, err = r.startOperator(ctx, 24*time.Hour); err != nil {
		return err
	}
	note := func(provisioned int) error {
		used, err := r.operator.usage()
		if err != nil {
			return err
		}
		r.Figures.PeakRSS = max(r.Figures.PeakRSS, used.peak)
		r.Provision = effort{Stations: provisioned, Seconds: earlier.Seconds + time.Since(began).Seconds(), CPU: earlier.CPU + used.cpu}
		return r.save()
	}
	err = r.watchStations(ctx, len(r.townships), provisioned, note)
	if err == nil {
		// Without pods a station says NotStarting after some minutes, which with many of them goes on for as long as they took to provision.
		err = r.untilSame(ctx, written)
	}
	// What was asked counts also when the run is interrupted here.
	if err := errors.Join(err, r.countRequests(context.WithoutCancel(ctx), before)); err != nil {
		return err
	}
	f := &r.Figures
	n := float64(len(r.townships))
	f.ProvisionedPerSecond, f.ProvisionCPU = n/r.Provision.Seconds, 1000*r.Provision.CPU/n
	f.Requests = per(n, r.Requests)
	r.say("%.1f stations/s", f.ProvisionedPerSecond)
	return errors.Join(r.countChildren(ctx), r.stopOperator())
}

// provisioned is a station whose children are there and whose status says so: its intake is starting, and nothing is wrong.
func provisioned(s *v1alpha1.LiaisonStation) bool {
	intake := meta.FindStatusCondition(s.Status.Conditions, v1alpha1.ConditionIntakeAvailable)
	return s.Status.ObservedGeneration == s.Generation && intake != nil && intake.Reason == station.ReasonStarting &&
		!meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionStalled)
}

// served is a station whose intake answers probes and polls.
func served(s *v1alpha1.LiaisonStation) bool {
	return meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionReady) &&
		meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionBacklogFresh)
}

// countRequests adds those since to what was asked in an interrupted run.
func (r *runner) countRequests(ctx context.Context, before map[string]float64) error {
	after, err := r.cluster.requests(ctx)
	if err != nil {
		return err
	}
	if r.Requests == nil {
		r.Requests = map[string]float64{}
	}
	for what, n := range since(before, after) {
		r.Requests[what] += n
	}
	return r.save()
}

// per divides what was asked by how many it was asked for.
func per(n float64, counts map[string]float64) map[string]float64 {
	each := map[string]float64{}
	for what, count := range counts {
		each[what] = count / n
	}
	return each
}

// becomeReady plays the rest of the cluster until every station is Ready and polled.
func (r *runner) becomeReady(ctx context.Context) error {
	if err := r.ensureOperator(ctx); err != nil {
		return err
	}
	before, err := r.cluster.requests(ctx)
	if err != nil {
		return err
	}
	if err := r.makePodsReady(ctx); err != nil {
		return err
	}
	if err := r.watchStations(ctx, len(r.townships), served, func(int) error { return nil }); err != nil {
		return err
	}
	if err := r.untilQuiet(ctx); err != nil {
		return err
	}
	after, err := r.cluster.requests(ctx)
	if err != nil {
		return err
	}
	asked := per(float64(len(r.townships)), since(before, after))
	for _, played := range []string{"POST pods", "PUT pods/status", "PUT statefulsets/status", "GET pods"} {
		delete(asked, played)
	}
	r.Figures.ReadyRequests = asked
	return nil
}

// watchStations until a number of them fulfil a condition, and notes how many do every few seconds.
func (r *runner) watchStations(ctx context.Context, all int, fulfils func(*v1alpha1.LiaisonStation) bool, note func(int) error) error {
	done := map[string]bool{}
	for len(done) < all {
		list := &v1alpha1.LiaisonStationList{}
		if err := r.cluster.client.List(ctx, list); err != nil {
			return fmt.Errorf("listing the stations: %w", err)
		}
		for i := range list.Items {
			if fulfils(&list.Items[i]) {
				done[list.Items[i].Name] = true
			}
		}
		events, err := r.cluster.client.Watch(ctx, &v1alpha1.LiaisonStationList{}, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.ResourceVersion}})
		if err != nil {
			return fmt.Errorf("watching the stations: %w", err)
		}
		if err := r.follow(ctx, events, all, done, fulfils, note); err != nil {
			return err
		}
	}
	return note(len(done))
}

// follow a watch until it ends or all are done.
func (r *runner) follow(ctx context.Context, events watch.Interface, all int, done map[string]bool, fulfils func(*v1alpha1.LiaisonStation) bool, note func(int) error) error {
	defer events.Stop()
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for len(done) < all {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			r.say("  %d of %d", len(done), all)
			if err := note(len(done)); err != nil {
				return err
			}
		case event, open := <-events.ResultChan():
			if !open {
				return nil
			}
			if s, ok := event.Object.(*v1alpha1.LiaisonStation); ok && fulfils(s) {
				done[s.Name] = true
			}
		}
	}
	return nil
}

// countChildren checks that all are there.
func (r *runner) countChildren(ctx context.Context) error {
	for _, list := range []struct {
		of   client.ObjectList
		each int
	}{
		{&corev1.ServiceAccountList{}, 1}, {&corev1.ConfigMapList{}, 1}, {&corev1.SecretList{}, 2}, {&corev1.PersistentVolumeClaimList{}, 1},
		{&corev1.ServiceList{}, 1}, {&appsv1.StatefulSetList{}, 1}, {&networkingv1.NetworkPolicyList{}, 1},
	} {
		gvk, err := r.cluster.client.GroupVersionKindFor(list.of)
		if err != nil {
			return fmt.Errorf("finding the kind of %T: %w", list.of, err)
		}
		rows := &metav1.PartialObjectMetadataList{}
		rows.SetGroupVersionKind(gvk)
		if err := r.cluster.client.List(ctx, rows, client.MatchingLabels{station.LabelManagedBy: station.ManagedBy}); err != nil {
			return fmt.Errorf("counting %s: %w", gvk.Kind, err)
		}
		if want := list.each * len(r.townships); len(rows.Items) != want {
			return fmt.Errorf("%s has %d objects of the operator, want %d", gvk.Kind, len(rows.Items), want)
		}
	}
	return nil
}

// ensureOperator starts it where a resumed run finds none, and waits until it has nothing to do.
func (r *runner) ensureOperator(ctx context.Context) error {
	if r.operator != nil {
		return nil
	}
	var err error
	if r.operator, err = r.startOperator(ctx, r.interval()); err != nil {
		return err
	}
	return r.untilQuiet(ctx)
}

// untilQuiet waits until the operator has looked at no station and written nothing for a while.
func (r *runner) untilQuiet(ctx context.Context) error {
	return r.untilSame(ctx, func(found samples) float64 {
		return found.sum("controller_runtime_reconcile_total", "controller", "station") + found.sum("liaison_operator_api_writes_total")
	})
}

// written are all objects but statuses.
func written(found samples) float64 {
	return found.sum("liaison_operator_api_writes_total") - found.sum("liaison_operator_api_writes_total", "reason", "status")
}

// untilSame waits until a sum of the operator's metrics has not changed for a while.
func (r *runner) untilSame(ctx context.Context, sum func(samples) float64) error {
	last, same := -1.0, 0
	for same < 3 {
		answer, err := r.operator.scrape(ctx)
		if err != nil {
			return err
		}
		now := sum(answer.samples)
		same++
		if now != last {
			last, same = now, 0
		}
		if err := pause(ctx, max(time.Second, 5*answer.took)); err != nil {
			return err
		}
	}
	return nil
}
