package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"township.dev/liaison/api/v1alpha1"
)

const (
	county   = "jixian"
	stations = 7
	glance   = 500 * time.Millisecond
)

// waitForStations shows how many stations are ready until all are.
func (c *cluster) waitForStations(ctx context.Context, patience time.Duration) error {
	say("Waiting until all %d stations are Ready", stations)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	progress := progress{started: time.Now()}
	for {
		found, err := c.stations(ctx)
		if err != nil {
			return err
		}
		running, err := c.rolledOut(ctx)
		if err != nil {
			return err
		}
		ready := readyNames(found, running)
		progress.show(ready)
		if len(ready) >= stations {
			progress.end()
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d stations became ready:\n%s", len(ready), stations, troubles(found))
		case <-time.After(glance):
		}
	}
}

func (c *cluster) stations(ctx context.Context) ([]v1alpha1.LiaisonStation, error) {
	var list v1alpha1.LiaisonStationList
	if err := c.client.List(ctx, &list, client.InNamespace(county)); err != nil {
		return nil, fmt.Errorf("listing the stations: %w", err)
	}
	slices.SortFunc(list.Items, func(a, b v1alpha1.LiaisonStation) int {
		return strings.Compare(a.Spec.Township.Code, b.Spec.Township.Code)
	})
	return list.Items, nil
}

// rolledOut tells which stations run the intake image that the operator was just installed with: after an upgrade they are
// Ready with the one before for a moment.
func (c *cluster) rolledOut(ctx context.Context) (map[string]bool, error) {
	var sets appsv1.StatefulSetList
	if err := c.client.List(ctx, &sets, client.InNamespace(county), client.MatchingLabels{"app.kubernetes.io/name": "liaison-intake"}); err != nil {
		return nil, fmt.Errorf("listing the intakes: %w", err)
	}
	running := map[string]bool{}
	for _, set := range sets.Items {
		status := set.Status
		running[set.Labels["liaison.township.dev/station"]] = set.Spec.Template.Spec.Containers[0].Image == c.intakeImage &&
			status.ObservedGeneration == set.Generation && status.UpdatedReplicas == 1 && status.ReadyReplicas == 1
	}
	return running, nil
}

func readyNames(found []v1alpha1.LiaisonStation, running map[string]bool) []string {
	var names []string
	for _, station := range found {
		if meta.IsStatusConditionTrue(station.Status.Conditions, v1alpha1.ConditionReady) && running[station.Name] {
			names = append(names, station.Spec.Township.Name)
		}
	}
	return names
}

// troubles lists what each station that is not ready says of itself.
func troubles(found []v1alpha1.LiaisonStation) string {
	var lines []string
	for _, station := range found {
		for _, condition := range station.Status.Conditions {
			ready := meta.IsStatusConditionTrue(station.Status.Conditions, v1alpha1.ConditionReady)
			if !ready && condition.Message != "" {
				lines = append(lines, fmt.Sprintf("  %s: %s=%s %s: %s", station.Name, condition.Type, condition.Status, condition.Reason, condition.Message))
			}
		}
	}
	return strings.Join(lines, "\n")
}

// progress redraws one line on a terminal, and prints a line per change elsewhere.
type progress struct {
	started time.Time
	last    int
	begun   bool
}

func (p *progress) onTerminal() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *progress) end() {
	if p.onTerminal() {
		fmt.Println()
	}
}

func (p *progress) show(ready []string) {
	line := fmt.Sprintf("  %d/%d after %2.0f s  %s", len(ready), stations, time.Since(p.started).Seconds(), strings.Join(ready, " "))
	if p.onTerminal() {
		fmt.Printf("\r\033[K%s", line)
		return
	}
	if !p.begun || p.last != len(ready) {
		fmt.Println(line)
	}
	p.begun, p.last = true, len(ready)
}
