package signin_test

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"township.dev/liaison/internal/casework"
)

// people keeps accounts in memory, with the behaviour that casework.Staff promises.
type people struct {
	mu       sync.Mutex
	accounts map[string]*person
	sessions []casework.Session
	lastID   int64
}

type person struct {
	casework.Account
	password string
	factor   casework.SecondFactor
	step     int64
}

var _ casework.Staff = (*people)(nil)

// newPeople are those of the station: wang and li have chosen their password, the others have just been given one.
func newPeople() *people {
	p := &people{accounts: map[string]*person{}}
	for i, a := range []casework.Account{
		{Username: "wang", Name: "王管理员", Role: casework.Administrator},
		{Username: "li", Name: "李站长", Role: casework.Head},
		{Username: "zhao", Name: "赵管理员", Role: casework.Administrator, FirstPassword: true},
		{Username: "d031", Name: "乡代表09", Role: casework.Deputy, Deputy: "d031", FirstPassword: true},
	} {
		a.ID = int64(i + 1)
		p.accounts[a.Username] = &person{Account: a, password: passwordOf(a.Username)}
	}
	return p
}

func passwordOf(username string) string { return "the password of " + username }

func (p *people) prove(username, password string) (*person, error) {
	if a := p.accounts[username]; a != nil && a.password == password {
		return a, nil
	}
	return nil, casework.ErrWrongCredentials
}

func (p *people) begin(a *person, in casework.SigningIn) casework.Session {
	p.lastID++
	s := casework.Session{
		ID: p.lastID, Token: rand.Text(), Account: a.Account, Device: in.Device, CreatedAt: in.Now, ExpiresAt: in.Now.Add(in.Lifetime),
	}
	p.sessions = append(p.sessions, s)
	return s
}

// end ends the sessions that are meant.
func (p *people) end(meant func(casework.Session) bool) {
	p.sessions = slices.DeleteFunc(p.sessions, meant)
}

func (p *people) DeclareStaff(context.Context, []casework.FirstPassword) error { return nil }

func (p *people) SignIn(_ context.Context, c casework.Credentials, in casework.SigningIn) (casework.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.prove(c.Username, c.Password)
	if err != nil {
		return casework.Session{}, err
	}
	if !a.factor.None() {
		step, ok := c.Verify(a.factor.Secret, c.Code, in.Now, a.step)
		recovery := slices.IndexFunc(a.factor.Recovery, func(code string) bool {
			parsed, _ := casework.ParseCode(code)
			return c.Code == string(parsed)
		})
		switch {
		case ok:
			a.step = step
		case recovery >= 0:
			a.factor.Recovery = slices.Delete(a.factor.Recovery, recovery, recovery+1)
		default:
			return casework.Session{}, casework.ErrSecondFactor
		}
	}
	return p.begin(a, in), nil
}

func (p *people) SignInAs(_ context.Context, username string, in casework.SigningIn) (casework.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.accounts[username]
	if a == nil {
		return casework.Session{}, casework.ErrNoAccount
	}
	return p.begin(a, in), nil
}

func (p *people) SignedIn(_ context.Context, token string, now time.Time) (casework.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.sessions {
		if s.Token == token && now.Before(s.ExpiresAt) {
			s.Account = p.accounts[s.Account.Username].Account
			return s, nil
		}
	}
	return casework.Session{}, casework.ErrNoSession
}

func (p *people) SignOut(_ context.Context, token string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(func(s casework.Session) bool { return s.Token == token })
	return nil
}

func (p *people) Sessions(_ context.Context, account int64, now time.Time) ([]casework.Session, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []casework.Session
	for _, s := range slices.Backward(p.sessions) {
		if s.Account.ID == account && now.Before(s.ExpiresAt) {
			all = append(all, s)
		}
	}
	return all, nil
}

func (p *people) EndSession(_ context.Context, account, session int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(func(s casework.Session) bool { return s.Account.ID == account && s.ID == session })
	return nil
}

func (p *people) ChangePassword(_ context.Context, s casework.Session, old, replacement string, _ time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.prove(s.Account.Username, old)
	if err != nil {
		return err
	}
	a.password, a.FirstPassword = replacement, false
	p.end(func(other casework.Session) bool { return other.Account.ID == a.ID && other.ID != s.ID })
	return nil
}

func (p *people) SetSecondFactor(_ context.Context, s casework.Session, password string, factor casework.SecondFactor, _ time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, err := p.prove(s.Account.Username, password)
	if err != nil {
		return err
	}
	a.factor, a.step, a.SecondFactor = factor, 0, !factor.None()
	return nil
}
