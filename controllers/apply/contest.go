package apply

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// An object that is put right this often within contestWindow, each time to the same, is contested: somebody else insists. To go on would be two programs
// writing against each other for ever.
const (
	mostRetakes   = 5
	contestWindow = time.Minute
)

// Contests remembers how often objects were put right. It is safe for concurrent use; NewContests makes one.
type Contests struct {
	clock clock.PassiveClock
	mu    sync.Mutex
	taken map[types.UID]retakes
	// swept is when those that are long past were last forgotten.
	swept time.Time
}

// retakes of one object to one content.
type retakes struct {
	content [sha256.Size]byte
	// wrote is the version that the last of them made. A cache that lags shows once more what came before it, the first half of our own writing too.
	wrote string
	at    []time.Time
}

// NewContests returns a memory without contests.
func NewContests(now clock.PassiveClock) *Contests {
	return &Contests{clock: now, taken: map[types.UID]retakes{}}
}

// rest is how long the object must be left alone; 0 while it may be written.
func (c *Contests) rest(uid types.UID, content []byte) time.Duration {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	recent := c.recent(uid, sha256.Sum256(content))
	if len(recent.at) < mostRetakes {
		return 0
	}
	return recent.at[0].Add(contestWindow).Sub(c.clock.Now())
}

// note that the object, seen in one version, was put right, which made another.
func (c *Contests) note(uid types.UID, content []byte, saw, wrote string) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetThePast()
	recent := c.recent(uid, sha256.Sum256(content))
	if recent.precede(saw) {
		recent.at = append(recent.at, c.clock.Now())
	}
	recent.wrote = wrote
	c.taken[uid] = recent
}

// precede reports whether somebody else has written the version since.
func (r retakes) precede(version string) bool {
	order, err := resourceversion.CompareResourceVersion(version, r.wrote)
	return err != nil || order > 0
}

// forgetThePast once in a while: a change of the county's may have thousands of objects written within a minute.
func (c *Contests) forgetThePast() {
	if c.clock.Since(c.swept) < contestWindow {
		return
	}
	c.swept = c.clock.Now()
	for other, known := range c.taken {
		if len(c.recent(other, known.content).at) == 0 {
			delete(c.taken, other)
		}
	}
}

// recent retakes of the object to that content.
func (c *Contests) recent(uid types.UID, content [sha256.Size]byte) retakes {
	fresh := retakes{content: content}
	known := c.taken[uid]
	if known.content != content {
		return fresh
	}
	fresh.wrote = known.wrote
	for _, at := range known.at {
		if c.clock.Since(at) < contestWindow {
			fresh.at = append(fresh.at, at)
		}
	}
	return fresh
}

// ContestedError says that somebody else changes the object back as often as it is put right. It is left alone for a while.
type ContestedError struct {
	Kind, Namespace, Name string
	// Managers wrote it too, so far as is known.
	Managers []string
	// Again is when it is tried again.
	Again time.Duration
}

func (e *ContestedError) Error() string {
	by := "somebody else"
	if len(e.Managers) > 0 {
		by = "another of its writers (" + strings.Join(e.Managers, ", ") + ")"
	}
	return fmt.Sprintf("%s %s in namespace %s is changed again and again by %s; have it leave alone what the operator declares there", e.Kind, e.Name, e.Namespace, by)
}

// contested names who insists, read from the API server because the caches hold no managed fields.
func (a *Applier) contested(ctx context.Context, live client.Object, kind string, again time.Duration) error {
	contested := &ContestedError{Kind: kind, Namespace: live.GetNamespace(), Name: live.GetName(), Again: again}
	whole, ok := live.DeepCopyObject().(client.Object)
	if ok && a.APIReader.Get(ctx, client.ObjectKeyFromObject(live), whole) == nil {
		for _, manager := range managersOf(whole.GetManagedFields()) {
			if manager != a.FieldManager {
				contested.Managers = append(contested.Managers, manager)
			}
		}
	}
	return contested
}
