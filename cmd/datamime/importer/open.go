package importer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// openSource opens a file, standard input, a URL or a data set of Opendatasoft.
func openSource(ctx context.Context, o Options) (io.ReadCloser, error) {
	scheme, _, isURL := strings.Cut(o.Source, "://")
	switch {
	case o.Source == "-":
		return io.NopCloser(o.Stdin), nil
	case isURL && (scheme == "http" || scheme == "https"):
		return fetch(ctx, o.Source)
	case isURL && (scheme == "ods" || scheme == "ods+http"):
		return openDataset(ctx, o.Source)
	case isURL:
		return nil, usagef("%s: there is no way to read %s://: give a file, an http or https URL, or ods://PORTAL/DATASET", o.Source, scheme)
	}
	f, err := os.Open(o.Source)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, locale.Errorf("there is no file %s%s", o.Source, inFolder(o.Source))
	case errors.Is(err, os.ErrPermission):
		return nil, locale.Errorf("this user may not read %s", o.Source)
	case err != nil:
		return nil, locale.Errorf("cannot open %s", o.Source)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		f.Close()
		return nil, locale.Errorf("%s is a folder: name a file in it", o.Source)
	}
	return f, nil
}

// inFolder says which file of the folder may have been meant.
func inFolder(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return locale.Say(": there is no folder %s either", filepath.Dir(path))
	}
	base, best, near := strings.ToLower(filepath.Base(path)), "", 4
	for _, e := range entries {
		if d := levenshtein.ComputeDistance(base, strings.ToLower(e.Name())); d < near && !e.IsDir() {
			best, near = e.Name(), d
		}
	}
	if best == "" {
		return ""
	}
	return locale.Say(": did you mean %s?", filepath.Join(filepath.Dir(path), best))
}

// tries is how often a server that is busy is asked; longestWait bounds what it
// may demand in between.
const (
	tries       = 5
	longestWait = 30 * time.Second
)

// client waits for the head of an answer, but not for its body's end.
var client = &http.Client{Transport: &http.Transport{
	Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: 2 * time.Minute, ForceAttemptHTTP2: true,
}}

// A statusError is an answer that is no success.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return e.text }

// fetch asks for a URL, again when the server is busy or breaks.
func fetch(ctx context.Context, address string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || request.URL.Host == "" {
		return nil, usagef("%s is no URL", address)
	}
	shown := withoutSecrets(request.URL)
	wait := time.Second / 2
	for try := 1; ; try++ {
		response, err := client.Do(request)
		switch {
		case ctx.Err() != nil:
			return nil, errStopped
		case err == nil && response.StatusCode == http.StatusOK:
			return response.Body, nil
		case err == nil && !passes(response.StatusCode) || err == nil && try == tries:
			response.Body.Close()
			return nil, &statusError{response.StatusCode, locale.Say("cannot fetch %s: the server answered %s", shown, response.Status)}
		case err == nil:
			response.Body.Close()
			if s, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && s >= 0 {
				wait = min(time.Duration(s)*time.Second, longestWait)
			}
		default:
			return nil, locale.Errorf("cannot fetch %s: there is no answer from %s", shown, request.URL.Host)
		}
		select {
		case <-ctx.Done():
			return nil, errStopped
		case <-time.After(wait):
		}
		wait = min(2*wait, longestWait)
	}
}

// passes tells whether an answer may be another one later.
func passes(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// withoutSecrets is a URL to be shown.
func withoutSecrets(u *url.URL) string {
	shown := *u
	if q := shown.Query(); q.Has("apikey") {
		q.Set("apikey", "xxxxx")
		shown.RawQuery = q.Encode()
	}
	return shown.Redacted()
}
