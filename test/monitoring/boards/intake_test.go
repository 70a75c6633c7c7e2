package boards

import (
	"fmt"
	"net/http"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/internalapi"
	"township.dev/liaison/internal/intake/public"
	"township.dev/liaison/internal/intake/web"
)

// scrapedIntake answers scrapes with an intake's own metrics. Before each, somebody opens a page, sends a suggestion, is refused one, and meets a fault.
func scrapedIntake() http.HandlerFunc {
	metrics := internalapi.NewMetrics("test", public.SubmitByForm)
	handler := internalapi.NewHandler(internalapi.Options{Metrics: metrics})
	opened, sent := metrics.Observe("GET /"), metrics.Observe(public.SubmitByForm)
	states := map[casework.State]int{}
	for i, state := range casework.States() {
		states[state] = i
	}
	return func(w http.ResponseWriter, r *http.Request) {
		metrics.CasesInStates(states)
		metrics.AnnouncementSettled(announcement.Delivered)
		metrics.AnnouncementsUnknown(1)
		metrics.Reloaded(nil)
		opened(web.Outcome{Status: http.StatusOK, Took: time.Millisecond})
		opened(web.Outcome{Status: http.StatusInternalServerError, Took: time.Second})
		sent(web.Outcome{Status: http.StatusSeeOther, Took: 20 * time.Millisecond})
		sent(web.Outcome{Status: http.StatusUnprocessableEntity, Problem: "unknown_topic", Took: time.Millisecond})
		handler.ServeHTTP(w, r)
	}
}

// kubelet tells of the claim of zhongduo's data, as kubelets do.
func kubelet(w http.ResponseWriter, _ *http.Request) {
	const labels = `{namespace="` + countyNamespace + `",persistentvolumeclaim="zhongduo-intake-data"}`
	_, _ = fmt.Fprintf(w, "# TYPE kubelet_volume_stats_available_bytes gauge\nkubelet_volume_stats_available_bytes%s 6e8\n"+
		"# TYPE kubelet_volume_stats_capacity_bytes gauge\nkubelet_volume_stats_capacity_bytes%s 1e9\n", labels, labels)
}
