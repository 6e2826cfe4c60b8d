package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
)

// TestShutdownStream ends streams of the server's log, at rest and in the midst
// of changes, between two messages, as a server that shuts down does.
func TestShutdownStream(t *testing.T) { onBothRelays(t, "", testShutdownStream) }

func testShutdownStream(t *testing.T, relay func(*Server)) {
	srv, address := serve(t, "", relay)
	direct := openSession(t, fmt.Sprintf("127.0.0.1:%d", postgres.Port))
	busy := openStream(t, address, "busy")
	ask(t, direct, "CREATE TABLE streamed AS SELECT g, repeat('x', 500) FROM generate_series(1, 20000) g")
	ask(t, direct, "DROP TABLE streamed")
	idle := openStream(t, address, "idle")
	for range 100 { // changes are under way
		nextMessage(t, busy)
	}
	ended := draining(srv)
	for name, p := range map[string]*peer{"idle": idle, "busy": busy} {
		if last := lastMessage(t, p); !bytes.Equal(last, commandComplete("COPY 0")) {
			t.Errorf("the %s stream ended with %q", name, last)
		}
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// openStream streams the log from now on, in a session of its own.
func openStream(t *testing.T, address, name string) *peer {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	p := startSession(t, c, "replication=database")
	slot := fmt.Sprintf("%s_%d", name, c.LocalAddr().(*net.TCPAddr).Port)
	ask(t, p, "CREATE_REPLICATION_SLOT "+slot+" TEMPORARY LOGICAL test_decoding NOEXPORT_SNAPSHOT")
	p.conn.Write(message('Q', zstring("START_REPLICATION SLOT "+slot+" LOGICAL 0/0 (\"skip-empty-xacts\" '1')")))
	for typ := byte(0); typ != 'W'; {
		var body []byte
		if typ, body = nextMessage(t, p); typ == 'E' {
			t.Fatalf("no stream: %q", body)
		}
	}
	return p
}

// lastMessage reads whole messages to the end of a connection.
func lastMessage(t *testing.T, p *peer) (last []byte) {
	t.Helper()
	for {
		_, size, err := p.head()
		if errors.Is(err, io.EOF) && p.r == p.w {
			return last
		}
		if err != nil {
			t.Fatalf("read the end: %v, after %q", err, last)
		}
		m, err := p.take(size)
		if err != nil {
			t.Fatalf("read the end: %v, inside of a message", err)
		}
		last = bytes.Clone(m)
	}
}
