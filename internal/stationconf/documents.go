// Package stationconf is the seam between operator and intake service: the documents one writes and the other reads.
//
// The operator mounts three of them into the intake as files of one ConfigMap (StationFile, CalendarFile, ScheduleFile);
// the intake answers BacklogReport on its internal port. They carry a phone only when it is published and never a reason for leave.
package stationconf

import (
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/workday"
)

// Names of the documents in the ConfigMap and in the folder it is mounted at.
const (
	StationFile  = "station.json"
	CalendarFile = "calendar.json"
	ScheduleFile = "schedule.json"
)

// Station is what the township declared about itself, as far as the intake needs it.
type Station struct {
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	// TimeZone is an IANA name; days begin and end in it.
	TimeZone       string                               `json:"timeZone"`
	Township       Township                             `json:"township"`
	Contact        Contact                              `json:"contact"`
	Head           Head                                 `json:"head"`
	Administrators []Administrator                      `json:"administrators"`
	Topics         []string                             `json:"topics"`
	Deadlines      map[casework.Route]casework.Deadline `json:"deadlines"`
	// SiteURL is where residents find the site, without a slash at its end; empty while the township has given it no host.
	SiteURL string `json:"siteURL,omitempty"`
	// Webhook is nil where receptions are announced on the site alone.
	Webhook *Webhook `json:"webhook,omitempty"`

	// Units handle the cases (承办单位); none means those of the catalogue. A deputy is never one.
	Units []Unit `json:"units,omitempty"`
	// Triage is how long staff have to classify a case; zero means casework's default.
	Triage casework.Deadline `json:"triage,omitzero"`
	// Extension is the term, from the same start, that a case at the county can be extended to; zero means casework's default.
	Extension casework.Deadline `json:"extension,omitzero"`
	// Reminders of due days; nil lists mean the defaults.
	Reminders Reminders `json:"reminders,omitzero"`
	// RetentionYears after its end a case is anonymised; 0 means casework.RetentionYears.
	RetentionYears int `json:"retentionYears,omitempty"`
	// DeputyAccounts of the desk, beside those of the head and the administrators.
	DeputyAccounts []DeputyAccount `json:"deputyAccounts,omitempty"`
	Site           Site            `json:"site,omitzero"`
	// TrustedProxies are the networks, in CIDR notation, of the proxies whose X-Forwarded-For is believed.
	TrustedProxies []string `json:"trustedProxies,omitempty"`
	// OIDC is nil where staff sign in by password alone.
	OIDC    *OIDC   `json:"oidc,omitempty"`
	Open311 Open311 `json:"open311,omitzero"`
}

// Unit handles cases.
type Unit struct {
	Name string `json:"name"`
	// Level is UnitTownship or UnitCounty.
	Level string `json:"level"`
}

// Levels of a unit, which say whose route it serves.
const (
	UnitTownship = "Township"
	UnitCounty   = "County"
)

// Reminders of due days, in working days. A list that is empty and not nil means none.
type Reminders struct {
	// BeforeDays is how long before the due day staff are reminded; nil means 2.
	BeforeDays []int `json:"beforeDays,omitzero"`
	// AfterDays is how long after the due day they are; nil means 1 and 5.
	AfterDays []int `json:"afterDays,omitzero"`
}

// DeputyAccount lets a deputy sign in to the desk.
type DeputyAccount struct {
	Username string `json:"username"`
	// Name is the deputy's; the username while no roster tells it.
	Name string `json:"name"`
	// Deputy is the id in Schedule.Deputies, where the deputy stands while serving.
	Deputy string `json:"deputy"`
}

// Site is what the station tells of itself on its pages.
type Site struct {
	Introduction string `json:"introduction,omitempty"`
	// Rules of the station (规章制度).
	Rules []string `json:"rules,omitempty"`
	// Notices in the order the township wrote them.
	Notices []Notice `json:"notices,omitempty"`
}

// Notice is one announcement on the site.
type Notice struct {
	Date  workday.Date `json:"date"`
	Title string       `json:"title"`
	// Text may have several lines.
	Text string `json:"text,omitempty"`
}

// OIDC is the county's identity provider. The client's secret comes in a file of its own (OIDCSecretFile).
type OIDC struct {
	Issuer   string `json:"issuer"`
	ClientID string `json:"clientID"`
	// UsernameClaim of the ID token holds the username of an account.
	UsernameClaim string `json:"usernameClaim"`
}

// OIDCSecretFile is the file with the client's secret, in a folder that the operator mounts from the township's own Secret.
const OIDCSecretFile = "client-secret"

// Open311 says who may use the interface of that name. The keys come in a folder that the operator mounts from the township's own
// Secret, one file each.
type Open311 struct {
	// RequireKey is true where a request needs one of the keys.
	RequireKey bool `json:"requireKey,omitempty"`
}

// AuthoritiesFile is the file with the certificates of authorities, as PEM, in a folder that the operator mounts from the township's own ConfigMap.
const AuthoritiesFile = "ca.crt"

// Webhook is called for each reception. Its address is a secret and comes in a file of its own (WebhookURLFile).
type Webhook struct {
	// Format is WebhookJSON or WebhookWeCom.
	Format string `json:"format"`
}

// Formats of a webhook's message.
const (
	WebhookJSON  = "JSON"
	WebhookWeCom = "WeCom"
)

// WebhookURLFile is the file with the webhook's address, in a folder that the operator mounts from the township's own Secret.
const WebhookURLFile = "url"

// Township is the division a station serves.
type Township struct {
	Name       string    `json:"name"`
	Code       string    `json:"code"`
	County     string    `json:"county"`
	Population int       `json:"population,omitempty"`
	Villages   []Village `json:"villages,omitempty"`
}

// Village has a liaison point run by one deputy, whose id stands in Schedule.Deputies when the roster knows it.
type Village struct {
	Code          string `json:"code"`
	Name          string `json:"name"`
	LiaisonDeputy string `json:"liaisonDeputy,omitempty"`
}

// Contact is published on the station's site.
type Contact struct {
	Address      string `json:"address,omitempty"`
	Phone        string `json:"phone,omitempty"`
	OpeningHours string `json:"openingHours,omitempty"`
}

// Head of the station.
type Head struct {
	Name  string `json:"name"`
	Title string `json:"title,omitempty"`
	// Username to sign in to the desk with; empty while the head has no account.
	Username string `json:"username,omitempty"`
}

// Administrator may sign in to the staff desk.
type Administrator struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

// Calendar is every holiday arrangement in force, one year each.
type Calendar struct {
	Years []workday.Year `json:"years"`
}

// Schedule is the duty plan from the current month on. The zero value means that none is planned.
type Schedule struct {
	Deputies []Person `json:"deputies,omitempty"`
	Leaders  []Person `json:"leaders,omitempty"`
	// Shifts in order of date.
	Shifts []Shift `json:"shifts,omitempty"`
	// PlannedUntil is the last planned day.
	PlannedUntil workday.Date `json:"plannedUntil,omitzero"`
}

// Person is a deputy or a leader as the public may know them.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Level is County or Township for a deputy, empty for a leader.
	Level string `json:"level,omitempty"`
	// Title of a leader.
	Title   string `json:"title,omitempty"`
	Village string `json:"village,omitempty"`
	// Phone stands here only when it is published.
	Phone string `json:"phone,omitempty"`
	// Group of the deputies who supervise together; empty for a leader.
	Group string `json:"group,omitempty"`
	// Specialties of a deputy.
	Specialties []string `json:"specialties,omitempty"`
}

// Shift is one day's reception or duty; people stand in it by id.
type Shift struct {
	Date          workday.Date `json:"date"`
	Kind          string       `json:"kind"` // Reception or Duty
	Deputies      []string     `json:"deputies,omitempty"`
	Leaders       []string     `json:"leaders,omitempty"`
	Hours         string       `json:"hours,omitempty"`
	Place         string       `json:"place,omitempty"`
	Topic         string       `json:"topic,omitempty"`
	PostponedFrom workday.Date `json:"postponedFrom,omitzero"`
	// Rule is the name of the additional reception rule the shift is by; empty for the roster's reception and for duty.
	Rule string `json:"rule,omitempty"`
	// AnnounceOn is the day from which a reception is announced; zero for duty.
	AnnounceOn workday.Date `json:"announceOn,omitzero"`
	// Cancelled shifts stay on view and have no people.
	Cancelled   bool `json:"cancelled,omitempty"`
	Provisional bool `json:"provisional,omitempty"`
	Uncovered   int  `json:"uncovered,omitempty"`
}

// Kinds of shift.
const (
	ShiftReception = "Reception"
	ShiftDuty      = "Duty"
)

// BacklogReport is the intake's answer to GET /internal/backlog.
type BacklogReport struct {
	// Version of the intake service.
	Version string `json:"version"`
	// Routes holds every route, casework.Unclassified included, also those without pending cases.
	Routes map[casework.Route]RouteBacklog `json:"routes"`
	// OldestPending is when the case that waits longest was received; zero when none waits.
	OldestPending time.Time `json:"oldestPending,omitzero"`
	// Received and Visits count since the database began.
	Received int64 `json:"received"`
	Visits   int64 `json:"visits"`
	// Closed counts since the database began, by result.
	Closed map[casework.Result]int64 `json:"closed"`
	// Reopened, Withdrawn and Merged count since the database began.
	Reopened  int64 `json:"reopened"`
	Withdrawn int64 `json:"withdrawn"`
	Merged    int64 `json:"merged"`
	// Closings counts them since the database began by whether they came in time; nil from an intake that does not tell them apart.
	Closings *Closings `json:"closings,omitempty"`
	// Satisfaction counts the residents' ratings, by the values of casework.Satisfaction.
	Satisfaction map[string]int64 `json:"satisfaction,omitempty"`
	// Authorities tells whether the mounted certificates can be used; nil where none are to be mounted, and from an intake that knows of none.
	Authorities *Authorities `json:"authorities,omitempty"`
	// Audit is where the audit log stands; nil from an intake that keeps none.
	Audit *Audit `json:"audit,omitempty"`
}

// Closings of cases; a case that was opened again has two.
type Closings struct {
	// OnTime came by the due day, Late after it.
	OnTime int64 `json:"onTime"`
	Late   int64 `json:"late"`
}

// Authorities are the certificates that the intake is to believe beside the public ones.
type Authorities struct {
	// Problem is why they cannot be used; empty while they are.
	Problem string `json:"problem,omitempty"`
}

// Problems with the authorities.
const (
	// AuthoritiesMissing: there is no file.
	AuthoritiesMissing = "missing"
	// AuthoritiesUnusable: no certificate can be read from it.
	AuthoritiesUnusable = "unusable"
)

// Audit is the head of the audit log's chain.
type Audit struct {
	// Length is the number of entries.
	Length int64 `json:"length"`
	// Head is the hash of the last entry, hex SHA-256; empty while there is none.
	Head string `json:"head,omitempty"`
	// Asked is the chain at the length the operator asked about; nil when it did not ask or the chain is shorter.
	Asked *AuditPoint `json:"asked,omitempty"`
}

// AuditPoint is one entry of the chain.
type AuditPoint struct {
	Length int64 `json:"length"`
	// Hash of the entry, hex SHA-256.
	Hash string `json:"hash"`
}

// AuditQuery is the parameter of GET /internal/backlog that holds the length the operator last saw.
const AuditQuery = "audit"

// RouteBacklog counts the pending cases of one route.
type RouteBacklog struct {
	Pending int `json:"pending"`
	Overdue int `json:"overdue"`
}
