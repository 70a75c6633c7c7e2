// Package boards asks a real Prometheus what each panel of the dashboards asks. That Prometheus scrapes a real operator, as docs/monitoring.md has it,
// and the operator looks after a small county whose intakes answer.
package boards

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"township.dev/liaison/test/controlplane"
	"township.dev/liaison/test/monitoring/panels"
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

func TestEveryPanelIsAnsweredWithData(t *testing.T) {
	metrics, token := controlplane.FreeAddress(t), writeToken(t)
	zhongduo := listening(t, busy())
	prometheus := startPrometheus(t, targets{
		operator: metrics, token: token, intake: zhongduo.Listener.Addr().String(), kubelet: listening(t, kubelet).Listener.Addr().String(),
	})
	startOperator(t, metrics, token)
	eventuallyScrapes(t, prometheus)
	declareCounty(t, zhongduo)

	boards, err := panels.Read(filepath.Join("..", "..", "..", "config", "grafana", "dashboards"))
	if err != nil {
		t.Fatal(err)
	}
	for _, board := range boards {
		t.Run(board.UID, func(t *testing.T) {
			values := choose(t, prometheus, board)
			for _, panel := range board.Asking() {
				t.Run(panel.Title, func(t *testing.T) {
					for _, target := range panel.Targets {
						answered(t, prometheus, panel, target, values)
					}
					if want, known := figures[panel.Title]; known && board.UID == "liaison-county" && panel.Type == "stat" {
						eventuallyIs(t, prometheus, panels.Replaced(panel.Targets[0].Expr, values), want)
					}
				})
			}
		})
	}
}

// choose takes for each variable what the reader would: of the stations zhongduo, of all else everything or what the dashboard begins with.
func choose(t *testing.T, prometheus panels.Prometheus, board panels.Board) map[string]string {
	t.Helper()
	wanted := map[string]string{"namespace": countyNamespace, "station": "zhongduo"}
	values, err := board.Choose(wanted, func(label, metric, wanted string) (offered []string, err error) {
		controlplane.Eventually(t, fmt.Sprintf("%s has values of %s", metric, label), func(ctx context.Context) error {
			offered, err = prometheus.Offers(ctx, label, metric, wanted)
			return err
		})
		return offered, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// answered waits until there is an answer of at least one number, whose labels have all that the panel calls it by.
func answered(t *testing.T, prometheus panels.Prometheus, panel panels.Panel, target panels.Target, values map[string]string) {
	t.Helper()
	query, err := target.Query(values)
	if err != nil {
		t.Fatal(err)
	}
	if mayBeNone[panel.Title] == "" {
		query = panels.WithoutZero(query)
	}
	var names []string
	controlplane.Eventually(t, fmt.Sprintf("query %s has data: %s", target.RefID, query), func(ctx context.Context) error {
		samples, err := prometheus.Ask(ctx, query)
		if err != nil {
			return err
		}
		names, err = panels.Called(target.LegendFormat, samples)
		return err
	})
	for _, word := range panel.Spelled() {
		if !slices.Contains(names, word) {
			t.Errorf("the panel has a name for %q, which no answer is called: %q", word, names)
		}
	}
}

func eventuallyIs(t *testing.T, prometheus panels.Prometheus, query string, want float64) {
	t.Helper()
	controlplane.Eventually(t, fmt.Sprintf("%s is %v", query, want), func(ctx context.Context) error {
		samples, err := prometheus.Ask(ctx, query)
		if err != nil {
			return err
		}
		if len(samples) != 1 || samples[0].Number() != want {
			return fmt.Errorf("the answer is %v", samples)
		}
		return nil
	})
}
