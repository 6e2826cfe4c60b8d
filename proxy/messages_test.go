package proxy

import (
	"bytes"
	"net"
	"testing"

	"github.com/datamime/datamime/sqlfuncs"
	"github.com/jackc/pgx/v5/pgproto3"
)

// FuzzBind checks that a Bind read and sent on with a parameter of ours says
// what pgproto3 reads in the client's, and ours behind it.
func FuzzBind(f *testing.F) {
	seed, err := (&pgproto3.Bind{DestinationPortal: "p", PreparedStatement: "s", ParameterFormatCodes: []int16{1},
		Parameters: [][]byte{[]byte("1"), nil, {}}, ResultFormatCodes: []int16{0, 1}}).Encode(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed[headLen:])
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		portal, rest, ok := cstring(body)
		name, rest, ok2 := cstring(rest)
		if !ok || !ok2 {
			return
		}
		m, err := readBind(rest, "", -1, nil)
		var want pgproto3.Bind
		if wrong := want.Decode(body); err != nil || wrong != nil {
			return // each refuses some that the other, more lenient, reads
		}
		own := []sqlfuncs.Param{{Format: sqlfuncs.Binary, Value: []byte("ours")}}
		var got pgproto3.Bind
		if err := got.Decode(sent(t, func(p *peer) error { return m.send(p, portal, name, own) })[headLen:]); err != nil {
			t.Fatalf("what was sent is no Bind: %v", err)
		}
		if got.DestinationPortal != want.DestinationPortal || got.PreparedStatement != want.PreparedStatement ||
			len(got.Parameters) != len(want.Parameters)+1 || string(got.Parameters[len(want.Parameters)]) != "ours" {
			t.Fatalf("got %+v of %+v", got, want)
		}
		for i, v := range want.Parameters {
			format := int16(0)
			switch n := len(want.ParameterFormatCodes); {
			case n == 1:
				format = want.ParameterFormatCodes[0]
			case n > 1:
				format = want.ParameterFormatCodes[i]
			}
			if !bytes.Equal(got.Parameters[i], v) || (got.Parameters[i] == nil) != (v == nil) || got.ParameterFormatCodes[i] != format {
				t.Fatalf("parameter %d: got %q in format %d, want %q in format %d", i, got.Parameters[i], got.ParameterFormatCodes[i], v, format)
			}
		}
	})
}

// sent is what f writes to a peer.
func sent(t *testing.T, f func(*peer) error) []byte {
	t.Helper()
	var r recorder
	p := &peer{conn: &r}
	if err := f(p); err != nil {
		t.Fatal(err)
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
	return r.written
}

// recorder is a connection that keeps what is written to it.
type recorder struct {
	net.Conn
	written []byte
}

func (r *recorder) Write(b []byte) (int, error) {
	r.written = append(r.written, b...)
	return len(b), nil
}

// FuzzDataRow checks that a DataRow of ours says what was put into it.
func FuzzDataRow(f *testing.F) {
	f.Add([]byte("text"), []byte{}, false, true)
	f.Fuzz(func(t *testing.T, a, b []byte, null, binary bool) {
		columns := []sqlfuncs.Column{stringColumn{a, false}, stringColumn{b, null}}
		formats := []sqlfuncs.Format{sqlfuncs.Text}
		if binary {
			formats = []sqlfuncs.Format{sqlfuncs.Text, sqlfuncs.Binary}
		}
		m := appendDataRow(nil, columns, 0, formats)
		var row pgproto3.DataRow
		if err := row.Decode(m[headLen:]); err != nil {
			t.Fatal(err)
		}
		values, err := readDataRow(nil, m[headLen:])
		if err != nil || len(values) != 2 {
			t.Fatal(values, err)
		}
		wantB := append([]byte("t"), b...)
		if binary {
			wantB[0] = 'b'
		}
		for i, want := range [][]byte{append([]byte("t"), a...), wantB} {
			if i == 1 && null {
				want = nil
			}
			if !bytes.Equal(row.Values[i], want) || !bytes.Equal(values[i], want) || (values[i] == nil) != (want == nil) {
				t.Fatalf("value %d: %q, want %q", i, row.Values[i], want)
			}
		}
	})
}

// stringColumn has one value, whose two forms differ in their first byte.
type stringColumn struct {
	value []byte
	null  bool
}

func (c stringColumn) Null(int) bool { return c.null }
func (c stringColumn) AppendText(dst []byte, _ int) []byte {
	return append(append(dst, 't'), c.value...)
}
func (c stringColumn) AppendBinary(dst []byte, _ int) []byte {
	return append(append(dst, 'b'), c.value...)
}

// TestClaimedLength: a message that claims a length and does not come holds no
// more than what came, a few times over.
func TestClaimedLength(t *testing.T) {
	p := peer{conn: &scriptedConn{in: bytes.NewReader(make([]byte, 1<<20))}}
	if _, err := p.take(1 << 29); err == nil {
		t.Error("a message came whole that did not")
	}
	if len(p.buf) > 4<<20 {
		t.Errorf("%d bytes are held for 1 MB", len(p.buf))
	}
	whole := peer{conn: &scriptedConn{in: bytes.NewReader(make([]byte, 20<<20))}}
	if m, err := whole.take(20 << 20); err != nil || len(m) != 20<<20 || len(whole.buf) != 20<<20 {
		t.Errorf("%d bytes in %d, %v", len(m), len(whole.buf), err)
	}
}
