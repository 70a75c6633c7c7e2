package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
)

// newLogger writes one line per event. Keys are stable: time, level, msg, err, and what controller-runtime adds.
func newLogger(o options, to io.Writer) (logr.Logger, error) {
	levels := map[string]slog.Level{"error": slog.LevelError, "info": slog.LevelInfo, "debug": slog.LevelDebug}
	level, ok := levels[o.logLevel]
	if !ok {
		return logr.Logger{}, fmt.Errorf("--log-level is %q: it must be error, info or debug", o.logLevel)
	}
	with := &slog.HandlerOptions{Level: level}
	switch o.logFormat {
	case "json":
		return logr.FromSlogHandler(slog.NewJSONHandler(to, with)), nil
	case "console":
		return logr.FromSlogHandler(slog.NewTextHandler(to, with)), nil
	default:
		return logr.Logger{}, fmt.Errorf("--log-format is %q: it must be json or console", o.logFormat)
	}
}

// setLogger makes it the logger of controller-runtime and of client-go, which otherwise writes lines of another form.
func setLogger(log logr.Logger) {
	ctrl.SetLogger(log)
	klog.SetLogger(log.WithName("client-go"))
}
