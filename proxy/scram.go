package proxy

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/datamime/datamime/sqlfuncs"
)

// SCRAM over TLS (RFC 5802, RFC 7677, and PostgreSQL's chapter on SASL). Its
// channel binding ties a proof to one TLS connection, and even a client that
// does not bind says that it could have: relayed between two TLS connections
// it fails. With the user's verifier the proxy checks the client's proof
// itself, which gives it the client key, and proves itself to the server with
// that key.

const (
	scramPlain = "SCRAM-SHA-256"
	scramPlus  = "SCRAM-SHA-256-PLUS"
)

// authenticateOverTLS deals with the server's request m for SASL over TLS.
// Where the client has no TLS, or cannot be authenticated here, the request
// goes on to it without the mechanisms that bind to a TLS connection.
func (s *session) authenticateOverTLS(m []byte, a *answers) error {
	secure := s.certificate != nil
	offered := saslMechanisms(m)
	if secure && s.srv.Verifier != nil && slices.Contains(offered, scramPlain) {
		if err := a.pause(); err != nil {
			return err
		}
		if err := s.authenticateHere(upstreamBinding(s.server.conn, offered)); err != nil {
			return err
		}
		return nil
	}
	body := []byte{0, 0, 0, 10}
	for _, name := range offered {
		if !strings.HasSuffix(name, "-PLUS") {
			body = append(append(body, name...), 0)
		}
	}
	if _, err := s.client.conn.Write(message('R', append(body, 0))); err != nil {
		return fmt.Errorf("write to the client: %w", err)
	}
	a.mu.Lock()
	a.unbound = secure
	a.mu.Unlock()
	a.ask()
	return nil
}

// isSASL tells whether an authentication request begins a SASL exchange.
func isSASL(m []byte) bool {
	return len(m) >= headLen+4 && binary.BigEndian.Uint32(m[headLen:]) == 10
}

func saslMechanisms(m []byte) []string {
	var names []string
	for name := range bytes.SplitSeq(m[headLen+4:], []byte{0}) {
		if len(name) > 0 {
			names = append(names, string(name))
		}
	}
	return names
}

// errBound tells a client that its SCRAM cannot be relayed.
var errBound = &sqlfuncs.Error{
	Code:    "28000",
	Message: "SCRAM authentication cannot be relayed between two TLS connections",
	Detail:  "The client ties its proof to the TLS connection that it sees, which ends at the proxy.",
	Hint: "Start datamime with --auth-file or --auth-query, so that it can check the client itself; " +
		"or connect with channel_binding=disable, or set sslmode=disable in --upstream.",
}

// boundToTLS tells whether a SASLInitialResponse is bound to a TLS connection,
// or says that it could have been.
func boundToTLS(m []byte) bool {
	_, data, ok := bytes.Cut(m[headLen:], []byte{0})
	return ok && len(data) > 4 && data[4] != 'n'
}

// authenticateHere checks the client's password by the verifier, and logs in
// upstream with the key that this gives; binding is what that is bound to, nil
// for nothing.
func (s *session) authenticateHere(binding []byte) error {
	v, known, err := s.lookUp()
	if err != nil {
		return err
	}
	x, err := s.challenge(v)
	if err != nil {
		return err
	}
	clientKey, ok := x.check(v)
	if !ok || !known {
		return &sqlfuncs.Error{Code: "28P01", Message: fmt.Sprintf("password authentication failed for user %q", s.user)}
	}
	if err := s.prove(v, clientKey, binding); err != nil {
		return err
	}
	signature := "v=" + base64.StdEncoding.EncodeToString(mac(v.server, x.message))
	_, err = s.client.conn.Write(message('R', []byte{0, 0, 0, 12}, []byte(signature)))
	return err
}

// lookUp gets the user's verifier. An unknown user gets one that nothing
// satisfies, so that the exchange does not tell.
func (s *session) lookUp() (v *verifier, known bool, err error) {
	ctx, stop := context.WithDeadline(context.Background(), s.deadline)
	defer stop()
	text, err := s.srv.Verifier(ctx, s.user)
	if err == nil && text != "" {
		v, err = parseVerifier(text)
	}
	if err != nil {
		s.log.Error("cannot look up the verifier of a user", "user", s.user, "error", err)
		return nil, false, &sqlfuncs.Error{Code: "28000", Message: fmt.Sprintf("cannot look up how user %q authenticates", s.user)}
	}
	if v != nil {
		return v, true, nil
	}
	v, err = newVerifier(rand.Text())
	return v, false, err
}

// exchange is a client's SCRAM exchange up to its proof.
type exchange struct {
	message string // AuthMessage, RFC 5802 section 3
	proof   []byte
}

// check returns the client key that the proof holds, and whether it is right.
func (x *exchange) check(v *verifier) (clientKey []byte, ok bool) {
	if len(x.proof) != sha256.Size {
		return nil, false
	}
	clientKey = make([]byte, sha256.Size)
	subtle.XORBytes(clientKey, x.proof, mac(v.stored, x.message))
	hash := sha256.Sum256(clientKey)
	return clientKey, subtle.ConstantTimeCompare(hash[:], v.stored) == 1
}

var errSCRAM = &sqlfuncs.Error{Code: "08P01", Message: "malformed SCRAM message"}

// challenge asks the client for its proof.
func (s *session) challenge(v *verifier) (*exchange, error) {
	binding := channelBinding(s.certificate.Leaf)
	request := []byte{0, 0, 0, 10}
	if binding != nil {
		request = append(append(request, scramPlus...), 0)
	}
	request = append(append(append(request, scramPlain...), 0), 0)
	if _, err := s.client.conn.Write(message('R', request)); err != nil {
		return nil, err
	}
	initial, err := s.password()
	if err != nil {
		return nil, err
	}
	mechanism, data, ok := bytes.Cut(initial, []byte{0})
	if !ok || len(data) < 4 {
		return nil, errSCRAM
	}
	header, first, err := cutGS2(string(data[4:]))
	if err != nil {
		return nil, err
	}
	bound := strings.HasPrefix(header, "p=tls-server-end-point,")
	switch {
	case bound != (string(mechanism) == scramPlus) || !bound && string(mechanism) != scramPlain,
		bound && binding == nil, strings.HasPrefix(header, "y,") && binding != nil:
		return nil, &sqlfuncs.Error{Code: "28000", Message: "SCRAM channel binding negotiation error"}
	}
	nonce, ok := attribute(first, "r=")
	if !ok || nonce == "" {
		return nil, errSCRAM
	}
	nonce += rand.Text()
	reply := fmt.Sprintf("r=%s,s=%s,i=%d", nonce, v.salt, v.iterations)
	if _, err := s.client.conn.Write(message('R', []byte{0, 0, 0, 11}, []byte(reply))); err != nil {
		return nil, err
	}
	final, err := s.password()
	if err != nil {
		return nil, err
	}
	without, proof, ok := strings.Cut(string(final), ",p=")
	if !ok {
		return nil, errSCRAM
	}
	want := []byte(header)
	if bound {
		want = append(want, binding...)
	}
	if c, _ := attribute(without, "c="); c != base64.StdEncoding.EncodeToString(want) {
		return nil, &sqlfuncs.Error{Code: "28000", Message: "SCRAM channel binding check failed"}
	}
	if r, _ := attribute(without, "r="); r != nonce {
		return nil, errSCRAM
	}
	x := &exchange{message: first + "," + reply + "," + without}
	x.proof, err = base64.StdEncoding.DecodeString(proof)
	if err != nil {
		return nil, errSCRAM
	}
	return x, nil
}

// prove logs in upstream as a SCRAM client that knows its key, not its
// password, bound to the TLS connection where binding is not nil.
func (s *session) prove(v *verifier, clientKey, binding []byte) error {
	mechanism, header := scramPlain, "n,,"
	if binding != nil {
		mechanism, header = scramPlus, "p=tls-server-end-point,,"
	}
	first := "n=,r=" + rand.Text()
	initial := append([]byte(mechanism+"\x00"), binary.BigEndian.AppendUint32(nil, uint32(len(header)+len(first)))...)
	if _, err := s.server.conn.Write(message('p', initial, []byte(header+first))); err != nil {
		return errGone
	}
	challenge, err := s.saslAnswer(11)
	if err != nil {
		return err
	}
	nonce, _ := attribute(challenge, "r=")
	salt, _ := attribute(challenge, "s=")
	iterations, _ := attribute(challenge, "i=")
	if salt != v.salt || iterations != strconv.Itoa(v.iterations) {
		s.log.Error("the verifier of a user is not the server's", "user", s.user)
		return &sqlfuncs.Error{Code: "28000", Message: fmt.Sprintf("the verifier of user %q is not the server's", s.user),
			Hint: "Take the SCRAM verifiers of --auth-file from the server's pg_authid, or use --auth-query."}
	}
	without := "c=" + base64.StdEncoding.EncodeToString(append([]byte(header), binding...)) + ",r=" + nonce
	text := first + "," + challenge + "," + without
	proof := make([]byte, sha256.Size)
	subtle.XORBytes(proof, clientKey, mac(v.stored, text))
	final := without + ",p=" + base64.StdEncoding.EncodeToString(proof)
	if _, err := s.server.conn.Write(message('p', []byte(final))); err != nil {
		return errGone
	}
	verdict, err := s.saslAnswer(12)
	if err != nil {
		return err
	}
	if verdict != "v="+base64.StdEncoding.EncodeToString(mac(v.server, text)) {
		return &sqlfuncs.Error{Code: "28000", Message: "the server did not prove that it knows the password"}
	}
	return nil
}

// password reads the client's answer to an authentication request.
func (s *session) password() ([]byte, error) {
	typ, size, err := s.client.head()
	if err != nil {
		return nil, err
	}
	if typ != 'p' || size > smallBuf {
		return nil, &sqlfuncs.Error{Code: "08P01", Message: fmt.Sprintf("expected SASL response, got message type %d", typ)}
	}
	m, err := s.client.take(size)
	if err != nil {
		return nil, err
	}
	return bytes.Clone(m[headLen:]), nil
}

// saslAnswer reads the server's next message of our own exchange with it. An
// error of the server goes to the client.
func (s *session) saslAnswer(code uint32) (string, error) {
	typ, size, err := s.server.head()
	if err != nil || size > maxHeld {
		return "", errGone
	}
	m, err := s.server.take(size)
	switch {
	case err != nil:
		return "", errGone
	case typ == 'E':
		s.client.conn.Write(m)
		return "", errors.New("the server refused the login")
	case typ != 'R' || len(m) < headLen+4 || binary.BigEndian.Uint32(m[headLen:]) != code:
		return "", errSCRAM
	}
	return string(m[headLen+4:]), nil
}

// cutGS2 cuts a client's first message into its GS2 header, with the commas,
// and the rest.
func cutGS2(text string) (header, rest string, err error) {
	flag, after, ok := strings.Cut(text, ",")
	identity, rest, also := strings.Cut(after, ",")
	if !ok || !also || flag == "" || identity != "" {
		return "", "", errSCRAM
	}
	return flag + ",,", rest, nil
}

// attribute is the value of an attribute of a SCRAM message.
func attribute(message, name string) (string, bool) {
	for part := range strings.SplitSeq(message, ",") {
		if value, ok := strings.CutPrefix(part, name); ok {
			return value, true
		}
	}
	return "", false
}

// upstreamBinding is what a login upstream is bound to, where the server offers
// that; nil for nothing.
func upstreamBinding(server net.Conn, offered []string) []byte {
	secure, ok := server.(*tls.Conn)
	if !ok || !slices.Contains(offered, scramPlus) {
		return nil
	}
	certificates := secure.ConnectionState().PeerCertificates
	if len(certificates) == 0 {
		return nil
	}
	return channelBinding(certificates[0])
}
