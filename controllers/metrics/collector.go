// Package metrics turns what the operator knows about the stations into Prometheus metrics at the moment of a scrape.
//
// Figures come from the objects in the informer cache, so that a metric and `kubectl get` never disagree and a station's series end with
// the station. Only what stands in no object comes from the memory of the polls: the age of the figures, failed polls, results and ratings of closed cases.
package metrics

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/backlog"
)

// scrapeTimeout bounds one collection; all of it is read from memory.
const scrapeTimeout = 10 * time.Second

// Polls is what the collector asks the backlog controller's memory.
type Polls interface {
	// Recall returns what is remembered of the station with that name and UID.
	Recall(station types.NamespacedName, uid types.UID) (backlog.Record, bool)
}

// Config of a collector. All fields are needed.
type Config struct {
	// Reader lists the API's objects; it should be the manager's cache.
	Reader client.Reader
	Polls  Polls
	Clock  clock.PassiveClock
	// Leading is closed when this process has become the one that polls. Before, it reports no station: a replica in
	// waiting would count every case twice.
	Leading <-chan struct{}
	// OperatorNamespace holds the HolidayCalendars that serve every station.
	OperatorNamespace string
}

// Collector is a prometheus.Collector of all stations.
type Collector struct {
	config Config
}

// NewCollector returns a collector. It is registered once per process, in controller-runtime's metrics.Registry.
func NewCollector(config Config) *Collector { return &Collector{config: config} }

// Describe implements prometheus.Collector.
func (c *Collector) Describe(out chan<- *prometheus.Desc) {
	for _, f := range families {
		out <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	select {
	case <-c.config.Leading:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	seen, err := c.look(ctx)
	if err != nil {
		// Half a truth would look like stations that vanished; a failed scrape is what it is.
		out <- prometheus.NewInvalidMetric(stationInfo.desc, err)
		return
	}
	for _, station := range seen.stations {
		c.collectStation(newSeries(out, station.Namespace, station.Name), station, seen)
	}
}

// sight is what the cache holds at one moment.
type sight struct {
	now       time.Time
	stations  []*v1alpha1.LiaisonStation
	rosters   map[types.NamespacedName]*v1alpha1.DeputyRoster
	calendars calendars
	zones     zones
}

func (c *Collector) look(ctx context.Context) (sight, error) {
	var (
		stations v1alpha1.LiaisonStationList
		rosters  v1alpha1.DeputyRosterList
		holidays v1alpha1.HolidayCalendarList
	)
	for _, list := range []client.ObjectList{&stations, &rosters, &holidays} {
		// Nothing here changes an object, and a copy of every roster per scrape would be the operator's largest cost.
		if err := c.config.Reader.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return sight{}, fmt.Errorf("listing %T for metrics: %w", list, err)
		}
	}
	return sight{
		now:       c.config.Clock.Now(),
		stations:  inOrder(stations.Items),
		rosters:   rostersByName(rosters.Items),
		calendars: calendarsOf(holidays.Items, c.config.OperatorNamespace),
		zones:     zones{},
	}, nil
}

// inOrder of the exposition, which is then not sorted again for each metric.
func inOrder(stations []v1alpha1.LiaisonStation) []*v1alpha1.LiaisonStation {
	sorted := make([]*v1alpha1.LiaisonStation, 0, len(stations))
	for i := range stations {
		sorted = append(sorted, &stations[i])
	}
	slices.SortFunc(sorted, func(a, b *v1alpha1.LiaisonStation) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	return sorted
}

func (c *Collector) collectStation(s series, station *v1alpha1.LiaisonStation, seen sight) {
	township := station.Spec.Township
	s.put(stationInfo, 1, township.County, township.Name, township.Code)
	s.put(stationReady, readiness(station))
	s.put(stationSuspended, suspension(station))
	collectCases(s, station.Status.Backlog, seen.now)
	collectAudit(s, station)
	if record, ok := c.config.Polls.Recall(client.ObjectKeyFromObject(station), station.UID); ok {
		collectPolls(s, record, seen.now)
	}
	roster := rosterOf(station, seen)
	zone := seen.zones.of(roster)
	collectCalendar(s, seen, zone)
	if roster != nil {
		collectDuty(s, roster, zone)
	}
}
