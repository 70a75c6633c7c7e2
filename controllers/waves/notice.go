package waves

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// NoticeName is the ConfigMap in the operator's namespace that says where an upgrade stands.
const NoticeName = "liaison-rollout"

// noticeManager owns its fields.
const noticeManager = "liaison-rollout"

// noticeEvery is how often it is looked at at most.
const noticeEvery = 5 * time.Second

// Notice tells people where an upgrade stands. It writes nothing while nothing changes, and nothing at all before the first upgrade.
type Notice struct {
	Waves *Waves
	// Client writes, Reader reads past the cache.
	Client client.Client
	Reader client.Reader
	// Namespace of the operator.
	Namespace string
	// Image that the stations are to have.
	Image string
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
	err := n.Client.Apply(ctx, corev1ac.ConfigMap(NoticeName, n.Namespace).WithData(says), client.FieldOwner(noticeManager), client.ForceOwnership)
	if err != nil {
		return fmt.Errorf("writing ConfigMap %s: %w", NoticeName, err)
	}
	n.written = says
	if n.Writes != nil {
		n.Writes.WithLabelValues("ConfigMap", "rollout").Inc()
	}
	return nil
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
