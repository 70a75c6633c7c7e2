// Knock tries each URL it is given for as long as it takes, up to the first argument, and prints which answer. The end-to-end tests let
// pods knock at the doors of others.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

func main() {
	patience, err := time.ParseDuration(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for _, url := range os.Args[2:] {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		fmt.Println(knock(ctx, url), url)
		cancel()
	}
}

// knock tells whether something answers, and what the last try found if nothing does.
func knock(ctx context.Context, url string) string {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err.Error()
		}
		answer, err := http.DefaultClient.Do(request)
		if err == nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			return fmt.Sprint(answer.StatusCode)
		}
		select {
		case <-ctx.Done():
			fmt.Fprintln(os.Stderr, err)
			return "silent"
		case <-time.After(200 * time.Millisecond):
		}
	}
}
