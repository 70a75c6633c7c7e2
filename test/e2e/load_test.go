package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"township.dev/liaison/test/visitor"
)

// hands is how many residents submit at the same time.
const hands = 4

// load is submissions that go on until it is stopped.
type load struct {
	*cluster
	name string
	mu   sync.Mutex
	// acknowledged are the receipts by key; unanswered counts tries that brought none.
	acknowledged map[string]visitor.Receipt
	unanswered   int
}

// begin lets residents submit. Everyone sends a suggestion again, under its key, until it is acknowledged, as the form does.
func (c *cluster) begin(name string) (l *load, stop func()) {
	l = &load{cluster: c, name: name, acknowledged: map[string]visitor.Receipt{}}
	ctx, cancel := context.WithCancel(c.t.Context())
	var all sync.WaitGroup
	for hand := range hands {
		person := c.resident()
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				// A new address now and then: nobody is to be taken for a flood.
				l.submitUntilAcknowledged(person.From(fmt.Sprintf("100.64.%d.%d", hand, n/20)), fmt.Sprintf("%s-%d-%d", name, hand, n))
				pause(ctx, 50*time.Millisecond)
			}
		})
	}
	return l, func() { cancel(); all.Wait() }
}

// submitUntilAcknowledged goes on after the load was stopped, so that nothing remains of which nobody knows whether it was taken.
func (l *load) submitUntilAcknowledged(person *visitor.Visitor, key string) {
	for l.t.Context().Err() == nil {
		ctx, cancel := context.WithTimeout(l.t.Context(), 3*time.Second)
		receipt, _, err := person.Suggest(ctx, key, aSuggestion)
		cancel()
		l.mu.Lock()
		if err == nil {
			l.acknowledged[key] = receipt
			l.mu.Unlock()
			return
		}
		l.unanswered++
		l.mu.Unlock()
		// A connection to a pod that is gone is of no more use.
		http.DefaultClient.CloseIdleConnections()
		pause(l.t.Context(), 100*time.Millisecond)
	}
}

func pause(ctx context.Context, length time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(length):
	}
}

// submit submits so many suggestions, each of which must be taken at the first try.
func (c *cluster) submit(n int) {
	c.t.Helper()
	person := c.resident()
	for i := range n {
		if _, _, err := person.From(fmt.Sprintf("100.65.0.%d", i/20)).Suggest(c.t.Context(), fmt.Sprintf("at-once-%d", i), aSuggestion); err != nil {
			c.t.Fatalf("suggestion %d: %v", i, err)
		}
	}
}

// received is how many suggestions the station has, as the operator last heard.
func (c *cluster) received() int64 {
	if backlog := c.station().Status.Backlog; backlog != nil {
		return backlog.Received
	}
	return -1
}

// under does something while residents submit, and checks that each acknowledged suggestion is there afterwards, and once.
func (c *cluster) under(name string, something func()) {
	c.t.Helper()
	marker := c.countedReceived(name + "-before")
	load, stop := c.begin(name)
	c.eventually("residents submit", func() bool { return load.count() >= 5*hands })
	something()
	reached := load.count()
	c.eventually("residents go on submitting", func() bool { return load.count() >= reached+10*hands })
	stop()
	codes := map[string]string{}
	for key, receipt := range load.acknowledged {
		if other, twice := codes[receipt.Code]; twice {
			c.t.Errorf("%s and %s got the same code", key, other)
		}
		codes[receipt.Code] = key
		c.finds(receipt)
	}
	c.t.Logf("    %d acknowledged, %d tries unanswered meanwhile", len(codes), load.unanswered)
	want := marker + int64(len(codes))
	c.eventually("the station has each of them once", func() bool { return c.received() == want })
}

// countedReceived submits one more suggestion and returns the number received with it, so that an old number is not taken for the present one.
func (c *cluster) countedReceived(key string) int64 {
	c.t.Helper()
	before := c.settledReceived()
	c.suggest(key)
	c.eventually("the operator has counted what came before", func() bool { return c.received() == before+1 })
	return before + 1
}

// settledReceived is the number received once the operator has asked the station since the last change.
func (c *cluster) settledReceived() int64 {
	c.t.Helper()
	last, since := c.received(), time.Now()
	c.eventually("the count has settled", func() bool {
		if now := c.received(); now != last {
			last, since = now, time.Now()
		}
		return last >= 0 && time.Since(since) > 5*time.Second
	})
	return last
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}

func (c *cluster) proveUpdate() {
	c.under("update", func() {
		before := c.pod().UID
		touched := c.station()
		touched.Spec.Intake.Annotations = map[string]string{"county": "asked"}
		if err := c.client.Update(c.t.Context(), touched); err != nil {
			c.t.Fatal(err)
		}
		c.serves("a pod of the new kind is up", func(pod *corev1.Pod) bool { return pod.UID != before && pod.Annotations["county"] == "asked" })
	})
}

func (c *cluster) proveDrain() {
	c.under("drain", func() {
		before := c.pod().UID
		c.run("kubectl", "drain", "localcluster", "--delete-emptydir-data", "--force", "--timeout=60s")
		c.run("kubectl", "uncordon", "localcluster")
		c.serves("a pod is up again", func(pod *corev1.Pod) bool { return pod.UID != before })
	})
	c.eventually("the operator is back", c.isReady)
}
