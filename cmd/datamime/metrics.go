package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// serveMetrics serves the metrics by HTTP until stop is called.
func serveMetrics(l net.Listener, handler http.Handler, failed chan<- error) (stop func()) {
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("cannot serve the metrics on %s any more: %w", l.Addr(), err)
		}
	}()
	return func() { _ = srv.Close() }
}
