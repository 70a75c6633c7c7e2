package main

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/units"
)

// operator tells whether the operator keeps up with what it looks after.
func operator() *dashboard.DashboardBuilder {
	b := board(operatorUID, text("联络站 控制器", "Liaison operator"),
		"控制器是否正常、是否跟得上。\n\nWhether the operator is well and keeps up.", "now-3h").
		WithVariable(severalOrAll(choice("job", text("任务", "Job"), "liaison_rollout_halted"), ".+")).
		WithVariable(severalOrAll(choice("instance", text("实例", "Instance"), `controller_runtime_max_concurrent_reconciles{job=~"$job"}`), ".+"))
	operatorFigures(b)
	operatorReconciles(b)
	operatorWrites(b)
	operatorRollout(b)
	operatorProcess(b)
	return b
}

func operatorFigures(b *dashboard.DashboardBuilder) {
	b.WithPanel(figure(caption{"副本", "Replicas", "Prometheus 抓得到的控制器副本。", "Replicas of the operator that Prometheus reaches."},
		units.Short, limits(red, limit{1, green}), orZero("count("+process("process_start_time_seconds")+")"))).
		WithPanel(figure(caption{"主副本", "Leaders", "正在工作的副本，应当恰有一个；没有选举时为零。", "Replicas at work; there should be exactly one. 0 where there is no election."},
			units.Short, limits(amber, limit{1, green}, limit{2, red}), orZero(sum(process("leader_election_master_status"))))).
		WithPanel(figure(caption{"联络站", "Stations", "由控制器照管的联络站。", "Stations that the operator looks after."},
			units.Short, neutral(), zeroBeside("count("+each(process("liaison_station_info"))+")", process("liaison_rollout_halted")))).
		WithPanel(figure(caption{"更新暂停", "Rollout halted", "有站更新失败时，其余的站不再更新。", "While a station has failed its update, no other is updated."},
			units.NoUnit, noneIsWell(red), "max("+process("liaison_rollout_halted")+")").
			Mappings(yesOrNo(text("暂停", "halted"), red, text("正常", "no"), green))).
		WithPanel(figure(caption{"出错", "Errors", "最近一小时协调出错的次数。", "Reconciles that failed within the last hour."},
			units.Short, limits(green, limit{1, amber}, limit{100, red}),
			zeroBeside(sum("increase("+process("controller_runtime_reconcile_errors_total")+"[1h])"), process("process_start_time_seconds"))).Decimals(0)).
		WithPanel(figure(caption{"崩溃", "Panics", "最近一天协调中崩溃的次数；每一次都是缺陷。", "Reconciles that panicked within the last day; each is a defect."},
			units.Short, noneIsWell(red),
			zeroBeside(sum("increase("+process("controller_runtime_reconcile_panics_total")+"[1d])"), process("process_start_time_seconds"))).Decimals(0))
}

func operatorReconciles(b *dashboard.DashboardBuilder) {
	b.WithRow(row("协调与队列", "Reconciles and queue")).
		WithPanel(trend(caption{"协调结果", "Reconciles by outcome", "每秒协调次数，按控制器和结果。一切就绪后只剩定时的轮询。",
			"Reconciles per second by controller and result. When all is settled, only polls by the clock are left."},
			units.OpsPerSecond, question{perSecond("controller_runtime_reconcile_total", "controller", "result"), "{{controller}} {{result}}"})).
		WithPanel(trend(caption{"出错的协调", "Reconciles that failed", "每秒出错次数，按控制器。", "Failed reconciles per second by controller."},
			units.OpsPerSecond, question{perSecond("controller_runtime_reconcile_errors_total", "controller"), "{{controller}}"})).
		WithPanel(trend(caption{"协调耗时", "How long a reconcile takes", "百分之九十九的协调在此时间内完成。", "99 of 100 reconciles end within this time."},
			units.Seconds, question{slowest("controller_runtime_reconcile_time_seconds", "controller"), "{{controller}}"})).
		WithPanel(trend(caption{"在队列中的时间", "Time in the queue", "百分之九十九的对象在此时间内被取出。", "99 of 100 objects are taken from the queue within this time."},
			units.Seconds, question{slowest("workqueue_queue_duration_seconds", "name"), "{{name}}"})).
		WithPanel(trend(caption{"队列长度", "Objects in the queue", "等待处理的对象。长时间不降说明跟不上。", "Objects that wait to be handled. Where it stays high, the operator does not keep up."},
			units.Short, question{sum(process("workqueue_depth"), "name"), "{{name}}"})).
		WithPanel(trend(caption{"占用的工作者", "Workers in use", "正在处理对象的工作者占全部的比例。", "Share of the workers that are handling an object."},
			units.PercentUnit, question{
				sum(process("controller_runtime_active_workers"), "controller") + " / " +
					sum(process("controller_runtime_max_concurrent_reconciles"), "controller"), "{{controller}}",
			}).Max(1)).
		WithPanel(trend(caption{"进出队列", "Queue in and again", "每秒加入队列的对象，以及其中推迟再来的。", "Objects added to the queue per second, and those among them that come again after a while."},
			units.OpsPerSecond,
			question{perSecond("workqueue_adds_total", "name"), text("加入", "added") + " {{name}}"},
			question{perSecond("workqueue_retries_total", "name"), text("再来", "again") + " {{name}}"})).
		WithPanel(trend(caption{"处理最久的对象", "Longest at work", "正在处理的对象中最久的一个。", "How long the object that is handled longest has been handled."},
			units.Seconds, question{"max by (name) (" + process("workqueue_longest_running_processor_seconds") + ")", "{{name}}"}))
}

func operatorWrites(b *dashboard.DashboardBuilder) {
	b.WithRow(row("对 API 服务器", "To the API server")).
		WithPanel(trend(caption{"写入", "Writes", "每秒写入的对象，按种类和原因。一切就绪后应当为零。", "Objects written per second by kind and reason. 0 while all is settled."},
			units.OpsPerSecond, question{perSecond("liaison_operator_api_writes_total", "kind", "reason"), "{{kind}} {{reason}}"})).
		WithPanel(trend(caption{"请求", "Requests", "每秒请求，按方法和回答的状态码。", "Requests per second by method and status code."},
			units.RequestsPerSecond, question{perSecond("rest_client_requests_total", "method", "code"), "{{method}} {{code}}"}))
}

func operatorRollout(b *dashboard.DashboardBuilder) {
	b.WithRow(row("更新与轮询", "Rollout and polls")).
		WithPanel(stacked(spelled(trend(caption{"更新进度", "Rollout", "各站在更新中所处的位置。", "Stations by where they are on the way to what the county decided last."},
			units.Short, question{"max by (state) (" + process("liaison_rollout_stations") + ")", "{{state}}"}), places))).
		WithPanel(trend(caption{"问不到的站", "Polls that failed", "每秒没有得到数字的询问，全部站合计。", "Polls per second that brought no figures, over all stations."},
			units.OpsPerSecond, question{perSecond("liaison_backlog_poll_errors_total"), text("问不到", "failed")})).
		WithPanel(trend(caption{"数字的新旧", "Age of the figures", "最旧的和中间的一个站的数字有多旧；不应超过轮询间隔许多。",
			"How old the figures of the stalest and of the median station are; not much more than the interval of the polls."},
			units.Seconds,
			question{"max(" + process("liaison_backlog_age_seconds") + ")", text("最旧", "stalest")},
			question{"quantile(0.5, " + process("liaison_backlog_age_seconds") + ")", text("中间", "median")})).
		WithPanel(trend(caption{"就绪的站", "Stations ready", "就绪与全部的联络站。", "Stations that are ready, and all of them."},
			units.Short,
			question{"sum(" + each(process("liaison_station_ready")) + ")", text("就绪", "ready")},
			question{"count(" + each(process("liaison_station_ready")) + ")", text("全部", "all")}))
}

func operatorProcess(b *dashboard.DashboardBuilder) {
	b.WithRow(row("进程", "Process")).
		WithPanel(trend(caption{"内存", "Memory", "每个副本占用的内存，及其中在用的堆。", "Memory that each replica takes, and the heap in use within it."},
			units.BytesIEC,
			question{process("process_resident_memory_bytes"), text("占用", "resident") + " {{instance}}"},
			question{process("go_memstats_heap_inuse_bytes"), text("堆", "heap") + " {{instance}}"}).Span(8)).
		WithPanel(trend(caption{"处理器", "CPU", "每个副本占用的处理器核数。", "Processor cores that each replica uses."},
			units.Short, question{perSecond("process_cpu_seconds_total", "instance"), "{{instance}}"}).Span(8)).
		WithPanel(trend(caption{"协程", "Goroutines", "每个副本的协程数；不断上升说明有泄漏。", "Goroutines of each replica; where it keeps rising, something leaks."},
			units.Short, question{process("go_goroutines"), "{{instance}}"}).Span(8))
}
