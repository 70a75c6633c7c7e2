package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	storagev1 "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/fixture"
)

// world is a county: an operator behind a line, what surrounds it, and somebody who does things to it all.
type world struct {
	t         *testing.T
	seed      uint64
	line      *line
	operators *operators
	intakes   *intakes
	nature    *nature
	witness   *witness

	// acts so far.
	acts int
	// tasks are what an act has left to be done some acts later.
	tasks []task
	told  []string
	tally map[string]int
	// additions by the UID of what they were made to.
	additions map[types.UID][]addition
	// backups of data Secrets that were deleted.
	backups map[client.ObjectKey]*corev1.Secret
	// keys to the data in the claims, by their UID.
	keys map[string]string
}

// task is tried again until it succeeds.
type task struct {
	due  int
	name string
	do   func(context.Context) error
}

var namespaces = []string{"chaos-a", "chaos-b", "chaos-c"}

var stations = []client.ObjectKey{
	{Namespace: "chaos-a", Name: "east"}, {Namespace: "chaos-a", Name: "west"}, {Namespace: "chaos-b", Name: "north"},
	{Namespace: "chaos-b", Name: "south"}, {Namespace: "chaos-b", Name: "hill"}, {Namespace: "chaos-c", Name: "lake"},
}

// rosters of every namespace.
var rosters = []string{"deputies", "others"}

const storageClass = "elastic"

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	w := &world{
		t: t, seed: seed, tally: map[string]int{}, additions: map[types.UID][]addition{}, backups: map[client.ObjectKey]*corev1.Secret{}, keys: map[string]string{},
	}
	server, _, err := rest.DefaultServerUrlFor(cluster.Config)
	if err != nil {
		t.Fatal(err)
	}
	w.line = newLine(t, server.Host)
	w.intakes = newIntakes(t)
	w.witness = newWitness(t)
	w.nature = newNature(t, w.intakes, w.witness.excuse)
	w.operators = newOperators(t, w.line.address())
	return w
}

// declare the county, and strangers that are none of the operator's business.
func (w *world) declare() {
	w.t.Helper()
	cluster.Create(w.t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: operatorNamespace}})
	w.grantRights()
	cluster.Create(w.t, &storagev1.StorageClass{
		ObjectMeta: metav1.ObjectMeta{Name: storageClass}, Provisioner: "example.test/elastic", AllowVolumeExpansion: new(true),
	})
	for _, namespace := range namespaces {
		for _, obj := range homeOf(namespace) {
			cluster.Create(w.t, obj)
		}
		for _, stranger := range strangers(namespace) {
			cluster.Create(w.t, stranger)
		}
	}
	for _, key := range stations {
		cluster.Create(w.t, firstSpec(key))
	}
	w.operators.ensure()
}

// grantRights creates what config/rbac grants.
func (w *world) grantRights() {
	w.t.Helper()
	decoder := serializer.NewCodecFactory(cluster.Scheme, serializer.EnableStrict).UniversalDeserializer()
	for _, file := range []string{"role.yaml", "role_binding.yaml", "leader_election.yaml"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "config", "rbac", file))
		if err != nil {
			w.t.Fatal(err)
		}
		for document := range strings.SplitSeq(strings.TrimPrefix(string(content), "---\n"), "\n---\n") {
			obj, _, err := decoder.Decode([]byte(document), nil, nil)
			if err != nil {
				w.t.Fatalf("%s: %v", file, err)
			}
			cluster.Create(w.t, obj.(client.Object))
		}
	}
}

// homeOf stations: the namespace and its rosters.
func homeOf(namespace string) []client.Object {
	home := []client.Object{&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}}
	for _, name := range rosters {
		home = append(home, firstRoster(namespace, name))
	}
	return home
}

func firstRoster(namespace, name string) *v1alpha1.DeputyRoster {
	roster := fixture.Roster(name).In(namespace).
		Deputy("d01").WithPhone("13800000001", true).Deputy("d02").WithPhone(secretPhone, false).Deputy("d03").Deputy("d04").
		Leaders(2).ReceptionOn(10, 2, 1).DutyOn(v1alpha1.DutyWorkingDays, 1).Horizon(2).Obj()
	roster.Spec.Deputies[1].Leave = []v1alpha1.Leave{{From: "2026-01-05", Until: "2026-01-09", Reason: secretReason}}
	return roster
}

func firstSpec(key client.ObjectKey) *v1alpha1.LiaisonStation {
	return fixture.Station(key.Name).In(key.Namespace).WithRoster("deputies").Village("141028204207", "白额村", "d01").
		WithHost(key.Name+".example.test").WithStorage("128Mi", storageClass).Obj()
}

// strangers have names like ours.
func strangers(namespace string) []client.Object {
	name := func(name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: namespace, Name: name, Annotations: map[string]string{annotationForeign: "stranger"}}
	}
	labelled := name("east-intake-notes")
	labelled.Labels = map[string]string{station.LabelManagedBy: station.ManagedBy}
	return []client.Object{
		&corev1.Secret{ObjectMeta: name("intake-data"), Data: map[string][]byte{"data-key": []byte("mine")}},
		&corev1.ConfigMap{ObjectMeta: labelled, Data: map[string]string{"notes": "mine"}},
		&corev1.Service{ObjectMeta: name("intake"), Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}},
	}
}

// mayhem for a while.
func (w *world) mayhem(lasts time.Duration) {
	w.t.Helper()
	end := time.After(lasts)
	pauses := rand.New(rand.NewPCG(w.seed, 0))
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-end:
			return
		case <-next.C:
			w.act()
			next.Reset(time.Duration(pauses.IntN(150)) * time.Millisecond)
		}
	}
}

// act does what is due and then what the dice say. Each act has dice of its own, so that the next does not hang on what this one found.
func (w *world) act() {
	w.t.Helper()
	w.acts++
	w.operators.ensure()
	w.attempt(func(t task) bool { return t.due <= w.acts })
	r := rand.New(rand.NewPCG(w.seed, uint64(w.acts)))
	chosen := drawn(r)
	ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
	defer cancel()
	w.tally[chosen.name]++
	w.tell("%s: %s", chosen.name, chosen.do(ctx, w, r))
}

func (w *world) tell(format string, args ...any) {
	w.told = append(w.told, fmt.Sprintf("%4d %s ", w.acts, time.Now().Format("04:05.000"))+fmt.Sprintf(format, args...))
}

// later leaves something to be done some acts from now, and in any case before the end.
func (w *world) later(acts int, name string, do func(context.Context) error) {
	w.tasks = append(w.tasks, task{w.acts + acts, name, do})
}

// attempt the tasks that are due, and keep those that fail.
func (w *world) attempt(due func(task) bool) {
	tasks := w.tasks
	w.tasks = nil
	for _, t := range tasks {
		if !due(t) {
			w.tasks = append(w.tasks, t)
			continue
		}
		ctx, cancel := context.WithTimeout(w.t.Context(), 10*time.Second)
		if err := t.do(ctx); err != nil {
			w.tasks = append(w.tasks, t)
			w.tell("  %s: not yet: %v", t.name, err)
		} else {
			w.tell("  %s", t.name)
		}
		cancel()
	}
}

// calm ends every fault, and mends what only people can: see the conditions of the stations.
func (w *world) calm() {
	w.t.Helper()
	w.t.Logf("%d acts: %v", w.acts, w.tally)
	w.line.revive()
	w.line.slow(0)
	w.intakes.cheer()
	for _, key := range stations {
		w.nature.heal(podOf(key))
	}
	w.operators.one()
	w.eventually("everything that was left to be done is done", func(context.Context) error {
		w.attempt(func(task) bool { return true })
		if len(w.tasks) > 0 {
			return fmt.Errorf("%s is not", w.tasks[0].name)
		}
		return nil
	})
	w.eventually("rosters that stations name are there", func(ctx context.Context) error {
		for _, key := range stations {
			err := w.edit(ctx, key, func(s *v1alpha1.LiaisonStation) {
				if s.Spec.RosterRef != nil && !slices.Contains(rosters, s.Spec.RosterRef.Name) {
					s.Spec.RosterRef.Name = rosters[0]
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// edit a station as a person does, again when somebody was faster.
func (w *world) edit(ctx context.Context, key client.ObjectKey, change func(*v1alpha1.LiaisonStation)) error {
	for {
		s := &v1alpha1.LiaisonStation{}
		if err := cluster.Client.Get(ctx, key, s); err != nil {
			return err
		}
		change(s)
		if err := cluster.Client.Update(ctx, s, client.FieldOwner("kubectl-edit")); !apierrors.IsConflict(err) {
			return err
		}
	}
}

func podOf(key client.ObjectKey) client.ObjectKey {
	return client.ObjectKey{Namespace: key.Namespace, Name: station.PodName(key.Name)}
}

// patience is long because whoever was refused for a while, operator or watch, asks again less and less often.
const patience = 3 * time.Minute

const (
	// asksEvery is the time from one question to the next while something is waited for.
	asksEvery = 250 * time.Millisecond
	// longEnough is how long an operator that has nothing to do is watched. By then it has polled every intake and told where an upgrade stands, which it does every five seconds.
	longEnough = 7 * time.Second
)

func (w *world) eventually(what string, ask func(context.Context) error) {
	w.t.Helper()
	var last error
	err := wait.PollUntilContextTimeout(w.t.Context(), asksEvery, patience, true, func(ctx context.Context) (bool, error) {
		if err := ask(ctx); err == nil || ctx.Err() == nil { // that the time is over is told already
			last = err
		}
		return last == nil, nil
	})
	if err != nil {
		w.t.Fatalf("waited %s until %s: %v", patience, what, errors.Join(err, last))
	}
}

// settle waits until every object says that nothing is left to do, and none has moved for long enough.
func (w *world) settle(when string) {
	w.t.Helper()
	var before versions
	still := 0
	w.eventually("all is settled "+when, func(ctx context.Context) error {
		w.operators.ensure()
		now, err := versionsNow(ctx)
		if err != nil {
			return err
		}
		if difference := before.differences(now); len(difference) > 0 {
			before, still = now, 0
			return fmt.Errorf("%s", strings.Join(difference, ", "))
		}
		if err := unsettled(ctx); err != nil {
			still = 0
			return err
		}
		if still++; still < int(longEnough/asksEvery) {
			return errors.New("not still for long enough")
		}
		return nil
	})
}

// unsettled says what is left to be done.
func unsettled(ctx context.Context) error {
	all := &v1alpha1.LiaisonStationList{}
	if err := cluster.Client.List(ctx, all); err != nil {
		return err
	}
	for i := range all.Items {
		s := &all.Items[i]
		is := func(conditionType string, status metav1.ConditionStatus) bool {
			return meta.IsStatusConditionPresentAndEqual(s.Status.Conditions, conditionType, status)
		}
		if s.Status.ObservedGeneration != s.Generation || !is(v1alpha1.ConditionReconciling, metav1.ConditionFalse) || is(v1alpha1.ConditionUpToDate, metav1.ConditionFalse) ||
			is(v1alpha1.ConditionIntakeAvailable, metav1.ConditionTrue) && !is(v1alpha1.ConditionBacklogFresh, metav1.ConditionTrue) || triedAgain(s.Status.Conditions) {
			return fmt.Errorf("station %s of generation %d, observed %d: %s",
				client.ObjectKeyFromObject(s), s.Generation, s.Status.ObservedGeneration, inWords(s.Status.Conditions))
		}
	}
	deputies := &v1alpha1.DeputyRosterList{}
	if err := cluster.Client.List(ctx, deputies); err != nil {
		return err
	}
	for i := range deputies.Items {
		d := &deputies.Items[i]
		if d.Status.ObservedGeneration != d.Generation || !meta.IsStatusConditionFalse(d.Status.Conditions, v1alpha1.ConditionReconciling) {
			return fmt.Errorf("roster %s: %s", client.ObjectKeyFromObject(d), inWords(d.Status.Conditions))
		}
	}
	return nil
}

// triedAgain reports whether the station is stalled by something that is over, which the operator finds out within a minute.
func triedAgain(conditions []metav1.Condition) bool {
	return slices.ContainsFunc(conditions, func(c metav1.Condition) bool {
		return c.Reason == station.ReasonContested || c.Reason == station.ReasonChildRefused
	})
}

func inWords(conditions []metav1.Condition) string {
	var words []string
	for _, c := range conditions {
		words = append(words, fmt.Sprintf("%s=%s/%s (%s)", c.Type, c.Status, c.Reason, c.Message))
	}
	return strings.Join(words, ", ")
}

// versions of every object, by kind, name and UID.
type versions map[string]string

func versionsNow(ctx context.Context) (versions, error) {
	now := versions{}
	for _, list := range append(everything(), &eventsv1.EventList{}) {
		rows, err := rowsOf(ctx, list)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			now[fmt.Sprintf("%s %s (%s)", rows[i].Kind, client.ObjectKeyFromObject(&rows[i]), rows[i].UID)] = rows[i].ResourceVersion
		}
	}
	return now, nil
}

func (v versions) differences(after versions) []string {
	var found []string
	for name, version := range v {
		switch now, there := after[name]; {
		case !there:
			found = append(found, name+" is gone")
		case now != version:
			found = append(found, name+" was written")
		}
	}
	for name := range maps.Keys(after) {
		if _, there := v[name]; !there {
			found = append(found, name+" is new")
		}
	}
	slices.Sort(found)
	return found
}

// tellIfFailed tells what was done, and where the operators' logs are to be read after the test.
func (w *world) tellIfFailed() {
	for _, line := range strings.Split(w.operators.said(), "\n") {
		if strings.HasPrefix(line, "panic:") || strings.Contains(line, "Observed a panic") {
			w.t.Errorf("the operator's log: %s", line)
		}
	}
	if strings.Contains(w.operators.said(), secretPhone) {
		w.t.Errorf("the operator's log tells %s", secretPhone)
	}
	if !w.t.Failed() {
		return
	}
	for _, line := range w.told {
		w.t.Log(line)
	}
	kept := filepath.Join(os.TempDir(), fmt.Sprintf("chaos-%d.log", w.seed))
	if err := os.WriteFile(kept, []byte(w.operators.said()), 0o600); err == nil {
		w.t.Logf("to draw these acts again: make chaos LIAISON_CHAOS=%s LIAISON_CHAOS_SEED=%d; the operators' logs are in %s", os.Getenv("LIAISON_CHAOS"), w.seed, kept)
	}
	for _, r := range w.operators.replicas {
		r.kill()
	}
}
