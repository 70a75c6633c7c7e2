package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// station tells how one station fares.
func station() *dashboard.DashboardBuilder {
	b := board(stationUID, text("联络站 单站", "Liaison station"),
		"一个联络站的意见办理、接待值班和运行。\n\nHow one station handles cases, holds receptions and runs.", "now-30d").
		WithVariable(choice("namespace", text("命名空间", "Namespace"), "liaison_station_info")).
		WithVariable(choice("station", text("联络站", "Station"), `liaison_station_info{namespace="$namespace"}`))
	stationFigures(b)
	stationCases(b)
	stationDuty(b)
	stationRunning(b)
	stationIntake(b)
	return b
}

func stationFigures(b *dashboard.DashboardBuilder) {
	name := figure(caption{"乡镇", "Township", "该站所在的县和乡镇。", "County and township that the station serves."},
		units.NoUnit, neutral(), here("liaison_station_info", "county", "township")).
		Targets(present([]question{{here("liaison_station_info", "county", "township"), "{{county}} {{township}}"}})).
		TextMode(common.BigValueTextModeName)
	b.WithPanel(name).
		WithPanel(figure(caption{"状态", "Ready", "该站是否就绪。", "Whether the station's condition Ready is True."},
			units.NoUnit, neutral(), here("liaison_station_ready")).
			Mappings(yesOrNo(text("就绪", "ready"), green, text("未就绪", "not ready"), red))).
		WithPanel(figure(caption{"待办", "Pending", "已收到、尚未办结的意见建议。", "Cases received and not closed."},
			units.Short, neutral(), "sum("+here("liaison_cases_pending", "route")+")")).
		WithPanel(figure(caption{"超期", "Overdue", "过了期限仍未办结的意见建议。", "Pending cases past their deadline."},
			units.Short, noneIsWell(red), "sum("+here("liaison_cases_overdue", "route")+")")).
		WithPanel(figure(caption{"最久等待", "Longest wait", "等得最久的一件已等了多久。", "How long the case that waits longest has been waiting."},
			units.DurationSeconds, limits(green, limit{longWait, amber}, limit{tooLongWait, red}), here("liaison_case_oldest_pending_seconds")).Decimals(0)).
		WithPanel(figure(caption{"数字的新旧", "Age of the figures", "距该站上次回答多久；很久说明这里的数字已旧。",
			"Time since the station last answered; when it is long, the figures here are old ones."},
			units.DurationSeconds, limits(green, limit{stale, amber}), here("liaison_backlog_age_seconds")).Decimals(0))
}

func stationCases(b *dashboard.DashboardBuilder) {
	b.WithRow(row("意见建议", "Cases")).
		WithPanel(stacked(spelled(trend(caption{"待办走势", "Pending over time", "各办理途径尚未办结的意见建议。", "Cases that are not closed, by the route they take."},
			units.Short, question{here("liaison_cases_pending", "route"), "{{route}}"}), routes))).
		WithPanel(stacked(spelled(trend(caption{"超期走势", "Overdue over time", "各办理途径过期未办结的意见建议。", "Pending cases past their deadline, by the route they take."},
			units.Short, question{here("liaison_cases_overdue", "route"), "{{route}}"}), routes))).
		WithPanel(trend(caption{"最久等待走势", "Longest wait over time", "等得最久的一件等了多久。", "How long the case that waits longest has been waiting."},
			units.Seconds, question{here("liaison_case_oldest_pending_seconds"), text("最久等待", "longest wait")})).
		WithPanel(trend(caption{"累计来件、办结与来访", "Received, closed and visits since the beginning", "自建库以来的件数；办结含撤回和并案。",
			"Counted since the station's database began; closed counts withdrawn and merged cases too."},
			units.Short,
			question{here("liaison_cases_received_total"), text("来件", "received")},
			question{"sum(" + here("liaison_cases_closed_total", "result") + ")", text("办结", "closed")},
			question{here("liaison_visits_total"), text("来访", "visits")},
		)).
		WithPanel(spelled(bars(caption{"办理结果", "Results", "所选时间内办结的结果。", "How cases were closed in the chosen time."},
			question{risenHere("liaison_cases_closed_total", "$__range", "result"), "{{result}}"}), results).Decimals(0).Span(quarter)).
		WithPanel(figure(onTime, units.PercentUnit, limits(red, limit{0.8, amber}, limit{0.9, green}),
			share("sum("+hereOf("liaison_case_closings_total", `on_time="true"`, "$__range")+")", "("+risenHere(closings, "$__range")+" + sum("+here("liaison_cases_overdue", "route")+"))")).
			Decimals(0).NoValue(text("没有", "none")).Span(quarter).Height(trendHeight)).
		WithPanel(spelled(bars(caption{"满意度评价", "Ratings", "所选时间内群众的评价。", "Residents' ratings in the chosen time."},
			question{risenHere("liaison_satisfaction_total", "$__range", "rating"), "{{rating}}"}), ratings).Decimals(0).Span(quarter)).
		WithPanel(bars(caption{"所选时间内", "In the chosen time", "来件、来访和因不满意而重新办理的件数。", "Cases received, visits, and cases opened again because the resident was not satisfied."},
			question{risenHere("liaison_cases_received_total", "$__range"), text("来件", "received")},
			question{risenHere("liaison_visits_total", "$__range"), text("来访", "visits")},
			question{risenHere("liaison_cases_reopened_total", "$__range"), text("重新办理", "opened again")},
		).Decimals(0).Span(quarter))
}

func stationDuty(b *dashboard.DashboardBuilder) {
	b.WithRow(row("接待与值班", "Receptions and duty")).
		WithPanel(figure(caption{"下次接待", "Next reception", "下次接待群众的开始时间。", "When the next reception of residents begins."},
			units.DatetimeISO, neutral(), here("liaison_reception_next_timestamp_seconds")+" * 1000").
			NoValue(text("未排定", "none planned")).Span(8)).
		WithPanel(figure(caption{"离下次接待", "Until the next reception", "还有多久；负数表示今天的接待已经开始。", "How long it is until then; negative once the reception of today has begun."},
			units.Seconds, neutral(), here("liaison_reception_next_timestamp_seconds")+" - time()").
			NoValue(text("未排定", "none planned")).Span(8)).
		WithPanel(figure(caption{"下次接待缺人", "Next reception lacks", "下次接待无人到场的代表和领导名额：排不出人，或已公告的人不能来。",
			"Places of deputies and leaders at the next reception that nobody takes: nobody can, or who was announced cannot come."},
			units.Short, noneIsWell(red), here("liaison_reception_next_uncovered")).
			NoValue(text("未排定", "none planned")).Span(8)).
		WithPanel(figure(caption{"缺人的班次", "Shifts uncovered", "今天起已排定而缺代表或领导的接待和值班。", "Planned receptions and duty from today on that lack a deputy or a leader."},
			units.Short, noneIsWell(amber), here("liaison_duty_uncovered_shifts")).Span(quarter)).
		WithPanel(figure(caption{"需改的公告", "Announcements to correct", "已公告而不能照办的接待和值班。", "Announced receptions and duty that cannot be held as announced."},
			units.Short, noneIsWell(red), here("liaison_duty_broken_announcements")).Span(quarter)).
		WithPanel(spelled(figure(caption{"轮值差距", "Fairness", "在任代表中轮得最多与最少的相差几次，接待日与日常值班分开计。",
			"Most turns less fewest among the deputies who serve, receptions and ordinary duty counted apart."},
			units.Short, limits(green, limit{2, amber}), here("liaison_duty_fairness_spread", "ledger")).
			Targets(present([]question{{here("liaison_duty_fairness_spread", "ledger"), "{{ledger}}"}})).
			TextMode(common.BigValueTextModeValueAndName), ledgers).Span(quarter)).
		WithPanel(figure(caption{"放假安排", "Holiday arrangement", "是否知道该年的放假安排；不知道时排班是暂定的。",
			"Whether the holiday arrangement of a year is known; while it is not, plans are provisional."},
			units.NoUnit, neutral(), here("liaison_holiday_calendar_known", "year")).
			Targets(present([]question{{here("liaison_holiday_calendar_known", "year"), "{{year}}"}})).
			TextMode(common.BigValueTextModeValueAndName).
			Mappings(yesOrNo(text("已知", "known"), green, text("未知", "unknown"), amber)).Span(quarter))
}

func stationRunning(b *dashboard.DashboardBuilder) {
	b.WithRow(row("运行", "How it runs")).
		WithPanel(figure(caption{"停用", "Suspended", "是否按声明停用。", "Whether the station is stopped on purpose."},
			units.NoUnit, neutral(), here("liaison_station_suspended")).
			Mappings(yesOrNo(text("停用", "suspended"), amber, text("在用", "in service"), green))).
		WithPanel(figure(caption{"审计日志", "Audit log", "操作日志是否完整；尚未出示过时没有数值。", "Whether the audit log is whole; nothing while it was never shown."},
			units.NoUnit, neutral(), here("liaison_audit_intact")).
			Mappings(yesOrNo(text("完整", "intact"), green, text("异常", "broken"), red)).
			NoValue(text("尚未出示", "not shown yet"))).
		WithPanel(trend(caption{"就绪走势", "Ready over time", "1 为就绪。", "1 while the station is ready."},
			units.NoUnit, question{here("liaison_station_ready"), text("就绪", "ready")}).Max(1).Span(8)).
		WithPanel(trend(caption{"问答", "Polls", "数字有多旧，以及一小时内问不到的次数。", "How old the figures are, and the polls of the last hour that brought none."},
			units.Short,
			question{here("liaison_backlog_age_seconds"), text("数字的新旧（秒）", "age of the figures (s)")},
			question{risenHere("liaison_backlog_poll_errors_total", "1h"), text("问不到的次数", "failed polls")},
		).Span(8))
}
