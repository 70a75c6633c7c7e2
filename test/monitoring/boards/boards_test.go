// Package boards asks a real Prometheus what each panel of the dashboards asks. That Prometheus scrapes a real operator, as docs/monitoring.md has it,
// and the operator looks after a small county whose intakes answer.
package boards

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"township.dev/liaison/test/controlplane"
)

var cluster *controlplane.ControlPlane

func TestMain(m *testing.M) {
	controlplane.Run(m, func(cp *controlplane.ControlPlane) { cluster = cp })
}

// mayBeNone are the figures that say 0 where they find nothing, and find nothing in this county.
var mayBeNone = map[string]string{
	"数据过期 · Figures stale":      "figures are old after ten minutes",
	"放假安排未知 · Holidays unknown": "whether they are known depends on the day",
}

// figures of the county, by the panels of the county's dashboard.
var figures = map[string]float64{
	"联络站 · Stations":             5,
	"未就绪 · Not ready":            1,
	"待办 · Pending":               10,
	"超期 · Overdue":               5,
	"未用的站 · Stations not in use": 1,
	"停用的站 · Suspended":           1,
	"审计日志异常 · Audit logs broken": 1,
}

// built are the words for what Grafana itself puts into a query, as they would be for somebody who looks at the last minutes.
var built = map[string]string{"__range": "5m", "__rate_interval": "1m", "__interval": "1s"}

func TestEveryPanelIsAnsweredWithData(t *testing.T) {
	metrics, token := controlplane.FreeAddress(t), writeToken(t)
	zhongduo := listening(t, busy())
	prometheus := startPrometheus(t, targets{
		operator: metrics, token: token, intake: zhongduo.Listener.Addr().String(), kubelet: listening(t, kubelet).Listener.Addr().String(),
	})
	startOperator(t, metrics, token)
	prometheus.eventuallyScrapes(t)
	declareCounty(t, zhongduo)

	for _, board := range readBoards(t) {
		t.Run(board.UID, func(t *testing.T) {
			values := choose(t, prometheus, board)
			for _, panel := range board.panels() {
				t.Run(panel.Title, func(t *testing.T) {
					for _, target := range panel.Targets {
						answered(t, prometheus, panel, target, values)
					}
					if want, known := figures[panel.Title]; known && board.UID == "liaison-county" && panel.Type == "stat" {
						eventuallyIs(t, prometheus, replaced(panel.Targets[0].Expr, values), want)
					}
				})
			}
		})
	}
}

// choose takes for each variable what the reader would: of the stations zhongduo, of all else everything or what the dashboard begins with.
func choose(t *testing.T, prometheus *prometheus, board board) map[string]string {
	t.Helper()
	values := map[string]string{}
	for name, value := range built {
		values[name] = value
	}
	wanted := map[string]string{"namespace": countyNamespace, "station": "zhongduo"}
	for _, variable := range board.Templating.List {
		switch variable.Type {
		case "query":
			metric, label := variable.labelValues(t)
			offered := prometheus.eventuallyOffers(t, label, replaced(metric, values), wanted[variable.Name])
			values[variable.Name] = variable.pick(offered, wanted[variable.Name])
		case "custom":
			values[variable.Name] = variable.Current.Value
		}
	}
	return values
}

// answered waits until there is an answer of at least one number, whose labels have all that the panel calls it by.
func answered(t *testing.T, prometheus *prometheus, panel panel, target target, values map[string]string) {
	t.Helper()
	query := replaced(target.Expr, values)
	if strings.Contains(query, "$") {
		t.Fatalf("query %s has a variable that nobody sets: %s", target.RefID, query)
	}
	if mayBeNone[panel.Title] == "" {
		query = strings.TrimSuffix(query, " or vector(0)") // which would be an answer to any question
	}
	var names []string
	controlplane.Eventually(t, fmt.Sprintf("query %s has data: %s", target.RefID, query), func(ctx context.Context) error {
		samples, err := prometheus.ask(ctx, query)
		if err != nil {
			return err
		}
		names, err = called(target.LegendFormat, samples)
		return err
	})
	for _, word := range panel.spelled() {
		if !slices.Contains(names, word) {
			t.Errorf("the panel has a name for %q, which no answer is called: %q", word, names)
		}
	}
}

func eventuallyIs(t *testing.T, prometheus *prometheus, query string, want float64) {
	t.Helper()
	controlplane.Eventually(t, fmt.Sprintf("%s is %v", query, want), func(ctx context.Context) error {
		samples, err := prometheus.ask(ctx, query)
		if err != nil {
			return err
		}
		if len(samples) != 1 || samples[0].value() != want {
			return fmt.Errorf("the answer is %v", samples)
		}
		return nil
	})
}

var labelInLegend = regexp.MustCompile(`{{ *(\w+) *}}`)

// called says how the answers that are numbers are called.
func called(legend string, samples []sample) ([]string, error) {
	var names []string
	for _, s := range samples {
		if math.IsNaN(s.value()) {
			continue
		}
		for _, label := range labelInLegend.FindAllStringSubmatch(legend, -1) {
			if s.Metric[label[1]] == "" {
				return nil, fmt.Errorf("an answer has no label %s: %v", label[1], s.Metric)
			}
		}
		names = append(names, labelInLegend.ReplaceAllStringFunc(legend, func(in string) string {
			return s.Metric[labelInLegend.FindStringSubmatch(in)[1]]
		}))
	}
	if len(names) == 0 {
		return nil, errors.New("no number among the answers")
	}
	return names, nil
}
