package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"township.dev/liaison/internal/announcement"
	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/store"
)

func TestWhatIsSecretDoesNotStandInTheFiles(t *testing.T) {
	folder := t.TempDir()
	var session casework.Session
	first := casework.FirstPassword{Username: "li", Name: "李干事", Role: casework.Administrator, Password: "first-password-of-li"}
	s := open(t, folder)
	submit(t, s, road, "k1")
	if err := s.DeclareStaff(t.Context(), []casework.FirstPassword{first}); err != nil {
		t.Fatal(err)
	}
	session, err := s.SignIn(t.Context(), casework.Credentials{Username: first.Username, Password: first.Password}, casework.SigningIn{Now: now, Lifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	calendar := announcement.NewFeed("d031", now)
	if err := s.AddFeeds(t.Context(), []announcement.Feed{calendar}); err != nil {
		t.Fatal(err)
	}
	content := everything(t, folder)
	if !bytes.Contains(content, []byte(road.Text)) {
		t.Fatal("the text of a case is not found, so this test looks in the wrong place")
	}
	for what, secret := range map[string]string{
		"name": road.Name, "phone": road.Phone, "password": first.Password, "token": session.Token, "calendar's token": calendar.Token, "data key": string(dataKey()),
	} {
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("the %s stands in the files", what)
		}
	}
	if !bytes.Contains(content, []byte("$argon2id$v=19$m=19456,t=2,p=1$")) {
		t.Error("no argon2id hash is found")
	}
}

// everything in the folder's files, the write-ahead log included.
func everything(t *testing.T, folder string) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var content []byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		content = append(content, data...)
	}
	return content
}

func TestAContactIsBoundToItsCase(t *testing.T) {
	folder := t.TempDir()
	var first, second casework.Case
	briefly(t, folder, func(s *store.Store) {
		first = submit(t, s, road, "")
		other := road
		other.Name, other.Phone = "李四", "13900000099"
		second = submit(t, s, other, "")
	})
	beneath(t, folder, func(db *sql.DB) {
		_, err := db.Exec(`UPDATE cases SET contact = (SELECT contact FROM cases WHERE id = 2) WHERE id = 1`)
		if err != nil {
			t.Fatal(err)
		}
	})
	s := open(t, folder)
	contact, err := s.Contact(t.Context(), first.Code)
	if err == nil || !contact.Empty() || !strings.Contains(err.Error(), "altered") {
		t.Errorf("contact %+v, error %v", contact, err)
	}
	if contact, err := s.Contact(t.Context(), second.Code); err != nil || contact.Name != "李四" {
		t.Errorf("contact %+v, error %v", contact, err)
	}
}

func TestATokenIsBoundToItsCalendar(t *testing.T) {
	folder := t.TempDir()
	own, other := announcement.NewFeed("d031", now), announcement.NewFeed("d032", now)
	briefly(t, folder, func(s *store.Store) {
		if err := s.AddFeeds(t.Context(), []announcement.Feed{own, other}); err != nil {
			t.Fatal(err)
		}
	})
	beneath(t, folder, func(db *sql.DB) {
		if _, err := db.Exec(`UPDATE feeds SET sealed = (SELECT sealed FROM feeds WHERE id = 'd032') WHERE id = 'd031'`); err != nil {
			t.Fatal(err)
		}
	})
	s := open(t, folder)
	if f, err := s.FeedOf(t.Context(), own.Token); err == nil || errors.Is(err, announcement.ErrNoFeed) || !strings.Contains(err.Error(), "altered") {
		t.Errorf("%+v, error %v", f, err)
	}
	if f, err := s.FeedOf(t.Context(), other.Token); err != nil || f != other {
		t.Errorf("%+v, error %v", f, err)
	}
}

func TestTheLogOnlyGrows(t *testing.T) {
	folder := t.TempDir()
	briefly(t, folder, func(s *store.Store) { submit(t, s, road, "") })
	beneath(t, folder, func(db *sql.DB) {
		for _, statement := range []string{`UPDATE events SET at = 0`, `DELETE FROM events`} {
			if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), "the log only grows") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

func TestTheLogHoldsNoWords(t *testing.T) {
	folder := t.TempDir()
	briefly(t, folder, func(s *store.Store) {
		c := submit(t, s, road, "")
		_, err := s.Change(t.Context(), c.Code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return rules.Apply(c, casework.Classify{Route: casework.County, Reason: "王小明来过两次"}, casework.Actor{Role: casework.Head}, now)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	beneath(t, folder, func(db *sql.DB) {
		var found int
		err := db.QueryRow(`SELECT COUNT(*) FROM events WHERE facts LIKE '%王小明%' OR facts LIKE '%' || $1 || '%'`, road.Text).Scan(&found)
		if err != nil || found != 0 {
			t.Errorf("%d rows, error %v", found, err)
		}
	})
}

func TestNotesOfVisitsAreForgottenAndTheVisitsStayCounted(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder)
	for _, day := range []int{0, 1} {
		v, err := rules.Visit(3, "王小明一家来过", now.AddDate(0, 0, day))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.RecordVisit(t.Context(), v, casework.Actor{Role: casework.Head}, fmt.Sprint("v", day)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.ForgetVisitNotes(t.Context(), rules.Today(now).AddDays(1)); err != nil {
		t.Fatal(err)
	}
	beneath(t, folder, func(db *sql.DB) {
		var visits, notes, hashes int
		err := db.QueryRow(`SELECT COUNT(*), SUM(note <> ''), COUNT(request_digest) FROM visits`).Scan(&visits, &notes, &hashes)
		if err != nil || visits != 2 || notes != 1 || hashes != 1 {
			t.Errorf("%d visits with %d notes and %d hashes of them, error %v", visits, notes, hashes, err)
		}
	})
}
