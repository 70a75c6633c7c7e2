package backlog

import (
	"hash/fnv"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// patience is how many intervals a station may stay silent before its figures count as stale.
const patience = 3

// slowest is how many intervals lie at most between two polls of a station that does not answer.
const slowest = 8

// timetable says when to poll which station. Each station has its own place within the interval, derived from its name:
// polls of many stations spread evenly, and a restart does not change who follows whom. Random jitter would spread
// them too, but then no test could say when the next poll is.
type timetable struct {
	interval time.Duration
}

// next is the station's next place in the timetable, at least half an interval away.
func (t timetable) next(station types.NamespacedName, now time.Time) time.Time {
	return t.placeAfter(station, now.Add(t.interval/2))
}

// retry is when to ask again a station that left the last polls without an answer. While its figures still count as fresh
// it is asked as often as ever; later less and less often, because a pod that recovers announces that by becoming ready.
func (t timetable) retry(station types.NamespacedName, now time.Time, misses int) time.Time {
	pause := t.interval
	for n := patience; n < misses && pause < slowest*t.interval; n++ {
		pause *= 2
	}
	return t.placeAfter(station, now.Add(pause-t.interval/2))
}

// grace is how long a station may be silent before its figures count as stale.
func (t timetable) grace() time.Duration { return patience * t.interval }

// placeAfter counts from the earliest time, which has read the monotonic clock too: a machine's clock that is set back must not put a poll off by hours.
func (t timetable) placeAfter(station types.NamespacedName, earliest time.Time) time.Time {
	passed := earliest.Sub(earliest.Truncate(t.interval))
	return earliest.Add((t.offset(station) - passed + t.interval) % t.interval)
}

func (t timetable) offset(station types.NamespacedName) time.Duration {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(station.String())) // a hash in memory cannot fail
	return time.Duration(hash.Sum64() % uint64(t.interval))
}
