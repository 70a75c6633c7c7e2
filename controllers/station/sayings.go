package station

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

// catchUp is how long a station is left to the cache that does not show yet what was last said of it.
const catchUp = 10 * time.Millisecond

// sayings are the statuses written of which the cache has not told yet. Whoever judges a station by the status before the last says what is said already,
// and dates conditions from it.
type sayings struct {
	mu       sync.Mutex
	versions map[types.NamespacedName]saying
}

type saying struct {
	uid     types.UID
	version string
}

// said notes the version that a station has with its new status.
func (s *sayings) said(station *v1alpha1.LiaisonStation, version string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.versions == nil {
		s.versions = map[types.NamespacedName]saying{}
	}
	s.versions[client.ObjectKeyFromObject(station)] = saying{station.UID, version}
}

// aheadOf reports whether a station as read is older than its last status, and forgets that once it is not.
func (s *sayings) aheadOf(station *v1alpha1.LiaisonStation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := client.ObjectKeyFromObject(station)
	last, noted := s.versions[key]
	if !noted {
		return false
	}
	if order, err := resourceversion.CompareResourceVersion(station.ResourceVersion, last.version); err == nil && order < 0 && station.UID == last.uid {
		return true
	}
	delete(s.versions, key)
	return false
}

func (s *sayings) forget(station types.NamespacedName) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.versions, station)
}
