package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

// The files in testdata are what earlier versions wrote: the same cases and staff, as far as that version went.
func TestADatabaseOfEachEarlierVersionIsBroughtUpToDate(t *testing.T) {
	for version, cases := range map[int]int64{1: 4, 2: 4, 4: 5, 5: 6} {
		t.Run(fmt.Sprint("schema ", version), func(t *testing.T) {
			folder := earlier(t, version)
			briefly(t, folder, func(s *store.Store) { // opened twice: the second time nothing is left to do
				if _, err := s.Verify(t.Context()); err != nil {
					t.Errorf("the log: %v", err)
				}
			})
			s := open(t, folder)
			expectEarlierCases(t, s)
			expectEarlierStaff(t, s)
			expectCount(t, s, cases)
			if version > 3 {
				expectLamp(t, s)
			}
			if version > 4 {
				expectNight(t, s)
			}
			_, err := s.FeedOf(t.Context(), "a-token-that-was-given-out")
			if known := err == nil; known != (version > 1) {
				t.Errorf("the calendar: %v", err)
			}
		})
	}
}

// earlier makes the folder of a station that runs the version with that schema.
func earlier(t *testing.T, version int) string {
	t.Helper()
	dump, err := os.ReadFile(filepath.Join("testdata", fmt.Sprintf("schema-%d.sql", version)))
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	beneath(t, folder, func(db *sql.DB) {
		if _, err := db.Exec(string(dump)); err != nil {
			t.Fatal(err)
		}
	})
	return folder
}

func expectEarlierCases(t *testing.T, s *store.Store) {
	t.Helper()
	for code, want := range map[casework.Code]casework.State{
		"WAITWAITWAIT": casework.Received, "C0VNTYC0VNTY": casework.Classified, "ANSWERANSWER": casework.Answered, "DONEDONEDONE": casework.Closed,
	} {
		// Who got a receipt before there were secrets has the code alone.
		c, err := s.Unlock(t.Context(), code, "")
		if err != nil || c.State != want || c.Text == "" || c.Source != casework.FromSite {
			t.Errorf("%s: %+v, error %v", code, c, err)
		}
		history, err := s.History(t.Context(), code)
		if err != nil || len(history) != c.Seq || want != casework.Received && history[1].Words == "" {
			t.Errorf("%s: history %+v, error %v", code, history, err)
		}
	}
	done, err := s.Case(t.Context(), "DONEDONEDONE")
	if err != nil || done.EndedAt != done.ClosedAt || done.EndedOn.String() != "2026-03-09" {
		t.Errorf("%+v, error %v", done, err)
	}
	for filter, want := range map[*casework.Filter]int{
		{Stage: casework.StagePending}: 3, {Search: "冲毁"}: 3, {Search: "垃圾桶"}: 1, {Phone: "139-0000-0031"}: 3,
	} {
		page, err := s.List(t.Context(), casework.Listing{Filter: *filter, Limit: 10})
		if err != nil || len(page.Cases) != want {
			t.Errorf("%+v lists %d, want %d, error %v", *filter, len(page.Cases), want, err)
		}
	}
	again, replayed, err := bring(t.Context(), s, rules.Receive(road, casework.NewCode(), "k1", now))
	if err != nil || !replayed || again.Code != "WAITWAITWAIT" {
		t.Errorf("the request repeated: %+v, %t, error %v", again, replayed, err)
	}
	_, err = s.Change(t.Context(), "ANSWERANSWER", func(c casework.Case) (casework.Case, casework.Event, error) {
		return rules.Apply(c, casework.RecordFeedback{Channel: casework.InPerson, Text: "当面告知"}, casework.Actor{Role: casework.Head}, now.Add(2*time.Hour))
	})
	if err != nil {
		t.Errorf("going on with an earlier case: %v", err)
	}
}

func expectEarlierStaff(t *testing.T, s *store.Store) {
	t.Helper()
	if err := s.DeclareStaff(t.Context(), []casework.FirstPassword{{Username: "li", Name: "李干事", Role: casework.Administrator, Password: "first of li"}}); err != nil {
		t.Fatal(err)
	}
	if session, err := signIn(t, s, "li", "first of li"); err != nil || !session.Account.FirstPassword {
		t.Errorf("%+v, error %v", session, err)
	}
	b, err := s.Backlog(t.Context(), rules.Today(now))
	if err != nil || b.Visits != 1 || b.Closed[casework.NotPossibleC] != 1 || b.OnTime != 1 || b.Late != 0 || b.Pending() != 3 {
		t.Errorf("backlog %+v, error %v", b, err)
	}
}

func expectCount(t *testing.T, s *store.Store, cases int64) {
	t.Helper()
	if b, err := s.Backlog(t.Context(), rules.Today(now)); err != nil || b.Received != cases {
		t.Errorf("%d were received, want %d, error %v", b.Received, cases, err)
	}
	if v, err := s.Verify(t.Context()); err != nil || v.Cases != cases {
		t.Errorf("verified %+v, want %d cases, error %v", v, cases, err)
	}
}

// What was closed before closings were counted is counted as the service would have, also where it was opened again since.
func TestAnUpgradeCountsTheClosingsOfBefore(t *testing.T) {
	folder := t.TempDir()
	var counted casework.Backlog
	briefly(t, folder, func(s *store.Store) {
		for _, days := range []int{1, 1, 30} {
			closed := closedAfter(t, s, submit(t, s, road, "").Code, days)
			reopened := submit(t, s, road, "").Code
			closedAfter(t, s, reopened, days)
			apply(t, s, reopened, casework.Reopen{Text: "没修好"}, days)
			apply(t, s, closed, casework.Rate{Value: casework.Satisfied}, days)
		}
		twice := submit(t, s, road, "").Code
		closedAfter(t, s, twice, 30)
		apply(t, s, twice, casework.Reopen{Text: "没修好"}, 31)
		closedAfter(t, s, twice, 33)
		apply(t, s, submit(t, s, road, "").Code, casework.Withdraw{Reason: "不用了"}, 30)
		counted = backlog(t, s)
	})
	if counted.OnTime != 5 || counted.Late != 3 {
		t.Fatalf("the service counts %d on time and %d late", counted.OnTime, counted.Late)
	}
	beneath(t, folder, func(db *sql.DB) { // as the version with schema 5 left it
		if _, err := db.Exec(`DELETE FROM tallies WHERE name LIKE 'closings.%'; DELETE FROM goose_db_version WHERE version_id > 5`); err != nil {
			t.Fatal(err)
		}
	})
	briefly(t, folder, func(s *store.Store) {
		if diff := cmp.Diff(counted, backlog(t, s)); diff != "" {
			t.Errorf("the upgrade counts otherwise (-service +upgrade):\n%s", diff)
		}
		if _, err := s.Verify(t.Context()); err != nil {
			t.Errorf("the log: %v", err)
		}
	})
}

// closedAfter brings the case to its close so many days after it came in; five working days are in time.
func closedAfter(t *testing.T, s *store.Store, code casework.Code, days int) casework.Code {
	t.Helper()
	c, err := s.Case(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	if c.State == casework.Received {
		apply(t, s, code, casework.Classify{Route: casework.Explain, Reason: "需解释"}, 0)
	}
	apply(t, s, code, casework.GiveAnswer{Result: casework.NotPossibleC, Text: "暂时不能"}, days)
	apply(t, s, code, casework.RecordFeedback{Channel: casework.InPerson, Text: "当面告知"}, days)
	apply(t, s, code, casework.Close{}, days)
	return code
}

// apply moves the case so many days after it came in.
func apply(t *testing.T, s *store.Store, code casework.Code, m casework.Move, days int) {
	t.Helper()
	_, err := s.Change(t.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
		return rules.Apply(c, m, casework.Actor{Role: casework.Head}, now.AddDate(0, 0, days))
	})
	if err != nil {
		t.Fatalf("%s: %v", m.Action(), err)
	}
}

func backlog(t *testing.T, s *store.Store) casework.Backlog {
	t.Helper()
	b, err := s.Backlog(t.Context(), rules.Today(now))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// expectLamp finds the case that came with a secret and a photo, and was withdrawn.
func expectLamp(t *testing.T, s *store.Store) {
	t.Helper()
	const code = "LAMPLAMPLAMP"
	if c, err := s.Unlock(t.Context(), code, "SECRET44"); err != nil || c.State != casework.Withdrawn || c.Photos != 1 {
		t.Errorf("%+v, error %v", c, err)
	}
	if who, err := s.Contact(t.Context(), code); err != nil || who.Name != "李四" {
		t.Errorf("contact %+v, error %v", who, err)
	}
	if p, err := s.Photo(t.Context(), code, 1); err != nil || string(p.Full) != "full" {
		t.Errorf("photo %q, error %v", p.Full, err)
	}
	page, err := s.List(t.Context(), casework.Listing{Filter: casework.Filter{Phone: "13900000044"}, Limit: 5})
	if err != nil || len(page.Cases) != 1 {
		t.Errorf("the phone finds %d, error %v", len(page.Cases), err)
	}
}

func expectNight(t *testing.T, s *store.Store) {
	t.Helper()
	const code = "NIGHTN1GHTN1"
	if c, err := s.Case(t.Context(), code); err != nil || c.State != casework.Withdrawn || c.Text != "夜里没有人收垃圾。" {
		t.Errorf("%+v, error %v", c, err)
	}
	if who, err := s.Contact(t.Context(), code); err != nil || who.Name != "赵六" {
		t.Errorf("contact %+v, error %v", who, err)
	}
}

func signIn(t *testing.T, s *store.Store, username, password string) (casework.Session, error) {
	t.Helper()
	return s.SignIn(t.Context(), casework.Credentials{Username: username, Password: password}, casework.SigningIn{Now: now, Lifetime: time.Hour})
}

func TestTheDataKeyIsReplaced(t *testing.T) {
	folder := t.TempDir()
	fresh := []byte("another key of exactly 32 bytes.")
	li := casework.FirstPassword{Username: "li", Name: "李干事", Role: casework.Administrator, Password: "first of li"}
	calendar := announcement.NewFeed("d031", now)
	var receipt casework.Receipt
	briefly(t, folder, func(s *store.Store) {
		var err error
		if receipt, err = s.Submit(t.Context(), rules.Receive(road, casework.NewCode(), "k1", now)); err != nil {
			t.Fatal(err)
		}
		if err := s.AddFeeds(t.Context(), []announcement.Feed{calendar}); err != nil {
			t.Fatal(err)
		}
		if err := s.DeclareStaff(t.Context(), []casework.FirstPassword{li}); err != nil {
			t.Fatal(err)
		}
		session, err := signIn(t, s, "li", li.Password)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetSecondFactor(t.Context(), session, li.Password, casework.SecondFactor{Secret: "S", Recovery: []string{"R"}}, now); err != nil {
			t.Fatal(err)
		}
	})
	_, err := store.Open(t.Context(), store.Options{DataDir: folder, DataKey: fresh})
	expectRefusal(t, err, store.ErrWrongDataKey, "previous-data-key")
	for _, previous := range [][]byte{dataKey(), dataKey(), nil} { // given once more than needed, then taken away
		s, err := store.Open(t.Context(), store.Options{DataDir: folder, DataKey: fresh, PreviousKey: previous, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		expectReadable(t, s, receipt, calendar, li)
		closeStore(t, s)
	}
	_, err = store.Open(t.Context(), options(folder))
	expectRefusal(t, err, store.ErrWrongDataKey)
}

// expectReadable looks at everything that is encrypted or hashed under the data key.
func expectReadable(t *testing.T, s *store.Store, receipt casework.Receipt, calendar announcement.Feed, li casework.FirstPassword) {
	t.Helper()
	code := receipt.Case.Code
	if contact, err := s.Contact(t.Context(), code); err != nil || contact != road.Contact() {
		t.Errorf("contact %+v, error %v", contact, err)
	}
	if secret, err := s.Secret(t.Context(), code); err != nil || secret != receipt.Secret {
		t.Errorf("secret %q, error %v", secret, err)
	}
	if page, err := s.List(t.Context(), casework.Listing{Filter: casework.Filter{Phone: road.Phone}, Limit: 5}); err != nil || len(page.Cases) != 1 {
		t.Errorf("the phone finds %d, error %v", len(page.Cases), err)
	}
	if f, err := s.FeedOf(t.Context(), calendar.Token); err != nil || f != calendar {
		t.Errorf("calendar %+v, error %v", f, err)
	}
	if err := s.DeclareStaff(t.Context(), []casework.FirstPassword{li}); err != nil {
		t.Fatal(err)
	}
	session, err := s.SignIn(t.Context(), casework.Credentials{
		Username: li.Username, Password: li.Password, Code: "S",
		Verify: func(secret, code string, _ time.Time, last int64) (int64, bool) { return last + 1, secret == code },
	}, casework.SigningIn{Now: now, Lifetime: time.Hour})
	if err != nil || !session.Account.SecondFactor {
		t.Errorf("%+v, error %v", session, err)
	}
	if _, err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestABackupIsTheWholeDatabaseAtOneMoment(t *testing.T) {
	folder, file := t.TempDir(), filepath.Join(t.TempDir(), "backup.db")
	s := open(t, folder)
	first := submit(t, s, road, "k1")
	// While the service goes on.
	if err := store.Backup(t.Context(), folder, file); err != nil {
		t.Fatal(err)
	}
	second := submit(t, s, road, "k2")
	expectRefusal(t, store.Backup(t.Context(), folder, file), store.ErrExists)
	expectRefusal(t, store.Backup(t.Context(), t.TempDir(), file+"2"), store.ErrNoDatabase)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, error %v", info, err)
	}
	_, err := store.Restore(t.Context(), options(folder), file)
	expectRefusal(t, err, store.ErrLocked)

	elsewhere := t.TempDir()
	restored, err := store.Restore(t.Context(), options(elsewhere), file)
	if err != nil || restored.Cases != 1 || restored.Kept != "" {
		t.Fatalf("%+v, error %v", restored, err)
	}
	briefly(t, elsewhere, func(s *store.Store) {
		if contact, err := s.Contact(t.Context(), first.Code); err != nil || contact != road.Contact() {
			t.Errorf("contact %+v, error %v", contact, err)
		}
		if _, err := s.Case(t.Context(), second.Code); err == nil {
			t.Error("it holds a case from after it was made")
		}
		if v, err := s.Verify(t.Context()); err != nil || v.Head.Length != restored.Head.Length+1 {
			t.Errorf("verified %+v, error %v", v, err)
		}
		submit(t, s, road, "k3")
	})
}

func TestRestoringKeepsWhatWasThere(t *testing.T) {
	folder, file := t.TempDir(), filepath.Join(t.TempDir(), "backup.db")
	var first, second casework.Case
	briefly(t, folder, func(s *store.Store) {
		first = submit(t, s, road, "k1")
		if err := store.Backup(t.Context(), folder, file); err != nil {
			t.Fatal(err)
		}
		second = submit(t, s, road, "k2")
	})
	restored, err := store.Restore(t.Context(), options(folder), file)
	if err != nil {
		t.Fatal(err)
	}
	briefly(t, folder, func(s *store.Store) {
		if _, err := s.Case(t.Context(), first.Code); err != nil {
			t.Error(err)
		}
	})
	// The database that was moved aside is a backup like any other.
	if _, err := store.Restore(t.Context(), at(folder, now), restored.Kept); err != nil {
		t.Fatal(err)
	}
	briefly(t, folder, func(s *store.Store) {
		if _, err := s.Case(t.Context(), second.Code); err != nil {
			t.Error(err)
		}
	})
}

func TestABadBackupChangesNothing(t *testing.T) {
	folder := t.TempDir()
	var c casework.Case
	briefly(t, folder, func(s *store.Store) { c = submit(t, s, road, "k1") })
	good, altered, text := filepath.Join(t.TempDir(), "good"), filepath.Join(t.TempDir(), "liaison.db"), filepath.Join(t.TempDir(), "text")
	for _, file := range []string{good, altered} {
		if err := store.Backup(t.Context(), folder, file); err != nil {
			t.Fatal(err)
		}
	}
	beneath(t, filepath.Dir(altered), func(db *sql.DB) {
		if _, err := db.Exec(`UPDATE cases SET text = '别的'`); err != nil {
			t.Fatal(err)
		}
	})
	if err := os.WriteFile(text, []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Restore(t.Context(), options(folder), altered)
	expectRefusal(t, err, store.ErrLogBroken, "nothing was changed")
	other := options(folder)
	other.DataKey = []byte("another key of exactly 32 bytes.")
	_, err = store.Restore(t.Context(), other, good)
	expectRefusal(t, err, store.ErrWrongDataKey)
	if _, err = store.Restore(t.Context(), options(folder), text); err == nil {
		t.Error("a text was restored")
	}
	if _, err = store.Restore(t.Context(), options(folder), "missing"); err == nil {
		t.Error("nothing was restored")
	}
	briefly(t, folder, func(s *store.Store) {
		if _, err := s.Case(t.Context(), c.Code); err != nil {
			t.Error(err)
		}
	})
	left, err := filepath.Glob(filepath.Join(folder, "restore-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

func TestVerifyingWhileTheServiceGoesOn(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	submit(t, s, road, "")
	reading, err := store.OpenToRead(t.Context(), options(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, reading)
	for want := int64(1); want <= 2; want++ {
		if v, err := reading.Verify(t.Context()); err != nil || v.Cases != want || v.Head.Length != want {
			t.Errorf("verified %+v, want %d, error %v", v, want, err)
		}
		submit(t, s, road, "")
	}
	other := options(folder)
	other.DataKey = []byte("another key of exactly 32 bytes.")
	_, err = store.OpenToRead(t.Context(), other)
	expectRefusal(t, err, store.ErrWrongDataKey)
	_, err = store.OpenToRead(t.Context(), options(earlier(t, 2)))
	expectRefusal(t, err, store.ErrOlderSchema, "start the service once")
	_, err = store.OpenToRead(t.Context(), options(t.TempDir()))
	expectRefusal(t, err, store.ErrNoDatabase)
}
