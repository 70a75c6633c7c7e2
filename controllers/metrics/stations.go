package metrics

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/controllers/backlog"
)

// Polls is what a scrape asks the backlog controller's memory.
type Polls interface {
	// Recall returns what is remembered of the station with that name and UID.
	Recall(station types.NamespacedName, uid types.UID) (backlog.Record, bool)
}

// Stations is where the metrics of stations come from. All fields are needed.
type Stations struct {
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

// view is a station as one scrape sees it: the same for all families.
type view struct {
	now     time.Time
	station *v1alpha1.LiaisonStation
	// roster is nil when the station has none.
	roster *v1alpha1.DeputyRoster
	zone   *time.Location
	// polled is what is remembered of the polls, when something is.
	polled     backlog.Record
	remembered bool
	calendars  calendars
	// place is the namespace and the station, which all its samples have.
	place []*dto.LabelPair
}

// look at all stations, in the order of the exposition.
func (s *Stations) look(ctx context.Context) ([]view, error) {
	select {
	case <-s.Leading:
	default:
		return nil, nil
	}
	var (
		stations v1alpha1.LiaisonStationList
		rosters  v1alpha1.DeputyRosterList
		holidays v1alpha1.HolidayCalendarList
	)
	for _, list := range []client.ObjectList{&stations, &rosters, &holidays} {
		// Nothing here changes an object, and a copy of every roster per scrape would be the operator's largest cost.
		if err := s.Reader.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			return nil, fmt.Errorf("listing %T for metrics: %w", list, err)
		}
	}
	now, calendars, byName, zones := s.Clock.Now(), calendarsOf(holidays.Items, s.OperatorNamespace), rostersByName(rosters.Items), zones{}
	views := make([]view, len(stations.Items))
	for i := range views {
		station := &stations.Items[i]
		roster := rosterOf(station, byName)
		polled, remembered := s.Polls.Recall(client.ObjectKeyFromObject(station), station.UID)
		views[i] = view{
			now: now, station: station, roster: roster, zone: zones.of(roster), polled: polled, remembered: remembered, calendars: calendars,
			place: []*dto.LabelPair{pair(&place[0], station.Namespace), pair(&place[1], station.Name)},
		}
	}
	slices.SortFunc(views, func(a, b view) int {
		return cmp.Or(strings.Compare(a.station.Namespace, b.station.Namespace), strings.Compare(a.station.Name, b.station.Name))
	})
	return views, nil
}
