package demo

import (
	"context"
	"fmt"
	"time"

	"township.dev/liaison/internal/casework"
)

const roadUnit = "县交通运输局"

// Repository is what the sample cases are written to.
type Repository interface {
	Submit(ctx context.Context, s casework.Submission) (casework.Receipt, error)
	Change(ctx context.Context, code casework.Code, change func(casework.Case) (casework.Case, casework.Event, error)) (casework.Case, error)
}

// sample is a suggestion and what became of it.
type sample struct {
	casework.Suggestion
	// age is how many days ago it came in; each step follows a day later.
	age   int
	steps []step
}

type step struct {
	by   casework.Role
	move casework.Move
}

// staff does what the administrator would.
func staff(moves ...casework.Move) []step {
	steps := make([]step, 0, len(moves))
	for _, m := range moves {
		steps = append(steps, step{casework.Administrator, m})
	}
	return steps
}

var (
	told   = casework.RecordFeedback{Channel: casework.ByPhone, Text: "已电话告知，对方表示知道了。"}
	closed = casework.Close{}
)

func answered(result casework.Result, text string) casework.Move {
	return casework.GiveAnswer{Result: result, Text: text}
}

func classified(route casework.Route, reason string) casework.Move {
	return casework.Classify{Route: route, Reason: reason}
}

// samples hold a case in every state, and the one of the reference station that was escalated: the field road at 白额村.
var samples = []sample{
	{
		Suggestion: casework.Suggestion{Topic: "道路交通", Village: "白额村", Text: "白额村通往果园的田间路被雨水冲毁，农用车过不去，秋收前请修好。", Name: "示例村民甲", Phone: "100 0000 1001"},
		age:        40,
		steps: append(staff(
			classified(casework.County, "乡里没有修路的经费，需要县里支持。"),
			casework.Assign{Unit: roadUnit, CoUnits: []string{"乡农业农村办公室"}, Text: "请勘察并提出修复方案。"},
			casework.Start{},
		), step{casework.Head, casework.Urge{Text: "秋收在即，请尽快答复。"}}),
	},
	{
		Suggestion: casework.Suggestion{Topic: "道路交通", Village: "白额村", Text: "果园边的田间路冲坏了，摘了苹果拉不出来。", Name: "示例村民乙", Phone: "100 0000 1002"},
		age:        1,
	},
	{
		Suggestion: casework.Suggestion{Topic: "环境卫生", Village: "中垛村", Text: "村口的垃圾箱满了没人清，天热味道大。", Name: "示例村民丙", Phone: "100 0000 1003"},
		age:        6,
	},
	{
		Suggestion: casework.Suggestion{Topic: "产业发展", Village: "柳沟村", Text: "希望组织苹果修剪技术培训。"},
		age:        12,
		steps: append(staff(
			classified(casework.OnTheSpot, "农技员下周正好在村里。"),
			answered(casework.ResolvedA, "已安排本月15日在柳沟村委会培训。"), told, closed,
			casework.Publish{Text: "希望组织苹果修剪技术培训。", Answer: "已安排本月15日在村委会培训，欢迎参加。"},
		), step{casework.Resident, casework.Rate{Value: casework.Satisfied, Text: "谢谢"}}),
	},
	{
		Suggestion: casework.Suggestion{Topic: "集体经济", Village: "南坪村", Text: "建议建一座果品冷库，错季销售。"},
		age:        60,
		steps: staff(
			classified(casework.Township, "乡里可以立项。"),
			casework.Assign{Unit: "乡农业农村办公室"}, casework.Start{},
			answered(casework.PlannedB, "冷库已列入明年的项目库。"), told, closed,
			casework.Publish{Text: "建议建一座果品冷库，错季销售。", Answer: "已列入明年的项目库。"},
		),
	},
	{
		Suggestion: casework.Suggestion{Topic: "民风教化", Village: "三堠村", Text: "红白事攀比严重，建议定个标准。", Name: "示例村民丁", Phone: "100 0000 1004"},
		age:        4,
		steps:      staff(classified(casework.Township, "由乡里牵头修订村规民约。")),
	},
	{
		Suggestion: casework.Suggestion{Topic: "环境卫生", Village: "马连滩村", Text: "河道里有人倒建筑垃圾。", Name: "示例村民戊", Phone: "100 0000 1005"},
		age:        9,
		steps: staff(
			classified(casework.Township, "乡里可以处理。"), casework.Assign{Unit: "乡社会事务办公室"}, casework.Start{},
			answered(casework.ResolvedA, "已清理河道并立了警示牌。"),
		),
	},
	{
		Suggestion: casework.Suggestion{Topic: "道路交通", Village: "下柏房村", Text: "请把乡道直接修到我家院门口。"},
		age:        20,
		steps: append(staff(
			classified(casework.Explain, "入户道路按政策由村民自筹。"),
			answered(casework.NotPossibleC, "按现行政策，入户路不在修建范围，村里可以提供砂石。"), told, closed,
		), step{casework.Resident, casework.Reopen{Text: "砂石也没有见到。"}}),
	},
	{
		Suggestion: casework.Suggestion{Topic: "产业发展", Village: "安坪村", Text: "问一下今年的苹果保险什么时候办。"},
		age:        3,
		steps:      []step{{casework.Resident, casework.Withdraw{Reason: "已经问到了"}}},
	},
}

// Fill writes the sample cases, as if they had come in over the last weeks.
func Fill(ctx context.Context, repository Repository, rules casework.Rules, now time.Time) error {
	for _, s := range samples {
		if err := s.write(ctx, repository, rules, now.AddDate(0, 0, -s.age)); err != nil {
			return fmt.Errorf("writing a sample case: %w", err)
		}
	}
	return nil
}

func (s sample) write(ctx context.Context, repository Repository, rules casework.Rules, at time.Time) error {
	receipt, err := repository.Submit(ctx, rules.Receive(s.Suggestion, casework.NewCode(), "", at))
	if err != nil {
		return err
	}
	for _, step := range s.steps {
		// Two steps a day, so that the youngest case has passed them all by now.
		at = at.Add(12 * time.Hour)
		_, err := repository.Change(ctx, receipt.Case.Code, func(c casework.Case) (casework.Case, casework.Event, error) {
			return rules.Apply(c, step.move, casework.Actor{Role: step.by}, at)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
