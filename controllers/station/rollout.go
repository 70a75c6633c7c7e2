package station

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	appsv1ac "k8s.io/client-go/applyconfigurations/apps/v1"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/controllers/waves"
)

const (
	// AnnotationCounty on a StatefulSet holds the county's share in it, as JSON: what a station has that waits for its turn.
	AnnotationCounty = "liaison.township.dev/county"
	// AnnotationWave on a StatefulSet holds the digest of the share the station had its turn for, so that another leader knows who is under way.
	AnnotationWave = "liaison.township.dev/wave"
	// LabelCanary with CanaryFirst on a station has a change of the county's reach it before the others.
	LabelCanary = "liaison.township.dev/canary"
	// CanaryFirst is the value of LabelCanary.
	CanaryFirst = "true"
)

// templateVersion changes with what this package makes of a station. A new version of the operator that changes the template restarts no station at
// once: it counts as a change of the county's. The golden files hold the template of each version.
const templateVersion = "v1"

// unsharedVersion is that of the StatefulSets made before the county's share was written down.
const unsharedVersion = "v1"

// share is the county's in a StatefulSet. What is the station's own is never held back; a station that waits for its turn is made under the share it has.
type share struct {
	// Version of the template; one of another version cannot be made any more.
	Version    string            `json:"version"`
	Image      string            `json:"image"`
	PullPolicy corev1.PullPolicy `json:"pullPolicy"`
	Defaults   v1alpha1.Intake   `json:"defaults,omitzero"`
}

func (o Options) share() share {
	return share{templateVersion, o.DefaultIntakeImage, cmp.Or(o.ImagePullPolicy, corev1.PullIfNotPresent), o.CountyDefaults}
}

// encoded for the annotation.
func (s share) encoded() (string, error) {
	content, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encoding the county's share: %w", err)
	}
	return string(content), nil
}

// digest of an encoded share, for what must be short.
func digest(encoded string) string {
	sum := sha256.Sum256([]byte(encoded))
	return hex.EncodeToString(sum[:6])
}

// under makes the StatefulSet with the share.
func (p *provisioner) under(s share) *appsv1ac.StatefulSetApplyConfiguration {
	return statefulSet(withDefaults(p.declared, s.Defaults), workload{defaultImage: s.Image, pullPolicy: s.PullPolicy, dataKeyMark: p.dataKeyMark})
}

// turn is under which share a StatefulSet is made.
type turn int

const (
	// undecided: the visit did not come as far as the StatefulSet.
	undecided turn = iota
	// atOnce: the county's present one, because nothing of it is new to the station, or because there is nobody to disturb and the change has proved itself.
	atOnce
	// held: the one it has, until it is the station's turn.
	held
	// underWay: the present one, for which the station has had its turn.
	underWay
)

// applyWorkload writes the StatefulSet, under the share that it is the station's turn for.
func (p *provisioner) applyWorkload(ctx context.Context) error {
	county := p.options.share()
	encoded, err := county.encoded()
	if err != nil {
		return err
	}
	p.share = digest(encoded)
	live, err := p.liveWorkload(ctx)
	if err != nil {
		return err
	}
	had, known := shareOf(live)
	makeable := known && had.Version == templateVersion
	switch p.turn = p.takeTurn(live, encoded); {
	case p.turn == held && makeable:
		county, encoded = had, live.Annotations[AnnotationCounty]
	case p.turn == held && !p.station.Spec.Suspend:
		return nil // what it has cannot be made any more; suspended it must be all the same
	}
	desired := p.under(county).WithAnnotations(map[string]string{AnnotationCounty: encoded})
	if p.turn == underWay || live != nil && live.Annotations[AnnotationWave] == digest(encoded) {
		desired.WithAnnotations(map[string]string{AnnotationWave: digest(encoded)})
	}
	operation, err := p.applier.Apply(ctx, ownerOf(p.station), desired)
	p.workloadChanged = err == nil && operation != apply.Unchanged
	return err
}

// shareOf the county in a live StatefulSet; known is false for one made before it was written down.
func shareOf(live *appsv1.StatefulSet) (s share, known bool) {
	if live == nil || json.Unmarshal([]byte(live.Annotations[AnnotationCounty]), &s) != nil {
		return share{}, false
	}
	return s, true
}

// takeTurn decides whether the county's present share may be used. live is nil when there is no StatefulSet.
func (p *provisioner) takeTurn(live *appsv1.StatefulSet, present string) turn {
	if p.waves == nil {
		return atOnce
	}
	if p.station.Spec.Suspend {
		return p.takeTurnSuspended(live, present)
	}
	if place, _ := p.waves.Where(client.ObjectKeyFromObject(p.station)); place.UnderWay() {
		return underWay // until it is done, whatever becomes of the StatefulSet
	}
	switch {
	case live == nil:
		return atOnce
	case live.Annotations[AnnotationWave] == digest(present) && !p.saidCurrent() && !p.saidToWaitForAnother():
		return underWay
	case live.Annotations[AnnotationCounty] == present, p.changesNothing(live):
		return atOnce
	case p.down() && p.placeSaid().UnderWay():
		return underWay // what it went down with was an earlier share
	case p.down() && p.waves.Proven():
		return atOnce
	case p.waves.Ask(p.asking()):
		return underWay
	}
	return held
}

// takeTurnSuspended decides the same for a station that nothing runs of: it never is under way, and what would fail elsewhere must not lie in wait
// for the day on which it is resumed.
func (p *provisioner) takeTurnSuspended(live *appsv1.StatefulSet, present string) turn {
	switch {
	case live == nil, live.Annotations[AnnotationCounty] == present, p.changesNothing(live), p.waves.Proven(), p.waves.Ask(p.asking()):
		return atOnce
	}
	return held
}

// down reports whether nobody is served: the station is suspended, or nobody was when it was last looked at. A station whose address is refused, say, is not
// Ready and serves all the same.
func (v *visit) down() bool {
	return v.station.Spec.Suspend || !meta.IsStatusConditionTrue(v.before.Conditions, v1alpha1.ConditionIntakeAvailable)
}

// asking is the station as it asks for a turn.
func (v *visit) asking() waves.Station {
	asks := v.wave()
	if v.down() {
		asks.Line = waves.Down
	}
	return asks
}

// changesNothing: the station itself says all that the county says otherwise now. Of one made before shares were written down, the county could have
// changed the image alone.
func (p *provisioner) changesNothing(live *appsv1.StatefulSet) bool {
	had, known := shareOf(live)
	if !known {
		return unsharedVersion == templateVersion && image(live) == p.image()
	}
	return had.Version == templateVersion && equality.Semantic.DeepEqual(p.under(had).Spec, p.under(p.options.share()).Spec)
}

// saidCurrent reports whether the status already says that the station has the county's present share: then its turn is over, whatever becomes of it.
func (v *visit) saidCurrent() bool {
	said := meta.FindStatusCondition(v.before.Conditions, v1alpha1.ConditionUpToDate)
	return said != nil && said.Status == metav1.ConditionTrue && said.Message == currentMessage(v.share)
}

func currentMessage(share string) string {
	return fmt.Sprintf("The intake is what the station and the county ask for %s.", mark(share))
}

// saidToWaitForAnother reports whether the status says that the station waits for its turn for another share than the present one: then it had no turn
// for this one that could still be open.
func (v *visit) saidToWaitForAnother() bool {
	said := meta.FindStatusCondition(v.before.Conditions, v1alpha1.ConditionUpToDate)
	return said != nil && said.Reason == ReasonWaitsForTurn && !strings.Contains(said.Message, mark(v.share))
}

// waitingMessage tells for which share the station waits, and where the upgrade stands.
func waitingMessage(share, operatorNamespace string) string {
	return fmt.Sprintf("A new image or template %s waits for the station's turn; the intake stays as it is until then. "+
		"Where the upgrade stands: kubectl -n %s get configmap %s -o jsonpath={.data.status}", mark(share), operatorNamespace, waves.NoticeName)
}

// mark of a share in a message.
func mark(share string) string { return "(" + share + ")" }

func image(set *appsv1.StatefulSet) string {
	for _, container := range set.Spec.Template.Spec.Containers {
		if container.Name == containerName {
			return container.Image
		}
	}
	return ""
}

func (p *provisioner) image() string {
	return cmp.Or(p.station.Spec.Intake.Image, p.options.DefaultIntakeImage)
}

// liveWorkload is the station's StatefulSet as the cache has it; nil when there is none. It fails with an apply.ForeignError when it is somebody
// else's: of such a one the station must not ask for a turn, which would be refused in it and halt everybody.
func (p *provisioner) liveWorkload(ctx context.Context) (*appsv1.StatefulSet, error) {
	live := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Namespace: p.station.Namespace, Name: IntakeName(p.station.Name)}}
	if found, err := p.applier.FindCached(ctx, ownerOf(p.station), live); err != nil || !found {
		return nil, err
	}
	return live, nil
}

// wave is the station as the waves know it.
func (v *visit) wave() waves.Station {
	line := waves.Others
	if v.station.Labels[LabelCanary] == CanaryFirst {
		line = waves.Canaries
	}
	heard := waves.Station{NamespacedName: client.ObjectKeyFromObject(v.station), Line: line, At: v.now}
	if v.intakeAnswers && !v.rollingOut {
		heard.Ready = v.podReady
	}
	return heard
}

// follow tells where the station is on the way to what the county has decided.
func follow(_ context.Context, r *Reconciler, v *visit) error {
	if r.Waves == nil {
		return nil
	}
	if v.turn == held {
		v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionFalse, ReasonWaitsForTurn, waitingMessage(v.share, r.Options.OperatorNamespace))
		return nil // Ask has noted it
	}
	before, since := r.Waves.Where(client.ObjectKeyFromObject(v.station))
	if before == "" {
		before = v.placeSaid()
	}
	if since.IsZero() {
		since = v.now
	}
	v.readySince = r.Waves.ReadySince(v.wave())
	place := v.place(before, since, r.Options.Soak)
	v.tellPlace(place)
	if v.turn == underWay && place == waves.Current {
		r.Waves.Done(v.wave())
	} else {
		r.Waves.Report(v.wave(), place)
	}
	return nil
}

// placeSaid is where the status says that the station is: another leader's word.
func (v *visit) placeSaid() waves.Place {
	said := meta.FindStatusCondition(v.before.Conditions, v1alpha1.ConditionUpToDate)
	if said == nil {
		return waves.Current
	}
	switch said.Reason {
	case ReasonUpdateFailed:
		return waves.Failed
	case ReasonUpdating:
		return waves.Updating
	case ReasonWaitsForTurn:
		return waves.Waiting
	default:
		return waves.Current
	}
}

// place of a station that does not wait for its turn. One that failed is done or has still failed: it starts again and again, and each time the
// others would go on for a while.
func (v *visit) place(before waves.Place, since time.Time, soak time.Duration) waves.Place {
	switch {
	case v.turn == atOnce:
		return waves.Current
	case v.turn == undecided && !before.UnderWay():
		if isStalled(v.blocked) {
			return waves.Current // what only its township can mend holds nobody up
		}
		return before
	case v.done(soak):
		return waves.Current
	case before == waves.Failed, v.turn == underWay && isStalled(v.blocked):
		return waves.Failed
	}
	// Since when it is not ready does not matter: it may have been down long before its turn.
	left := since.Add(patience + soak).Sub(v.now)
	if left <= 0 {
		return waves.Failed
	}
	v.lookAgain = sooner(v.lookAgain, left)
	return waves.Updating
}

// done reports whether a station that has had its turn makes room for the next: it has been ready with the change for a while.
func (v *visit) done(soak time.Duration) bool {
	switch {
	case !v.intakeAnswers, v.rollingOut:
		return false
	case v.blocked != nil && (v.turn == underWay || !isStalled(v.blocked)):
		return false // its StatefulSet was not written, or may not have been
	}
	left := v.readySince.Add(soak).Sub(v.now)
	if left > 0 {
		v.lookAgain = sooner(v.lookAgain, left)
	}
	return left <= 0
}

func isStalled(err error) bool {
	var stalled *outcome.StalledError
	return errors.As(err, &stalled)
}

// tellPlace in the condition. Of a station whose StatefulSet could not be written, nothing new is known.
func (v *visit) tellPlace(place waves.Place) {
	switch {
	case place == waves.Failed:
		v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionFalse, ReasonUpdateFailed,
			"The intake does not become ready with the new image or template; no other station is updated until it does, or until the operator is given the image of before.")
	case place == waves.Updating:
		v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionFalse, ReasonUpdating, "The intake is being updated.")
	case place == waves.Current && v.blocked == nil:
		v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionTrue, ReasonCurrent, currentMessage(v.share))
	}
}

// podReady tells the pod, which is ready, and when it became so by its node's clock.
func (s sight) podReady() string {
	return fmt.Sprintf("%s %s", s.pod.UID, findCondition(s.pod, corev1.PodReady).LastTransitionTime.UTC())
}

// expectStations tells the waves who there is, once this operator leads. Nothing more is heard of those that are being deleted.
func (r *Reconciler) expectStations() manager.Runnable {
	return manager.RunnableFunc(func(ctx context.Context) error {
		list := &v1alpha1.LiaisonStationList{}
		if err := r.Client.List(ctx, list); err != nil {
			return fmt.Errorf("counting the stations: %w", err)
		}
		var names []types.NamespacedName
		for i := range list.Items {
			if list.Items[i].DeletionTimestamp.IsZero() {
				names = append(names, client.ObjectKeyFromObject(&list.Items[i]))
			}
		}
		r.Waves.Expect(names)
		return nil
	})
}

// woken is where the waves put stations whose turn it may be.
func (r *Reconciler) woken() source.Source {
	return source.Func(func(_ context.Context, queue workqueue.TypedRateLimitingInterface[ctrl.Request]) error {
		r.Waves.OnWake(func(names []types.NamespacedName) {
			for _, name := range names {
				queue.Add(ctrl.Request{NamespacedName: name})
			}
		})
		return nil
	})
}
