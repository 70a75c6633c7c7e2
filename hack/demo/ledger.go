package main

import (
	_ "embed"
	"fmt"

	"sigs.k8s.io/yaml"
)

//go:embed ledger/suggestions.yaml
var suggestionsFile []byte

// The ledger of Zhongduo's station as reported on 3 August 2022.
const (
	ledgerStation = "zhongduo"
	ledgerVisits  = 68
	// keyPrefix makes each entry known again, so that a second replay adds nothing.
	keyPrefix = "zhongduo-2022-08-03-"
	// notice stands in every text, because the entries bear the day of the replay.
	notice = "（演示数据：据2022年8月3日台账编写，登记日期为导入当日）"
)

// suggestion is one row of the ledger. A row without an answer is still open.
type suggestion struct {
	Key     string `json:"key"`
	Topic   string `json:"topic"`
	Village string `json:"village"`
	Text    string `json:"text"`
	Route   string `json:"route"`
	Result  string `json:"result"`
	Answer  string `json:"answer"`
	Channel string `json:"channel"`
}

// visit is one row of the visitors' book.
type visit struct {
	key  string
	note string
}

func suggestions() ([]suggestion, error) {
	var rows []suggestion
	if err := yaml.UnmarshalStrict(suggestionsFile, &rows); err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	return rows, nil
}

// visits are the ledger's visitors: what each came for was not reported, so a few usual errands take turns.
func visits() []visit {
	errands := []string{"反映意见建议", "咨询政策", "询问上次意见的办理情况", "来站与代表座谈"}
	rows := make([]visit, ledgerVisits)
	for i := range rows {
		rows[i] = visit{key: fmt.Sprintf("v%02d", i+1), note: errands[i%len(errands)] + notice}
	}
	return rows
}

// reasons for the route are part of the record; one sentence per route is enough for the demo.
var reasons = map[string]string{
	"on_the_spot": "情况清楚，当场可以办理" + notice,
	"township":    "需乡政府安排人员和资金，交乡政府限期办理" + notice,
	"county":      "修复所需资金和技术超出乡里能力，协调县直部门办理" + notice,
	"explain":     "与现行政策不符，耐心解释" + notice,
}
