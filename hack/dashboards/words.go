package main

// What people read stands in Chinese first and in English after it.
func text(zh, en string) string { return zh + " · " + en }

// caption is a panel's title and what it tells, in both languages.
type caption struct {
	zh, en  string
	zhTells string
	enTells string
}

func (c caption) title() string       { return text(c.zh, c.en) }
func (c caption) description() string { return c.zhTells + "\n\n" + c.enTells }

// word is how a label's value is shown.
type word struct{ value, shown string }

// The values of labels, as residents and staff read them in the intake service.
var (
	routes = []word{
		{"unclassified", text("未分类", "not classified")},
		{"on_the_spot", text("当场办理", "on the spot")},
		{"township", text("交乡镇政府办理", "township government")},
		{"county", text("协调县直部门办理", "county departments")},
		{"explain", text("解释说明", "explained")},
	}
	ratings = []word{
		{"satisfied", text("满意", "satisfied")},
		{"basically_satisfied", text("基本满意", "basically satisfied")},
		{"not_satisfied", text("不满意", "not satisfied")},
	}
	results = []word{
		{"A", text("A 已解决", "resolved")},
		{"B", text("B 列入计划", "planned")},
		{"C", text("C 暂时不能解决", "not possible now")},
		{"D", text("D 留作参考", "for reference")},
		{"withdrawn", text("撤回", "withdrawn")},
		{"merged", text("并案", "merged")},
	}
	states = []word{
		{"received", text("待分类", "received")},
		{"classified", text("已分类", "classified")},
		{"assigned", text("已交办", "assigned")},
		{"in_progress", text("办理中", "in progress")},
		{"answered", text("待反馈", "answered")},
		{"feedback_given", text("待结案", "feedback given")},
		{"closed", text("已办结", "closed")},
		{"withdrawn", text("已撤回", "withdrawn")},
		{"merged", text("已并案", "merged")},
	}
	deliveries = []word{
		{"delivered", text("已送到", "delivered")},
		{"refused", text("未收下", "refused")},
		{"unknown", text("不知是否送到", "unknown")},
		{"given_up", text("不再发送", "given up")},
	}
	ledgers = []word{
		{"reception", text("接待日", "receptions")},
		{"duty", text("日常值班", "ordinary duty")},
	}
	places = []word{
		{"current", text("已是最新", "current")},
		{"waiting", text("等待", "waiting")},
		{"updating", text("更新中", "updating")},
		{"failed", text("失败", "failed")},
	}
)
