package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
)

// measureSettled gives the collector time to return what provisioning needed.
func (r *runner) measureSettled(ctx context.Context) error {
	if err := r.ensureOperator(ctx); err != nil {
		return err
	}
	if err := r.rest(ctx); err != nil {
		return err
	}
	var err error
	r.Figures.SettledRSS, r.Figures.SettledHeap, err = r.memory(ctx)
	return err
}

// rest until every intake has been polled once more, and nobody has scraped meanwhile.
func (r *runner) rest(ctx context.Context) error {
	return pause(ctx, max(30*time.Second, r.interval()))
}

// edits is how many stations are edited, and repairs how many lose a child.
const (
	edits   = 200
	repairs = 100
)

func (r *runner) measureEdits(ctx context.Context) (err error) {
	r.Figures.EditMillis, err = r.editAll(ctx, "0357-110")
	return err
}

// measureEditsAgain edits the same stations: the first edit of one moves its ConfigMap's fields from creation to apply, later ones do not.
func (r *runner) measureEditsAgain(ctx context.Context) (err error) {
	r.Figures.AgainMillis, err = r.editAll(ctx, "0357-120")
	return err
}

func (r *runner) editAll(ctx context.Context, phone string) (spread, error) {
	if err := r.ensureOperator(ctx); err != nil {
		return spread{}, err
	}
	var took []float64
	for n, t := range r.pick(edits) {
		millis, err := r.edit(ctx, t, fmt.Sprintf("%s%04d", phone, n))
		if err != nil {
			return spread{}, err
		}
		took = append(took, millis)
	}
	return spreadOf(took), nil
}

// edit a station's phone, and wait until its ConfigMap has it.
func (r *runner) edit(ctx context.Context, t township, phone string) (millis float64, err error) {
	declared := &v1alpha1.LiaisonStation{ObjectMeta: metav1.ObjectMeta{Namespace: t.namespace(), Name: t.station()}}
	patch := client.RawPatch(types.MergePatchType, []byte(`{"spec":{"contact":{"phone":"`+phone+`"}}}`))
	return r.until(ctx, &corev1.ConfigMapList{}, t,
		func(event watch.Event) bool {
			documents, ok := event.Object.(*corev1.ConfigMap)
			return ok && strings.Contains(documents.Data["station.json"], phone)
		},
		func() error { return r.cluster.client.Patch(ctx, declared, patch) })
}

func (r *runner) measureRepairs(ctx context.Context) error {
	if err := r.ensureOperator(ctx); err != nil {
		return err
	}
	kinds := []struct {
		object func() client.Object
		list   client.ObjectList
	}{
		{func() client.Object { return &corev1.Service{} }, &corev1.ServiceList{}},
		{func() client.Object { return &corev1.ServiceAccount{} }, &corev1.ServiceAccountList{}},
		{func() client.Object { return &corev1.ConfigMap{} }, &corev1.ConfigMapList{}},
		{func() client.Object { return &networkingv1.NetworkPolicy{} }, &networkingv1.NetworkPolicyList{}},
	}
	var took []float64
	for n, t := range r.pick(repairs) {
		kind := kinds[n%len(kinds)]
		lost := kind.object()
		lost.SetNamespace(t.namespace())
		lost.SetName(station.IntakeName(t.station()))
		millis, err := r.until(ctx, kind.list, t,
			func(event watch.Event) bool { return event.Type == watch.Added },
			func() error { return r.cluster.client.Delete(ctx, lost) })
		if err != nil {
			return err
		}
		took = append(took, millis)
	}
	r.Figures.RepairMillis = spreadOf(took)
	return nil
}

// until acts, and says how long it took from there until an event of the station's child is as expected. Events of what was there before do not count.
func (r *runner) until(ctx context.Context, kind client.ObjectList, t township, expected func(watch.Event) bool, act func() error) (millis float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	name := station.IntakeName(t.station())
	child := client.ListOptions{Namespace: t.namespace(), FieldSelector: fields.OneTermEqualSelector("metadata.name", name)}
	if err := r.cluster.client.List(ctx, kind, &child); err != nil {
		return 0, fmt.Errorf("reading the child %s: %w", name, err)
	}
	child.Raw = &metav1.ListOptions{ResourceVersion: kind.GetResourceVersion()}
	events, err := r.cluster.client.Watch(ctx, kind, &child)
	if err != nil {
		return 0, fmt.Errorf("watching the child %s: %w", name, err)
	}
	defer events.Stop()
	began := time.Now()
	if err := act(); err != nil {
		return 0, fmt.Errorf("changing %s: %w", t.station(), err)
	}
	for event := range events.ResultChan() {
		if expected(event) {
			return float64(time.Since(began).Microseconds()) / 1000, pause(ctx, 20*time.Millisecond)
		}
	}
	return 0, fmt.Errorf("nothing became of the change to %s within a minute: %w", t.station(), ctx.Err())
}

func (r *runner) measureScrapes(ctx context.Context) error {
	if err := r.ensureOperator(ctx); err != nil {
		return err
	}
	var millis []float64
	for range 7 {
		answer, err := r.operator.scrape(ctx)
		if err != nil {
			return err
		}
		r.Figures.ScrapeBytes = float64(answer.bytes)
		millis = append(millis, float64(answer.took.Microseconds())/1000)
	}
	slices.Sort(millis)
	r.Figures.ScrapeMillis = millis[len(millis)/2]
	used, err := r.operator.usage()
	r.Figures.ScrapedRSS = used.rss
	return err
}

// measureSweep listens until every intake has been polled once more, which takes one interval unless the operator does not keep up.
func (r *runner) measureSweep(ctx context.Context) error {
	if err := r.ensureOperator(ctx); err != nil {
		return err
	}
	before, err := r.operator.usage()
	if err != nil {
		return err
	}
	r.intakes.reset()
	f := &r.Figures
	f.Swept = 0
	began := time.Now()
	for f.Swept < len(r.townships) && time.Since(began) < 3*r.interval() {
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
		f.Swept = r.intakes.heard()
	}
	f.SweepSeconds = time.Since(began).Seconds()
	after, err := r.operator.usage()
	if err != nil {
		return err
	}
	f.SweepCores = (after.cpu - before.cpu) / f.SweepSeconds
	return nil
}

// measureRestart of the settled operator: it reads everything once, looks at each station and writes nothing.
func (r *runner) measureRestart(ctx context.Context) error {
	if err := r.stopOperator(); err != nil {
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
	if err := r.untilAllLookedAt(ctx); err != nil {
		return err
	}
	f := &r.Figures
	f.RestartSeconds = time.Since(began).Seconds()
	used, err := r.operator.usage()
	if err != nil {
		return err
	}
	f.RestartCPU = used.cpu
	if err := r.rest(ctx); err != nil {
		return err
	}
	after, err := r.cluster.requests(ctx)
	if err != nil {
		return err
	}
	f.RestartWrites = 0
	for what, n := range since(before, after) {
		if !strings.HasPrefix(what, "GET ") {
			r.say("  written after the restart: %s, %.0f", what, n)
			f.RestartWrites += n
		}
	}
	if used, err = r.operator.usage(); err != nil {
		return err
	}
	f.PeakRSS = max(f.PeakRSS, used.peak)
	f.RestartedRSS, _, err = r.memory(ctx)
	return err
}

func (r *runner) untilAllLookedAt(ctx context.Context) error {
	for {
		answer, err := r.operator.scrape(ctx)
		if err != nil {
			return err
		}
		if answer.samples.sum("controller_runtime_reconcile_total", "controller", "station") >= float64(len(r.townships)) {
			return nil
		}
		if err := pause(ctx, max(200*time.Millisecond, 5*answer.took)); err != nil {
			return err
		}
	}
}
