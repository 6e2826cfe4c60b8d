package proxy

import (
	"bytes"
	"io"
	"testing"
	"time"
)

// TestShutdownPipelines drains while clients send without end, and read as
// fast as they can or slowly: what reached the server is answered, and nothing
// more reaches it.
func TestShutdownPipelines(t *testing.T) {
	row := message('D', []byte("\x00\x01\x00\x00\x00\x08abcdefgh"))
	answer := bytes.Join([][]byte{bytes.Repeat(row, 100), message('C', zstring("SELECT 100")), message('Z', []byte{'I'})}, nil)
	for name, pause := range map[string]time.Duration{"quick": 0, "slow": time.Millisecond} {
		onBothRelays(t, name, func(t *testing.T, relay func(*Server)) {
			upstream, received := countingServer(t, answer, 0)
			srv, address := serve(t, upstream, relay)
			p := openSession(t, address)
			go func() {
				for err := error(nil); err == nil; {
					_, err = p.conn.Write(bytes.Repeat(message('Q', zstring("SELECT 1")), 100))
				}
			}()
			wait(t, "load", func() bool { return received.Load() > 1000 })
			ended := draining(srv)
			answered := int64(0)
			for typ := byte(0); typ != 'E'; {
				if typ, _ = nextMessage(t, p); typ == 'Z' {
					if answered++; answered%100 == 0 {
						time.Sleep(pause)
					}
				}
			}
			if _, err := p.peek(1); err != io.EOF {
				t.Errorf("after the last word came %v", err)
			}
			if err := <-ended; err != nil || answered != received.Load() {
				t.Errorf("%d statements reached the server, %d were answered; %v", received.Load(), answered, err)
			}
		})
	}
}

// TestShutdownInGroups drains while the server or a client is in the middle of
// something: a COPY goes on to its end, a client that keeps the rest of a group
// to itself is not waited for, and no message is cut.
func TestShutdownInGroups(t *testing.T) {
	extended := func(sql string) []byte {
		m := append(parseMessage("", sql, nil), message('B', []byte("\x00\x00\x00\x00\x00\x00\x00\x00"))...)
		return append(m, executeMessage("", 0)...)
	}
	query := message('Q', zstring("SELECT 1"))
	ours := extended("SELECT * FROM datamime_version()")
	copied := bytes.Join([][]byte{message('d', []byte("1\n")), message('c'), message('S')}, nil)
	for _, test := range []struct {
		name  string
		sent  []byte
		until byte // comes before the server drains
		more  []byte
		want  string // the types of what comes then
	}{
		{"COPY", message('Q', zstring("COPY counted FROM STDIN")), 'G', copied[:len(copied)-headLen], "CZE"},
		{"COPY in extended messages", append(extended("COPY counted FROM STDIN"), message('S')...), 'G', copied, "CZE"},
		{"in a statement", append(bytes.Clone(query), query[:7]...), 'Z', query[7:], "TDCZE"},
		{"in a group", append(extended("SELECT 1"), message('H')...), 'C', nil, "E"},
		{"in a group of ours", append(ours, message('H')...), 'C', nil, "E"},
		{"in a large row", append(extended("SELECT repeat('x', 50000000)"), message('H')...), '2', nil, "DE"},
	} {
		onBothRelays(t, test.name, func(t *testing.T, relay func(*Server)) {
			srv, address := serve(t, "", relay)
			p := openSession(t, address)
			p.conn.Write(message('Q', zstring("CREATE TEMP TABLE counted (n int)")))
			for typ := byte(0); typ != 'Z'; {
				typ, _ = nextMessage(t, p)
			}
			p.conn.Write(test.sent)
			for typ := byte(0); typ != test.until; {
				typ, _ = nextMessage(t, p)
			}
			ended := draining(srv)
			wait(t, "the wish to leave", func() bool {
				for _, s := range srv.all() {
					if !s.leaving.Load() {
						return false
					}
				}
				return true
			})
			p.conn.Write(test.more)
			var types bytes.Buffer
			for {
				typ, size, err := p.head()
				if err != nil {
					break
				}
				if _, err := p.take(size); err != nil {
					t.Errorf("a message of type %q is cut: %v", typ, err)
					break
				}
				types.WriteByte(typ)
			}
			if got := types.String(); got != test.want {
				t.Errorf("got %q, not %q", got, test.want)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
