package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"township.dev/liaison/internal/intake"
	"township.dev/liaison/internal/intake/probe"
)

// answerWithin is how long one answer may take.
const answerWithin = 10 * time.Second

// probe tries a station out over the network, as a resident uses it.
func (a arguments) probe(ctx context.Context) error {
	flags := flag.NewFlagSet("liaison-intake probe", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	station := flags.String("url", "", "")
	patience := flags.Duration("timeout", 2*time.Minute, "")
	if err := flags.Parse(a.args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			intake.WriteUsage(a.out)
			return nil
		}
		return fmt.Errorf("%w; liaison-intake help explains probe", err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; the station's address stands behind --url", flags.Arg(0))
	}
	if address, err := url.Parse(*station); err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return fmt.Errorf("--url: %q is no address; give the station's, such as http://zhongduo-intake.jixian.svc", *station)
	}
	ctx, cancel := context.WithTimeout(ctx, *patience)
	defer cancel()
	resident := probe.Probe{Station: *station, Client: &http.Client{Timeout: answerWithin, CheckRedirect: stay}, Pause: pause, Out: a.out}
	if err := resident.Run(ctx); err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	return nil
}

// stay where one is led away: that one is led away is the answer.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("waited for as long as --timeout allows: %w", ctx.Err())
	case <-time.After(d):
		return nil
	}
}
