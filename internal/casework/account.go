package casework

import "time"

// Account of a member of staff.
type Account struct {
	ID       int64
	Username string
	// Name is how colleagues call the person.
	Name string
	Role Role
}

// Actor that the account acts as.
func (a Account) Actor() Actor { return Actor{Role: a.Role, Staff: a.ID} }

// FirstPassword is an account as the station declares it, with the password that county IT hands out.
type FirstPassword struct {
	Username string
	Name     string
	Role     Role
	// Password is empty when none is known; the account then is not created, and an existing one keeps its password.
	Password string
}

// Session is a member of staff signed in. Token is known to the browser alone: storage keeps only its hash.
type Session struct {
	Token     string
	Account   Account
	ExpiresAt time.Time
}
