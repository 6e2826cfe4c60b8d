package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// writeCertificate writes a new certificate of its own authority for
// 127.0.0.1, with a serial number, and its key.
func writeCertificate(t *testing.T, certFile, keyFile string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: der},
		keyFile:  {Type: "PRIVATE KEY", Bytes: keyDER},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestServeTLS: clients get TLS, and after SIGHUP the new certificate.
func TestServeTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writeCertificate(t, cert, key, 1)
	process, stderr, address, _ := startServe(t, "--tls-cert", cert, "--tls-key", key)
	serial := func() int64 {
		config, err := pgx.ParseConfig("postgres://postgres@" + address + "/postgres?sslmode=verify-ca&sslrootcert=" + cert)
		if err != nil {
			t.Fatal(err)
		}
		var got int64
		config.TLSConfig.VerifyConnection = func(state tls.ConnectionState) error {
			got = state.PeerCertificates[0].SerialNumber.Int64()
			return nil
		}
		conn, err := pgx.ConnectConfig(t.Context(), config)
		if err != nil {
			t.Fatalf("%v\n%s", err, stderr)
		}
		if err := conn.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		_ = conn.Close(t.Context())
		return got
	}
	if got := serial(); got != 1 {
		t.Errorf("certificate %d", got)
	}
	writeCertificate(t, cert, key, 2)
	if err := process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !strings.Contains(stderr.String(), "reloaded"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("SIGHUP reloads nothing:\n%s", stderr)
		}
	}
	if got := serial(); got != 2 {
		t.Errorf("after SIGHUP: certificate %d", got)
	}
	if err := os.WriteFile(key, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); !strings.Contains(stderr.String(), "stay as they were"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("a bad key is not reported:\n%s", stderr)
		}
	}
	if got := serial(); got != 2 {
		t.Errorf("after a bad reload: certificate %d", got)
	}
	connect(t, proxyURL(address)) // TLS is offered, not demanded
}

func TestTLSUsage(t *testing.T) {
	for line, want := range map[string]struct {
		status int
		text   string
	}{
		"serve --tls-cert a.pem":                                       {2, "--tls-key"},
		"serve --tls-require-client-cert":                              {2, "--tls-cert"},
		"serve --tls-cert a --tls-key b --tls-require-client-cert":     {2, "--tls-client-ca"},
		"serve --tls-cert /does/not/exist --tls-key /does/not/exist/2": {1, "/does/not/exist"},
	} {
		_, stderr, status := runLine(t, strings.Fields(line)...)
		if status != want.status || !strings.Contains(stderr, want.text) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, %q", line, status, stderr)
		}
	}
}
