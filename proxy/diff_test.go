package proxy

import (
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestWireDifferential plays every conversation of testdata/wire to PostgreSQL
// and, in several ways, through the proxy: as it is, byte by byte, and without
// the event loop. The answers must be the same bytes.
func TestWireDifferential(t *testing.T) {
	_, address := serve(t, "")
	_, loopless := serve(t, "", func(s *Server) { s.loopless = true })
	ca := newTestCA(t)
	certificates := ca.certificates(t, "", false)
	_, secure := serve(t, "", func(s *Server) { s.TLS = certificates })
	_, secureLoopless := serve(t, "", func(s *Server) { s.TLS, s.loopless = certificates, true })
	direct := net.JoinHostPort("127.0.0.1", strconv.Itoa(postgres.Port))
	scripts := wireScripts(t)
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		t.Run(name, func(t *testing.T) {
			text := scripts[name]
			want := playFile(t, text, &wirePlayer{address: direct})
			compareWire(t, "through the proxy", want, playFile(t, text, &wirePlayer{address: address}))
			compareWire(t, "byte by byte", want, playFile(t, text, &wirePlayer{address: address, dribble: true}))
			compareWire(t, "on goroutines", want, playFile(t, text, &wirePlayer{address: loopless}))
			if !startsInClear(text) {
				compareWire(t, "over TLS", want, playFile(t, text, &wirePlayer{address: secure, secure: true}))
				compareWire(t, "over TLS on goroutines", want, playFile(t, text, &wirePlayer{address: secureLoopless, secure: true}))
			}
		})
	}
}

// wireScripts are the conversations of testdata/wire, by name, that concern the
// version of the tests' server.
func wireScripts(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/wire/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no wire scripts", err)
	}
	scripts := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if m := versions.FindStringSubmatch(string(text)); m != nil {
			version, _ := strconv.Atoi(m[1])
			if m[2] == "later" && postgresVersion < version || m[2] == "earlier" && postgresVersion > version {
				continue
			}
		}
		scripts[strings.TrimSuffix(filepath.Base(file), ".txt")] = string(text)
	}
	return scripts
}

// versions is the line of a script that concerns some versions only.
var versions = regexp.MustCompile(`(?m)^# PostgreSQL (\d+) and (later|earlier)`)

// startsInClear tells whether a script is about what comes before TLS, or
// ends a connection as TLS does not.
func startsInClear(text string) bool {
	return strings.Contains(text, "SSLRequest") || strings.Contains(text, "GSSENCRequest") ||
		strings.Contains(text, "raw ")
}

// TestWireTLS plays the conversations of testdata/tls, which begin with TLS in
// a way of their own, to a PostgreSQL with TLS and through the proxy.
func TestWireTLS(t *testing.T) {
	files, err := filepath.Glob("testdata/tls/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	ca := newTestCA(t)
	server := secureServer(t, ca)
	direct := net.JoinHostPort("127.0.0.1", strconv.Itoa(server.Port))
	certificates := ca.certificates(t, "", false)
	_, address := serve(t, server.URL(), func(s *Server) { s.TLS = certificates })
	_, loopless := serve(t, server.URL(), func(s *Server) { s.TLS, s.loopless = certificates, true })
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := playFile(t, string(text), &wirePlayer{address: direct})
			compareWire(t, "through the proxy", want, playFile(t, string(text), &wirePlayer{address: address}))
			compareWire(t, "on goroutines", want, playFile(t, string(text), &wirePlayer{address: loopless}))
		})
	}
}

// playFile plays a script; one that cannot be played fails the test.
func playFile(t *testing.T, text string, p *wirePlayer) []string {
	t.Helper()
	steps, err := parseWire(text)
	if err != nil {
		t.Fatal(err)
	}
	log, err := playWire(steps, p)
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(log, "\n"))
	}
	return log
}

func compareWire(t *testing.T, how string, want, got []string) {
	t.Helper()
	if slices.Equal(want, got) {
		return
	}
	for i := range max(len(want), len(got)) {
		w, g := "", ""
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			t.Errorf("%s, answer %d:\n direct: %s\n  proxy: %s\nbefore:\n%s", how, i, w, g,
				strings.Join(want[max(0, i-5):i], "\n"))
			return
		}
	}
}
