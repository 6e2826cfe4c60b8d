package proxy

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// TestTrickleAfterFlow sends much one way, then little by little, each bit
// when the one before has arrived: none may wait for more of its kind.
func TestTrickleAfterFlow(t *testing.T) {
	row := message('d', bytes.Repeat([]byte{'x'}, 100))
	many := bytes.Repeat(row, (8<<20)/len(row))
	rest := bytes.Repeat(row, 1000)
	flows := func(t *testing.T, from, to net.Conn) {
		go from.Write(many)
		expect(t, to, len(many))
		for _, n := range []int{headLen, len(row) - 1, len(row), 3 * len(row), 700 * len(row)} {
			from.Write(rest[:n])
			expect(t, to, n)
			from.Write(rest[n : (n/len(row)+1)*len(row)])
			expect(t, to, (n/len(row)+1)*len(row)-n)
		}
	}
	onFlows(t, flows)
}

// TestStalledFlow has a receiver take nothing until the sender can send no
// more, and then all of it: what is less than a piece at its end, too.
func TestStalledFlow(t *testing.T) {
	row := message('d', bytes.Repeat([]byte{'x'}, 100))
	many := bytes.Repeat(row, (8<<20)/len(row))
	onFlows(t, func(t *testing.T, from, to net.Conn) {
		sent := 0
		for {
			from.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
			n, err := from.Write(many[sent%len(row):])
			sent += n
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		from.SetWriteDeadline(time.Now().Add(patience))
		rest := row[sent%len(row):]
		go from.Write(rest)
		expect(t, to, sent+len(rest))
	})
}

// onFlows tests flows from the server to the client and back, turn by turn.
func onFlows(t *testing.T, flows func(t *testing.T, from, to net.Conn)) {
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		servers, over := make(chan net.Conn, 1), make(chan struct{})
		defer close(over)
		_, address := serve(t, fakeServer(t, func(c *net.TCPConn) {
			servers <- c
			<-over
		}), relay)
		client := openSession(t, address).conn
		server := <-servers
		for _, c := range []net.Conn{client, server} {
			c.SetDeadline(time.Now().Add(patience))
		}
		for range 2 {
			flows(t, server, client)
			flows(t, client, server)
		}
	})
}

// expect reads n bytes.
func expect(t *testing.T, c net.Conn, n int) {
	t.Helper()
	if got, err := io.CopyN(io.Discard, c, int64(n)); err != nil {
		t.Fatalf("%d of %d bytes came: %v", got, n, err)
	}
}
