package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// DeputyRoster lists the people's-congress deputies (人大代表) who serve at a station and the rules by which they take turns.
// The operator plans the coming months from it and writes them as DutySchedules.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=dr,categories=liaison
// +kubebuilder:printcolumn:name="Deputies",type=integer,JSONPath=`.status.activeDeputies`
// +kubebuilder:printcolumn:name="On duty",type=string,JSONPath=`.status.onDutyToday.names`
// +kubebuilder:printcolumn:name="Next reception",type=string,JSONPath=`.status.nextReception.date`
// +kubebuilder:printcolumn:name="Uncovered",type=integer,JSONPath=`.status.uncoveredShifts`
// +kubebuilder:printcolumn:name="Planned until",type=string,JSONPath=`.status.plannedUntil`
// +kubebuilder:printcolumn:name="Provisional from",type=string,JSONPath=`.status.provisionalFrom`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
// +kubebuilder:validation:XValidation:rule="size(self.metadata.name) <= 40 && self.metadata.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="metadata.name must hold only a-z, 0-9 and -, and have at most 40 characters, because DutySchedules are named after it"
type DeputyRoster struct {
	metav1.TypeMeta `json:",inline"`
	// +optional
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// spec is the roster and its rules.
	//
	// +required
	Spec DeputyRosterSpec `json:"spec"`

	// status is what the operator observes; it is written by the operator alone.
	//
	// +optional
	Status DeputyRosterStatus `json:"status,omitempty"`
}

// DeputyRosterList is a list of DeputyRosters.
//
// +kubebuilder:object:root=true
type DeputyRosterList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []DeputyRoster `json:"items"`
}

// DeputyRosterSpec is the roster and its rules.
//
// +kubebuilder:validation:XValidation:rule="!has(self.reception) || !has(self.reception.deputies) || self.reception.deputies <= size(self.deputies)",message="reception.deputies must not exceed the number of deputies on the roster; lower it or list more deputies"
// +kubebuilder:validation:XValidation:rule="!has(self.duty) || !has(self.duty.deputiesPerDay) || self.duty.deputiesPerDay <= size(self.deputies)",message="duty.deputiesPerDay must not exceed the number of deputies on the roster; lower it or list more deputies"
// +kubebuilder:validation:XValidation:rule="!has(self.reception) || !has(self.reception.leaders) || self.reception.leaders <= (has(self.leaders) ? size(self.leaders) : 0)",message="reception.leaders must not exceed the number of leaders on the roster; list the leaders or set it to 0"
type DeputyRosterSpec struct {
	// deputies on the roster.
	//
	// +listType=map
	// +listMapKey=id
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=500
	// +required
	Deputies []Deputy `json:"deputies"`

	// leaders in charge (分管领导) who receive residents beside the deputies.
	//
	// +listType=map
	// +listMapKey=id
	// +kubebuilder:validation:MaxItems=50
	// +optional
	Leaders []Leader `json:"leaders,omitempty"`

	// reception is the rule for reception days (接待日); without it there are none.
	//
	// +optional
	Reception *Reception `json:"reception,omitempty"`

	// additionalReceptions are further rules for reception days, each with its own days, hours, place and people, such as one on market days.
	// All share one ledger of turns. Where two rules meet on a day there is one reception, by the rule that stands first.
	//
	// +listType=map
	// +listMapKey=name
	// +kubebuilder:validation:MaxItems=8
	// +optional
	AdditionalReceptions []AdditionalReception `json:"additionalReceptions,omitempty"`

	// duty is the rule for ordinary duty (轮流值班) on days without a reception; without it there is none.
	//
	// +optional
	Duty *Duty `json:"duty,omitempty"`

	// overrides decide single days by hand: a swap (换班), a replacement (替班), an extra reception, a cancelled day. They win over every rule and over
	// what was announced, and count in the ledgers.
	//
	// +listType=map
	// +listMapKey=date
	// +listMapKey=kind
	// +kubebuilder:validation:MaxItems=200
	// +optional
	Overrides []Override `json:"overrides,omitempty"`

	// horizonMonths is how many months are planned, the current one included.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	// +kubebuilder:default=3
	// +optional
	HorizonMonths int32 `json:"horizonMonths,omitempty"`

	// historyMonths is how many past months' DutySchedules are kept; older ones are deleted. The turns counted in them live on in the later ones.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=120
	// +kubebuilder:default=24
	// +optional
	HistoryMonths int32 `json:"historyMonths,omitempty"`

	// timeZone in which days begin and end, by its IANA name.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:XValidation:rule="self == 'Asia/Shanghai' || self.matches('^[A-Z]') && self != 'Local' && timestamp('2026-01-01T00:00:00Z').getFullYear(self) >= 2025",message="timeZone must be an IANA name, for example Asia/Shanghai"
	// +kubebuilder:default="Asia/Shanghai"
	// +optional
	TimeZone string `json:"timeZone,omitempty"`
}

// Deputy is one people's-congress deputy.
//
// +kubebuilder:validation:XValidation:rule="!has(self.from) || !has(self.until) || self.from <= self.until",message="until must not be before from"
type Deputy struct {
	// id of the deputy on this roster, stable for as long as the deputy serves, for example d031.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="id must hold only a-z, 0-9 and -, and begin and end with a letter or digit, for example d031"
	// +required
	ID string `json:"id"`

	// name of the deputy.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// level of the congress the deputy sits in.
	//
	// +required
	Level DeputyLevel `json:"level"`

	// village the deputy was elected in, by name.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Village string `json:"village,omitempty"`

	// group the deputy works in, for example 产业发展组.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Group string `json:"group,omitempty"`

	// specialties of the deputy. Where turns are equal, a reception goes to a deputy one of whose specialties is its topic, word for word.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=30
	// +optional
	Specialties []string `json:"specialties,omitempty"`

	// phone of the deputy. It leaves the roster only when publishPhone is true.
	//
	// +kubebuilder:validation:MaxLength=24
	// +kubebuilder:validation:XValidation:rule="self.matches('^\\\\+?[0-9][0-9 -]{4,22}$')",message="phone must hold digits with an optional leading + and spaces or dashes between, for example 139 0000 0031"
	// +optional
	Phone string `json:"phone,omitempty"`

	// publishPhone puts the phone on the station's site.
	//
	// +optional
	PublishPhone bool `json:"publishPhone,omitempty"`

	// status: Active deputies take turns; Suspended (暂停执行代表职务) and Terminated (代表资格终止) ones keep their history and get none.
	//
	// +kubebuilder:default=Active
	// +optional
	Status DeputyStatus `json:"status,omitempty"`

	// from is the first day the deputy serves; absent means from the beginning.
	//
	// +optional
	From Date `json:"from,omitempty"`

	// until is the last day the deputy serves; absent means without end.
	//
	// +optional
	Until Date `json:"until,omitempty"`

	// leave during which the deputy gets no turn.
	//
	// +listType=map
	// +listMapKey=from
	// +kubebuilder:validation:MaxItems=16
	// +kubebuilder:validation:XValidation:rule="self.all(a, self.exists_one(b, a.from <= b.until && b.from <= a.until))",message="leave periods of one deputy must not overlap; join or shorten them"
	// +optional
	Leave []Leave `json:"leave,omitempty"`
}

// DeputyLevel is the level of a people's congress.
//
// +kubebuilder:validation:Enum=County;Township
type DeputyLevel string

const (
	// DeputyCounty sits in the county's people's congress.
	DeputyCounty DeputyLevel = "County"
	// DeputyTownship sits in the township's people's congress.
	DeputyTownship DeputyLevel = "Township"
)

// DeputyStatus says whether a deputy serves.
//
// +kubebuilder:validation:Enum=Active;Suspended;Terminated
type DeputyStatus string

const (
	// DeputyActive takes turns.
	DeputyActive DeputyStatus = "Active"
	// DeputySuspended takes none for now.
	DeputySuspended DeputyStatus = "Suspended"
	// DeputyTerminated takes none any more.
	DeputyTerminated DeputyStatus = "Terminated"
)

// Leave is a span of days without turns, both ends included.
//
// +kubebuilder:validation:XValidation:rule="self.from <= self.until",message="leave must not end before it begins: until must be the same day as from or later"
type Leave struct {
	// from is the first day of leave.
	//
	// +required
	From Date `json:"from"`

	// until is the last day of leave.
	//
	// +required
	Until Date `json:"until"`

	// reason, for the station's own records; it never leaves the roster.
	//
	// +kubebuilder:validation:MaxLength=100
	// +optional
	Reason string `json:"reason,omitempty"`
}

// Leader is a leader in charge who receives residents beside the deputies.
type Leader struct {
	// id of the leader on this roster.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="id must hold only a-z, 0-9 and -, and begin and end with a letter or digit, for example l01"
	// +required
	ID string `json:"id"`

	// name of the leader.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Name string `json:"name"`

	// title of the leader, for example 副乡长.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Title string `json:"title,omitempty"`

	// areas the leader is in charge of (分管领域), word for word as the topics of receptions; see leaderChoice.
	//
	// +listType=set
	// +kubebuilder:validation:MaxItems=24
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=30
	// +optional
	Areas []string `json:"areas,omitempty"`
}

// AdditionalReception is one more rule for reception days.
type AdditionalReception struct {
	// name of the rule; its shifts bear it.
	//
	// +kubebuilder:validation:MaxLength=32
	// +kubebuilder:validation:XValidation:rule="self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",message="name must hold only a-z, 0-9 and -, and begin and end with a letter or digit, for example market"
	// +required
	Name string `json:"name"`

	Reception `json:",inline"`
}

// Reception is the rule for reception days.
//
// +kubebuilder:validation:XValidation:rule="!has(self.minCountyDeputies) || self.minCountyDeputies <= (has(self.deputies) ? self.deputies : 2)",message="minCountyDeputies must not exceed deputies; lower it or raise deputies"
type Reception struct {
	// schedule says on which days receptions fall before any are postponed.
	//
	// +required
	Schedule ReceptionSchedule `json:"schedule"`

	// postpone says which days a reception moves away from, to the next day it does not have to move from.
	//
	// +kubebuilder:default=NonWorkingDay
	// +optional
	Postpone PostponeRule `json:"postpone,omitempty"`

	// deputies per reception.
	//
	// +kubebuilder:validation:XValidation:rule="self >= 1 && self <= 20",message="deputies must be 1 to 20: a reception without a deputy is none"
	// +kubebuilder:default=2
	// +optional
	Deputies int32 `json:"deputies,omitempty"`

	// minCountyDeputies is how many of the deputies must sit in the county's congress.
	//
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=20
	// +optional
	MinCountyDeputies int32 `json:"minCountyDeputies,omitempty"`

	// leaders per reception.
	//
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=5
	// +optional
	Leaders int32 `json:"leaders,omitempty"`

	// leaderChoice says which leaders may come: InTurn, any of them; ByArea, those with the reception's topic among their areas, and any where there is none.
	//
	// +kubebuilder:default=InTurn
	// +optional
	LeaderChoice LeaderChoice `json:"leaderChoice,omitempty"`

	// hours of the reception.
	//
	// +kubebuilder:default="09:00-11:00"
	// +optional
	Hours HoursOfDay `json:"hours,omitempty"`

	// place of the reception; by default the station itself.
	//
	// +kubebuilder:validation:MaxLength=60
	// +optional
	Place string `json:"place,omitempty"`

	// topics of the receptions, taken in turn from one reception to the next.
	//
	// +listType=atomic
	// +kubebuilder:validation:MaxItems=24
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=30
	// +optional
	Topics []string `json:"topics,omitempty"`

	// topicsByMonth sets the topic of every reception in a month of the year, in place of the next one in turn.
	//
	// +listType=map
	// +listMapKey=month
	// +kubebuilder:validation:MaxItems=12
	// +optional
	TopicsByMonth []MonthTopic `json:"topicsByMonth,omitempty"`

	// announceDaysBefore is how many days ahead a reception counts as announced; from then on the plan leaves it as it is.
	//
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=31
	// +kubebuilder:default=3
	// +optional
	AnnounceDaysBefore int32 `json:"announceDaysBefore,omitempty"`
}

// LeaderChoice says which leaders may come to a reception.
//
// +kubebuilder:validation:Enum=InTurn;ByArea
type LeaderChoice string

const (
	// LeaderInTurn lets all leaders take turns.
	LeaderInTurn LeaderChoice = "InTurn"
	// LeaderByArea lets those take turns whose areas hold the topic.
	LeaderByArea LeaderChoice = "ByArea"
)

// MonthTopic is the topic of a month of the year.
type MonthTopic struct {
	// month of the year, 1 to 12.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=12
	// +required
	Month int32 `json:"month"`

	// topic of its receptions.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=30
	// +required
	Topic string `json:"topic"`
}

// ReceptionSchedule says on which days receptions fall. Exactly one of dayOfMonth, days, weekday, dates and marketDay is set.
//
// +kubebuilder:validation:XValidation:rule="[has(self.dayOfMonth), has(self.days), has(self.weekday), has(self.dates), has(self.marketDay)].filter(set, set).size() == 1",message="schedule must set exactly one of dayOfMonth, days, weekday, dates and marketDay; use additionalReceptions for a second rule"
// +kubebuilder:validation:XValidation:rule="!has(self.nth) || has(self.weekday)",message="nth needs weekday: it says which one of the month"
// +kubebuilder:validation:XValidation:rule="!has(self.months) || self.months == 'All' || !has(self.dates)",message="months must not be set beside dates: each date names its month already"
type ReceptionSchedule struct {
	// dayOfMonth on which a reception falls.
	//
	// +kubebuilder:validation:XValidation:rule="self >= 1 && self <= 28",message="dayOfMonth must be 1 to 28, so that every month has that day"
	// +optional
	DayOfMonth int32 `json:"dayOfMonth,omitempty"`

	// days of the month on which receptions fall, for example [9, 19].
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=10
	// +kubebuilder:validation:XValidation:rule="self.all(d, d >= 1 && d <= 28)",message="days must each be 1 to 28, so that every month has that day"
	// +optional
	Days []int32 `json:"days,omitempty"`

	// weekday on which receptions fall, every week or, with nth, once a month.
	//
	// +optional
	Weekday Weekday `json:"weekday,omitempty"`

	// nth weekday of the month, 1 to 4, or -1 for the last; absent means every week.
	//
	// +kubebuilder:validation:XValidation:rule="self == -1 || self >= 1 && self <= 4",message="nth must be 1 to 4, or -1 for the last of the month"
	// +optional
	Nth int32 `json:"nth,omitempty"`

	// dates on which receptions fall, one by one.
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=60
	// +optional
	Dates []Date `json:"dates,omitempty"`

	// marketDay (赶集日) has receptions fall every so many days.
	//
	// +optional
	MarketDay *MarketDay `json:"marketDay,omitempty"`

	// months in which the rule holds: all, or those with an odd or an even number.
	//
	// +kubebuilder:default=All
	// +optional
	Months MonthFilter `json:"months,omitempty"`
}

// Weekday is a day of the week by its English name.
//
// +kubebuilder:validation:Enum=Monday;Tuesday;Wednesday;Thursday;Friday;Saturday;Sunday
type Weekday string

// MonthFilter chooses months by their number.
//
// +kubebuilder:validation:Enum=All;Odd;Even
type MonthFilter string

const (
	// MonthsAll is every month.
	MonthsAll MonthFilter = "All"
	// MonthsOdd is January, March and so on.
	MonthsOdd MonthFilter = "Odd"
	// MonthsEven is February, April and so on.
	MonthsEven MonthFilter = "Even"
)

// MarketDay is a rhythm of days.
type MarketDay struct {
	// anchor is any one day of the rhythm.
	//
	// +required
	Anchor Date `json:"anchor"`

	// everyDays is the number of days from one to the next, 2 to 90.
	//
	// +kubebuilder:validation:Minimum=2
	// +kubebuilder:validation:Maximum=90
	// +required
	EveryDays int32 `json:"everyDays"`
}

// Override decides one day's shift by hand. What it does not set is decided by the rule.
//
// +kubebuilder:validation:XValidation:rule="!has(self.cancelled) || !self.cancelled || !(has(self.deputies) || has(self.leader) || has(self.hours) || has(self.place) || has(self.topic))",message="a cancelled day has no deputies, leader, hours, place or topic; leave them out or leave out cancelled"
// +kubebuilder:validation:XValidation:rule="!has(self.cancelled) || !self.cancelled || has(self.reason)",message="reason must say why the day is cancelled"
// +kubebuilder:validation:XValidation:rule="self.kind == 'Reception' || !(has(self.leader) || has(self.topic))",message="leader and topic are for receptions; leave them out where kind is Duty"
type Override struct {
	// date of the day the shift is on, postponements included.
	//
	// +required
	Date Date `json:"date"`

	// kind of the shift. A Reception on a day that has none is an extra one, and so is Duty.
	//
	// +required
	Kind ShiftKind `json:"kind"`

	// deputies who serve, by id; absent leaves the choice to the rule.
	//
	// +listType=set
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:MaxLength=32
	// +optional
	Deputies []string `json:"deputies,omitempty"`

	// leader who comes to a reception, by id; absent leaves the choice to the rule.
	//
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Leader string `json:"leader,omitempty"`

	// cancelled takes the day's shift off. It stays on view as cancelled.
	//
	// +optional
	Cancelled bool `json:"cancelled,omitempty"`

	// hours of the shift.
	//
	// +optional
	Hours HoursOfDay `json:"hours,omitempty"`

	// place of the shift.
	//
	// +kubebuilder:validation:MaxLength=60
	// +optional
	Place string `json:"place,omitempty"`

	// topic of a reception.
	//
	// +kubebuilder:validation:MaxLength=30
	// +optional
	Topic string `json:"topic,omitempty"`

	// reason, for the station's own records; it never leaves the roster.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	// +optional
	Reason string `json:"reason,omitempty"`
}

// PostponeRule names the days a reception moves away from.
//
// +kubebuilder:validation:Enum=NonWorkingDay;PublicHoliday;Never
type PostponeRule string

const (
	// PostponeNonWorkingDay moves off weekends and holidays; a make-up day (调休上班日) is a working day.
	PostponeNonWorkingDay PostponeRule = "NonWorkingDay"
	// PostponePublicHoliday moves off days of a public holiday arrangement only.
	PostponePublicHoliday PostponeRule = "PublicHoliday"
	// PostponeNever holds the reception whatever day it is.
	PostponeNever PostponeRule = "Never"
)

// Duty is the rule for ordinary duty.
type Duty struct {
	// days on which deputies take turns.
	//
	// +kubebuilder:default=WorkingDays
	// +optional
	Days DutyDays `json:"days,omitempty"`

	// deputiesPerDay on duty.
	//
	// +kubebuilder:validation:XValidation:rule="self >= 1 && self <= 20",message="deputiesPerDay must be 1 to 20; leave out duty altogether where there is none"
	// +kubebuilder:default=1
	// +optional
	DeputiesPerDay int32 `json:"deputiesPerDay,omitempty"`

	// hours of duty.
	//
	// +optional
	Hours HoursOfDay `json:"hours,omitempty"`
}

// DutyDays names the days of ordinary duty.
//
// +kubebuilder:validation:Enum=WorkingDays;EveryDay
type DutyDays string

const (
	// DutyWorkingDays is duty on working days, make-up days included.
	DutyWorkingDays DutyDays = "WorkingDays"
	// DutyEveryDay is duty on every day.
	DutyEveryDay DutyDays = "EveryDay"
)

// DeputyRosterStatus is what the operator observes of a roster.
type DeputyRosterStatus struct {
	// observedGeneration is the generation of the spec that the conditions speak of.
	//
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// conditions: Ready, Reconciling, Stalled, ScheduleReady, CalendarKnown, AnnouncementsHold.
	//
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`

	// activeDeputies counts the deputies who can take turns today, leave apart.
	//
	// +optional
	ActiveDeputies *int32 `json:"activeDeputies,omitempty"`

	// onDutyToday is who serves today; absent on a day without duty.
	//
	// +optional
	OnDutyToday *OnDuty `json:"onDutyToday,omitempty"`

	// nextReception is the next reception from today on.
	//
	// +optional
	NextReception *NextReception `json:"nextReception,omitempty"`

	// plannedUntil is the last day the DutySchedules cover.
	//
	// +optional
	PlannedUntil Date `json:"plannedUntil,omitempty"`

	// uncoveredShifts counts the planned shifts from today on that lack a deputy or a leader.
	//
	// +optional
	UncoveredShifts *int32 `json:"uncoveredShifts,omitempty"`

	// brokenAnnouncements counts the announced shifts from today on that cannot be held as announced; AnnouncementsHold says why.
	//
	// +optional
	BrokenAnnouncements *int32 `json:"brokenAnnouncements,omitempty"`

	// provisionalFrom is the first planned day that may still move, because the holidays around it are not published; absent when none may.
	//
	// +optional
	ProvisionalFrom Date `json:"provisionalFrom,omitempty"`

	// fairness is the most turns less the fewest among the deputies who serve today, turns up to today.
	//
	// +optional
	Fairness *Fairness `json:"fairness,omitempty"`

	// calendar says for which of the planned years the holiday arrangement is known.
	//
	// +optional
	Calendar *CalendarCoverage `json:"calendar,omitempty"`
}

// Fairness is the spread of each ledger of deputies.
type Fairness struct {
	// reception is the spread of reception turns.
	Reception int32 `json:"reception"`

	// duty is the spread of duty turns.
	Duty int32 `json:"duty"`
}

// CalendarCoverage is what is known of the holidays of the planned years.
type CalendarCoverage struct {
	// known years.
	//
	// +listType=set
	// +optional
	Known []int32 `json:"known,omitempty"`

	// unknown years: in them only weekends are taken for days off, and every day is provisional.
	//
	// +listType=set
	// +optional
	Unknown []int32 `json:"unknown,omitempty"`
}
