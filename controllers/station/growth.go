package station

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/outcome"
)

// keepGrowing applies the kept claim with the size asked for. Where that cannot be had, the claim keeps its size and the station goes on
// with it, and says why. What storage makes of a request once it is accepted is told in the claim; nothing here waits for it.
func (p *provisioner) keepGrowing(ctx context.Context) error {
	has, asked := p.kept.Spec.Resources.Requests[corev1.ResourceStorage], storageSize(p.station)
	switch {
	case asked.Cmp(has) <= 0:
		p.refusals.forget(p.key())
		return p.applyOver(ctx, p.kept, claim(p.station, p.kept))
	case p.kept.Status.Phase != corev1.ClaimBound:
		// The API server takes another size of a bound claim only. Its binding wakes the station.
		p.aside(outcome.Wait(0, ReasonStorageWaits, "PersistentVolumeClaim %s grows from %s to %s once it is bound.", p.kept.Name, has.String(), asked.String()))
	default:
		no, err := p.tryGrowth(ctx, asked)
		if no == nil {
			return err
		}
		p.aside(outcome.StalledAgain(no.at.Add(lookAgainAtRefusal).Sub(p.now), ReasonStorageCannotGrow, "%s", no.message))
	}
	return p.applyOver(ctx, p.kept, claim(ofSize(p.station, has), p.kept))
}

// tryGrowth returns the API server's refusal, be it of now or of the last minute.
func (p *provisioner) tryGrowth(ctx context.Context, asked resource.Quantity) (*refusal, error) {
	if earlier := p.refusals.recent(p.key(), asked, p.now); earlier != nil {
		return earlier, nil
	}
	err := p.applyOver(ctx, p.kept, claim(p.station, p.kept))
	if !apierrors.IsForbidden(err) {
		p.refusals.forget(p.key())
		return nil, err
	}
	no := &refusal{at: p.now, asked: asked, message: cannotGrow(p.kept, asked, err)}
	p.refusals.keep(p.key(), no)
	return no, nil
}

// cannotGrow passes the API server's words on: the storage class may be the cause, or a quota.
func cannotGrow(kept *corev1.PersistentVolumeClaim, asked resource.Quantity, err error) string {
	has := kept.Spec.Resources.Requests[corev1.ResourceStorage]
	class := "its storage class"
	if name := kept.Spec.StorageClassName; name != nil && *name != "" {
		class = fmt.Sprintf("storage class %q", *name)
	}
	words := err.Error()
	if answer, ok := errors.AsType[*apierrors.StatusError](err); ok {
		words = answer.ErrStatus.Message
	}
	return fmt.Sprintf("PersistentVolumeClaim %s cannot grow from %s to %s: %s. If the driver of %s can expand volumes, set allowVolumeExpansion: true "+
		"on the class; otherwise the station serves on with %s.", kept.Name, has.String(), asked.String(), words, class, has.String())
}

func ofSize(station *v1alpha1.LiaisonStation, size resource.Quantity) *v1alpha1.LiaisonStation {
	sized := station.DeepCopy()
	sized.Spec.Intake.Storage.Size = size
	return sized
}

// refusal is the API server's no to a size.
type refusal struct {
	at      time.Time
	asked   resource.Quantity
	message string
}

// refusals remembers which stations' claims may not grow, so that each is tried once a minute however often the station is looked at.
type refusals struct {
	mu        sync.Mutex
	byStation map[types.NamespacedName]*refusal
}

// recent returns the refusal of that size, nil when it is time to try again.
func (r *refusals) recent(station types.NamespacedName, asked resource.Quantity, now time.Time) *refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	if no := r.byStation[station]; no != nil && no.asked.Cmp(asked) == 0 && now.Before(no.at.Add(lookAgainAtRefusal)) {
		return no
	}
	return nil
}

func (r *refusals) keep(station types.NamespacedName, no *refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byStation == nil {
		r.byStation = map[types.NamespacedName]*refusal{}
	}
	r.byStation[station] = no
}

func (r *refusals) forget(station types.NamespacedName) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.byStation, station)
}

func (p *provisioner) key() types.NamespacedName { return client.ObjectKeyFromObject(p.station) }
