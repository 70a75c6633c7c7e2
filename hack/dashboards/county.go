package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

const (
	day = 24 * 60 * 60.0
	// An answer from the county comes within three months; a month is when to ask.
	longWait, tooLongWait = 30 * day, 90 * day
	// Intakes are asked every 15 seconds, or as the county has it; figures of ten minutes ago are nobody's present.
	stale = 10 * 60.0
)

// county tells who lets residents wait.
func county() *dashboard.DashboardBuilder {
	b := board(countyUID, text("联络站 县级总览", "Liaison stations: county overview"),
		"哪些乡镇让群众久等，哪些站建而不用。\n\nWhich townships let residents wait, and which stations are built and not used.", "now-30d").
		WithVariable(severalOrAll(choice("county", text("县", "County"), "liaison_station_info"), ".*")). // a station may name no county
		WithVariable(idleWindow())
	countyFigures(b)
	countyWaits(b)
	countyTrends(b)
	countyReceptions(b)
	countyCare(b)
	return b
}

// idleWindow is after how long without a visit and a case a station counts as not in use.
func idleWindow() *dashboard.CustomVariableBuilder {
	query := text("两周", "2 weeks") + " : 14d," + text("四周", "4 weeks") + " : 28d," + text("八周", "8 weeks") + " : 56d," + text("十二周", "12 weeks") + " : 84d"
	return dashboard.NewCustomVariableBuilder("idle").Label(text("多久无人来算未用", "Not in use after")).
		Values(dashboard.StringOrMap{String: &query}).Current(option(text("四周", "4 weeks"), "28d"))
}

// Figures per station that several panels speak of.
var (
	pending = each("liaison_cases_pending", "route")
	overdue = each("liaison_cases_overdue", "route")
	waiting = each("liaison_case_oldest_pending_seconds")
	// age leaves out stations that are stopped on purpose.
	age = "(" + each("liaison_backlog_age_seconds") + " and on (namespace, station) " + each("liaison_station_suspended") + " == 0)"
	// use is what residents brought within the window: cases that they did not take back, as the installation check does, and visits.
	use = "(clamp_min(" + risen("liaison_cases_received_total", "$idle") + " - " + risen(takenBack, "$idle") + ", 0) + " +
		risen("liaison_visits_total", "$idle") + ")"
	// unused are the stations to which nobody brought anything. Where two counters rise by the same, their increases may differ a little.
	unused = named(use) + " < 0.5"
	next   = each("liaison_reception_next_timestamp_seconds")
	// held counts the receptions whose time has come: a reception stays the next one to the end of its day.
	held = "ceil(changes((time() >= bool " + next + ")[$__range:$__interval]) / 2)"
)

// oftenEnough are the looks within the chosen time that see every reception of a year: one in three hours. A narrow panel would take fewer.
const oftenEnough = 3000

// share is how much of all is good; nothing where there is none of it.
func share(good, all string) string { return good + " / (" + all + " > 0)" }

const (
	goodRatings = `liaison_satisfaction_total{rating!="not_satisfied"}`
	allRatings  = "liaison_satisfaction_total"
	takenBack   = `liaison_cases_closed_total{result="withdrawn"}`
	timely      = `liaison_case_closings_total{on_time="true"}`
	closings    = "liaison_case_closings_total"
)

// toBeClosed are the cases closed within the chosen time and those that wait overdue now, of the stations that tell closings apart.
var toBeClosed = "(" + risen(closings, "$__range") + " + " + sum(overdue, "namespace", "station") + ")"

// onTime is as the desk's statistics have it, but for the time: those count what was due in a period, a counter knows when it was closed.
var onTime = caption{"按期办结率", "Closed in time", "所选时间内办结的和此刻超期未办结的意见建议中，在期限内办结的所占的比例；不含撤回和并案。",
	"Share closed by their due day, of the cases closed in the chosen time and those that wait overdue now; without withdrawn and merged ones."}

func countyFigures(b *dashboard.DashboardBuilder) {
	b.WithPanel(figure(caption{"联络站", "Stations", "已建的联络站。", "Stations that are declared."},
		units.Short, neutral(), orNone("count("+scope+")"))).
		WithPanel(figure(caption{"未就绪", "Not ready", "应当工作而没有就绪的站，不含停用的站。", "Stations that should work and are not ready; stations suspended on purpose are left out."},
			units.Short, noneIsWell(red),
			totalOrNone("(1 - "+each("liaison_station_ready")+") * (1 - "+each("liaison_station_suspended")+")"))).
		WithPanel(figure(caption{"待办", "Pending", "已收到、尚未办结的意见建议。", "Cases received and not closed."},
			units.Short, neutral(), totalOrNone(pending))).
		WithPanel(figure(caption{"超期", "Overdue", "过了期限仍未办结的意见建议。", "Pending cases past their deadline."},
			units.Short, noneIsWell(red), totalOrNone(overdue))).
		WithPanel(figure(caption{"最久等待", "Longest wait", "等得最久的一件已等了多久。", "How long the case that waits longest has been waiting."},
			units.DurationSeconds, limits(green, limit{longWait, amber}, limit{tooLongWait, red}), orNone("max("+within(waiting)+")")).Decimals(0)).
		WithPanel(figure(onTime, units.PercentUnit, limits(red, limit{0.8, amber}, limit{0.9, green}),
			share(total(risen(timely, "$__range")), total(toBeClosed))).
			Decimals(0).NoValue(text("没有", "none"))).
		WithPanel(figure(caption{"满意率", "Content", "所选时间内的评价中满意和基本满意所占的比例；无人评价时没有数值。",
			"Share of satisfied and basically satisfied among the ratings of the chosen time; nothing while nobody has rated."},
			units.PercentUnit, limits(red, limit{0.6, amber}, limit{0.8, green}),
			share(total(risen(goodRatings, "$__range")), total(risen(allRatings, "$__range")))).
			Decimals(0).NoValue(text("无评价", "no ratings"))).
		WithPanel(figure(caption{"来件", "Received", "所选时间内收到的意见建议。", "Cases received in the chosen time."},
			units.Short, neutral(), totalOrNone(risen("liaison_cases_received_total", "$__range"))).Decimals(0)).
		WithPanel(figure(caption{"来访", "Visits", "所选时间内登记的来访，来访不一定留下意见。", "Visits recorded in the chosen time; a visit need not leave a case."},
			units.Short, neutral(), totalOrNone(risen("liaison_visits_total", "$__range"))).Decimals(0)).
		WithPanel(figure(caption{"已到的接待日", "Receptions held", "所选时间内已到时间的接待日。", "Receptions of residents whose time came within the chosen time."},
			units.Short, neutral(), totalOrNone(held)).Decimals(0).Interval("15m").MaxDataPoints(oftenEnough)).
		WithPanel(figure(caption{"未用的站", "Stations not in use", "在所选的周数内既无来访、也无来件的站，撤回的来件不算。从 Prometheus 认识该站起算。",
			"Stations without a visit and without a case for the chosen weeks, cases taken back left out, as far back as Prometheus knows them."},
			units.Short, noneIsWell(amber), orNone("count("+unused+")"))).
		WithPanel(figure(caption{"缺人的班次", "Shifts uncovered", "今天起已排定而缺代表或领导的接待和值班。", "Planned receptions and duty from today on that lack a deputy or a leader."},
			units.Short, noneIsWell(amber), totalOrNone(each("liaison_duty_uncovered_shifts"))))
}

const waitColumn = "最久等待 · longest wait"

func countyWaits(b *dashboard.DashboardBuilder) {
	b.WithRow(row("谁让群众久等", "Who lets residents wait")).
		WithPanel(listing(caption{"各乡镇等待情况", "Waits by township", "等得最久的乡镇排在最前。点乡镇名打开该站。",
			"The township whose residents wait longest comes first. A click on its name opens the station."},
			14, waitColumn, true,
			column{waitColumn, units.DurationSeconds, named(waiting), coloured(limits("transparent", limit{longWait, amber}, limit{tooLongWait, red}))},
			column{text("待办", "pending"), units.Short, named(sum(pending, "namespace", "station")), nil},
			column{text("超期", "overdue"), units.Short, named(sum(overdue, "namespace", "station")), coloured(limits("transparent", limit{1, red}))},
			column{text("所选时间内来件", "received in the chosen time"), units.Short, named(risen("liaison_cases_received_total", "$__range")), whole()},
			column{text("按期办结率", "closed in time"), units.PercentUnit, named("(" + share(risen(timely, "$__range"), toBeClosed) + ")"), whole()},
			column{text("满意率", "content"), units.PercentUnit,
				named("(" + share(risen(goodRatings, "$__range"), risen(allRatings, "$__range")) + ")"), whole()},
			column{text("就绪", "ready"), units.NoUnit, named(each("liaison_station_ready")),
				worded(yesOrNo(text("是", "yes"), green, text("否", "no"), red))},
		))
}

// whole shows no fractions: an increase is worked out from what was scraped, and is seldom a whole number.
func whole() []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{{Id: "decimals", Value: 0}}
}

func countyTrends(b *dashboard.DashboardBuilder) {
	b.WithRow(row("走势", "Trends")).
		WithPanel(stacked(spelled(trend(caption{"待办走势", "Pending over time", "各办理途径尚未办结的意见建议。", "Cases that are not closed, by the route they take."},
			units.Short, question{total(pending, "route"), "{{route}}"}), routes))).
		WithPanel(stacked(spelled(trend(caption{"超期走势", "Overdue over time", "各办理途径过期未办结的意见建议。", "Pending cases past their deadline, by the route they take."},
			units.Short, question{total(overdue, "route"), "{{route}}"}), routes))).
		WithPanel(trend(caption{"每周来件、办结与来访", "Received, closed and visits per week", "每一时刻之前七天内的件数。办结含撤回和并案。",
			"Within the seven days before each moment. Closed counts withdrawn and merged cases too."},
			units.Short,
			question{total(risen("liaison_cases_received_total", "7d")), text("来件", "received")},
			question{total(risen("liaison_cases_closed_total", "7d")), text("办结", "closed")},
			question{total(risen("liaison_visits_total", "7d")), text("来访", "visits")},
		).Decimals(0)).
		WithPanel(trend(caption{"最久等待走势", "Longest wait over time", "全县等得最久的一件等了多久。", "How long the case that waits longest has been waiting, over all stations."},
			units.Seconds, question{"max(" + within(waiting) + ")", text("最久等待", "longest wait")})).
		WithPanel(spelled(bars(caption{"各途径待办", "Pending by route", "此刻各办理途径尚未办结的意见建议。", "Cases that are not closed now, by the route they take."},
			question{total(pending, "route"), "{{route}}"}), routes)).
		WithPanel(spelled(bars(caption{"满意度评价", "Ratings", "所选时间内群众的评价。", "Residents' ratings in the chosen time."},
			question{total(risen(allRatings, "$__range", "rating"), "rating"), "{{rating}}"}), ratings).Decimals(0)).
		WithPanel(bars(caption{"各县待办", "Pending by county", "此刻各县尚未办结的意见建议。", "Cases that are not closed now, by county."},
			question{"sum by (county) (" + named(sum(pending, "namespace", "station")) + ")", "{{county}}"}))
}

const nextColumn = "下次接待 · next reception"

func countyReceptions(b *dashboard.DashboardBuilder) {
	b.WithRow(row("接待与使用", "Receptions and use")).
		WithPanel(listing(caption{"接待日", "Receptions", "下次接待最近的乡镇排在最前；已到的接待日按所选时间计。",
			"The township whose reception comes next stands first; receptions held are those of the chosen time."},
			10, nextColumn, false,
			column{nextColumn, units.DatetimeISO, named(next) + " * 1000", nil},
			column{text("下次接待缺人", "next one lacks"), units.Short, named(each("liaison_reception_next_uncovered")), coloured(limits("transparent", limit{1, red}))},
			column{text("已到的接待日", "receptions held"), units.Short, named(held), whole()},
			column{text("来访", "visits"), units.Short, named(risen("liaison_visits_total", "$__range")), whole()},
			column{text("缺人的班次", "shifts uncovered"), units.Short, named(each("liaison_duty_uncovered_shifts")), coloured(limits("transparent", limit{1, amber}))},
			column{text("需改的公告", "announcements to correct"), units.Short, named(each("liaison_duty_broken_announcements")), coloured(limits("transparent", limit{1, red}))},
		).Interval("15m").MaxDataPoints(oftenEnough)).
		WithPanel(listing(caption{"未用的站", "Stations not in use", "在所选的周数内既无来访、也无来件的站，及建站以来的总数。没有这样的站时此表为空。",
			"Stations without a visit and without a case for the chosen weeks, with what they have had since they began. Empty while there are none."},
			8, receivedEver, false,
			column{receivedEver, units.Short, named(each("liaison_cases_received_total")) + onlyUnused, nil},
			column{text("累计来访", "visits ever"), units.Short, named(each("liaison_visits_total")) + onlyUnused, nil},
		).NoValue(text("没有", "none")))
}

const receivedEver = "累计来件 · received ever"

// onlyUnused keeps the stations that nobody uses.
var onlyUnused = " and on (namespace, station) (" + unused + ")"

const ageColumn = "多久没有回答 · silent for"

func countyCare(b *dashboard.DashboardBuilder) {
	b.WithRow(row("要管一管的", "To look after")).
		WithPanel(figure(caption{"审计日志异常", "Audit logs broken", "审计日志断裂或不再出示的站。", "Stations whose audit log is broken or no longer shown."},
			units.Short, noneIsWell(red), orNone("count("+within(each("liaison_audit_intact"))+" == 0)"))).
		WithPanel(figure(caption{"需改的公告", "Announcements to correct", "已公告而不能照办的接待和值班。", "Announced receptions and duty that cannot be held as announced."},
			units.Short, noneIsWell(red), totalOrNone(each("liaison_duty_broken_announcements")))).
		WithPanel(figure(caption{"放假安排未知", "Holidays unknown", "不知道今年或明年放假安排的站；排班仍是暂定的。",
			"Stations that do not know the holiday arrangement of this year or the next; their plans stay provisional."},
			units.Short, noneIsWell(amber), orNone("count(count by (namespace, station) ("+within(each("liaison_holiday_calendar_known", "year"))+" == 0))"))).
		WithPanel(figure(caption{"停用的站", "Suspended", "按声明停用的站。", "Stations that are stopped on purpose."},
			units.Short, neutral(), totalOrNone(each("liaison_station_suspended")))).
		WithPanel(figure(caption{"重新办理", "Opened again", "所选时间内因群众不满意而重新办理的件数。", "Cases opened again in the chosen time because the resident was not satisfied."},
			units.Short, noneIsWell(amber), totalOrNone(risen("liaison_cases_reopened_total", "$__range"))).Decimals(0)).
		WithPanel(figure(caption{"数据过期", "Figures stale", "超过十分钟没有回答的站；显示的是它们最后的数字。",
			"Stations that have not answered for ten minutes; what is shown of them are their last figures."},
			units.Short, noneIsWell(amber), orNone("count("+within(age)+" > 600)"))).
		WithPanel(listing(caption{"数字的新旧", "Age of the figures", "最久没有回答的二十个站。", "The twenty stations that have not answered for longest."},
			8, ageColumn, true,
			column{ageColumn, units.DurationSeconds, "topk(20, " + named(age) + ")", coloured(limits("transparent", limit{stale, amber}))},
			column{text("问不到的次数", "failed polls"), units.Short,
				named(risen("liaison_backlog_poll_errors_total", "$__range")) + " and on (namespace, station) topk(20, " + named(age) + ")", whole()},
		))
}
