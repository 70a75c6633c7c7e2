package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/virtual-kubelet/virtual-kubelet/log"
)

// vkLogger passes on what virtual-kubelet logs together with an error. The rest is about itself; and that its requests are
// cancelled when the node stops is no news.
type vkLogger struct {
	logger *slog.Logger
	err    error
}

func (l vkLogger) Debug(...any)          {}
func (l vkLogger) Debugf(string, ...any) {}
func (l vkLogger) Info(...any)           {}
func (l vkLogger) Infof(string, ...any)  {}
func (l vkLogger) Warn(...any)           {}
func (l vkLogger) Warnf(string, ...any)  {}

func (l vkLogger) Error(args ...any) {
	if l.err != nil && !errors.Is(l.err, context.Canceled) {
		// As text: these errors would print their stack.
		l.logger.Error("virtual-kubelet has failed at something", "what", fmt.Sprint(args...), "error", l.err.Error())
	}
}

func (l vkLogger) Errorf(format string, args ...any) { l.Error(fmt.Sprintf(format, args...)) }
func (l vkLogger) Fatal(args ...any)                 { l.Error(args...) }
func (l vkLogger) Fatalf(format string, args ...any) { l.Errorf(format, args...) }

func (l vkLogger) WithField(key string, value any) log.Logger {
	l.logger = l.logger.With(key, value)
	return l
}

func (l vkLogger) WithFields(fields log.Fields) log.Logger {
	for key, value := range fields {
		l.logger = l.logger.With(key, value)
	}
	return l
}

func (l vkLogger) WithError(err error) log.Logger {
	l.err = err
	return l
}
