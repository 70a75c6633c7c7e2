package station

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/optional"
	"township.dev/liaison/controllers/outcome"
)

// optionalKinds are those that a cluster may lack.
type optionalKinds struct {
	httpRoutes, podMonitors *optional.Kind
}

// expose publishes the intake to residents and its metrics to Prometheus. It comes after everything the intake itself needs, so that a
// gateway that is not there holds up no station. An intake that is not published as asked is not Ready; one that is not scraped is, and so is one whose
// Gateway has said nothing, which is no refusal.
func expose(ctx context.Context, r *Reconciler, v *visit) error {
	if v.blocked != nil {
		return nil // validate or provision has said why
	}
	p := &provisioner{visit: v, applier: r.applier(), options: r.Options}
	published := explain(p.publish(ctx, r.optional.httpRoutes))
	if _, silent := errors.AsType[*silenceError](published); !silent {
		v.blocked = published
	}
	return errors.Join(published, explain(p.monitor(ctx, r.optional.podMonitors)))
}

// publish makes what the station asks for, and only then removes what it asked for earlier: residents are served throughout.
func (p *provisioner) publish(ctx context.Context, httpRoutes *optional.Kind) error {
	asked := exposureOf(p.station)
	if asked.Ingress != nil {
		if err := p.apply(ctx, ingress(p.station, *asked.Ingress)); err != nil {
			return err
		}
	}
	if asked.Gateway != nil {
		if err := p.route(ctx, httpRoutes, *asked.Gateway); err != nil {
			return err
		}
	}
	if asked.Ingress == nil {
		if err := p.remove(ctx, &networkingv1.Ingress{ObjectMeta: p.named(IntakeName(p.station.Name))}); err != nil {
			return err
		}
	}
	if asked.Gateway == nil && httpRoutes.Present() {
		return p.remove(ctx, &gatewayv1.HTTPRoute{ObjectMeta: p.named(IntakeName(p.station.Name))})
	}
	return nil
}

// exposureOf is what the station asks for; nothing while it has no host to be published under.
func exposureOf(station *v1alpha1.LiaisonStation) v1alpha1.Exposure {
	if exposure := station.Spec.Intake.Exposure; exposure != nil && station.Spec.Intake.Host != "" {
		return *exposure
	}
	return v1alpha1.Exposure{}
}

const gatewayAPIMissing = "The cluster has no HTTPRoute of gateway.networking.k8s.io/v1, which spec.intake.exposure.gateway needs. " +
	"Install the CRDs of the Gateway API and a controller for them, or use spec.intake.exposure.ingress. Until then the intake runs, published as it was before, if at all."

func (p *provisioner) route(ctx context.Context, httpRoutes *optional.Kind, shape v1alpha1.GatewayExposure) error {
	if !httpRoutes.Present() {
		return outcome.Stalled(ReasonGatewayAPIMissing, gatewayAPIMissing) // its arrival wakes the station
	}
	err := p.apply(ctx, httpRoute(p.station, shape))
	if kindIsGone(err) {
		return outcome.StalledAgain(lookAgainAtRefusal, ReasonGatewayAPIMissing, gatewayAPIMissing)
	}
	if err != nil {
		return err
	}
	return p.accepted(ctx)
}

// accepted tells when a Gateway has refused the route, as one does that lets in no routes of this namespace, or has said nothing: then there is no such
// Gateway, or no controller for it. An Ingress is not asked for such a word, because many controllers that serve one give none.
func (p *provisioner) accepted(ctx context.Context) error {
	live := &gatewayv1.HTTPRoute{}
	err := p.applier.Client.Get(ctx, types.NamespacedName{Namespace: p.station.Namespace, Name: IntakeName(p.station.Name)}, live)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("reading the HTTPRoute: %w", err)
	}
	for _, parent := range live.Status.Parents {
		for _, conditionType := range []gatewayv1.RouteConditionType{gatewayv1.RouteConditionAccepted, gatewayv1.RouteConditionResolvedRefs} {
			said := meta.FindStatusCondition(parent.Conditions, string(conditionType))
			if said != nil && said.Status == metav1.ConditionFalse && said.ObservedGeneration >= live.Generation {
				return outcome.Stalled(ReasonRouteRefused, // what the Gateway says next wakes the station
					"Gateway %s does not take the HTTPRoute %s: %s (%s). Residents do not reach the station there until it does; see spec.listeners[].allowedRoutes of the Gateway, "+
						"or name another in spec.intake.exposure.gateway.parentRefs.", gatewayOf(parent.ParentRef), live.Name, said.Reason, said.Message)
			}
		}
	}
	return p.answered(live)
}

// answered waits for each Gateway that the station names to say something of the route as it is now. One that has just been made is not in the cache yet.
func (p *provisioner) answered(live *gatewayv1.HTTPRoute) error {
	for _, asked := range exposureOf(p.station).Gateway.ParentRefs {
		namespace := cmp.Or(asked.Namespace, p.station.Namespace)
		said := slices.ContainsFunc(live.Status.Parents, func(parent gatewayv1.RouteParentStatus) bool {
			in := ptr.Deref(parent.ParentRef.Namespace, gatewayv1.Namespace(p.station.Namespace))
			word := meta.FindStatusCondition(parent.Conditions, string(gatewayv1.RouteConditionAccepted))
			return string(parent.ParentRef.Name) == asked.Name && string(in) == namespace && word != nil && word.ObservedGeneration >= live.Generation
		})
		if !said {
			return &silenceError{outcome.Patient(p.waitingSince(ReasonRoutePending), p.now, patience, ReasonRoutePending,
				"Gateway %s/%s has said nothing of the HTTPRoute %s yet, so that residents may not reach the station there. If this lasts, see whether there is such a Gateway "+
					"and a controller for its class (kubectl get gateway -n %s %s), and correct spec.intake.exposure.gateway.parentRefs.",
				namespace, asked.Name, IntakeName(p.station.Name), namespace, asked.Name)}
		}
	}
	return nil
}

// silenceError is the wait or the stall for a Gateway that has said nothing.
type silenceError struct{ error }

func (e *silenceError) Unwrap() error { return e.error }

func gatewayOf(ref gatewayv1.ParentReference) string {
	if ref.Namespace == nil {
		return string(ref.Name)
	}
	return string(*ref.Namespace) + "/" + string(ref.Name)
}

func (p *provisioner) monitor(ctx context.Context, podMonitors *optional.Kind) error {
	if !podMonitors.Present() {
		return nil
	}
	err := p.apply(ctx, podMonitor(p.station, p.options.PodMonitors))
	if kindIsGone(err) {
		p.lookAgain = sooner(p.lookAgain, lookAgainAtRefusal)
		return nil
	}
	return err
}

// kindIsGone tells that a kind was uninstalled while the operator runs. Otherwise NotFound is no answer to a creation, but for a
// namespace that is gone, and then so is the station.
func kindIsGone(err error) bool { return apierrors.IsNotFound(err) || meta.IsNoMatchError(err) }

func (p *provisioner) remove(ctx context.Context, obj client.Object) error {
	_, err := p.applier.Remove(ctx, ownerOf(p.station), obj)
	return err
}
