package proxy

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"runtime"
	"testing"
	"time"
)

// answerRow is a server's answer to a query of one row.
var answerRow = bytes.Join([][]byte{
	message('T', []byte("\x00\x01a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x19\xff\xff\xff\xff\xff\xff\x00\x00")),
	message('D', []byte("\x00\x01\x00\x00\x00\x08abcdefgh")),
	message('C', zstring("SELECT 1")),
	message('Z', []byte{'I'}),
}, nil)

// answering answers each read with a row.
func answering(c *net.TCPConn) {
	in := make([]byte, 4096)
	for {
		if _, err := c.Read(in); err != nil {
			return
		}
		if _, err := c.Write(answerRow); err != nil {
			return
		}
	}
}

// TestRelayAllocates has messages go through without an allocation, in each
// way of relaying.
func TestRelayAllocates(t *testing.T) {
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		_, address := serve(t, fakeServer(t, answering), relay)
		p := openSession(t, address)
		p.conn.SetDeadline(time.Time{})
		query, answer := message('Q', zstring("SELECT 1")), make([]byte, len(answerRow))
		n := testing.AllocsPerRun(500, func() {
			p.conn.Write(query)
			if _, err := io.ReadFull(p.conn, answer); err != nil {
				t.Error(err)
			}
		})
		if n >= 1 {
			t.Errorf("%v allocations for each query and its answer", n)
		}
	})
}

func BenchmarkRelay(b *testing.B) {
	b.Run("loop", func(b *testing.B) { benchmarkRelay(b, false) })
	b.Run("goroutines", func(b *testing.B) { benchmarkRelay(b, true) })
}

func benchmarkRelay(b *testing.B, loopless bool) {
	_, address := serve(b, fakeServer(b, answering), func(s *Server) { s.loopless = loopless })
	p := openSession(b, address)
	p.conn.SetDeadline(time.Time{})
	query, answer := message('Q', zstring("SELECT 1")), make([]byte, len(answerRow))
	b.ReportAllocs()
	for b.Loop() {
		p.conn.Write(query)
		if _, err := io.ReadFull(p.conn, answer); err != nil {
			b.Fatal(err)
		}
	}
}

// TestHugeValues sends one value of 500 MB each way; it must not be held.
func TestHugeValues(t *testing.T) {
	const size = 500 << 20
	head := []byte{'D', 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[1:], size+4)
	chunk := make([]byte, 1<<20)
	onBothRelays(t, "", func(t *testing.T, relay func(*Server)) {
		_, address := serve(t, fakeServer(t, func(c *net.TCPConn) {
			in := make([]byte, 1<<20)
			for got := 0; got < size+headLen; {
				n, err := c.Read(in)
				if err != nil {
					t.Error(err)
					return
				}
				got += n
			}
			c.Write(head)
			for range size >> 20 {
				c.Write(chunk)
			}
			c.Write(message('Z', []byte{'I'}))
			io.Copy(io.Discard, c)
		}), relay)
		p := openSession(t, address)
		p.conn.SetDeadline(time.Now().Add(patience))
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		bind := append([]byte{'B'}, head[1:]...)
		p.conn.Write(bind)
		for range size >> 20 {
			if _, err := p.conn.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := io.CopyN(io.Discard, p.conn, size+headLen+6); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if grown := int64(after.Sys) - int64(before.Sys); grown > 8<<20 {
			t.Errorf("the process grew by %d bytes", grown)
		}
		if made := after.TotalAlloc - before.TotalAlloc; made > 64<<20 {
			t.Errorf("%d bytes were allocated on the way", made)
		}
	})
}

// BenchmarkTrackRows walks over a result: it is to cost nothing beside
// forwarding it.
func BenchmarkTrackRows(b *testing.B) {
	rows := bytes.Repeat(message('D', make([]byte, 70)), 1000)
	var tr track
	b.SetBytes(int64(len(rows)))
	b.ReportAllocs()
	for b.Loop() {
		tr.server(rows)
	}
}
