// scale declares thousands of real townships to the operator, as a process of its own, and measures what they cost it: `make bench-scale N=1000`.
//
// The control plane is etcd and kube-apiserver alone. Nothing makes pods there, so that pods.go plays StatefulSet controller, scheduler and kubelet at
// once, and intake.go answers for every intake.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// options of the command line.
type options struct {
	stations                               int
	townships, areas                       string
	operator, assets, crds, state, figures string
	plot                                   string
}

func run(ctx context.Context) error {
	var o options
	flag.IntVar(&o.stations, "n", 1000, "how many townships get a station")
	flag.StringVar(&o.townships, "townships", "", "CSV of the townships: code, name, code of the county")
	flag.StringVar(&o.areas, "counties", "", "CSV of the counties: code, name")
	flag.StringVar(&o.operator, "operator", "bin/liaison-operator", "the operator's binary")
	flag.StringVar(&o.assets, "assets", "bin/k8s", "folder with etcd and kube-apiserver")
	flag.StringVar(&o.crds, "crds", "config/crd/bases", "folder with our CRDs")
	flag.StringVar(&o.state, "state", "", "folder of a run that can be resumed")
	flag.StringVar(&o.figures, "figures", "", "JSON file that the figures of this run are added to")
	flag.StringVar(&o.plot, "plot", "", "SVG file to draw from the figures; nothing is measured then")
	flag.Parse()
	if o.plot != "" {
		return plot(o.figures, o.plot)
	}
	ctrl.SetLogger(logr.Discard())
	r, err := begin(o)
	if err != nil {
		return err
	}
	defer r.end()
	if err := r.measure(ctx); err != nil {
		return err
	}
	r.Figures.print(os.Stdout)
	return record(o.figures, r.Figures)
}

// record puts the figures in the place of those of the same size.
func record(file string, of figures) error {
	if file == "" {
		return nil
	}
	all, err := readFigures(file)
	if err != nil {
		return err
	}
	return writeJSON(file, all.with(of))
}

func writeJSON(file string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding %s: %w", file, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("making the folder of %s: %w", file, err)
	}
	if err := os.WriteFile(file+".new", append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing %s: %w", file, err)
	}
	return os.Rename(file+".new", file)
}
