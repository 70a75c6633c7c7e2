package metrics

import (
	"context"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	testclock "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/casework"
)

// cached answers like a cache whose objects are not copied.
type cached struct {
	client.Reader
	stations []v1alpha1.LiaisonStation
}

func (c cached) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	if stations, ok := list.(*v1alpha1.LiaisonStationList); ok {
		stations.Items = c.stations
	}
	return nil
}

// BenchmarkGather is one scrape of a thousand polled stations, up to the text.
func BenchmarkGather(b *testing.B) {
	recalled, held := polls{}, cached{}
	for i := range 1000 {
		s := zhongduo()
		s.Name = fmt.Sprintf("station-%d", i*7919%1000)
		held.stations = append(held.stations, *s)
		recalled[types.NamespacedName{Namespace: s.Namespace, Name: s.Name}] = answered(7, map[casework.Result]int64{casework.ResolvedA: 50})
	}
	leading := make(chan struct{})
	close(leading)
	registry := prometheus.NewRegistry()
	registry.MustRegister(NewCollector(Config{
		Reader: held, Polls: recalled, Clock: testclock.NewFakePassiveClock(now), Leading: leading, OperatorNamespace: "liaison-system",
	}))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := registry.Gather(); err != nil {
			b.Fatal(err)
		}
	}
}
