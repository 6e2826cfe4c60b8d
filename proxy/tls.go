package proxy

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"sync/atomic"

	"github.com/datamime/datamime/sqlfuncs"
)

// alpn is PostgreSQL's name in TLS.
const alpn = "postgresql"

// Certificates are the proxy's certificate and key, and the authorities that
// it trusts for clients' certificates, as read from files.
type Certificates struct {
	cert, key, clientCA string
	requireClient       bool
	current             atomic.Pointer[tls.Config]
}

// LoadCertificates reads a certificate (with its chain) and its key. clientCA
// holds the authorities for clients' certificates, "" to ask for none; a
// client without one is refused when requireClient is set.
func LoadCertificates(cert, key, clientCA string, requireClient bool) (*Certificates, error) {
	c := &Certificates{cert: cert, key: key, clientCA: clientCA, requireClient: requireClient}
	return c, c.Reload()
}

// Reload reads the files again. On an error what was read before stays.
func (c *Certificates) Reload() error {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fmt.Errorf("read the certificate %s and its key %s: %w", c.cert, c.key, err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{pair},
		NextProtos:   []string{alpn},
		MinVersion:   tls.VersionTLS12,
		// As PostgreSQL: no client resumes sessions. And no small records for
		// the sake of a first byte sooner: they are a system call each.
		SessionTicketsDisabled:      true,
		DynamicRecordSizingDisabled: true,
	}
	if c.clientCA != "" {
		pem, err := os.ReadFile(c.clientCA)
		if err != nil {
			return fmt.Errorf("read the clients' authorities: %w", err)
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(pem) {
			return fmt.Errorf("read the clients' authorities: there is no certificate in %s", c.clientCA)
		}
		config.ClientAuth = tls.VerifyClientCertIfGiven
		if c.requireClient {
			config.ClientAuth = tls.RequireAndVerifyClientCert
		}
	}
	c.current.Store(config)
	return nil
}

// offersTLS tells whether the client may have TLS; like PostgreSQL, not on a
// Unix socket.
func (s *session) offersTLS() bool {
	if s.srv.TLS == nil {
		return false
	}
	_, unix := s.client.conn.(*net.UnixConn)
	return !unix
}

// acceptTLS has the client's connection speak TLS. ahead is what was read of
// it already, of a client that began with TLS; else nothing may have been.
func (s *session) acceptTLS(ahead []byte) error {
	config := s.srv.TLS.current.Load()
	secure := tls.Server(&carrier{Conn: s.client.conn, ahead: bytes.Clone(ahead)}, config)
	s.client.r = s.client.w
	if err := secure.Handshake(); err != nil {
		return fmt.Errorf("start TLS: %w", err)
	}
	if len(ahead) > 0 && secure.ConnectionState().NegotiatedProtocol != alpn {
		return fmt.Errorf("start TLS: the client did not ask for the protocol %s", alpn)
	}
	s.certificate = &config.Certificates[0]
	return s.attach(clientEnd, secure)
}

// encryption answers a request for encryption. Nothing may follow the request
// before its answer: it would be unencrypted, and not necessarily the
// client's.
func (s *session) encryption(what string, accept bool) error {
	ahead := s.client.r < s.client.w
	if !accept || ahead {
		if _, err := s.client.conn.Write([]byte{'N'}); err != nil {
			return err
		}
	}
	if ahead {
		return &sqlfuncs.Error{Code: "08P01", Message: "received unencrypted data after " + what,
			Detail: "This could be either a client-software bug or evidence of an attempted man-in-the-middle attack."}
	}
	if !accept {
		return nil
	}
	if _, err := s.client.conn.Write([]byte{'S'}); err != nil {
		return err
	}
	return s.acceptTLS(nil)
}
