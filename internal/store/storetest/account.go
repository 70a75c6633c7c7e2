package storetest

import (
	"errors"
	"testing"
	"time"

	"township.dev/liaison/internal/casework"
)

const chosen = "a password of my own"

// onlyToday is a one-time code that any moment accepts once.
func onlyToday(secret, code string, _ time.Time, last int64) (int64, bool) {
	return last + 1, code == "code of "+secret && last < 2
}

func credentials(code string) casework.Credentials {
	return casework.Credentials{Username: li.Username, Password: li.Password, Code: code, Verify: onlyToday}
}

var accountTests = map[string]func(*testing.T, *station){
	"a chosen password replaces the first and ends the other sessions": func(t *testing.T, s *station) {
		s.declare(li)
		session, other := s.signIn(li), s.signIn(li)
		if !session.Account.FirstPassword {
			t.Error("the first password is not known as such")
		}
		if err := s.ChangePassword(t.Context(), session, "guessed", chosen, s.now); !errors.Is(err, casework.ErrWrongCredentials) {
			t.Fatalf("%v, want ErrWrongCredentials", err)
		}
		if err := s.ChangePassword(t.Context(), session, li.Password, chosen, s.now); err != nil {
			t.Fatal(err)
		}
		s.expectSignedIn(session, true)
		s.expectSignedIn(other, false)
		if _, err := s.try(li.Username, li.Password); !errors.Is(err, casework.ErrWrongCredentials) {
			t.Errorf("the first password: %v", err)
		}
		s.declare(li) // as at every start
		if again, err := s.try(li.Username, chosen); err != nil || again.Account.FirstPassword {
			t.Errorf("%+v, error %v", again.Account, err)
		}
	},
	"sessions are listed and ended one by one": func(t *testing.T, s *station) {
		s.declare(li, wang)
		first := s.signIn(li)
		s.pass(time.Hour)
		second, foreign := s.signIn(li), s.signIn(wang)
		listed, err := s.Sessions(t.Context(), first.Account.ID, s.now)
		if err != nil || len(listed) != 2 || listed[0].ID != second.ID || listed[1].Device != "Firefox · Linux" || listed[1].Token != "" {
			t.Fatalf("listed %+v, error %v", listed, err)
		}
		for _, id := range []int64{first.ID, foreign.ID, 999} {
			if err := s.EndSession(t.Context(), first.Account.ID, id); err != nil {
				t.Fatal(err)
			}
		}
		s.expectSignedIn(first, false)
		s.expectSignedIn(second, true)
		s.expectSignedIn(foreign, true)
	},
	"one-time codes and recovery codes count once": func(t *testing.T, s *station) {
		s.declare(li)
		session := s.signIn(li)
		factor := casework.SecondFactor{Secret: "S", Recovery: []string{"ABCD-EFGH-JKMN"}}
		if err := s.SetSecondFactor(t.Context(), session, "guessed", factor, s.now); !errors.Is(err, casework.ErrWrongCredentials) {
			t.Fatalf("%v, want ErrWrongCredentials", err)
		}
		if err := s.SetSecondFactor(t.Context(), session, li.Password, factor, s.now); err != nil {
			t.Fatal(err)
		}
		for _, try := range []struct {
			code string
			in   bool
		}{
			{"", false}, {"wrong", false}, {"code of S", true}, {"code of S", true}, {"code of S", false},
			{"abcd efgh jkmn", true}, {"ABCDEFGHJKMN", false},
		} {
			session, err := s.SignIn(t.Context(), credentials(try.code), s.signingIn())
			if in := err == nil; in != try.in || !in && !errors.Is(err, casework.ErrSecondFactor) {
				t.Errorf("%q: %v", try.code, err)
			}
			if err == nil && !session.Account.SecondFactor {
				t.Errorf("%q: the account is %+v", try.code, session.Account)
			}
		}
		if err := s.SetSecondFactor(t.Context(), session, li.Password, casework.SecondFactor{}, s.now); err != nil {
			t.Fatal(err)
		}
		s.signIn(li)
	},
	"the code that turned them on counts no second time": func(t *testing.T, s *station) {
		s.declare(li)
		if err := s.SetSecondFactor(t.Context(), s.signIn(li), li.Password, casework.SecondFactor{Secret: "S", Step: 2}, s.now); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignIn(t.Context(), credentials("code of S"), s.signingIn()); !errors.Is(err, casework.ErrSecondFactor) {
			t.Errorf("%v, want ErrSecondFactor", err)
		}
	},
	"a wrong password tells nothing of one-time codes": func(t *testing.T, s *station) {
		s.declare(li)
		if err := s.SetSecondFactor(t.Context(), s.signIn(li), li.Password, casework.SecondFactor{Secret: "S"}, s.now); err != nil {
			t.Fatal(err)
		}
		if _, err := s.try(li.Username, "guessed"); !errors.Is(err, casework.ErrWrongCredentials) || errors.Is(err, casework.ErrSecondFactor) {
			t.Errorf("%v, want ErrWrongCredentials", err)
		}
	},
	"a new first password turns one-time codes off": func(t *testing.T, s *station) {
		s.declare(li)
		if err := s.SetSecondFactor(t.Context(), s.signIn(li), li.Password, casework.SecondFactor{Secret: "S"}, s.now); err != nil {
			t.Fatal(err)
		}
		renewed := li
		renewed.Password = "second of li"
		s.declare(renewed)
		s.signIn(renewed)
	},
	"who proved it elsewhere is in without a password": func(t *testing.T, s *station) {
		deputy := casework.FirstPassword{Username: "zhao", Name: "赵代表", Role: casework.Deputy, Deputy: "d031"}
		s.declare(deputy)
		session, err := s.SignInAs(t.Context(), "zhao", s.signingIn())
		if err != nil || session.Account.Deputy != "d031" || session.Account.Role != casework.Deputy {
			t.Fatalf("%+v, error %v", session, err)
		}
		s.expectSignedIn(session, true)
		if _, err := s.SignInAs(t.Context(), "nobody", s.signingIn()); !errors.Is(err, casework.ErrNoAccount) {
			t.Errorf("%v, want ErrNoAccount", err)
		}
	},
}
