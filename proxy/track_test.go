package proxy

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// walkClient feeds a stream in pieces of the given sizes, as a relay would,
// and returns what was forwarded and whether it stopped.
func walkClient(t *track, stream []byte, pieces []byte) (forwarded []byte, stopped bool) {
	var held []byte
	for i := 0; len(stream) > 0 && !stopped; i++ {
		n := 1
		if len(pieces) > 0 {
			n += int(pieces[i%len(pieces)])
		}
		n = min(n, len(stream))
		held = append(held, stream[:n]...)
		stream = stream[n:]
		n, stopped = t.client(held)
		forwarded = append(forwarded, held[:n]...)
		held = held[n:]
	}
	return forwarded, stopped
}

// FuzzTrackClient checks that how a stream is cut into reads changes nothing.
func FuzzTrackClient(f *testing.F) {
	query := message('Q', []byte("select 1\x00"))
	own := message('Q', []byte("select datamime_version()\x00"))
	f.Add(append(bytes.Clone(query), own...), []byte{0, 3, 7})
	f.Add(append(message('P', []byte("\x00select 1\x00\x00\x00")), message('S')...), []byte{1})
	f.Add([]byte{'Q', 0, 0, 0, 1, 9, 9}, []byte{2})
	f.Add([]byte{'d', 0xff, 0xff, 0xff, 0xff, 1}, []byte{0})
	f.Fuzz(func(t *testing.T, stream, pieces []byte) {
		var whole, cut track
		n, stop := whole.client(stream)
		forwarded, stopped := walkClient(&cut, stream, pieces)
		if stop != stopped || !bytes.Equal(forwarded, stream[:n]) {
			t.Fatalf("whole: %d bytes, stop %v; in pieces: %d bytes, stop %v", n, stop, len(forwarded), stopped)
		}
		if whole.sent != cut.sent || whole.asked.Load() != cut.asked.Load() || whole.clientRest != cut.clientRest {
			t.Fatalf("whole: %d sent, %d asked, %d to come; in pieces: %d, %d, %d",
				whole.sent, whole.asked.Load(), whole.clientRest, cut.sent, cut.asked.Load(), cut.clientRest)
		}
	})
}

// FuzzTrackServer checks the same of the server's stream.
func FuzzTrackServer(f *testing.F) {
	f.Add(append(message('S', []byte("TimeZone\x00UTC\x00")), message('Z', []byte{'I'})...), []byte{0, 2})
	f.Add(append(message('D', make([]byte, 40)), message('E', []byte{'C', 0, 0})...), []byte{5})
	f.Fuzz(func(t *testing.T, stream, pieces []byte) {
		var whole, cut track
		n := whole.server(stream)
		m := 0
		var held []byte
		rest := stream
		for i := 0; len(rest) > 0; i++ {
			k := 1
			if len(pieces) > 0 {
				k += int(pieces[i%len(pieces)])
			}
			k = min(k, len(rest))
			held, rest = append(held, rest[:k]...), rest[k:]
			k = cut.server(held)
			held = held[k:]
			m += k
		}
		if n != m || whole.done != cut.done || whole.failed != cut.failed || whole.status.Load() != cut.status.Load() || whole.serverRest != cut.serverRest {
			t.Fatalf("whole: %d bytes, %d answers, status %c; in pieces: %d, %d, %c",
				n, whole.done, whole.status.Load(), m, cut.done, cut.status.Load())
		}
	})
}

// A COPY FROM STDIN by the extended protocol: the Sync sent with its Execute
// is ignored by the server, the one after CopyDone is answered.
func TestTrackCopyInSync(t *testing.T) {
	var tr track
	tr.client(append(append(message('B', []byte{0, 0}), message('E', []byte{0, 0, 0, 0, 0})...), message('S')...))
	tr.server(append(message('2'), message('G', []byte{0, 0, 0})...))
	if tr.busy() {
		t.Fatal("the Sync before CopyData still counts as unanswered")
	}
	tr.client(append(append(message('d', []byte("1\n")), message('c')...), message('S')...))
	if !tr.busy() {
		t.Fatal("the Sync after CopyDone is not counted")
	}
	tr.server(append(message('C', []byte("COPY 1\x00")), message('Z', []byte{'I'})...))
	if tr.busy() || !tr.settled() {
		t.Fatal("not settled after ReadyForQuery")
	}
}

// TestTrackAllocations: forwarding a message allocates nothing.
func TestTrackAllocations(t *testing.T) {
	var tr track
	up := append(append(message('B', make([]byte, 30)), message('E', make([]byte, 5))...), message('S')...)
	up = append(up, message('Q', []byte("SELECT abalance FROM pgbench_accounts WHERE aid = 42;\x00"))...)
	down := append(append(message('2'), message('D', make([]byte, 20))...), message('C', []byte("SELECT 1\x00"))...)
	down = append(down, message('Z', []byte{'I'})...)
	if n := testing.AllocsPerRun(100, func() { tr.client(up); tr.server(down) }); n != 0 {
		t.Fatalf("%v allocations for the messages of a transaction", n)
	}
}

func BenchmarkTrackClient(b *testing.B) {
	query := message('Q', []byte("SELECT abalance FROM pgbench_accounts WHERE aid = 42;\x00"))
	b.ReportAllocs()
	b.SetBytes(int64(len(query)))
	var tr track
	for b.Loop() {
		if n, stop := tr.client(query); n != len(query) || stop {
			b.Fatal("not forwarded")
		}
	}
}

func BenchmarkTrackServer(b *testing.B) {
	var rows []byte
	for range 1000 {
		rows = append(rows, message('D', binary.BigEndian.AppendUint32([]byte{0, 1}, 4), []byte("1234"))...)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(rows)))
	var tr track
	for b.Loop() {
		if tr.server(rows) != len(rows) {
			b.Fatal("not forwarded")
		}
	}
}
