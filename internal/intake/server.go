package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// Limits on a connection: a slow or silent one must not hold a goroutine for long.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 60 * time.Second
	maxHeader     = 16 << 10
)

// door is one listening port with its server.
type door struct {
	server   *http.Server
	listener net.Listener
}

func openDoor(log *slog.Logger, address string, port int, h http.Handler) (*door, error) {
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(address, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listening on port %d: %w", port, err)
	}
	return &door{
		listener: listener,
		server: &http.Server{
			Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
			WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
			// At debug level, because these lines name the visitor's address.
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		},
	}, nil
}

func (d *door) address() string { return d.listener.Addr().String() }

// serve until the door is closed; an error means that it closed by itself.
func (d *door) serve() error {
	if err := d.server.Serve(d.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving on %s: %w", d.address(), err)
	}
	return nil
}

// drain lets the requests in flight finish, at most until ctx ends.
func (d *door) drain(ctx context.Context) error {
	if err := d.server.Shutdown(ctx); err != nil {
		_ = d.server.Close()
		return fmt.Errorf("waiting for the requests on %s: %w", d.address(), err)
	}
	return nil
}

// lifecycle is what readiness knows besides the documents and the database.
type lifecycle struct{ draining atomic.Bool }

var errDraining = errors.New("the service is stopping")

func (l *lifecycle) ready() error {
	if l.draining.Load() {
		return errDraining
	}
	return nil
}
