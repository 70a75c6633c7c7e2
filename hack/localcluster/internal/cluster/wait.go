package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"township.dev/liaison/hack/localcluster/internal/supervise"
)

// patience is how long nothing may happen before the wait explains itself.
const patience = 10 * time.Second

// awaitReady follows a start until it has succeeded or failed.
func (c Cluster) awaitReady(ctx context.Context) error {
	progress := progress{say: c.say, lastWord: c.Clock.Now()}
	ticker := c.Clock.NewTicker(lookInterval)
	defer ticker.Stop()
	for {
		now, err := c.look()
		if err != nil {
			return err
		}
		progress.follow(now.record, c.Clock.Now())
		if now.whole() {
			return nil
		}
		if !now.starting() {
			return c.whyNotUp(now)
		}
		select {
		case <-ticker.C():
		case <-ctx.Done():
			return c.gaveUp(ctx, now.record)
		}
	}
}

// whyNotUp explains a start that ended.
func (c Cluster) whyNotUp(now view) error {
	if crashed := now.record.Crashed(); len(crashed) > 0 {
		part := crashed[0]
		return fmt.Errorf("%s ended by itself at %s: %s; its last words were:\n  %s\nall of them are in %s",
			part.Name, part.Exit.At.Format(time.TimeOnly), part.Exit.Reason, strings.Join(part.Exit.LastLines, "\n  "), c.Folder.Log(part.Name))
	}
	switch now.record.Phase {
	case supervise.Stopping, supervise.Stopped:
		return errors.New("the cluster was stopped while it started")
	default:
		words, err := os.ReadFile(c.Folder.Log(supervisorName))
		if err != nil {
			return fmt.Errorf("the supervisor ended and left no log: %w", err)
		}
		return fmt.Errorf("the supervisor ended: %s", strings.TrimSpace(string(words)))
	}
}

func (c Cluster) gaveUp(ctx context.Context, record supervise.Record) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("not ready in time: %s; it goes on starting: look with status, end it with down", strings.Join(missing(record), "; "))
	}
	return errors.New("interrupted; the cluster goes on starting: look with status, end it with down")
}

// missing says of each part that is not ready what it lacks.
func missing(record supervise.Record) []string {
	var lacks []string
	for _, part := range record.Parts {
		if part.Ready != nil {
			continue
		}
		what := part.Waiting
		if what == "" {
			what = "no answer yet"
		}
		lacks = append(lacks, part.Name+": "+what)
	}
	return lacks
}

// progress tells each part once that it is ready, and what is missing when that takes long.
type progress struct {
	say      func(format string, values ...any)
	told     map[string]bool
	lastWord time.Time
}

func (p *progress) follow(record supervise.Record, now time.Time) {
	for _, part := range record.Parts {
		if part.Ready == nil || p.told[part.Name] {
			continue
		}
		if p.told == nil {
			p.told = map[string]bool{}
		}
		p.told[part.Name] = true
		p.lastWord = now
		p.say("%s is ready after %.1f s", part.Name, part.Ready.Sub(part.Started).Seconds())
	}
	if now.Sub(p.lastWord) >= patience {
		p.lastWord = now
		for _, lack := range missing(record) {
			p.say("still waiting for %s", lack)
		}
	}
}
