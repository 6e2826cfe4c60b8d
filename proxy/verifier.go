package proxy

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"hash"
	"strconv"
	"strings"
)

// verifier is what PostgreSQL stores of a password.
type verifier struct {
	iterations int
	salt       string // base64
	stored     []byte // the hash of the client key
	server     []byte // the server key
}

// parseVerifier reads SCRAM-SHA-256$iterations:salt$stored:server, or makes a
// verifier of a password.
func parseVerifier(text string) (*verifier, error) {
	rest, ok := strings.CutPrefix(text, scramPlain+"$")
	if !ok {
		if strings.HasPrefix(text, "md5") && len(text) == 35 {
			return nil, errors.New("an md5 password cannot be used for SCRAM")
		}
		return newVerifier(text)
	}
	head, keys, _ := strings.Cut(rest, "$")
	iterations, salt, _ := strings.Cut(head, ":")
	stored, server, _ := strings.Cut(keys, ":")
	v := &verifier{salt: salt}
	var err [4]error
	v.iterations, err[0] = strconv.Atoi(iterations)
	v.stored, err[1] = base64.StdEncoding.DecodeString(stored)
	v.server, err[2] = base64.StdEncoding.DecodeString(server)
	_, err[3] = base64.StdEncoding.DecodeString(salt)
	if errors.Join(err[:]...) != nil || len(v.stored) != sha256.Size || len(v.server) != sha256.Size || v.iterations < 1 {
		return nil, errors.New("malformed SCRAM verifier")
	}
	return v, nil
}

// newVerifier makes a verifier of a password, with a new salt.
func newVerifier(password string) (*verifier, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	v := &verifier{iterations: 4096, salt: base64.StdEncoding.EncodeToString(salt)}
	salted, err := pbkdf2.Key(sha256.New, password, salt, v.iterations, sha256.Size)
	if err != nil {
		return nil, err
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	v.stored, v.server = stored[:], mac(salted, "Server Key")
	return v, nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// channelBinding is what tls-server-end-point binds to (RFC 5929): the
// certificate's hash, by the algorithm of its signature. Nil where that names
// none.
func channelBinding(leaf *x509.Certificate) []byte {
	var h hash.Hash
	switch leaf.SignatureAlgorithm {
	case x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1,
		x509.SHA256WithRSA, x509.DSAWithSHA256, x509.ECDSAWithSHA256, x509.SHA256WithRSAPSS:
		h = sha256.New()
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		h = sha512.New384()
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		h = sha512.New()
	default:
		return nil
	}
	h.Write(leaf.Raw)
	return h.Sum(nil)
}
