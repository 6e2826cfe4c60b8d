package proxy

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/datamime/datamime/cmd/embedded"
	"github.com/jackc/pgx/v5"
)

// testCA signs certificates for a test.
type testCA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	dir  string
	file string
}

func newTestCA(t *testing.T) *testCA {
	t.Helper()
	ca := &testCA{dir: t.TempDir()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	ca.key = newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, template, ca.key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	if ca.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	ca.file = filepath.Join(ca.dir, "ca.crt")
	writePEM(t, ca.file, "CERTIFICATE", der)
	return ca
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// issue writes a certificate and its key, name.crt and name.key.
func (ca *testCA) issue(t *testing.T, name string) (certFile, keyFile string) {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	key := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, ca.cert, key.Public(), ca.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(ca.dir, name+".crt"), filepath.Join(ca.dir, name+".key")
	writePEM(t, certFile, "CERTIFICATE", der)
	writePEM(t, keyFile, "PRIVATE KEY", keyDER)
	return certFile, keyFile
}

// certificates are those of a proxy.
func (ca *testCA) certificates(t *testing.T, clientCA string, require bool) *Certificates {
	t.Helper()
	cert, key := ca.issue(t, "proxy")
	c, err := LoadCertificates(cert, key, clientCA, require)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// secureServer starts a PostgreSQL with TLS, and a user scrammed with the
// password secret.
func secureServer(t *testing.T, ca *testCA) *embedded.Server {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	certFile, keyFile := ca.issue(t, "server")
	cert, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	s, err := embedded.Start(ctx, embedded.Options{TLSCert: cert, TLSKey: key,
		HBA: "local all all trust\nhost all scrammed all scram-sha-256\nhost all hashed all md5\nhostssl all secured all trust\nhost all postgres all trust\n"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop() })
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, sql := range []string{"CREATE ROLE scrammed LOGIN PASSWORD 'secret'", "CREATE ROLE secured LOGIN",
		"SET password_encryption = md5", "CREATE ROLE hashed LOGIN PASSWORD 'secret'"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// tryLogin connects, runs a statement and a cancel, and returns the error.
func tryLogin(address, options string) error {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	host, port, _ := net.SplitHostPort(address)
	conn, err := pgx.Connect(ctx, fmt.Sprintf("host=%s port=%s dbname=postgres %s", host, port, options))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var n int
	if err := conn.QueryRow(ctx, "SELECT sum(g) FROM generate_series(1, $1::int) g", 10).Scan(&n); err != nil || n != 55 {
		return fmt.Errorf("got %d, %w", n, err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := conn.PgConn().Exec(ctx, "SELECT pg_sleep(1000)").ReadAll()
		ended <- err
	}()
	if err := endsOf(ended, func() { conn.PgConn().CancelRequest(ctx) }); err == nil || !strings.Contains(err.Error(), "57014") {
		return fmt.Errorf("canceled with %w", err)
	}
	_, err = conn.Exec(ctx, "SELECT 1")
	return err
}

// TestTLS logs in through each combination of TLS on the two sides.
func TestTLS(t *testing.T) {
	ca := newTestCA(t)
	server := secureServer(t, ca)
	upstream := func(options string) string {
		return fmt.Sprintf("host=127.0.0.1 port=%d %s", server.Port, options)
	}
	plain, secure := upstream("sslmode=disable"), upstream("sslmode=verify-full sslrootcert="+ca.file)
	verify := "sslmode=verify-full sslrootcert=" + ca.file
	withTLS := func(s *Server) { s.TLS = ca.certificates(t, "", false) }
	knowing := func(s *Server) { s.Verifier = AuthQuery(server.URL(), DefaultAuthQuery) }
	cert, key := ca.issue(t, "somebody")
	between := eavesdrop(t, newTestCA(t), server.Port)

	for _, test := range []struct {
		name     string
		upstream string
		setup    []func(*Server)
		login    string
		want     string // in the error, "" for none
	}{
		{"client", plain, []func(*Server){withTLS}, "user=scrammed password=secret " + verify, ""},
		{"client md5", plain, []func(*Server){withTLS}, "user=hashed password=secret " + verify, ""},
		{"client wrong password", plain, []func(*Server){withTLS}, "user=scrammed password=wrong " + verify, "28P01"},
		{"client direct", plain, []func(*Server){withTLS}, "user=scrammed password=secret sslnegotiation=direct " + verify, ""},
		{"client without", plain, []func(*Server){withTLS}, "user=scrammed password=secret sslmode=disable", ""},
		{"client refused", plain, nil, "user=scrammed password=secret sslmode=require", "refused TLS"},
		{"server", secure, nil, "user=scrammed password=secret sslmode=disable", ""},
		{"server trusts", secure, nil, "user=secured sslmode=disable", ""},
		{"server prefers", upstream("sslmode=prefer"), nil, "user=secured sslmode=disable", ""},
		{"server direct", secure + " sslnegotiation=direct", nil, "user=secured sslmode=disable", ""},
		{"server unknown", upstream("sslmode=verify-full sslrootcert=" + cert), nil, "user=secured sslmode=disable", "08006"},
		{"both", secure, []func(*Server){withTLS}, "user=hashed password=secret " + verify, ""},
		{"both bound", secure, []func(*Server){withTLS}, "user=scrammed password=secret " + verify, "cannot be relayed"},
		{"both unbound", secure, []func(*Server){withTLS}, "user=scrammed password=secret channel_binding=disable " + verify, ""},
		{"both checked", secure, []func(*Server){withTLS, knowing}, "user=scrammed password=secret " + verify, ""},
		{"both checked and bound", secure, []func(*Server){withTLS, knowing}, "user=scrammed password=secret channel_binding=require " + verify, ""},
		{"both checked, somebody in between", "sslmode=require " + between, []func(*Server){withTLS, knowing}, "user=scrammed password=secret " + verify, "28000"},
		{"both checked, wrong password", secure, []func(*Server){withTLS, knowing}, "user=scrammed password=wrong " + verify, "28P01"},
		{"both checked, unknown user", secure, []func(*Server){withTLS, knowing}, "user=hashless password=wrong " + verify, "28"},
		{"client certificate", plain, []func(*Server){func(s *Server) { s.TLS = ca.certificates(t, ca.file, true) }},
			"user=scrammed password=secret sslcert=" + cert + " sslkey=" + key + " " + verify, ""},
		{"no client certificate", plain, []func(*Server){func(s *Server) { s.TLS = ca.certificates(t, ca.file, true) }},
			"user=scrammed password=secret " + verify, "certificate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, address := serve(t, test.upstream, test.setup...)
			err := tryLogin(address, test.login)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// eavesdrop relays to a server between two TLS connections, with a certificate
// of its own: a login that is bound to the connection fails there. It returns
// where it listens, as a connection string has it.
func eavesdrop(t *testing.T, ca *testCA, port int) string {
	config := ca.certificates(t, "", false).current.Load()
	server := route{network: "tcp", address: fmt.Sprintf("127.0.0.1:%d", port), tls: &tls.Config{InsecureSkipVerify: true}}
	address := rawServer(t, func(c *net.TCPConn) {
		if _, err := readStartup(&peer{conn: c}); err != nil {
			return
		}
		c.Write([]byte{'S'})
		client := tls.Server(c, config)
		defer client.Close()
		up, err := server.dial(context.Background())
		if err != nil {
			return
		}
		defer up.Close()
		go io.Copy(up, client)
		io.Copy(client, up)
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return "host=127.0.0.1 port=" + u.Port()
}

// TestBoundSCRAM has a client that could bind to TLS: it is told what to do.
func TestBoundSCRAM(t *testing.T) {
	m := message('p', zstring(scramPlain), []byte{0, 0, 0, 9}, []byte("y,,n=,r=x"))
	if !boundToTLS(m) {
		t.Error("y is not taken as bound")
	}
	m = message('p', zstring(scramPlain), []byte{0, 0, 0, 9}, []byte("n,,n=,r=x"))
	if boundToTLS(m) {
		t.Error("n is taken as bound")
	}
}

func TestReloadCertificates(t *testing.T) {
	ca := newTestCA(t)
	c := ca.certificates(t, "", false)
	_, address := serve(t, "", func(s *Server) { s.TLS = c })
	before := serialNumber(t, address)
	ca.issue(t, "proxy") // over the old files
	if err := c.Reload(); err != nil {
		t.Fatal(err)
	}
	if serialNumber(t, address).Cmp(before) == 0 {
		t.Error("the old certificate is still shown")
	}
	if err := os.WriteFile(c.cert, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if c.Reload() == nil {
		t.Error("nonsense was read as a certificate")
	}
	serialNumber(t, address)
}

// serialNumber is that of the certificate that a client sees.
func serialNumber(t *testing.T, address string) *big.Int {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(sslRequest)
	var answer [1]byte
	if _, err := io.ReadFull(c, answer[:]); err != nil || answer[0] != 'S' {
		t.Fatalf("answer %q, %v", answer, err)
	}
	secure := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
	if err := secure.Handshake(); err != nil {
		t.Fatal(err)
	}
	return secure.ConnectionState().PeerCertificates[0].SerialNumber
}

// TestUnencryptedAhead has bytes follow SSLRequest: nothing of them may be
// taken for what comes inside TLS.
func TestUnencryptedAhead(t *testing.T) {
	ca := newTestCA(t)
	_, address := serve(t, "", func(s *Server) { s.TLS = ca.certificates(t, "", false) })
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(append(append([]byte{}, sslRequest...), appendStartup(nil, 3<<16, []string{"user=postgres"})...))
	c.SetReadDeadline(time.Now().Add(patience))
	b, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(b), "received unencrypted data after SSL request") || b[0] == 'S' {
		t.Errorf("got %q, %v", b, err)
	}
}
