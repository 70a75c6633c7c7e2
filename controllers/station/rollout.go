package station

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
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
	"township.dev/liaison/controllers/waves"
)

const (
	// AnnotationTemplate on a StatefulSet says what it was made of, as v1.own.whole: the version of the template, a digest of what the station
	// itself asks for, and one of all of it, the county's share included.
	AnnotationTemplate = "liaison.township.dev/template"
	// AnnotationWave on a StatefulSet holds the digest of what the station had its turn for, so that another leader knows who is under way.
	AnnotationWave = "liaison.township.dev/wave"
	// LabelCanary with CanaryFirst on a station has a change of the county's reach it before the others.
	LabelCanary = "liaison.township.dev/canary"
	// CanaryFirst is the value of LabelCanary.
	CanaryFirst = "true"
)

// templateVersion changes with what this package makes of a station. A new version of the operator that changes the template restarts no station at
// once: it counts as a change of the county's. The golden files hold the template of each version.
const templateVersion = "v1"

// turn is whether a StatefulSet may be written now.
type turn int

const (
	// atOnce: nothing of the county's changes, or there is nothing to lose.
	atOnce turn = iota
	// held until it is the station's turn; the StatefulSet stays as it is.
	held
	// underWay: it has had its turn.
	underWay
)

// templateMark is an AnnotationTemplate.
type templateMark struct{ version, own, whole string }

func (m templateMark) String() string { return m.version + "." + m.own + "." + m.whole }

// readMark returns the zero mark for one that says nothing.
func readMark(annotation string) templateMark {
	parts := strings.Split(annotation, ".")
	if len(parts) != 3 {
		return templateMark{}
	}
	return templateMark{parts[0], parts[1], parts[2]}
}

// markOf what is to be made. What is the station's own is told apart by making it once more without the county.
func markOf(declared *v1alpha1.LiaisonStation, w workload, whole *appsv1ac.StatefulSetApplyConfiguration) (templateMark, error) {
	own, err := digestOf(statefulSet(declared, workload{dataKeyMark: w.dataKeyMark}))
	if err != nil {
		return templateMark{}, err
	}
	all, err := digestOf(whole)
	return templateMark{templateVersion, own, all}, err
}

func digestOf(set *appsv1ac.StatefulSetApplyConfiguration) (string, error) {
	content, err := json.Marshal(set.Spec)
	if err != nil {
		return "", fmt.Errorf("encoding a StatefulSet: %w", err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:6]), nil
}

// takeTurn decides whether the StatefulSet may be written. live is nil when there is none.
func (p *provisioner) takeTurn(live *appsv1.StatefulSet, mark templateMark) turn {
	if live == nil || p.waves == nil {
		return atOnce
	}
	before := readMark(live.Annotations[AnnotationTemplate])
	switch {
	case live.Annotations[AnnotationWave] == mark.whole && !p.saidCurrent(mark):
		return underWay
	case before.whole == mark.whole, before.version == mark.version && before.own != mark.own:
		return atOnce
	case before == templateMark{} && image(live) == p.image():
		return atOnce // it was made before there were marks, and all that the county could change then was the image
	case p.station.Spec.Suspend, !meta.IsStatusConditionTrue(p.before.Conditions, v1alpha1.ConditionReady):
		return atOnce // nobody is served there now
	case p.waves.Ask(waveStation(p.station)):
		return underWay
	}
	return held
}

// saidCurrent reports whether the status already says that the station has what is to be made: then its turn is over, whatever becomes of it.
func (v *visit) saidCurrent(mark templateMark) bool {
	said := meta.FindStatusCondition(v.before.Conditions, v1alpha1.ConditionUpToDate)
	return said != nil && said.Status == metav1.ConditionTrue && said.Message == currentMessage(mark)
}

func currentMessage(mark templateMark) string {
	return fmt.Sprintf("The intake is what the station and the county ask for (%s).", mark)
}

func image(set *appsv1.StatefulSet) string {
	for _, container := range set.Spec.Template.Spec.Containers {
		if container.Name == containerName {
			return container.Image
		}
	}
	return ""
}

func (p *provisioner) image() string {
	if own := p.station.Spec.Intake.Image; own != "" {
		return own
	}
	return p.options.DefaultIntakeImage
}

// liveWorkload is the StatefulSet as the cache has it; nil when there is none.
func (p *provisioner) liveWorkload(ctx context.Context) (*appsv1.StatefulSet, error) {
	live := &appsv1.StatefulSet{}
	err := p.applier.Client.Get(ctx, types.NamespacedName{Namespace: p.station.Namespace, Name: IntakeName(p.station.Name)}, live)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("reading the StatefulSet: %w", err)
	}
	if err != nil {
		return nil, nil //nolint:nilnil // none is an answer
	}
	return live, apply.Unpack(live)
}

func waveStation(station *v1alpha1.LiaisonStation) waves.Station {
	return waves.Station{NamespacedName: client.ObjectKeyFromObject(station), Canary: station.Labels[LabelCanary] == CanaryFirst}
}

// follow tells where the station is on the way to what the county has decided.
func follow(_ context.Context, r *Reconciler, v *visit) error {
	if r.Waves == nil {
		return nil
	}
	if v.mark == (templateMark{}) { // nothing can be made of its spec; nobody waits for it
		r.Waves.Report(waveStation(v.station), waves.Current)
		return nil
	}
	current := func() {
		v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionTrue, ReasonCurrent, currentMessage(v.mark))
	}
	switch v.turn {
	case held:
		v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionFalse, ReasonWaitsForTurn, fmt.Sprintf(
			"A new image or template waits for the station's turn; it is served as before. Where the upgrade stands: kubectl -n %s get configmap %s -o jsonpath={.data.status}",
			r.Options.OperatorNamespace, waves.NoticeName))
		return nil // Ask has noted it
	case underWay:
		place := v.progress(r.Options.Soak)
		switch place {
		case waves.Current:
			current()
		case waves.Failed:
			v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionFalse, ReasonUpdateFailed,
				"The intake does not become ready with the new image or template; no other station is updated until it does, or until the operator is given the image of before.")
		case waves.Updating, waves.Waiting:
			v.conditions.Set(v1alpha1.ConditionUpToDate, metav1.ConditionFalse, ReasonUpdating, "The intake is being updated.")
		}
		r.Waves.Report(waveStation(v.station), place)
	case atOnce:
		current()
		r.Waves.Report(waveStation(v.station), waves.Current)
	}
	return nil
}

// progress of a station that has had its turn. It is done when it has been ready for a while.
func (v *visit) progress(soak time.Duration) waves.Place {
	switch {
	case v.intakeStalled:
		return waves.Failed
	case !v.intakeAnswers || v.rollingOut:
		return waves.Updating
	}
	if left := v.readySince.Add(soak).Sub(v.now); left > 0 {
		v.lookAgain = sooner(v.lookAgain, left)
		return waves.Updating
	}
	return waves.Current
}

// readySince is when the pod, which is ready, became so.
func (s sight) readySince() time.Time {
	return findCondition(s.pod, corev1.PodReady).LastTransitionTime.Time
}

// expectStations tells the waves who there is, once this operator leads.
func (r *Reconciler) expectStations() manager.Runnable {
	return manager.RunnableFunc(func(ctx context.Context) error {
		var names []types.NamespacedName
		for _, request := range r.stations(ctx) {
			names = append(names, request.NamespacedName)
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
