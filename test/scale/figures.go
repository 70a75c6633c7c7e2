package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
)

// figures of one run.
type figures struct {
	Stations int `json:"stations"`
	// PlainPerSecond and ProvisionedPerSecond are stations, by a plain client's server-side apply and by the operator, its start included.
	PlainPerSecond       float64 `json:"plainPerSecond"`
	ProvisionedPerSecond float64 `json:"provisionedPerSecond"`
	// Requests per station while it is provisioned, and until it is Ready and polled, by verb and resource.
	Requests      map[string]float64 `json:"requests"`
	ReadyRequests map[string]float64 `json:"readyRequests"`
	// ProvisionCPU is the operator's, in milliseconds per station.
	ProvisionCPU float64 `json:"provisionCPUMillis"`
	// BaseRSS of an operator without stations; SettledRSS and RestartedRSS of one with all of them, settled and started anew; in bytes.
	BaseRSS      float64 `json:"baseRSS"`
	SettledRSS   float64 `json:"settledRSS"`
	RestartedRSS float64 `json:"restartedRSS"`
	// PeakRSS is the most that was resident while stations were provisioned, or after the restart.
	PeakRSS float64 `json:"peakRSS"`
	// SettledHeap is what lives in the operator's memory after a collection, less than BaseHeap of that without stations.
	BaseHeap    float64 `json:"baseHeap"`
	SettledHeap float64 `json:"settledHeap"`
	// EditMillis, AgainMillis and RepairMillis are the median and the 99th percentile: from a station's edit to its applied child, the first edit and a
	// later one, and from a child's deletion to its successor.
	EditMillis   spread `json:"editMillis"`
	AgainMillis  spread `json:"againMillis"`
	RepairMillis spread `json:"repairMillis"`
	// RestartSeconds until every station was looked at; RestartWrites by the operator since its start.
	RestartSeconds float64 `json:"restartSeconds"`
	RestartCPU     float64 `json:"restartCPUSeconds"`
	RestartWrites  float64 `json:"restartWrites"`
	// SweepSeconds until every intake was polled, Swept how many were, SweepCores what the operator used meanwhile.
	SweepSeconds float64 `json:"sweepSeconds"`
	Swept        int     `json:"swept"`
	SweepCores   float64 `json:"sweepCores"`
	// ScrapeMillis and ScrapeBytes of the operator's metrics, and its ScrapedRSS in bytes after several scrapes without a rest.
	ScrapeMillis float64 `json:"scrapeMillis"`
	ScrapeBytes  float64 `json:"scrapeBytes"`
	ScrapedRSS   float64 `json:"scrapedRSS"`
	// Rosters are measured last, and apart.
	Rosters *rosterFigures `json:"rosters,omitempty"`
}

// spread of durations in milliseconds.
type spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	slices.Sort(values)
	at := func(share float64) float64 { return values[min(int(share*float64(len(values))), len(values)-1)] }
	return spread{P50: at(0.5), P99: at(0.99)}
}

const (
	kib = 1 << 10
	mib = 1 << 20
)

// perStation is what an amount of memory comes to for each station, above the base.
func (f figures) perStation(amount, base float64) float64 {
	return (amount - base) / float64(f.Stations) / kib
}

// print the figures with their ratios and aims.
func (f figures) print(to io.Writer) {
	line := func(format string, values ...any) { fmt.Fprintf(to, format+"\n", values...) }
	line("%d stations", f.Stations)
	line("  provisioned        %.1f/s, plain server-side apply %.1f/s: ratio %.2f (aim 0.9)",
		f.ProvisionedPerSecond, f.PlainPerSecond, f.ProvisionedPerSecond/f.PlainPerSecond)
	line("  requests/station   %.2f provisioned, %.2f more until Ready and polled (aim: %d children + 2, events apart)",
		total(f.Requests), total(f.ReadyRequests), children)
	for _, phase := range []map[string]float64{f.Requests, f.ReadyRequests} {
		for _, what := range slices.Sorted(maps.Keys(phase)) {
			line("    %-40s %.3f", what, phase[what])
		}
	}
	line("  operator CPU       %.1f ms/station while provisioning", f.ProvisionCPU)
	line("  resident memory    base %.1f MiB; above it per station: settled %.1f KiB, started anew %.1f KiB, live heap %.1f KiB (aim 25 KiB)", f.BaseRSS/mib,
		f.perStation(f.SettledRSS, f.BaseRSS), f.perStation(f.RestartedRSS, f.BaseRSS), f.perStation(f.SettledHeap, f.BaseHeap))
	line("  peak               %.1f MiB", f.PeakRSS/mib)
	line("  edit to child      p50 %.1f ms, p99 %.1f ms; edited again p50 %.1f ms, p99 %.1f ms (aim p99 250 ms)",
		f.EditMillis.P50, f.EditMillis.P99, f.AgainMillis.P50, f.AgainMillis.P99)
	line("  repair             p50 %.1f ms, p99 %.1f ms (aim p50 30 ms)", f.RepairMillis.P50, f.RepairMillis.P99)
	line("  restart            settled after %.1f s, %.1f s of CPU, %.0f writes (aim 0)", f.RestartSeconds, f.RestartCPU, f.RestartWrites)
	line("  sweep of polls     %d of %d in %.1f s at %.3f cores", f.Swept, f.Stations, f.SweepSeconds, f.SweepCores)
	line("  scrape             %.1f KiB in %.1f ms; resident memory above the base after several in a row %.1f KiB per station", f.ScrapeBytes/kib, f.ScrapeMillis,
		f.perStation(f.ScrapedRSS, f.BaseRSS))
	if rosters := f.Rosters; rosters != nil {
		line("  %d rosters of %d  planned and published %.1f/s with %.2f requests, %.1f ms of CPU and %.1f KiB of live heap each", rosters.Rosters, deputies,
			rosters.PerSecond, total(rosters.Requests), rosters.CPU, rosters.Heap/kib)
		for _, what := range slices.Sorted(maps.Keys(rosters.Requests)) {
			line("    %-40s %.3f", what, rosters.Requests[what])
		}
	}
}

func total(counts map[string]float64) float64 {
	sum := 0.0
	for what, n := range counts {
		if what != "POST events" && what != "PATCH events" {
			sum += n
		}
	}
	return sum
}

// runs are the figures of several sizes, in order.
type runs []figures

func (all runs) with(one figures) runs {
	all = slices.DeleteFunc(all, func(other figures) bool { return other.Stations == one.Stations })
	all = append(all, one)
	slices.SortFunc(all, func(a, b figures) int { return a.Stations - b.Stations })
	return all
}

func readFigures(file string) (runs, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the figures: %w", err)
	}
	var all runs
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, fmt.Errorf("reading the figures in %s: %w", file, err)
	}
	return all, nil
}
