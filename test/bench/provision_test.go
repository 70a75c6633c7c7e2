package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"township.dev/liaison/test/fixture"
)

const (
	stations = 100
	// children of a station: ServiceAccount, ConfigMap, two Secrets, PersistentVolumeClaim, Service, StatefulSet, NetworkPolicy.
	children = 8
)

// BenchmarkProvisioning times 100 stations until the last child is written, against a plain client that applies the very same objects server-side at
// the same concurrency: what the operator created, recorded and applied in another namespace.
func BenchmarkProvisioning(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		declared := cluster.Namespace(b)
		for n := range stations {
			cluster.Create(b, fixture.Station(fmt.Sprintf("s%03d", n)).In(declared).Obj())
		}
		cluster.Versions(b, declared, everything()...) // the API server fills its own cache of a kind when it is first asked for it
		heard := newWire()

		b.StartTimer()
		began := time.Now()
		stop := operate(b, declared, heard)
		for len(heard.childWrites()) < stations*children {
			<-heard.heard
		}
		operator := time.Since(began)
		b.StopTimer()
		stop()

		plain := sayAgain(b, asApplies(b, heard.childWrites()), declared, cluster.Namespace(b))
		b.ReportMetric(stations/operator.Seconds(), "stations/s")
		b.ReportMetric(stations/plain.Seconds(), "plain-stations/s")
		b.ReportMetric(plain.Seconds()/operator.Seconds(), "of-plain")
		b.ReportMetric(float64(len(heard.messages()))/stations, "requests/station")
		b.StartTimer()
	}
}

// asApplies turns creations into server-side applies of the same objects.
func asApplies(b *testing.B, creations []message) []message {
	b.Helper()
	applies := make([]message, 0, len(creations))
	for _, m := range creations {
		obj, gvk, err := scheme.Codecs.UniversalDeserializer().Decode(m.body, nil, nil)
		if err != nil {
			b.Fatalf("reading what was sent to %s: %v", m.path, err)
		}
		fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
		if err != nil {
			b.Fatalf("reading the fields of what was sent to %s: %v", m.path, err)
		}
		document := unstructured.Unstructured{Object: fields}
		document.SetGroupVersionKind(*gvk)
		unstructured.RemoveNestedField(fields, "status")
		unstructured.RemoveNestedField(fields, "metadata", "creationTimestamp")
		body, err := document.MarshalJSON()
		if err != nil {
			b.Fatalf("writing an apply to %s: %v", m.path, err)
		}
		applies = append(applies, message{
			method: http.MethodPatch, path: m.path + "/" + document.GetName(), query: "fieldManager=plain&force=true",
			contentType: string(types.ApplyPatchType), body: body,
		})
	}
	return applies
}

// sayAgain sends the writes to another namespace, each station's in order and as many stations at once as the operator had workers.
func sayAgain(b *testing.B, writes []message, from, to string) time.Duration {
	b.Helper()
	client, err := rest.HTTPClientFor(cluster.Config)
	if err != nil {
		b.Fatalf("making a client: %v", err)
	}
	var inOrder [][]message
	index := map[string]int{}
	for _, m := range writes {
		name := stationOf(b, m)
		if _, seen := index[name]; !seen {
			index[name] = len(inOrder)
			inOrder = append(inOrder, nil)
		}
		inOrder[index[name]] = append(inOrder[index[name]], m)
	}
	group, ctx := errgroup.WithContext(b.Context())
	group.SetLimit(workers)
	began := time.Now()
	for _, messages := range inOrder {
		group.Go(func() error {
			for _, m := range messages {
				if err := say(ctx, client, m, from, to); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

var stationName = regexp.MustCompile(`s[0-9]{3}-intake`)

// stationOf finds the station in the path.
func stationOf(b *testing.B, m message) string {
	b.Helper()
	name := stationName.FindString(m.path)
	if name == "" {
		b.Fatalf("%s %s is a write for no station", m.method, m.path)
	}
	return name
}

func say(ctx context.Context, client *http.Client, m message, from, to string) error {
	target, err := url.JoinPath(cluster.Config.Host, strings.ReplaceAll(m.path, from, to))
	if err != nil {
		return fmt.Errorf("making the address of %s: %w", m.path, err)
	}
	body := bytes.ReplaceAll(m.body, []byte(from), []byte(to))
	request, err := http.NewRequestWithContext(ctx, m.method, target+"?"+m.query, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("making the request %s %s: %w", m.method, m.path, err)
	}
	request.Header.Set("Content-Type", m.contentType)
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("sending %s %s: %w", m.method, m.path, err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		return fmt.Errorf("sending %s %s: the API server answers %s", m.method, m.path, response.Status)
	}
	return nil
}
