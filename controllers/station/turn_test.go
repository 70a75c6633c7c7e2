package station

import (
	"errors"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/controllers/waves"
	"township.dev/liaison/test/fixture"
)

// scene is a ready station in a county.
type scene struct {
	station *v1alpha1.LiaisonStation
	live    *appsv1.StatefulSet
	waves   *waves.Waves
}

var (
	present = share{templateVersion, "new", corev1.PullIfNotPresent, v1alpha1.Intake{}}
	past    = share{templateVersion, "old", corev1.PullIfNotPresent, v1alpha1.Intake{}}
	ancient = share{"v0", "new", corev1.PullIfNotPresent, v1alpha1.Intake{}}
)

func newScene() *scene {
	s := &scene{station: fixture.Station("zhongduo").In("jixian").Obj(), live: &appsv1.StatefulSet{}, waves: waves.New(intstr.FromInt32(1))}
	s.station.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionIntakeAvailable, Status: metav1.ConditionTrue}}
	s.live.Annotations = map[string]string{}
	s.waves.Expect(nil)
	return s
}

func (s *scene) provisioner(t *testing.T) (p *provisioner, presentShare string) {
	t.Helper()
	presentShare = encodedShare(t, present)
	v := &visit{station: s.station, declared: s.station, before: s.station.Status, share: digest(presentShare)}
	return &provisioner{visit: v, waves: s.waves, options: Options{DefaultIntakeImage: present.Image}}, presentShare
}

func encodedShare(t *testing.T, s share) string {
	t.Helper()
	encoded, err := s.encoded()
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// has is the county's share in its StatefulSet.
func has(county share) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		t.Helper()
		s.live.Annotations[AnnotationCounty] = encodedShare(t, county)
		hasImage(county.Image)(t, s)
	}
}

func hasImage(image string) func(*testing.T, *scene) {
	return func(_ *testing.T, s *scene) {
		s.live.Spec.Template.Spec.Containers = []corev1.Container{{Name: containerName, Image: image}}
	}
}

// byTurn is the share that another leader gave it.
func byTurn(county share) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		t.Helper()
		has(county)(t, s)
		s.live.Annotations[AnnotationWave] = digest(encodedShare(t, county))
	}
}

func saidCurrent(t *testing.T, s *scene) {
	t.Helper()
	s.station.Status.Conditions = append(s.station.Status.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionUpToDate, Status: metav1.ConditionTrue, Message: currentMessage(digest(encodedShare(t, present))),
	})
}

// saidToWait for its turn for a share.
func saidToWait(county share) func(*testing.T, *scene) {
	return func(t *testing.T, s *scene) {
		t.Helper()
		s.station.Status.Conditions = append(s.station.Status.Conditions, metav1.Condition{
			Type: v1alpha1.ConditionUpToDate, Status: metav1.ConditionFalse, Reason: ReasonWaitsForTurn,
			Message: waitingMessage(digest(encodedShare(t, county)), "liaison-system"),
		})
	}
}

func down(_ *testing.T, s *scene)       { s.station.Status.Conditions[0].Status = metav1.ConditionFalse }
func suspended(_ *testing.T, s *scene)  { s.station.Spec.Suspend = true }
func noWorkload(_ *testing.T, s *scene) { s.live = nil }
func ownImage(_ *testing.T, s *scene)   { s.station.Spec.Intake.Image = "own" }

func inItsTurn(t *testing.T, s *scene) {
	t.Helper()
	p, _ := s.provisioner(t)
	s.waves.Report(p.wave(), waves.Updating)
}

// noRoom: another has failed.
func noRoom(_ *testing.T, s *scene) {
	s.waves.Report(hukou, waves.Failed)
}

var hukou = waves.Station{NamespacedName: types.NamespacedName{Namespace: "jixian", Name: "hukou"}}

func provedElsewhere(_ *testing.T, s *scene) { s.waves.Done(hukou) }

func anotherWaits(_ *testing.T, s *scene) {
	s.waves.Report(waves.Station{NamespacedName: types.NamespacedName{Namespace: "jixian", Name: "tunli"}}, waves.Waiting)
}

func notReady(_ *testing.T, s *scene) {
	s.station.Status.Conditions = append(s.station.Status.Conditions, metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionFalse})
}

func failedBefore(_ *testing.T, s *scene) {
	s.station.Status.Conditions = append(s.station.Status.Conditions, metav1.Condition{
		Type: v1alpha1.ConditionUpToDate, Status: metav1.ConditionFalse, Reason: ReasonUpdateFailed,
	})
}

func TestWhenTheCountysPresentShareIsUsed(t *testing.T) {
	type is = []func(*testing.T, *scene)
	for _, tc := range []struct {
		name string
		is   is
		want turn
	}{
		{"there is no StatefulSet", is{noWorkload, noRoom}, atOnce},
		{"it has it", is{has(present), saidCurrent, noRoom}, atOnce},
		{"the county has changed", is{has(past)}, underWay},
		{"the county has changed, and there is no room", is{has(past), noRoom}, held},
		{"the operator has another template", is{has(ancient), noRoom}, held},
		{"the county has changed what the station says itself", is{has(past), ownImage, noRoom}, atOnce},
		{"it is down, and the change has halted", is{has(past), down, provedElsewhere, noRoom}, held},
		{"it is down, and the change has not proved itself", is{has(past), down, anotherWaits}, held},
		{"it is down, and the change has proved itself", is{has(past), down, provedElsewhere, anotherWaits}, atOnce},
		{"it is down, and there is nobody else to prove the change", is{has(past), down}, underWay},
		{"it is not Ready and serves all the same", is{has(past), notReady, provedElsewhere, anotherWaits, noRoom}, held},
		{"it is suspended, and the change has halted", is{has(past), suspended, provedElsewhere, noRoom}, held},
		{"it is suspended, and the change has not proved itself", is{has(past), suspended, anotherWaits}, held},
		{"it is suspended, and the change has proved itself", is{has(past), suspended, provedElsewhere, anotherWaits}, atOnce},
		{"it is suspended, and nobody else waits", is{has(past), suspended}, atOnce},
		{"it is suspended with the change", is{has(present), suspended, noRoom}, atOnce},

		{"another leader gave it its turn", is{byTurn(present), noRoom}, underWay},
		{"that turn is over", is{byTurn(present), saidCurrent, noRoom}, atOnce},
		{"another leader gave it its turn and did not come to say so", is{byTurn(present), saidToWait(present), noRoom}, underWay},
		{"the county takes back what it waited for, down for a reason of its own", is{byTurn(present), saidToWait(past), down, noRoom}, atOnce},
		{"the county takes back what it is down with", is{byTurn(past), down, failedBefore, noRoom}, underWay},
		{"it went well with an earlier change, and is down now", is{byTurn(past), down, noRoom}, held},

		{"it has its turn, and the cache does not show it yet", is{has(past), inItsTurn, noRoom}, underWay},
		{"it has its turn, and its StatefulSet is deleted", is{noWorkload, inItsTurn, noRoom}, underWay},
		{"it has its turn, is refused and so not ready", is{has(past), inItsTurn, down, noRoom}, underWay},
		{"it has its turn, and is suspended", is{byTurn(present), inItsTurn, suspended, noRoom}, atOnce},
		{"it has its turn, is suspended, and its StatefulSet is not written yet", is{has(past), inItsTurn, suspended, noRoom}, held},

		{"it was made before shares were written down", is{hasImage("new"), noRoom}, atOnce},
		{"it was made before that, and the image has changed", is{hasImage("old"), noRoom}, held},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newScene()
			for _, is := range tc.is {
				is(t, s)
			}
			p, presentShare := s.provisioner(t)
			if got := p.takeTurn(s.live, presentShare); got != tc.want {
				t.Errorf("turn %v, want %v", got, tc.want)
			}
		})
	}
}

// The status that says so may not have been written, or the cache not show it yet.
func TestATurnThatIsOverIsNotBegunAgain(t *testing.T) {
	noon := time.Date(2026, time.October, 10, 12, 0, 0, 0, time.UTC)
	r := &Reconciler{Waves: waves.New(intstr.FromInt32(1)), Options: Options{Soak: time.Minute}}
	r.Waves.Expect(nil)
	r.Waves.Ask(waves.Station{NamespacedName: types.NamespacedName{Namespace: "jixian", Name: "zhongduo"}, At: noon})
	for _, visited := range []struct {
		after time.Duration
		want  waves.Place
	}{{0, waves.Updating}, {time.Minute, waves.Current}, {time.Minute + time.Second, waves.Current}, {time.Hour, waves.Current}} {
		st := fixture.Station("zhongduo").In("jixian").Obj()
		v := &visit{
			station: st, turn: underWay, intakeAnswers: true, podReady: "first", now: noon.Add(visited.after),
			conditions: outcome.NewConditions(nil, 1, noon, ownConditions...),
		}
		if err := follow(t.Context(), r, v); err != nil {
			t.Fatal(err)
		}
		if place, _ := r.Waves.Where(client.ObjectKeyFromObject(st)); place != visited.want {
			t.Errorf("after %s it is %s, want %s", visited.after, place, visited.want)
		}
	}
}

func TestWhereAStationIs(t *testing.T) {
	const soak = time.Minute
	now := time.Date(2026, time.October, 10, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	answers := func(since time.Duration) visit {
		return visit{turn: underWay, intakeAnswers: true, readySince: ago(since)}
	}
	rolling := answers(time.Hour)
	rolling.rollingOut = true
	// blocked by an error that another attempt may overcome, or by what the user must mend.
	blocked := func(v visit, on turn, by error) visit {
		v.turn, v.blocked = on, by
		return v
	}
	failing, fault := errors.New("the API server is slow"), outcome.Stalled(ReasonChildRefused, "a policy forbids it")
	for _, tc := range []struct {
		name   string
		v      visit
		before waves.Place
		since  time.Time
		want   waves.Place
		again  time.Duration
	}{
		{"written at once", visit{turn: atOnce}, waves.Failed, ago(time.Hour), waves.Current, 0},
		{"blocked, and never had a turn", blocked(visit{}, undecided, fault), waves.Current, now, waves.Current, 0},
		{"blocked, and waits", blocked(visit{}, undecided, failing), waves.Waiting, now, waves.Waiting, 0},
		{"blocked by its township, and waits", blocked(visit{}, undecided, fault), waves.Waiting, now, waves.Current, 0},
		{"a request fails in its turn", blocked(answers(time.Hour), undecided, failing), waves.Updating, ago(time.Minute), waves.Updating, 5 * time.Minute},
		{"requests fail for too long", blocked(answers(time.Hour), undecided, failing), waves.Updating, ago(6 * time.Minute), waves.Failed, 0},
		{"its township errs in its turn", blocked(answers(soak), undecided, fault), waves.Updating, ago(time.Minute), waves.Current, 0},
		{"the pod starts", visit{turn: underWay}, waves.Updating, now, waves.Updating, 6 * time.Minute},
		{"the pod starts and ends again and again", visit{turn: underWay}, waves.Updating, ago(6 * time.Minute), waves.Failed, 0},
		{"the old pod answers", rolling, waves.Updating, now, waves.Updating, 6 * time.Minute},
		{"the new pod has just become ready", answers(time.Second), waves.Updating, now, waves.Updating, soak - time.Second},
		{"the new pod has been ready for a while", answers(soak), waves.Updating, ago(2 * soak), waves.Current, 0},
		{"the change is refused", blocked(answers(time.Hour), underWay, fault), waves.Updating, now, waves.Failed, 0},
		{"the request for it fails", blocked(answers(time.Hour), underWay, failing), waves.Updating, now, waves.Updating, 6 * time.Minute},
		{"it failed, and starts once more", visit{turn: underWay}, waves.Failed, ago(time.Minute), waves.Failed, 0},
		{"it failed, and has just become ready", answers(time.Second), waves.Failed, ago(time.Minute), waves.Failed, soak - time.Second},
		{"it failed, and is ready again", answers(soak), waves.Failed, ago(time.Hour), waves.Current, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := tc.v
			v.now = now
			if got := v.place(tc.before, tc.since, soak); got != tc.want || v.lookAgain != tc.again {
				t.Errorf("%s, look again in %s; want %s, %s", got, v.lookAgain, tc.want, tc.again)
			}
		})
	}
}
