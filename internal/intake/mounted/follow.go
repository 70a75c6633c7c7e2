package mounted

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long a folder must be quiet before it is read again: a kubelet writes several files and then swaps a link.
const settle = 50 * time.Millisecond

// recheck reads the folders again even when no change was seen, because a file system can lose a notice.
const recheck = time.Minute

// Follower calls back when one of its folders changed. The folders are watched and not the files: a kubelet
// replaces the link ..data, which a watch on a file would not survive.
type Follower struct {
	log     *slog.Logger
	watcher *fsnotify.Watcher
	changed func()
	beat    atomic.Int64 // unix seconds
	now     func() time.Time
}

// Follow begins to watch the folders; Run then calls changed. Between the two no change is lost.
func Follow(log *slog.Logger, now func() time.Time, changed func(), folders ...string) (*Follower, error) {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("asking the kernel to watch folders: %w", err)
	}
	for _, folder := range folders {
		if err := watcher.Add(folder); err != nil {
			_ = watcher.Close()
			return nil, fmt.Errorf("watching folder %s: %w", folder, err)
		}
	}
	f := &Follower{log: log, watcher: watcher, changed: changed, now: now}
	f.beat.Store(now().Unix())
	return f, nil
}

// LastMoved is when the loop last went round.
func (f *Follower) LastMoved() time.Time { return time.Unix(f.beat.Load(), 0) }

// Beat is how often the loop goes round at least.
const Beat = 10 * time.Second

// Close gives up watching; Run does it by itself.
func (f *Follower) Close() error {
	if err := f.watcher.Close(); err != nil {
		return fmt.Errorf("giving up watching: %w", err)
	}
	return nil
}

// Run calls back for every change until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	defer f.Close() //nolint:errcheck // nothing depends on it any more
	beat := time.NewTicker(Beat)
	defer beat.Stop()
	quiet := time.NewTimer(recheck)
	defer quiet.Stop()
	for {
		f.beat.Store(f.now().Unix())
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		case event, open := <-f.watcher.Events:
			if !open {
				return
			}
			if event.Op != fsnotify.Chmod {
				quiet.Reset(settle)
			}
		case err, open := <-f.watcher.Errors:
			if !open {
				return
			}
			f.log.Warn("a change of the mounted files may have been missed; they are read again", "error", err.Error())
			quiet.Reset(settle)
		case <-quiet.C:
			f.changed()
			quiet.Reset(recheck)
		}
	}
}
