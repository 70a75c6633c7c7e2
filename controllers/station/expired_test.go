package station_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"township.dev/liaison/controllers/station"
	"township.dev/liaison/test/fixture"
)

// An operator was cut off for so long that the API server has forgotten what it last saw: none of its watches can be resumed. What happened meanwhile is in no
// event that it ever gets.
func TestWhatHappenedWhileWatchesExpiredIsRepaired(t *testing.T) {
	cut := newInterruption()
	s := newStageOver(t, cut.over)
	cluster.Create(t, fixture.Station("zhongduo").In(s.namespace).Obj())
	s.podIs("zhongduo", ready)
	s.until("zhongduo", "Ready", "True")

	cut.begin()
	service := &corev1.Service{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	cluster.Get(t, service)
	was := service.UID
	if err := cluster.Client.Delete(t.Context(), service); err != nil {
		t.Fatal(err)
	}
	document := &corev1.ConfigMap{ObjectMeta: s.meta(station.IntakeName("zhongduo"))}
	s.edit(document, func() { document.Data["station.json"] = "{}" })
	cut.end()

	s.appears(service, func() error {
		if service.UID == was {
			return errors.New("it is still the old one")
		}
		return nil
	})
	s.appears(document, func() error {
		if document.Data["station.json"] == "{}" {
			return errors.New("it is not repaired")
		}
		return nil
	})
	for _, resource := range []string{"services", "configmaps"} {
		if !cut.expired(s.namespace, resource) {
			t.Errorf("no watch of %s has expired", resource)
		}
	}
	s.settle("zhongduo")
}

// interruption of watches, after which the API server remembers nothing of the time before: it refuses to resume a watch, once for each.
type interruption struct {
	mu sync.Mutex
	// ended is closed but during an interruption; watches that would begin wait for it.
	ended   chan struct{}
	watches []*watchBody
	// happened: what was watched before has been forgotten.
	happened bool
	// refused are the paths of the watches that were to be resumed.
	refused map[string]bool
}

func newInterruption() *interruption {
	i := &interruption{ended: make(chan struct{}), refused: map[string]bool{}}
	close(i.ended)
	return i
}

// begin ends every watch, and lets none begin.
func (i *interruption) begin() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ended, i.happened = make(chan struct{}), true
	for _, w := range i.watches {
		w.cut()
	}
	i.watches = nil
}

func (i *interruption) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	close(i.ended)
}

// expired reports whether the watch of the resource in the namespace could not be resumed.
func (i *interruption) expired(namespace, resource string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.refused["/api/v1/namespaces/"+namespace+"/"+resource]
}

func (i *interruption) over(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		if !request.URL.Query().Has("watch") {
			return next.RoundTrip(request)
		}
		if err := i.wait(request.Context()); err != nil {
			return nil, err
		}
		if i.refuses(request) {
			return gone(request)
		}
		response, err := next.RoundTrip(request)
		if err == nil {
			response.Body = i.follow(response.Body)
		}
		return response, err
	})
}

func (i *interruption) wait(ctx context.Context) error {
	i.mu.Lock()
	ended := i.ended
	i.mu.Unlock()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// refuses to resume what was watched before. A watch that begins with all there is resumes nothing.
func (i *interruption) refuses(request *http.Request) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.happened || request.URL.Query().Has("sendInitialEvents") || i.refused[request.URL.Path] {
		return false
	}
	i.refused[request.URL.Path] = true
	return true
}

// gone is what the API server answers about a time that it does not remember.
func gone(request *http.Request) (*http.Response, error) {
	status := apierrors.NewResourceExpired("too old resource version").Status()
	status.SetGroupVersionKind(metav1.SchemeGroupVersion.WithKind("Status"))
	body, err := json.Marshal(status)
	return &http.Response{
		Status: "410 Gone", StatusCode: http.StatusGone, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, err
}

func (i *interruption) follow(body io.ReadCloser) io.ReadCloser {
	i.mu.Lock()
	defer i.mu.Unlock()
	w := &watchBody{ReadCloser: body}
	select {
	case <-i.ended:
		i.watches = append(i.watches, w)
	default: // it began while the interruption did
		w.cut()
	}
	return w
}

// watchBody ends when it is cut as if the API server had ended the watch.
type watchBody struct {
	io.ReadCloser

	isCut atomic.Bool
}

func (w *watchBody) cut() {
	w.isCut.Store(true)
	_ = w.Close() // whoever reads gets an end
}

func (w *watchBody) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if w.isCut.Load() {
		return 0, io.EOF
	}
	return n, err
}
