package metrics

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// BenchmarkScrape is one scrape of polled stations, up to the compressed text: of a thousand, and of one for each township of the country.
func BenchmarkScrape(b *testing.B) {
	for _, n := range []int{1000, 41352} {
		b.Run(fmt.Sprintf("stations=%d", n), func(b *testing.B) { benchmarkScrape(b, n) })
	}
}

func benchmarkScrape(b *testing.B, n int) {
	b.Helper()
	recalled, held := polls{}, cached{}
	for i := range n {
		s := zhongduo()
		s.Name = fmt.Sprintf("station-%d", i*7919%n)
		held.stations = append(held.stations, *s)
		recalled[types.NamespacedName{Namespace: s.Namespace, Name: s.Name}] = answered(7, map[casework.Result]int64{casework.ResolvedA: 50})
	}
	leading := make(chan struct{})
	close(leading)
	handler, err := Exposition(prometheus.NewRegistry(), &Stations{
		Reader: held, Polls: recalled, Clock: testclock.NewFakePassiveClock(now), Leading: leading, OperatorNamespace: "liaison-system",
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/metrics", nil)
		request.Header.Set("Accept-Encoding", "gzip")
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			b.Fatal(answer.Body)
		}
	}
}
