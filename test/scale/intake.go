package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/stationconf"
)

// intakes answers the operator's polls for all of them, and notes who was asked. It listens on every loopback address at once.
type intakes struct {
	port   int32
	server *http.Server

	mu     sync.Mutex
	polled map[string]bool
}

func startIntakes(ctx context.Context, port int32) (*intakes, error) {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp4", fmt.Sprintf(":%d", port))
	if err != nil {
		return nil, fmt.Errorf("listening for polls: %w", err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return nil, fmt.Errorf("listening on %s", listener.Addr())
	}
	report, err := json.Marshal(stationconf.BacklogReport{Version: "scale", Routes: map[casework.Route]stationconf.RouteBacklog{}})
	if err != nil {
		return nil, fmt.Errorf("writing a report: %w", err)
	}
	i := &intakes{port: int32(address.Port), polled: map[string]bool{}}
	i.server = &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.polled[r.Host] = true
		i.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(report) // whoever hangs up asks again
	})}
	go func() { _ = i.server.Serve(listener) }() // ends when it is closed
	return i, nil
}

// reset forgets the polls so far.
func (i *intakes) reset() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.polled = map[string]bool{}
}

// heard is how many intakes were polled since.
func (i *intakes) heard() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.polled)
}
