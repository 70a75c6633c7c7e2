package store_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

// doomedFolder names the database of a process that writes until it is killed; doomedStart is where its count goes on.
const (
	doomedFolder = "LIAISON_TEST_DOOMED_FOLDER"
	doomedStart  = "LIAISON_TEST_DOOMED_START"
	doomedHands  = 8
)

// A real process, a real file, SIGKILL at a random moment of many writes at once, again and again on the same database.
func TestNothingAcknowledgedIsLostWhenKilled(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	folder := t.TempDir()
	acknowledged := map[string]casework.Code{}
	for round := range rounds {
		lived := time.Duration(rand.Int64N(int64(250 * time.Millisecond)))
		before := len(acknowledged)
		killAfter(t, folder, fmt.Sprint(round*1_000_000), lived, func(key string, code casework.Code) {
			if earlier, known := acknowledged[key]; known && earlier != code {
				t.Errorf("key %s was acknowledged as %s and as %s", key, earlier, code)
			}
			acknowledged[key] = code
		})
		t.Logf("round %d: killed %s after the first acknowledgement, %d acknowledged", round, lived, len(acknowledged)-before)
	}
	briefly(t, folder, func(s *store.Store) { expectExactlyOnce(t, s, acknowledged) })
	beneath(t, folder, func(db *sql.DB) {
		var verdict string
		if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("integrity %q, error %v", verdict, err)
		}
	})
}

// killAfter runs the writing process, kills it some time after its first acknowledgement, and reports all of them.
func killAfter(t *testing.T, folder, start string, lived time.Duration, report func(key string, code casework.Code)) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) // this test itself
	cmd.Env = append(os.Environ(), doomedFolder+"="+folder, doomedStart+"="+start)
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	var death *time.Timer
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // a line cut off by the kill acknowledges nothing
			break
		}
		if death == nil {
			death = time.AfterFunc(lived, func() { _ = cmd.Process.Kill() })
		}
		key, code, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found {
			t.Fatalf("the writing process said %q", line)
		}
		report(key, casework.Code(code))
	}
	if err := cmd.Wait(); death == nil {
		t.Fatalf("the writing process ended before it was killed: %v", err)
	}
}

// expectExactlyOnce looks at every case: all acknowledged ones, none twice, none half written.
func expectExactlyOnce(t *testing.T, s *store.Store, acknowledged map[string]casework.Code) {
	t.Helper()
	texts := map[string]int{}
	stored := 0
	listing := casework.Listing{Order: casework.Newest, Limit: 200}
	for {
		page, err := s.List(t.Context(), listing)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Cases {
			stored++
			texts[c.Excerpt]++
			expectWhole(t, s, c.Code)
		}
		if page.Next == "" {
			break
		}
		listing.After = page.Next
	}
	for key, code := range acknowledged {
		if c, err := s.Case(t.Context(), code); err != nil || c.Text != doomed(key).Text {
			t.Errorf("key %s was acknowledged and is not there: %v", key, err)
		}
		if texts[doomed(key).Text] != 1 {
			t.Errorf("key %s is there %d times", key, texts[doomed(key).Text])
		}
	}
	b, err := s.Backlog(t.Context(), rules.Today(now))
	if err != nil || b.Received != int64(stored) || b.Pending() != stored {
		t.Errorf("tallied %d, pending %d, stored %d, error %v", b.Received, b.Pending(), stored, err)
	}
	t.Logf("%d acknowledged, %d stored", len(acknowledged), stored)
}

func expectWhole(t *testing.T, s *store.Store, code casework.Code) {
	t.Helper()
	c, errCase := s.Case(t.Context(), code)
	history, errHistory := s.History(t.Context(), code)
	contact, errContact := s.Contact(t.Context(), code)
	if errCase != nil || errHistory != nil || errContact != nil || len(history) != c.Seq || contact != road.Contact() {
		t.Errorf("case %s is half written: seq %d, %d events, errors %v, %v, %v", code, c.Seq, len(history), errCase, errHistory, errContact)
	}
}

// doomed is the suggestion that goes with a key.
func doomed(key string) casework.Suggestion {
	s := road
	s.Text = "第" + key + "条：田间路被冲毁。"
	return s
}

// writeUntilKilled is the other process: several hands submit under numbered keys, each of them twice as an impatient
// client would, and classify, and say what was acknowledged.
func writeUntilKilled(folder string) int {
	ctx := context.Background()
	s, err := store.Open(ctx, options(folder))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var start int
	if _, err := fmt.Sscan(os.Getenv(doomedStart), &start); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var out sync.Mutex
	var hands sync.WaitGroup
	for hand := range doomedHands {
		hands.Go(func() {
			for i := start + hand; ; i += doomedHands / 2 { // so that two hands meet at each key
				if err := writeOne(ctx, s, fmt.Sprintf("k%d", i), &out); err != nil {
					fmt.Fprintln(os.Stderr, err)
					return
				}
			}
		})
	}
	hands.Wait()
	return 1
}

func writeOne(ctx context.Context, s *store.Store, key string, out *sync.Mutex) error {
	c, replayed, err := bring(ctx, s, rules.Receive(doomed(key), casework.NewCode(), key, now))
	if err != nil {
		return err
	}
	out.Lock()
	_, err = io.WriteString(os.Stdout, key+" "+string(c.Code)+"\n")
	out.Unlock()
	if err != nil || replayed {
		return err
	}
	_, err = s.Change(ctx, c.Code, func(c casework.Case) (casework.Case, casework.Event, error) {
		return rules.Apply(c, casework.Classify{Route: casework.Township, Reason: "可以修"}, casework.Actor{Role: casework.Administrator}, now)
	})
	return err
}
