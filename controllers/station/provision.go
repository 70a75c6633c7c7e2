package station

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/apply"
	"township.dev/liaison/controllers/outcome"
	"township.dev/liaison/controllers/waves"
)

// provisioner makes the children of one station.
type provisioner struct {
	*visit
	applier *apply.Applier
	options Options
	// waves is nil where every station is written at once.
	waves *waves.Waves
	// kept is the claim that was there before this visit; nil when there was none.
	kept *corev1.PersistentVolumeClaim
	// dataKeyMark says which data key the intake must have started with.
	dataKeyMark string
	// refusals of growth, of all stations.
	refusals *refusals
	// asides are what is asked for and cannot be had, and hinders nothing else.
	asides []error
}

// children in the order in which the pod needs them. The first that cannot be made ends the list: a pod must not start with a
// foreign Secret or without its lock on the network. The data key comes before the claim, so that a claim without it has lost it; and where the data is to
// go with its station, the key follows the claim in that: between the two the station may be deleted.
var children = []func(*provisioner, context.Context) error{
	(*provisioner).findClaim,
	(*provisioner).keepDataSecret,
	(*provisioner).keepClaim,
	(*provisioner).letDataKeyGo,
	(*provisioner).keepStaffSecret,
	(*provisioner).applyConfig,
	(*provisioner).applyIdentity,
	(*provisioner).applyNetworkPolicy,
	(*provisioner).applyService,
	(*provisioner).applyWorkload,
}

// provision makes the children be what the spec asks for.
func provision(ctx context.Context, r *Reconciler, v *visit) error {
	if v.blocked != nil {
		return nil // validate has said why
	}
	p := &provisioner{visit: v, applier: r.applier(), options: r.Options, waves: r.Waves, refusals: &r.refusals}
	for _, child := range children {
		if err := child(p, ctx); err != nil {
			v.blocked = explain(err)
			break
		}
	}
	// What blocks comes first: of several stalls the first gives the reason.
	return errors.Join(v.blocked, errors.Join(p.asides...))
}

// aside notes what cannot be had; nil is nothing.
func (p *provisioner) aside(refused error) { p.asides = append(p.asides, refused) }

func (p *provisioner) findClaim(ctx context.Context) error {
	kept := &corev1.PersistentVolumeClaim{ObjectMeta: p.named(DataName(p.station.Name))}
	found, err := p.applier.Find(ctx, ownerOf(p.station), kept)
	if err == nil && found {
		p.kept = kept
	}
	return err
}

func (p *provisioner) keepClaim(ctx context.Context) error {
	if p.kept == nil {
		return p.applyOver(ctx, nil, claim(p.station, nil))
	}
	// The county's default is for claims that are made.
	if err := sameClass(p.declared, p.kept); err != nil {
		return err
	}
	return p.keepGrowing(ctx)
}

// keepDataSecret makes the data key of a new station. A station that has data already gets no other key: the intake would refuse it,
// and the Secret that is restored from a backup would find its place taken.
func (p *provisioner) keepDataSecret(ctx context.Context) error {
	name := DataName(p.station.Name)
	return p.keepSecret(ctx, name, func(station *v1alpha1.LiaisonStation, secret *corev1.Secret) error {
		if len(secret.Data[DataKey]) == 0 && p.kept != nil {
			return outcome.StalledAgain(lookAgainAtRefusal, ReasonDataKeyLost,
				"Secret %s with the key to the residents' data is gone or has no %s, but PersistentVolumeClaim %s with the data is there. "+
					"Restore the Secret from a backup, or, if the data is not needed, delete the claim.", name, DataKey, name)
		}
		p.aside(fillDataSecret(station, secret))
		if p.kept == nil || station.Spec.ReclaimPolicy == v1alpha1.ReclaimRetain {
			belongs(station, secret)
		}
		p.dataKeyMark = dataKeyMark(secret)
		return nil
	})
}

// letDataKeyGo has the key of a claim that was there already go with the station.
func (p *provisioner) letDataKeyGo(ctx context.Context) error {
	if p.kept == nil || p.station.Spec.ReclaimPolicy != v1alpha1.ReclaimDelete {
		return nil
	}
	return p.keepSecret(ctx, DataName(p.station.Name), func(station *v1alpha1.LiaisonStation, secret *corev1.Secret) error {
		belongs(station, secret)
		return nil
	})
}

func (p *provisioner) keepStaffSecret(ctx context.Context) error {
	return p.keepSecret(ctx, StaffName(p.station.Name), func(station *v1alpha1.LiaisonStation, secret *corev1.Secret) error {
		fillStaffSecret(station, secret)
		belongs(station, secret)
		return nil
	})
}

func (p *provisioner) keepSecret(ctx context.Context, name string, fill fillSecret) error {
	_, err := p.applier.Keep(ctx, ownerOf(p.station), &corev1.Secret{ObjectMeta: p.named(name)}, func(obj client.Object) error {
		secret, ok := obj.(*corev1.Secret)
		if !ok {
			return fmt.Errorf("%T is no Secret", obj)
		}
		return fill(p.station, secret)
	})
	return err
}

func (p *provisioner) applyConfig(ctx context.Context) error {
	if err := p.writeStation(); err != nil {
		return err
	}
	if !p.documents.whole() {
		held := &corev1.ConfigMap{ObjectMeta: p.named(IntakeName(p.station.Name))}
		if _, err := p.applier.FindLive(ctx, ownerOf(p.station), held); err != nil {
			return err
		}
		if _, err := p.documents.complete(held.Data); err != nil {
			return err
		}
	}
	return p.apply(ctx, configMap(p.station, p.documents))
}

func (p *provisioner) applyIdentity(ctx context.Context) error {
	return p.apply(ctx, serviceAccount(p.station))
}

func (p *provisioner) applyNetworkPolicy(ctx context.Context) error {
	return p.apply(ctx, networkPolicy(p.station, p.options.OperatorNamespace))
}

func (p *provisioner) applyService(ctx context.Context) error {
	return p.apply(ctx, service(p.station))
}

func (p *provisioner) apply(ctx context.Context, desired runtime.ApplyConfiguration) error {
	_, err := p.applier.Apply(ctx, ownerOf(p.station), desired)
	return err
}

func (p *provisioner) applyOver(ctx context.Context, live client.Object, desired runtime.ApplyConfiguration) error {
	_, err := p.applier.ApplyOver(ctx, live, desired)
	return err
}

func (p *provisioner) named(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: p.station.Namespace, Name: name}
}

// lookAgainAtRefusal is when a child that the API server refused is tried again: what refused it, a quota or a policy, is no
// object this controller watches.
const lookAgainAtRefusal = time.Minute

// explain turns what hinders a child into an instruction.
func explain(err error) error {
	var foreign *apply.ForeignError
	var leaving *apply.LeavingError
	var contested *apply.ContestedError
	switch {
	case errors.As(err, &contested):
		return outcome.StalledAgain(contested.Again, ReasonContested, "%s.", contested.Error())
	case errors.As(err, &foreign):
		return outcome.StalledAgain(lookAgainAtRefusal, ReasonNameTaken, "%s.", foreign.Error())
	case errors.As(err, &leaving):
		return outcome.Wait(10*time.Second, ReasonChildLeaving, "%s.", leaving.Error())
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return outcome.Wait(0, ReasonNamespaceLeaving, "The namespace is being deleted.")
	case apierrors.IsForbidden(err), apierrors.IsInvalid(err):
		return outcome.StalledAgain(lookAgainAtRefusal, ReasonChildRefused, "The API server refuses it: %v.", err)
	default:
		return err
	}
}
