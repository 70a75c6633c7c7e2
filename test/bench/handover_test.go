package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/fixture"
)

// handovers of each kind are made for a median.
const handovers = 5

// BenchmarkHandover measures how long it is from the end of the leader until the other operator has applied an edit made after it: of a leader that is
// stopped, as in an upgrade, which counts from the signal, and of one that is killed, as when its node dies. A leader that has died keeps the lease to its end,
// which is the limit.
func BenchmarkHandover(b *testing.B) {
	for b.Loop() {
		s := newSuccession(b)
		stopped, killed := s.handedOver((*controlplane.Operator).Stop), s.handedOver((*controlplane.Operator).Kill)
		b.ReportMetric(milliseconds(stopped[handovers/2]), "stopped-ms")
		b.ReportMetric(milliseconds(stopped[handovers-1]), "stopped-longest-ms")
		b.ReportMetric(milliseconds(killed[handovers/2]), "killed-ms")
		b.ReportMetric(milliseconds(killed[handovers-1]), "killed-longest-ms")
		b.ReportMetric(1000*float64(*s.lease().Spec.LeaseDurationSeconds), "lease-ms")
		b.ReportMetric(0, "ns/op")
	}
}

// succession of operators: one leads, the other waits.
type succession struct {
	*testing.B
	namespace string
	leader    *controlplane.Operator
	edits     int
}

func newSuccession(b *testing.B) *succession {
	b.Helper()
	s := &succession{B: b, namespace: cluster.Namespace(b)}
	cluster.Create(b, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.leader = s.start()
	s.follows(s.edit())
	return s
}

// start an operator, and wait until its caches are filled.
func (s *succession) start() *controlplane.Operator {
	s.Helper()
	probes := controlplane.FreeAddress(s)
	operator := cluster.StartOperator(s, "--leader-elect", "--operator-namespace="+s.namespace, "--intake-image=intake:bench", "--health-probe-bind-address="+probes)
	controlplane.Eventually(s, "the operator is ready", func(ctx context.Context) error { return ready(ctx, "http://"+probes+"/readyz") })
	return operator
}

func ready(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // was only read
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// handedOver ends the leader some times, and returns how long it was each time until the other had applied an edit, shortest first.
func (s *succession) handedOver(end func(*controlplane.Operator, testing.TB)) []time.Duration {
	s.Helper()
	var took []time.Duration
	for range handovers {
		leads := holder(s.lease())
		other := s.start()
		if now := holder(s.lease()); now != leads {
			s.Fatalf("%s has the lease, which was %s's", now, leads)
		}
		began := time.Now()
		end(s.leader, s)
		s.follows(s.edit())
		took = append(took, time.Since(began))
		s.leader = other
	}
	slices.Sort(took)
	return took
}

// edit the station, and say by what its document shows it.
func (s *succession) edit() (phone string) {
	s.Helper()
	s.edits++
	phone = fmt.Sprintf("0357-79%05d", s.edits)
	edited := fixture.Station("zhongduo").In(s.namespace).Obj()
	cluster.Get(s, edited)
	edited.Spec.Contact.Phone = phone
	if err := cluster.Client.Update(s.Context(), edited); err != nil {
		s.Fatal(err)
	}
	return phone
}

// follows waits until the document has the phone.
func (s *succession) follows(phone string) {
	s.Helper()
	document := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: station.IntakeName("zhongduo")}}
	controlplane.Eventually(s, "the document has the edit", func(ctx context.Context) error {
		if err := cluster.Client.Get(ctx, client.ObjectKeyFromObject(document), document); err != nil {
			return err
		}
		for _, content := range document.Data {
			if strings.Contains(content, phone) {
				return nil
			}
		}
		return errors.New("it does not")
	})
}

func (s *succession) lease() *coordinationv1.Lease {
	s.Helper()
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "liaison-operator"}}
	cluster.Get(s, lease)
	return lease
}

func holder(lease *coordinationv1.Lease) string { return ptr.Deref(lease.Spec.HolderIdentity, "") }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
