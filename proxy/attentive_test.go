package proxy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"testing"
	"time"
)

// makeAttentive prepares a statement that calls us, by a name of its own, so
// that from then on the session handles message by message what it would
// otherwise relay.
func makeAttentive(c *wireConn) error {
	out := append(message('C', []byte("S*ours*\x00")), parseMessage("*ours*", "SELECT * FROM datamime_version()", nil)...)
	if _, err := c.Write(append(out, message('S')...)); err != nil {
		return err
	}
	c.SetReadDeadline(time.Now().Add(patience))
	for {
		var head [headLen]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return fmt.Errorf("prepare a statement of ours: %w", err)
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(c, body); err != nil {
			return err
		}
		switch head[0] {
		case 'E':
			return fmt.Errorf("prepare a statement of ours: %q", bytes.ReplaceAll(body, []byte{0}, []byte{' '}))
		case 'Z':
			return nil
		}
	}
}

// TestWireAttentive plays every conversation of testdata/wire on sessions that
// hold a prepared statement of ours and handle each message by itself. The
// answers must be PostgreSQL's.
func TestWireAttentive(t *testing.T) {
	_, address := serve(t, "", func(srv *Server) { srv.attentive = true })
	direct := net.JoinHostPort("127.0.0.1", strconv.Itoa(postgres.Port))
	scripts := wireScripts(t)
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		t.Run(name, func(t *testing.T) {
			text := scripts[name]
			want := playFile(t, text, &wirePlayer{address: direct})
			compareWire(t, "attentive", want, playFile(t, text, &wirePlayer{address: address, between: makeAttentive}))
		})
	}
}
