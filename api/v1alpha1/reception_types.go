package v1alpha1

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
