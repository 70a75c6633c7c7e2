package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// rule is one that a dashboard keeps. Those whose names end in -rule are the rules of Grafana's dashboard-linter, written anew: the linter itself cannot be
// linked here, because it needs Loki, which is under the AGPL. The others are our own.
type rule struct {
	name string
	// faults says what breaks the rule, each with the place.
	faults func(dashboard.Dashboard) []string
	// spoil breaks it, to prove that faults would find that.
	spoil func(*dashboard.Dashboard)
}

// exclusion takes a dashboard, or one panel of it, out of a rule.
type exclusion struct{ rule, board, panel, because string }

const (
	toldByOne    = "the stations' figures are told by whichever replica leads, so that a matcher of job or instance would cut their history in pieces"
	sinceItBegan = "what is asked for is how many there have been since the station's database began, not how fast they come"
)

var exclusions = []exclusion{
	{"template-job-rule", countyUID, "", toldByOne},
	{"template-job-rule", stationUID, "", toldByOne},
	{"template-instance-rule", countyUID, "", toldByOne},
	{"template-instance-rule", stationUID, "", toldByOne},
	{"target-job-rule", countyUID, "", toldByOne},
	{"target-job-rule", stationUID, "", toldByOne},
	{"target-instance-rule", countyUID, "", toldByOne},
	{"target-instance-rule", stationUID, "", toldByOne},
	{"target-counter-agg-rule", countyUID, "未用的站 · Stations not in use", sinceItBegan},
	{"target-counter-agg-rule", stationUID, "累计来件、办结与来访 · Received, closed and visits since the beginning", sinceItBegan},
}

// Of the linter's rules one is left out for all: uneditable-dashboard-rule. A county that imports a dashboard by hand may change its copy; one that is
// provisioned cannot be saved in any case.
var rules = []rule{
	{
		name:   "template-datasource-rule",
		faults: datasourceIsChosen,
		spoil:  func(b *dashboard.Dashboard) { variable(b, "datasource").Query.String = cog.ToPtr("loki") },
	},
	{
		name:   "template-job-rule",
		faults: func(b dashboard.Dashboard) []string { return severalCanBeChosen(b, "job") },
		spoil:  func(b *dashboard.Dashboard) { variable(b, "job").Multi = cog.ToPtr(false) },
	},
	{
		name:   "template-instance-rule",
		faults: func(b dashboard.Dashboard) []string { return severalCanBeChosen(b, "instance") },
		spoil:  func(b *dashboard.Dashboard) { variable(b, "instance").AllValue = cog.ToPtr(".*") },
	},
	{
		name:   "template-label-promql-rule",
		faults: variablesAskForLabels,
		spoil:  func(b *dashboard.Dashboard) { variable(b, "job").Query.String = cog.ToPtr("label_values(up{, job)") },
	},
	{
		name:   "template-on-time-change-reload-rule",
		faults: variablesFollowTheTime,
		spoil: func(b *dashboard.Dashboard) {
			variable(b, "job").Refresh = cog.ToPtr(dashboard.VariableRefreshOnDashboardLoad)
		},
	},
	{
		name:   "panel-datasource-rule",
		faults: panelsAskTheChosenDatasource,
		spoil: func(b *dashboard.Dashboard) {
			panelsOf(*b)[0].Datasource = &common.DataSourceRef{Uid: cog.ToPtr("P1809F7CD0C75ACF3")}
		},
	},
	{
		name: "panel-title-description-rule",
		faults: perPanel(func(panel *dashboard.Panel) []string {
			return when(title(panel) == "" || panel.Description == nil || *panel.Description == "", "it has no title or no description")
		}),
		spoil: func(b *dashboard.Dashboard) { panelsOf(*b)[1].Description = nil },
	},
	{
		name: "panel-units-rule",
		faults: perPanel(func(panel *dashboard.Panel) []string {
			unit := panel.FieldConfig.Defaults.Unit
			return when(unit == nil || *unit == "", "it has no unit")
		}),
		spoil: func(b *dashboard.Dashboard) { panelsOf(*b)[2].FieldConfig.Defaults.Unit = nil },
	},
	{
		name: "panel-no-targets-rule",
		faults: perPanel(func(panel *dashboard.Panel) []string {
			return when(len(queriesOf(panel)) == 0 || len(queriesOf(panel)) != len(panel.Targets), "it asks nothing, or not Prometheus")
		}),
		spoil: func(b *dashboard.Dashboard) { panelsOf(*b)[0].Targets = nil },
	},
	{
		name:   "target-promql-rule",
		faults: perQuery(func(_ parser.Expr, err error) []string { return when(err != nil, fmt.Sprint(err)) }),
		spoil:  func(b *dashboard.Dashboard) { queriesOf(panelsOf(*b)[0])[0].Expr = "sum(up" },
	},
	{
		name:   "target-rate-interval-rule",
		faults: perQuery(ratesFollowTheScrapes),
		spoil:  func(b *dashboard.Dashboard) { queriesOf(panelsOf(*b)[0])[0].Expr = `rate(x_total[5m])` },
	},
	{
		name:   "target-job-rule",
		faults: perQuery(everySelectorMatches("job", "$job")),
		spoil:  func(b *dashboard.Dashboard) { queriesOf(panelsOf(*b)[0])[0].Expr = `up{instance=~"$instance"}` },
	},
	{
		name:   "target-instance-rule",
		faults: perQuery(everySelectorMatches("instance", "$instance")),
		spoil:  func(b *dashboard.Dashboard) { queriesOf(panelsOf(*b)[0])[0].Expr = `up{job=~"$job"}` },
	},
	{
		name:   "target-counter-agg-rule",
		faults: perQuery(countersAreRated),
		spoil:  func(b *dashboard.Dashboard) { queriesOf(panelsOf(*b)[0])[0].Expr = `sum(x_total)` },
	},
	{
		name:   "a zero is told",
		faults: perPanel(zerosOutOfNothing),
		spoil:  func(b *dashboard.Dashboard) { queriesOf(panelsOf(*b)[2])[0].Expr = `count(x) or vector(0)` },
	},
	{
		name:   "both languages, Chinese first",
		faults: bothLanguages,
		spoil:  func(b *dashboard.Dashboard) { panelsOf(*b)[0].Title = cog.ToPtr("Stations") },
	},
	{
		name:   "a place of its own",
		faults: placesAreApart,
		spoil:  func(b *dashboard.Dashboard) { *panelsOf(*b)[1].GridPos = *panelsOf(*b)[0].GridPos },
	},
	{
		name:   "ids are their own",
		faults: idsAreUnique,
		spoil:  func(b *dashboard.Dashboard) { panelsOf(*b)[1].Id = panelsOf(*b)[0].Id },
	},
	{
		name: "known by uid and tag",
		faults: func(b dashboard.Dashboard) []string {
			return when(b.Uid == nil || !strings.HasPrefix(*b.Uid, "liaison-") || len(*b.Uid) > 40 || !slices.Contains(b.Tags, tag), "its uid or its tag is not ours")
		},
		spoil: func(b *dashboard.Dashboard) { b.Tags = nil },
	},
}

func TestEachDashboardKeepsTheRules(t *testing.T) {
	for name := range boards() {
		board := decoded(t, name)
		for _, r := range rules {
			for _, fault := range r.faults(board) {
				if !excluded(r.name, *board.Uid, fault) {
					t.Errorf("%s breaks %s: %s", name, r.name, fault)
				}
			}
		}
	}
}

func TestEachRuleFindsWhatBreaksIt(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			board := decoded(t, operatorUID+".json")
			before := r.faults(board)
			r.spoil(&board)
			if after := r.faults(board); len(after) <= len(before) {
				t.Errorf("broken it has the faults %q", after)
			}
		})
	}
}

// An exclusion that excludes nothing would hide the next fault.
func TestEachExclusionIsInUse(t *testing.T) {
	for _, e := range exclusions {
		board := decoded(t, e.board+".json")
		inUse := slices.ContainsFunc(rules, func(r rule) bool {
			return r.name == e.rule && slices.ContainsFunc(r.faults(board), func(fault string) bool { return strings.HasPrefix(fault, e.panel) })
		})
		if !inUse {
			t.Errorf("%s does not break %s at %q", e.board, e.rule, e.panel)
		}
	}
}

func excluded(rule, board, fault string) bool {
	return slices.ContainsFunc(exclusions, func(e exclusion) bool {
		return e.rule == rule && e.board == board && strings.HasPrefix(fault, e.panel)
	})
}

func decoded(t *testing.T, name string) dashboard.Dashboard {
	t.Helper()
	board, err := decode(read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return board
}

func when(broken bool, fault string) []string {
	if broken {
		return []string{fault}
	}
	return nil
}

// perPanel asks for the faults of each panel, and puts its title before them.
func perPanel(faults func(*dashboard.Panel) []string) func(dashboard.Dashboard) []string {
	return func(board dashboard.Dashboard) []string {
		var all []string
		for _, panel := range panelsOf(board) {
			for _, fault := range faults(panel) {
				all = append(all, title(panel)+": "+fault)
			}
		}
		return all
	}
}

// What Grafana puts into a query between brackets; the interval that follows the scrapes is one that nobody writes by hand.
const asScraped = "13m37s"

var durations = strings.NewReplacer("$__rate_interval", asScraped, "$__range", "1h", "$__interval", "1m", "$idle", "28d")

func perQuery(faults func(parser.Expr, error) []string) func(dashboard.Dashboard) []string {
	promQL := parser.NewParser(parser.Options{})
	return perPanel(func(panel *dashboard.Panel) []string {
		var all []string
		for _, query := range queriesOf(panel) {
			for _, fault := range faults(promQL.ParseExpr(durations.Replace(query.Expr))) {
				all = append(all, "query "+*query.RefId+": "+fault)
			}
		}
		return all
	})
}

// ratesFollowTheScrapes asks for $__rate_interval in every rate. An increase tells how many there were in a time, which the reader or the title names.
func ratesFollowTheScrapes(query parser.Expr, err error) []string {
	var faults []string
	if err != nil {
		return nil
	}
	parser.Inspect(query, func(node parser.Node, _ []parser.Node) error {
		call, ok := node.(*parser.Call)
		if !ok || (call.Func.Name != "rate" && call.Func.Name != "irate") {
			return nil
		}
		if over, ok := call.Args[0].(*parser.MatrixSelector); !ok || over.Range.String() != asScraped {
			faults = append(faults, call.String()+" is not over $__rate_interval")
		}
		return nil
	})
	return faults
}

func everySelectorMatches(label, value string) func(parser.Expr, error) []string {
	return func(query parser.Expr, err error) []string {
		var faults []string
		if err != nil {
			return nil
		}
		for _, selector := range parser.ExtractSelectors(query) {
			if !slices.ContainsFunc(selector, func(m *labels.Matcher) bool {
				return m.Name == label && m.Type == labels.MatchRegexp && m.Value == value
			}) {
				faults = append(faults, fmt.Sprintf("%v does not match %s", selector, label))
			}
		}
		return faults
	}
}

// countersAreRated asks that a counter is looked at by how it rises: its value starts anew with whoever counts.
func countersAreRated(query parser.Expr, err error) []string {
	var faults []string
	if err != nil {
		return nil
	}
	parser.Inspect(query, func(node parser.Node, path []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok || !strings.HasSuffix(selector.Name, "_total") {
			return nil
		}
		if !slices.ContainsFunc(path, func(above parser.Node) bool {
			call, ok := above.(*parser.Call)
			return ok && (call.Func.Name == "rate" || call.Func.Name == "increase")
		}) {
			faults = append(faults, selector.Name+" is a counter and is not rated")
		}
		return nil
	})
	return faults
}

// zerosOutOfNothing are those of queries that answer even where there is no operator, and look as if all were well. Of the replicas alone none is an answer.
func zerosOutOfNothing(panel *dashboard.Panel) []string {
	var faults []string
	counts := title(panel) == "副本 · Replicas" || title(panel) == "主副本 · Leaders"
	for _, query := range queriesOf(panel) {
		faults = append(faults, when(!counts && strings.Contains(query.Expr, "vector("), "query "+*query.RefId+" answers where nothing is told")...)
	}
	return faults
}

func variable(board *dashboard.Dashboard, name string) *dashboard.VariableModel {
	for i := range board.Templating.List {
		if board.Templating.List[i].Name == name {
			return &board.Templating.List[i]
		}
	}
	return nil
}

func datasourceIsChosen(board dashboard.Dashboard) []string {
	chosen := variable(&board, "datasource")
	return when(chosen == nil || chosen.Type != dashboard.VariableTypeDatasource || *chosen.Query.String != "prometheus",
		"there is no variable datasource that offers what is a Prometheus")
}

func severalCanBeChosen(board dashboard.Dashboard, name string) []string {
	chosen := variable(&board, name)
	return when(chosen == nil || chosen.Type != dashboard.VariableTypeQuery || !*chosen.Multi || !*chosen.IncludeAll || *chosen.AllValue != ".+",
		"there is no variable "+name+" of which several, or all, can be chosen")
}

var asksForLabels = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

func variablesAskForLabels(board dashboard.Dashboard) []string {
	var faults []string
	promQL := parser.NewParser(parser.Options{})
	for _, v := range board.Templating.List {
		if v.Type != dashboard.VariableTypeQuery {
			continue
		}
		parts := asksForLabels.FindStringSubmatch(*v.Query.String)
		if parts == nil {
			faults = append(faults, v.Name+" does not ask for the values of a label")
			continue
		}
		if _, err := promQL.ParseMetricSelector(parts[1]); err != nil {
			faults = append(faults, fmt.Sprintf("%s: %v", v.Name, err))
		}
	}
	return faults
}

func variablesFollowTheTime(board dashboard.Dashboard) []string {
	var faults []string
	for _, v := range board.Templating.List {
		if v.Type == dashboard.VariableTypeQuery && (v.Refresh == nil || *v.Refresh != dashboard.VariableRefreshOnTimeRangeChanged) {
			faults = append(faults, v.Name+" does not look again when the time is changed")
		}
	}
	return faults
}

const chosenDatasource = "${datasource}"

func panelsAskTheChosenDatasource(board dashboard.Dashboard) []string {
	return perPanel(func(panel *dashboard.Panel) []string {
		faults := when(panel.Datasource == nil || *panel.Datasource.Uid != chosenDatasource, "it names a datasource of its own")
		for _, query := range queriesOf(panel) {
			faults = append(faults, when(query.Datasource == nil || *query.Datasource.Uid != chosenDatasource, "query "+*query.RefId+" names a datasource of its own")...)
		}
		return faults
	})(board)
}

func bothLanguages(board dashboard.Dashboard) []string {
	shown := []string{*board.Title}
	for _, one := range board.Panels {
		if one.RowPanel != nil {
			shown = append(shown, *one.RowPanel.Title)
		} else {
			shown = append(shown, title(one.Panel))
		}
	}
	for _, v := range board.Templating.List {
		shown = append(shown, *v.Label)
	}
	var faults []string
	for _, s := range shown {
		chinese, english, both := strings.Cut(s, " · ")
		if !both || !strings.ContainsFunc(chinese, han) || strings.ContainsFunc(english, han) || english == "" {
			faults = append(faults, fmt.Sprintf("%q is not Chinese first and English after it", s))
		}
	}
	return faults
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

func placesAreApart(board dashboard.Dashboard) []string {
	taken := map[[2]uint32]string{}
	return perPanel(func(panel *dashboard.Panel) []string {
		var faults []string
		at := panel.GridPos
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				if other := taken[[2]uint32{x, y}]; other != "" || x >= 24 {
					return append(faults, fmt.Sprintf("it lies over %q or beside the dashboard", other))
				}
				taken[[2]uint32{x, y}] = title(panel)
			}
		}
		return faults
	})(board)
}

func idsAreUnique(board dashboard.Dashboard) []string {
	seen := map[uint32]bool{}
	return perPanel(func(panel *dashboard.Panel) []string {
		again := panel.Id == nil || seen[*panel.Id]
		if panel.Id != nil {
			seen[*panel.Id] = true
		}
		return when(again, "its id is none, or another's")
	})(board)
}
