package node

import (
	"fmt"
	"log/slog"

	"github.com/virtual-kubelet/virtual-kubelet/log"
)

// vkLogger passes virtual-kubelet's warnings and errors on. What it says below that is about itself.
type vkLogger struct{ *slog.Logger }

func (l vkLogger) Debug(...any)          {}
func (l vkLogger) Debugf(string, ...any) {}
func (l vkLogger) Info(...any)           {}
func (l vkLogger) Infof(string, ...any)  {}

func (l vkLogger) Warn(args ...any)                  { l.Logger.Warn(fmt.Sprint(args...)) }
func (l vkLogger) Warnf(format string, args ...any)  { l.Logger.Warn(fmt.Sprintf(format, args...)) }
func (l vkLogger) Error(args ...any)                 { l.Logger.Error(fmt.Sprint(args...)) }
func (l vkLogger) Errorf(format string, args ...any) { l.Logger.Error(fmt.Sprintf(format, args...)) }
func (l vkLogger) Fatal(args ...any)                 { l.Error(args...) }
func (l vkLogger) Fatalf(format string, args ...any) { l.Errorf(format, args...) }

func (l vkLogger) WithField(key string, value any) log.Logger {
	return vkLogger{l.Logger.With(key, value)}
}

func (l vkLogger) WithFields(fields log.Fields) log.Logger {
	with := l.Logger
	for key, value := range fields {
		with = with.With(key, value)
	}
	return vkLogger{with}
}

func (l vkLogger) WithError(err error) log.Logger { return vkLogger{l.Logger.With("error", err)} }
