package waves

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// NoticeName is the ConfigMap in the operator's namespace that says where an upgrade stands.
const NoticeName = "liaison-rollout"

// noticeManager owns its fields.
const noticeManager = "liaison-rollout"

// noticeEvery is how often it is looked at at most.
const noticeEvery = 5 * time.Second

// Reasons of the events that tell how the upgrade as a whole goes.
const (
	ReasonRolloutStarted  = "RolloutStarted"
	ReasonRolloutHalted   = "RolloutHalted"
	ReasonRolloutResumed  = "RolloutResumed"
	ReasonRolloutComplete = "RolloutComplete"
)

// Notice tells people where an upgrade stands, in a ConfigMap and by its events. It writes nothing while nothing changes, and nothing at all before the
// first upgrade.
type Notice struct {
	Waves *Waves
	// Client writes, Reader reads past the cache.
	Client client.Client
	Reader client.Reader
	// Namespace of the operator.
	Namespace string
	// Image that the stations are to have.
	Image string
	// Recorder of the events; required.
	Recorder events.EventRecorder
	// Writes counts writes to the API server; nil counts nothing.
	Writes *prometheus.CounterVec
	// Tick replaces a ticker of noticeEvery in tests; nil is one.
	Tick <-chan time.Time

	// written is what the ConfigMap says; nil before it was read.
	written map[string]string
}

// NeedLeaderElection implements manager.LeaderElectionRunnable: one operator tells.
func (n *Notice) NeedLeaderElection() bool { return true }

// Start implements manager.Runnable.
func (n *Notice) Start(ctx context.Context) error {
	tick := n.Tick
	if tick == nil {
		ticker := time.NewTicker(noticeEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick:
			if err := n.tell(ctx); err != nil && ctx.Err() == nil {
				ctrl.LoggerFrom(ctx).Error(err, "telling where the upgrade stands")
			}
		}
	}
}

func (n *Notice) tell(ctx context.Context) error {
	p := n.Waves.Progress()
	if !p.Complete {
		return nil // what the leader before has written is truer
	}
	if n.written == nil {
		if err := n.recall(ctx); err != nil {
			return err
		}
	}
	says := n.says(p)
	idle := p.Stations[Waiting]+p.Stations[Updating]+p.Stations[Failed] == 0
	if maps.Equal(says, n.written) || idle && len(n.written) == 0 || p.Stations[Current] == 0 && idle {
		return nil
	}
	written := corev1ac.ConfigMap(NoticeName, n.Namespace).WithData(says)
	if err := n.Client.Apply(ctx, written, client.FieldOwner(noticeManager), client.ForceOwnership); err != nil {
		return fmt.Errorf("writing ConfigMap %s: %w", NoticeName, err)
	}
	before := n.written
	n.written = says
	if n.Writes != nil {
		n.Writes.WithLabelValues("ConfigMap", "rollout").Inc()
	}
	n.announce(written, courseOf(before), courseOf(says))
	return nil
}

// announce what has become of the upgrade. Each event is of the version of the ConfigMap that says so, and so none is taken for a repetition.
func (n *Notice) announce(written *corev1ac.ConfigMapApplyConfiguration, before, now course) {
	kind, reason := corev1.EventTypeNormal, ReasonRolloutStarted
	switch {
	case now == before:
		return
	case now == halted:
		kind, reason = corev1.EventTypeWarning, ReasonRolloutHalted
	case now == complete:
		reason = ReasonRolloutComplete
	case before == halted:
		reason = ReasonRolloutResumed
	}
	object := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: n.Namespace, Name: NoticeName, UID: *written.UID, ResourceVersion: *written.ResourceVersion}}
	n.Recorder.Eventf(object, nil, kind, reason, "Rollout", "%s", n.written["status"])
}

// course of an upgrade as a whole.
type course int

const (
	complete course = iota
	underWay
	halted
)

// courseOf what is written. Before anything was, there was nothing to do.
func courseOf(said map[string]string) course {
	some := func(places ...Place) bool {
		return slices.ContainsFunc(places, func(p Place) bool { return said[string(p)] != "" && said[string(p)] != "0" })
	}
	switch {
	case some(Failed):
		return halted
	case some(Waiting, Updating):
		return underWay
	}
	return complete
}

// recall what the leader before has written.
func (n *Notice) recall(ctx context.Context) error {
	found := &corev1.ConfigMap{}
	err := n.Reader.Get(ctx, client.ObjectKey{Namespace: n.Namespace, Name: NoticeName}, found)
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("reading ConfigMap %s: %w", NoticeName, err)
	}
	n.written = map[string]string{}
	if !apierrors.IsNotFound(err) {
		n.written = found.Data
	}
	return nil
}

func (n *Notice) says(p Progress) map[string]string {
	says := map[string]string{"image": n.Image, "status": n.status(p)}
	for place, number := range p.Stations {
		says[string(place)] = strconv.Itoa(number)
	}
	return says
}

// mostNamed failed stations are named in the sentence.
const mostNamed = 5

func (n *Notice) status(p Progress) string {
	done, all := p.Stations[Current], 0
	for _, number := range p.Stations {
		all += number
	}
	if done == all {
		return fmt.Sprintf("All %d stations have what the operator gives them; image %s where they name none.", all, n.Image)
	}
	status := fmt.Sprintf("%d of %d stations are up to date, %d are being updated, %d wait for their turn; image %s where they name none.",
		done, all, p.Stations[Updating], p.Stations[Waiting], n.Image)
	if !p.Halted() {
		return status
	}
	var names []string
	for _, name := range p.Failed[:min(len(p.Failed), mostNamed)] {
		names = append(names, name.String())
	}
	return fmt.Sprintf("Halted: %d not ready with it (%s). Mend that, or give the operator the image of before. ", len(p.Failed), strings.Join(names, ", ")) + status
}
