package fromcrd

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/internal/duty"
	"township.dev/liaison/internal/workday"
)

var hoursPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$`)

// Bounds of the API.
const (
	mostDeputies     = 20
	mostLeaders      = 5
	mostAnnounceDays = 31
	shortestRhythm   = 2
	longestRhythm    = 90
)

var postponements = map[v1alpha1.PostponeRule]duty.Postponement{
	v1alpha1.PostponeNonWorkingDay: duty.PostponeNonWorking,
	v1alpha1.PostponePublicHoliday: duty.PostponePublicHoliday,
	v1alpha1.PostponeNever:         duty.PostponeNever,
}

func (r *reader) readReceptions() {
	r.roster.AnnounceDays = defaultAnnounceDays
	if r.spec.Reception != nil {
		r.roster.AnnounceDays = 0
		r.readReception(specPath.Child("reception"), "", r.spec.Reception)
	}
	names := map[string]*field.Path{}
	for i := range r.spec.AdditionalReceptions {
		declared, path := &r.spec.AdditionalReceptions[i], specPath.Child("additionalReceptions").Index(i)
		if r.checkID(path.Child("name"), declared.Name, names) {
			r.readReception(path, declared.Name, &declared.Reception)
		}
	}
	r.checkMeetings()
}

// readReception reads a rule; one whose days cannot be told counts for nothing.
func (r *reader) readReception(path *field.Path, name string, declared *v1alpha1.Reception) {
	rule := duty.ReceptionRule{
		Name:          name,
		Deputies:      r.places(path.Child("deputies"), declared.Deputies, defaultPerReception, mostDeputies, len(r.roster.Deputies), "deputies"),
		County:        int(declared.MinCountyDeputies),
		Leaders:       r.places(path.Child("leaders"), declared.Leaders, 0, mostLeaders, len(r.roster.Leaders), "leaders"),
		LeadersByArea: declared.LeaderChoice == v1alpha1.LeaderByArea,
		Hours:         r.hours(path.Child("hours"), cmp.Or(declared.Hours, defaultReceptionHours)),
		Place:         declared.Place,
		Topics:        r.topics(path.Child("topics"), declared.Topics),
		TopicsByMonth: r.topicsByMonth(path.Child("topicsByMonth"), declared.TopicsByMonth),
	}
	var known bool
	if rule.Postpone, known = postponements[cmp.Or(declared.Postpone, v1alpha1.PostponeNonWorkingDay)]; !known {
		r.add(path.Child("postpone"), "%q must be NonWorkingDay, PublicHoliday or Never; until then NonWorkingDay holds", declared.Postpone)
		rule.Postpone = duty.PostponeNonWorking
	}
	switch declared.LeaderChoice {
	case "", v1alpha1.LeaderInTurn, v1alpha1.LeaderByArea:
	default:
		r.add(path.Child("leaderChoice"), "%q must be InTurn or ByArea; until then InTurn holds", declared.LeaderChoice)
	}
	r.checkCounty(path.Child("minCountyDeputies"), &rule)
	r.remarkShortage(path.Child("deputies"), rule.Deputies)
	if days := declared.AnnounceDaysBefore; days < 0 || days > mostAnnounceDays {
		r.add(path.Child("announceDaysBefore"), "must be 0 to %d", mostAnnounceDays)
	} else {
		r.roster.AnnounceDays = max(r.roster.AnnounceDays, int(days))
	}
	if rule.Days = r.recurrence(path.Child("schedule"), &declared.Schedule); rule.Days != nil {
		r.roster.Receptions = append(r.roster.Receptions, rule)
	}
}

// places reads how many people a shift wants; 0 stands for the usual number. What is out of bounds is taken for that too.
func (r *reader) places(path *field.Path, wanted int32, usual, most, listed int, who string) int {
	if wanted < 0 || int(wanted) > most {
		r.add(path, "must not be negative or above %d", most)
		return usual
	}
	if int(wanted) > listed {
		r.add(path, "wants %d %s and the roster lists %d; lower it or list more", wanted, who, listed)
	}
	return int(cmp.Or(wanted, int32(usual)))
}

func (r *reader) checkCounty(path *field.Path, rule *duty.ReceptionRule) {
	listed := 0
	for _, deputy := range r.roster.Deputies {
		if deputy.County {
			listed++
		}
	}
	switch {
	case rule.County < 0 || rule.County > rule.Deputies:
		r.add(path, "must not be negative or above deputies (%d); until then it is taken as 0", rule.Deputies)
		rule.County = 0
	case rule.County > listed:
		r.add(path, "wants %d deputies of the county's congress and the roster lists %d; lower it or list more", rule.County, listed)
	}
}

// remarkShortage tells early what each shift would tell one by one as uncovered.
func (r *reader) remarkShortage(path *field.Path, wanted int) {
	serving := 0
	for _, deputy := range r.roster.Deputies {
		if deputy.Serving {
			serving++
		}
	}
	if wanted > serving && wanted <= len(r.roster.Deputies) {
		r.remark(path, "wants %d deputies and only %d of the roster are eligible, so every shift lacks some; lower it or list more", wanted, serving)
	}
}

func (r *reader) hours(path *field.Path, hours v1alpha1.HoursOfDay) string {
	if hours == "" {
		return ""
	}
	begin, end, _ := strings.Cut(string(hours), "-")
	switch {
	case !hoursPattern.MatchString(string(hours)):
		r.add(path, "%q must be written HH:MM-HH:MM in 24-hour time, for example 09:00-11:00; until then no hours are told", hours)
		return ""
	case end <= begin:
		r.add(path, "%q must end after it begins on the same day, for example 09:00-11:00; until then no hours are told", hours)
		return ""
	}
	return string(hours)
}

func (r *reader) topics(path *field.Path, declared []string) []string {
	var topics []string
	for i, topic := range declared {
		if strings.TrimSpace(topic) == "" {
			r.add(path.Index(i), "must not be empty; remove it or name the topic")
			continue
		}
		topics = append(topics, topic)
	}
	return topics
}

func (r *reader) topicsByMonth(path *field.Path, declared []v1alpha1.MonthTopic) map[time.Month]string {
	var topics map[time.Month]string
	for i, row := range declared {
		month := time.Month(row.Month)
		_, twice := topics[month]
		switch {
		case month < time.January || month > time.December:
			r.add(path.Index(i).Child("month"), "must be 1 to 12")
		case twice:
			r.add(path.Index(i).Child("month"), "%d has a topic already; remove one", row.Month)
		case strings.TrimSpace(row.Topic) == "":
			r.add(path.Index(i).Child("topic"), "must not be empty; remove it or name the topic")
		default:
			if topics == nil {
				topics = map[time.Month]string{}
			}
			topics[month] = row.Topic
		}
	}
	return topics
}

var weekdays = map[v1alpha1.Weekday]time.Weekday{
	"Monday": time.Monday, "Tuesday": time.Tuesday, "Wednesday": time.Wednesday, "Thursday": time.Thursday,
	"Friday": time.Friday, "Saturday": time.Saturday, "Sunday": time.Sunday,
}

// recurrence reads on which days a rule's receptions fall; nil where that cannot be told.
func (r *reader) recurrence(path *field.Path, s *v1alpha1.ReceptionSchedule) duty.Recurrence {
	before := len(r.Problems)
	var found []duty.Recurrence
	if s.DayOfMonth != 0 {
		found = append(found, r.daysOfMonth(path.Child("dayOfMonth"), []int32{s.DayOfMonth}))
	}
	if len(s.Days) > 0 {
		found = append(found, r.daysOfMonth(path.Child("days"), s.Days))
	}
	if s.Weekday != "" {
		found = append(found, r.weekday(path, s))
	} else if s.Nth != 0 {
		r.add(path.Child("nth"), "needs weekday: it says which one of the month")
	}
	if len(s.Dates) > 0 {
		found = append(found, r.dates(path.Child("dates"), s.Dates))
	}
	if s.MarketDay != nil {
		found = append(found, r.marketDay(path.Child("marketDay"), s.MarketDay))
	}
	switch {
	case len(found) == 0:
		r.add(path, "must set one of dayOfMonth, days, weekday, dates and marketDay; without it there are no receptions by this rule")
	case len(found) > 1:
		r.add(path, "sets %d of dayOfMonth, days, weekday, dates and marketDay, which contradict each other; keep one, and use additionalReceptions for a second rule", len(found))
	}
	days := r.months(path.Child("months"), s, found)
	if len(r.Problems) > before {
		return nil
	}
	return days
}

// months restricts what was found to the months the rule holds in.
func (r *reader) months(path *field.Path, s *v1alpha1.ReceptionSchedule, found []duty.Recurrence) duty.Recurrence {
	var first time.Month
	switch s.Months {
	case "", v1alpha1.MonthsAll:
	case v1alpha1.MonthsOdd:
		first = time.January
	case v1alpha1.MonthsEven:
		first = time.February
	default:
		r.add(path, "%q must be All, Odd or Even", s.Months)
	}
	if first != 0 && len(s.Dates) > 0 {
		r.add(path, "must not be set beside dates: each date names its month already")
	}
	if len(found) == 0 {
		return nil
	}
	if first == 0 {
		return found[0]
	}
	restricted := duty.Months{Rule: found[0]}
	for month := first; month <= time.December; month += 2 {
		restricted.Numbers = append(restricted.Numbers, month)
	}
	return restricted
}

func (r *reader) daysOfMonth(path *field.Path, numbers []int32) duty.Recurrence {
	days := map[int]bool{}
	for i, number := range numbers {
		at := path
		if len(numbers) > 1 {
			at = path.Index(i)
		}
		if number < 1 || number > 28 {
			r.add(at, "must be 1 to 28, so that every month has that day")
		}
		if days[int(number)] {
			r.add(at, "%d stands twice; remove one", number)
		}
		days[int(number)] = true
	}
	return duty.DaysOfMonth(slices.Sorted(maps.Keys(days)))
}

func (r *reader) weekday(path *field.Path, s *v1alpha1.ReceptionSchedule) duty.Recurrence {
	day, known := weekdays[s.Weekday]
	if !known {
		r.add(path.Child("weekday"), "%q must be a day's English name, for example Monday", s.Weekday)
	}
	if s.Nth < -1 || s.Nth > 4 {
		r.add(path.Child("nth"), "must be 1 to 4, or -1 for the last of the month")
	}
	return duty.Weekday{Day: day, Nth: int(s.Nth)}
}

func (r *reader) dates(path *field.Path, declared []v1alpha1.Date) duty.Recurrence {
	dates := map[workday.Date]bool{}
	for i, day := range declared {
		date, ok := r.checkDate(path.Index(i), day, false)
		if ok && dates[date] {
			r.add(path.Index(i), "%s stands twice; remove one", date)
		}
		dates[date] = true
	}
	return duty.Dates(slices.SortedFunc(maps.Keys(dates), workday.Date.Compare))
}

func (r *reader) marketDay(path *field.Path, declared *v1alpha1.MarketDay) duty.Recurrence {
	anchor, _ := r.checkDate(path.Child("anchor"), declared.Anchor, false)
	if declared.EveryDays < shortestRhythm || declared.EveryDays > longestRhythm {
		r.add(path.Child("everyDays"), "must be %d to %d", shortestRhythm, longestRhythm)
	}
	return duty.MarketDay{Anchor: anchor, Every: int(declared.EveryDays)}
}

// checkMeetings tells of two rules with the same days: the second would never hold a reception.
func (r *reader) checkMeetings() {
	for i := range r.spec.AdditionalReceptions {
		schedule := &r.spec.AdditionalReceptions[i].Schedule
		path := specPath.Child("additionalReceptions").Index(i).Child("schedule")
		if r.spec.Reception != nil && sameDays(schedule, &r.spec.Reception.Schedule) {
			r.add(path, "has the same days as %s, which holds the receptions; change one or remove it", specPath.Child("reception", "schedule"))
		}
		for k := range i {
			if sameDays(schedule, &r.spec.AdditionalReceptions[k].Schedule) {
				r.add(path, "has the same days as %s, which holds the receptions; change one or remove it",
					specPath.Child("additionalReceptions").Index(k).Child("schedule"))
			}
		}
	}
}

func sameDays(a, b *v1alpha1.ReceptionSchedule) bool {
	months := func(s *v1alpha1.ReceptionSchedule) v1alpha1.MonthFilter { return cmp.Or(s.Months, v1alpha1.MonthsAll) }
	market := func(s *v1alpha1.ReceptionSchedule) v1alpha1.MarketDay {
		if s.MarketDay == nil {
			return v1alpha1.MarketDay{}
		}
		return *s.MarketDay
	}
	numbers := func(s *v1alpha1.ReceptionSchedule) []int32 {
		if s.DayOfMonth != 0 {
			return []int32{s.DayOfMonth}
		}
		return slices.Sorted(slices.Values(s.Days))
	}
	return months(a) == months(b) && a.Weekday == b.Weekday && a.Nth == b.Nth && market(a) == market(b) &&
		slices.Equal(numbers(a), numbers(b)) && slices.Equal(slices.Sorted(slices.Values(a.Dates)), slices.Sorted(slices.Values(b.Dates)))
}

func (r *reader) readDuty() {
	declared := r.spec.Duty
	if declared == nil {
		return
	}
	path := specPath.Child("duty")
	switch declared.Days {
	case "", v1alpha1.DutyWorkingDays, v1alpha1.DutyEveryDay:
	default:
		r.add(path.Child("days"), "%q must be WorkingDays or EveryDay; until then WorkingDays holds", declared.Days)
	}
	r.roster.Duty = &duty.DutyRule{
		EveryDay: declared.Days == v1alpha1.DutyEveryDay,
		Deputies: r.places(path.Child("deputiesPerDay"), declared.DeputiesPerDay, defaultPerDay, mostDeputies, len(r.roster.Deputies), "deputies"),
		Hours:    r.hours(path.Child("hours"), declared.Hours),
	}
	r.remarkShortage(path.Child("deputiesPerDay"), r.roster.Duty.Deputies)
}
