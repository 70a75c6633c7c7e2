// ask puts every query of every panel of the dashboards to a Prometheus, and names those that have no data.
//
//	ask -prometheus 127.0.0.1:9090 -boards config/grafana/dashboards -namespace jixian -station zhongduo -patience 2m
//
// It asks again and again until all have, or until its patience ends: then it exits with 1. A line has data if it is drawn anywhere in the last minutes; a
// figure that is 0 where nothing is found has none then, unless it counts what is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"township.dev/liaison/test/monitoring/panels"
)

// wrong are the figures that count what is wrong, by their panels: a county where all is well has none of it.
var wrong = map[string]bool{
	"审计日志异常 · Audit logs broken": true,
	"数据过期 · Figures stale":       true,
	"放假安排未知 · Holidays unknown":  true,
}

func main() {
	address := flag.String("prometheus", "127.0.0.1:9090", "`address` of the Prometheus")
	folder := flag.String("boards", "config/grafana/dashboards", "`folder` with the dashboards")
	namespace := flag.String("namespace", "", "namespace of the station that the reader looks at")
	station := flag.String("station", "", "name of that station")
	patience := flag.Duration("patience", 2*time.Minute, "how long a panel may take to have data")
	flag.Parse()

	chosen := map[string]string{"namespace": *namespace, "station": *station}
	if err := ask(panels.Prometheus(*address), *folder, chosen, *patience); err != nil {
		fmt.Fprintln(os.Stderr, "ask:", err)
		os.Exit(1)
	}
}

func ask(prometheus panels.Prometheus, folder string, chosen map[string]string, patience time.Duration) error {
	boards, err := panels.Read(folder)
	if err != nil {
		return err
	}
	asked := 0
	var empty error
	err = wait.PollUntilContextTimeout(context.Background(), time.Second, patience, true, func(context.Context) (bool, error) {
		asked, empty = 0, nil
		for _, board := range boards {
			// Whose patience ends in the middle still wants to know what lacks data.
			n, err := answered(context.Background(), prometheus, board, chosen)
			asked, empty = asked+n, errors.Join(empty, err)
		}
		return empty == nil, nil
	})
	if err != nil {
		return fmt.Errorf("after %s these have no data:\n%w", patience, empty)
	}
	fmt.Printf("%d queries of %d dashboards have data\n", asked, len(boards))
	return nil
}

// answered asks the board's queries, and joins what is wrong with the answers.
func answered(ctx context.Context, prometheus panels.Prometheus, board panels.Board, chosen map[string]string) (asked int, empty error) {
	values, err := board.Choose(chosen, func(label, metric, wanted string) ([]string, error) {
		return prometheus.Offers(ctx, label, metric, wanted)
	})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", board.UID, err)
	}
	for _, panel := range board.Asking() {
		for _, target := range panel.Targets {
			asked++
			if err := has(ctx, prometheus, panel, target, values); err != nil {
				empty = errors.Join(empty, fmt.Errorf("%s, panel %q, query %s: %w", board.UID, panel.Title, target.RefID, err))
			}
		}
	}
	return asked, empty
}

func has(ctx context.Context, prometheus panels.Prometheus, panel panels.Panel, target panels.Target, values map[string]string) error {
	query, err := target.Query(values)
	if err != nil {
		return err
	}
	if !wrong[panel.Title] {
		query = panels.WithoutZero(query)
	}
	if target.Range {
		query = fmt.Sprintf("max_over_time((%s)[%s:5s])", query, values["__range"])
	}
	samples, err := prometheus.Ask(ctx, query)
	if err != nil {
		return err
	}
	if _, err := panels.Called(target.LegendFormat, samples); err != nil {
		return fmt.Errorf("%w: %s", err, query)
	}
	return nil
}
