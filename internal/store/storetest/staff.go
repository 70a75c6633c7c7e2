package storetest

import (
	"errors"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

var li = casework.FirstPassword{Username: "li", Name: "李干事", Role: casework.Administrator, Password: "first of li"}

var wang = casework.FirstPassword{Username: "wang", Name: "王主席", Role: casework.Head, Password: "first of wang"}

const lifetime = 12 * time.Hour

var staffTests = map[string]func(*testing.T, *station){
	"who is declared signs in with the first password": func(t *testing.T, s *station) {
		s.declare(li, wang)
		session := s.signIn(wang)
		if a := session.Account; a.Username != "wang" || a.Name != "王主席" || a.Role != casework.Head || a.ID == 0 {
			t.Errorf("account %+v", a)
		}
		if want := time.UnixMilli(s.now.Add(lifetime).UnixMilli()).UTC(); session.ExpiresAt != want {
			t.Errorf("expires %s, want %s", session.ExpiresAt, want)
		}
		got, err := s.SignedIn(t.Context(), session.Token, s.now)
		if diff := difference(session, got); err != nil || diff != "" {
			t.Errorf("error %v, session (-want +got):\n%s", err, diff)
		}
	},
	"a wrong password, a foreign one, an unknown name": func(t *testing.T, s *station) {
		s.declare(li, wang)
		for _, try := range []struct{ username, password string }{
			{"li", ""}, {"li", "First of li"}, {"li", wang.Password}, {"nobody", li.Password}, {"", ""}, {"li' --", li.Password},
		} {
			if _, err := s.try(try.username, try.password); !errors.Is(err, casework.ErrWrongCredentials) {
				t.Errorf("%q: %v, want ErrWrongCredentials", try.username, err)
			}
		}
	},
	"a session ends by time": func(_ *testing.T, s *station) {
		s.declare(li)
		session := s.signIn(li)
		s.pass(lifetime - time.Millisecond)
		s.expectSignedIn(session, true)
		s.pass(time.Millisecond)
		s.expectSignedIn(session, false)
	},
	"signing out ends that session alone": func(t *testing.T, s *station) {
		s.declare(li)
		first, second := s.signIn(li), s.signIn(li)
		if first.Token == second.Token {
			t.Fatal("two sessions share a token")
		}
		for range 2 {
			if err := s.SignOut(t.Context(), first.Token); err != nil {
				t.Fatal(err)
			}
		}
		s.expectSignedIn(first, false)
		s.expectSignedIn(second, true)
	},
	"who is no longer declared is out": func(t *testing.T, s *station) {
		s.declare(li, wang)
		gone, stays := s.signIn(li), s.signIn(wang)
		s.declare(wang)
		s.expectSignedIn(gone, false)
		s.expectSignedIn(stays, true)
		if _, err := s.try(li.Username, li.Password); !errors.Is(err, casework.ErrWrongCredentials) {
			t.Errorf("%v, want ErrWrongCredentials", err)
		}
		s.declare(li, wang)
		s.expectSignedIn(gone, false)
		s.signIn(li)
	},
	"declaring the same again ends no session": func(_ *testing.T, s *station) {
		s.declare(li)
		session := s.signIn(li)
		s.declare(li)
		s.expectSignedIn(session, true)
	},
	"a name or role that changes takes effect in open sessions": func(t *testing.T, s *station) {
		s.declare(li)
		session := s.signIn(li)
		promoted := li
		promoted.Name, promoted.Role = "李主席", casework.Head
		s.declare(promoted)
		got, err := s.SignedIn(t.Context(), session.Token, s.now)
		if err != nil || got.Account.Name != "李主席" || got.Account.Role != casework.Head {
			t.Errorf("account %+v, error %v", got.Account, err)
		}
	},
	"a changed first password counts again and ends the sessions": func(t *testing.T, s *station) {
		s.declare(li)
		session := s.signIn(li)
		renewed := li
		renewed.Password = "second of li"
		s.declare(renewed)
		s.expectSignedIn(session, false)
		if _, err := s.try(li.Username, li.Password); !errors.Is(err, casework.ErrWrongCredentials) {
			t.Errorf("the old password: %v, want ErrWrongCredentials", err)
		}
		if again := s.signIn(renewed); again.Account.ID != session.Account.ID {
			t.Error("it has become another account")
		}
	},
	"without a password nobody signs in, and none loses its own": func(t *testing.T, s *station) {
		bare := li
		bare.Password = ""
		s.declare(bare)
		if _, err := s.try(li.Username, ""); !errors.Is(err, casework.ErrWrongCredentials) {
			t.Errorf("%v, want ErrWrongCredentials", err)
		}
		s.declare(li)
		session := s.signIn(li)
		bare.Name = "李小干"
		s.declare(bare)
		s.expectSignedIn(session, true)
		s.signIn(li)
	},
	"the history names who it was": func(t *testing.T, s *station) {
		s.declare(li)
		account := s.signIn(li).Account
		code := s.receive(road).Code
		_, err := s.Change(t.Context(), code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return s.rules.Apply(c, classify(casework.County), account.Actor(), s.now)
		})
		if err != nil {
			t.Fatal(err)
		}
		history, err := s.History(t.Context(), code)
		if err != nil || len(history) != 2 || history[0].StaffName != "" || history[1].StaffName != "李干事" || history[1].Actor != account.Actor() {
			t.Errorf("error %v, history %+v", err, history)
		}
	},
}

func (s *station) declare(staff ...casework.FirstPassword) {
	s.Helper()
	if err := s.DeclareStaff(s.Context(), staff); err != nil {
		s.Fatalf("DeclareStaff: %v", err)
	}
}

// try signs in with a name and a password.
func (s *station) try(username, password string) (casework.Session, error) {
	return s.SignIn(s.Context(), casework.Credentials{Username: username, Password: password}, s.signingIn())
}

func (s *station) signingIn() casework.SigningIn {
	return casework.SigningIn{Now: s.now, Lifetime: lifetime, Device: "Firefox · Linux"}
}

func (s *station) signIn(who casework.FirstPassword) casework.Session {
	s.Helper()
	session, err := s.try(who.Username, who.Password)
	if err != nil {
		s.Fatalf("%s signs in: %v", who.Username, err)
	}
	return session
}

func (s *station) expectSignedIn(session casework.Session, want bool) {
	s.Helper()
	_, err := s.SignedIn(s.Context(), session.Token, s.now)
	if want && err != nil {
		s.Errorf("%s is out: %v", session.Account.Username, err)
	}
	if !want && !errors.Is(err, casework.ErrNoSession) {
		s.Errorf("%s: %v, want ErrNoSession", session.Account.Username, err)
	}
}
