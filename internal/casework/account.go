package casework

import "time"

// Account of a member of staff.
type Account struct {
	ID       int64
	Username string
	// Name is how colleagues call the person.
	Name string
	Role Role
	// Deputy is the id in the roster of who signs in as a deputy; empty for others.
	Deputy string
	// FirstPassword is true until the owner has chosen a password.
	FirstPassword bool
	// SecondFactor is true where the account wants one-time codes.
	SecondFactor bool
}

// Actor that the account acts as.
func (a Account) Actor() Actor { return Actor{Role: a.Role, Staff: a.ID} }

// FirstPassword is an account as the station declares it, with the password that county IT hands out.
type FirstPassword struct {
	Username string
	Name     string
	Role     Role
	Deputy   string
	// Password is empty when none is known; the account then is created without one, which only an identity provider can open,
	// and an existing one keeps its password.
	Password string
}

// Credentials that somebody typed.
type Credentials struct {
	Username string
	Password string
	// Code is a one-time code or a recovery code; empty when none was typed.
	Code string
	// Verify decides about one-time codes.
	Verify VerifyCode
}

// VerifyCode reports whether the one-time code is made from the secret for about this moment, and at which step. A code of the last step
// used, or of one before it, is none any more.
type VerifyCode func(secret, code string, now time.Time, last int64) (step int64, ok bool)

// SigningIn says how a session begins.
type SigningIn struct {
	Now      time.Time
	Lifetime time.Duration
	// Device is the kind of browser, such as Chrome on Android, so that people recognise their sessions; no address.
	Device string
}

// Session is a member of staff signed in. Token is known to the browser alone: storage keeps only its hash.
type Session struct {
	ID        int64
	Token     string
	Account   Account
	Device    string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// SecondFactor is what one-time codes are made from (RFC 6238), with the recovery codes that stand in for a lost phone.
type SecondFactor struct {
	Secret   string
	Recovery []string
	// Step is the one of the code that turned them on, which counts no second time.
	Step int64
}

// None reports whether no one-time code is wanted.
func (f SecondFactor) None() bool { return f.Secret == "" }

// Names of the fields of passwords.
const (
	FieldOldPassword = "old_password"
	FieldNewPassword = "new_password"

	LeastPassword = 10
	MostPassword  = 200
)

// CheckPassword says what is wrong with a password somebody chose, nil when nothing is. Length is what keeps guessers out
// (NIST SP 800-63B-4, 3.1.1); old is the one it replaces.
func CheckPassword(old, replacement string) error {
	var problems FieldErrors
	password := textField{name: FieldNewPassword, least: LeastPassword, most: MostPassword}
	if cleaned, problem := password.clean(replacement); problem != nil {
		problems.refuse(problem)
	} else if cleaned == old {
		problems.refuse(&FieldError{Field: FieldNewPassword, Code: CodeSamePassword})
	}
	return problems.orNil()
}
