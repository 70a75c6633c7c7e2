package main

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// notScraped is what a figure shows that only the intake, or the kubelet, could tell.
var notScraped = text("未抓取", "not scraped")

// The intake's volume, as the kubelet measures it. The name is the claim's.
const (
	freeHere = `max(kubelet_volume_stats_available_bytes{namespace="$namespace", persistentvolumeclaim="$station-intake-data"})`
	diskHere = `max(kubelet_volume_stats_capacity_bytes{namespace="$namespace", persistentvolumeclaim="$station-intake-data"})`
)

// stationIntake tells what only the station's own service knows. Nothing here has data unless Prometheus scrapes that service, and the kubelets.
func stationIntake(b *dashboard.DashboardBuilder) {
	b.WithRow(row("站点服务（需抓取各站）", "The intake itself (where it is scraped)")).
		WithPanel(figure(caption{"版本", "Version", "站点服务的版本。", "Version of the intake."}, units.NoUnit, neutral(), here("liaison_intake_info", "version")).
			Targets(present([]question{{here("liaison_intake_info", "version"), "{{version}}"}})).
			TextMode(common.BigValueTextModeName).NoValue(notScraped)).
		WithPanel(figure(caption{"出错的回答", "Failed requests", "最近一小时以 5xx 回答的请求。", "Requests of the last hour that were answered with 5xx."},
			units.Short, noneIsWell(red), noneBut(hereOf("liaison_intake_requests_total", `code=~"5.."`, "1h"))).
			Decimals(0).NoValue(notScraped)).
		WithPanel(figure(caption{"拒收", "Refused", "所选时间内没有收下的意见建议，原因见下。", "Suggestions that were refused in the chosen time; the reasons are below."},
			units.Short, neutral(), noneBut(risenHere("liaison_intake_submissions_refused_total", "$__range"))).
			Decimals(0).NoValue(notScraped)).
		WithPanel(figure(caption{"不知是否送到的消息", "Messages in doubt", "接待未到、不知是否送到的消息；请站里看一看群。",
			"Messages of which nobody knows whether they arrived, their reception still to come; somebody at the station should look into the group."},
			units.Short, noneIsWell(amber), here("liaison_intake_announcements_unknown")).NoValue(notScraped)).
		WithPanel(figure(caption{"读不懂的文档", "Documents refused", "所选时间内没有采用的新文档；此时沿用原来的。",
			"Changed documents of the chosen time that could not be used; the last good ones stay in force then."},
			units.Short, noneIsWell(red), "sum("+hereOf("liaison_intake_document_reloads_total", `result="failed"`, "$__range")+")").
			Decimals(0).NoValue(notScraped)).
		WithPanel(figure(caption{"磁盘余量", "Disk free", "数据卷剩余空间的比例，由 kubelet 测量。", "Share of the data volume that is free, as the kubelet measures it."},
			units.PercentUnit, limits(red, limit{0.15, amber}, limit{0.3, green}), freeHere+" / "+diskHere).
			Decimals(0).NoValue(text("未测量", "not measured")))
	intakeRequests(b)
	intakeProcess(b)
}

func intakeRequests(b *dashboard.DashboardBuilder) {
	b.WithPanel(trend(caption{"请求", "Requests", "每秒请求，按回答的状态码。", "Requests per second by status code."},
		units.RequestsPerSecond, question{rateHere("liaison_intake_requests_total", "code"), "{{code}}"})).
		WithPanel(trend(caption{"回答耗时", "How long an answer takes", "一半和百分之九十九的请求在此时间内得到回答。", "Half of the requests, and 99 of 100, are answered within this time."},
			units.Seconds,
			question{withinHere(0.99), text("百分之九十九", "99 of 100")},
			question{withinHere(0.5), text("一半", "half")})).
		WithPanel(trend(caption{"最慢的页面", "Slowest pages", "百分之九十九的请求在此时间内得到回答，最慢的五个页面。", "99 of 100 requests are answered within this time; the five slowest pages."},
			units.Seconds, question{"topk(5, " + withinHere(0.99, "method", "route") + ")", "{{method}} {{route}}"})).
		WithPanel(trend(caption{"拒收的原因", "Why suggestions are refused", "一小时内没有收下的意见建议，按原因。",
			"Suggestions refused within an hour, by reason."},
			units.Short, question{risenHere("liaison_intake_submissions_refused_total", "1h", "reason"), "{{reason}}"}).Decimals(0)).
		WithPanel(spelled(bars(caption{"各状态的件数", "Cases by state", "此刻各状态的意见建议。", "Cases by the state they are in."},
			question{here("liaison_intake_cases", "state"), "{{state}}"}), states)).
		WithPanel(spelled(bars(caption{"自动发出的消息", "Messages to the webhook", "所选时间内向群机器人等发送消息的结果。", "What became of the messages to the webhook in the chosen time."},
			question{risenHere("liaison_intake_announcements_total", "$__range", "result"), "{{result}}"}), deliveries).Decimals(0)).
		WithPanel(bars(caption{"网上来件", "Suggestions sent", "所选时间内收下和拒收的网上来件。", "Suggestions sent in the chosen time, acknowledged and refused."},
			question{risenHere("liaison_intake_cases_submitted_total", "$__range"), text("收下", "acknowledged")},
			question{noneBut(risenHere("liaison_intake_submissions_refused_total", "$__range")), text("拒收", "refused")},
		).Decimals(0))
}

func intakeProcess(b *dashboard.DashboardBuilder) {
	b.WithPanel(trend(caption{"内存", "Memory", "站点服务占用的内存，及其中在用的堆。", "Memory that the intake takes, and the heap in use within it."},
		units.BytesIEC,
		question{here("process_resident_memory_bytes"), text("占用", "resident")},
		question{here("go_memstats_heap_inuse_bytes"), text("堆", "heap")}).Span(8)).
		WithPanel(trend(caption{"处理器", "CPU", "站点服务占用的处理器核数。", "Processor cores that the intake uses."},
			units.Short, question{rateHere("process_cpu_seconds_total"), text("核", "cores")}).Span(8)).
		WithPanel(trend(caption{"磁盘", "Disk", "数据卷的大小和剩余空间，由 kubelet 测量。", "Size of the data volume and what is free of it, as the kubelet measures them."},
			units.BytesIEC,
			question{freeHere, text("剩余", "free")},
			question{diskHere, text("大小", "size")}).Span(8))
}

// hereOf is how much the series of a counter of the station that match have risen within a window.
func hereOf(counter, matcher, window string) string {
	return fmt.Sprintf("increase(%s{%s, %s}[%s])", counter, chosen, matcher, window)
}

// noneBut says 0 where a counter has no series yet, and nothing where the intake is not scraped.
func noneBut(query string) string {
	return zeroBeside("sum("+query+")", "liaison_intake_info{"+chosen+"}")
}

// rateHere is how fast a counter of the station rises.
func rateHere(counter string, labels ...string) string {
	return sum(fmt.Sprintf("rate(%s{%s}[$__rate_interval])", counter, chosen), labels...)
}

// withinHere is the time that a share of the station's requests stay within.
func withinHere(share float64, labels ...string) string {
	return fmt.Sprintf("histogram_quantile(%v, %s)", share, rateHere("liaison_intake_request_duration_seconds_bucket", append([]string{"le"}, labels...)...))
}
