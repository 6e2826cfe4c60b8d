package proxy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
)

// What comes back of a script is compared between two runs: what is another in
// every run is masked, or left out.

// show renders a message of the server, masking what is another in every run.
func (p *wirePlayer) show(typ byte, body []byte) string {
	b := bytes.Clone(body)
	switch typ {
	case 'K':
		clear(b)
	case 'A':
		clear(b[:4])
	case 'R':
		if len(b) > 4 && b[3] != 10 { // salts and SCRAM's random parts
			b = append(b[:4], "..."...)
		}
	case 'T':
		p.maskOIDs(b)
	}
	b = tempSchema.ReplaceAll(b, []byte("pg_temp_n"))
	b = logPlace.ReplaceAll(b, []byte("n/n"))
	if typ == 'd' && len(b) > walHead && b[0] == 'w' { // places and times
		b = append(b[:1], b[walHead:]...)
	}
	if p.unplaced && (typ == 'E' || typ == 'N') {
		if i := bytes.Index(b, []byte("\x00F")); i >= 0 {
			b = append(b[:i], 0, 0)
		}
	}
	return fmt.Sprintf("%c %d %q", typ, len(b), b)
}

// maskOIDs replaces the OIDs of a RowDescription that are not the catalogue's
// by the order in which they appeared.
func (p *wirePlayer) maskOIDs(b []byte) {
	mask := func(at []byte) {
		oid := binary.BigEndian.Uint32(at)
		if oid < 16384 {
			return
		}
		if p.oids[oid] == 0 {
			p.oids[oid] = len(p.oids) + 1
		}
		binary.BigEndian.PutUint32(at, uint32(1e9+p.oids[oid]))
	}
	for at := b[2:]; len(at) > 0; {
		at = at[bytes.IndexByte(at, 0)+1:]
		mask(at)
		mask(at[6:])
		at = at[18:]
	}
}

// tempSchema is the schema of a session's temporary tables, another for each.
var tempSchema = regexp.MustCompile(`pg_temp_\d+`)

// logPlace is a place in the server's log as text, behind a length of its own.
var logPlace = regexp.MustCompile(`(?s)....\b[0-9A-F]{1,8}/[0-9A-F]{6,8}\b`)

// walHead is how long the head of an XLogData is.
const walHead = 25

// ofTheLog tells whether a message is of a stream of the server's log, and
// hangs on when it came or on what else the server wrote.
func ofTheLog(typ byte, body []byte) bool {
	if typ != 'd' || len(body) == 0 {
		return false
	}
	return body[0] == 'k' && len(body) == 18 || body[0] == 'w' && len(body) > walHead && bytes.IndexByte(body[walHead:], 0) >= 0
}
