package proxy

import "testing"

// A session with a prepared statement of ours still relays what does not
// concern it.
func TestAttention(t *testing.T) {
	a := attention{statements: map[string]*statement{"s": {}}}
	tests := []struct {
		what string
		m    []byte
		stop bool
	}{
		{"a query", message('Q', []byte("SELECT 1\x00")), false},
		{"an EXECUTE", message('Q', []byte("ExEcUtE s\x00")), true},
		{"a DISCARD", message('Q', []byte("discard all\x00")), true},
		{"another Parse", message('P', []byte("t\x00SELECT 1\x00\x00\x00")), false},
		{"a Parse of that name", message('P', []byte("s\x00SELECT 1\x00\x00\x00")), true},
		{"another Bind", message('B', []byte("s\x00t\x00\x00\x00\x00\x00\x00\x00")), false},
		{"a Bind of it", message('B', []byte("\x00s\x00\x00\x00\x00\x00\x00\x00")), true},
		{"a Describe of it", message('D', []byte("Ss\x00")), true},
		{"a Describe of a portal", message('D', []byte("Ps\x00")), false},
		{"a Close of it", message('C', []byte("Ss\x00")), true},
		{"an Execute", message('E', []byte("s\x00\x00\x00\x00\x00")), false},
	}
	for _, tt := range tests {
		tr := track{attention: a}
		if n, stop := tr.client(tt.m); stop != tt.stop || !stop && n != len(tt.m) {
			t.Errorf("%s: stop %v after %d bytes of %d", tt.what, stop, n, len(tt.m))
		}
		tr = track{attention: a}
		if forwarded, stop := walkClient(&tr, tt.m, []byte{0}); stop != tt.stop || !stop && len(forwarded) != len(tt.m) {
			t.Errorf("%s, byte by byte: stop %v after %d bytes of %d", tt.what, stop, len(forwarded), len(tt.m))
		}
		tr = track{attention: attention{all: true}}
		if _, stop := tr.client(tt.m); !stop {
			t.Errorf("%s goes past a session with portals of ours", tt.what)
		}
	}
}
