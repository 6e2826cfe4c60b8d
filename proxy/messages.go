package proxy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/datamime/datamime/sqlfuncs"
)

// The messages of the extended protocol that are read or made here, as far as
// they are: bodies are cut where it is needed and no further.

// cstring cuts a zero-terminated string off b.
func cstring(b []byte) (text string, rest []byte, ok bool) {
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return "", nil, false
	}
	return string(b[:i]), b[i+1:], true
}

// message makes a message of a type and the parts of its body.
func message(typ byte, body ...[]byte) []byte {
	m := []byte{typ, 0, 0, 0, 0}
	for _, b := range body {
		m = append(m, b...)
	}
	binary.BigEndian.PutUint32(m[1:], uint32(len(m)-1))
	return m
}

// bindMessage is a Bind of the client's.
type bindMessage struct {
	params  []sqlfuncs.Param
	results []sqlfuncs.Format
}

// readBind decodes what follows the names in a Bind of a statement that has so
// many parameters (negative: the server will count them), of those types. It
// copies nothing: the values are valid until the next read. What is wrong is
// found in the server's order, and said in its words, but for errCut.
func readBind(b []byte, name string, count int, oids []uint32) (*bindMessage, error) {
	formats, b, err := readFormats(b)
	if err != nil {
		return nil, err
	}
	if len(b) < 2 {
		return nil, errCut
	}
	n := int(binary.BigEndian.Uint16(b))
	b = b[2:]
	if len(formats) > 1 && len(formats) != n {
		return nil, fmt.Errorf("bind message has %d parameter formats but %d parameters", len(formats), n)
	}
	if count >= 0 && n != count {
		return nil, fmt.Errorf("bind message supplies %d parameters, but prepared statement \"%s\" requires %d", n, name, count)
	}
	m := &bindMessage{params: make([]sqlfuncs.Param, n)}
	for i := range m.params {
		p := &m.params[i]
		if i < len(oids) {
			p.OID = oids[i]
		}
		p.Format = formatOf(formats, i)
		if p.Value, b, err = readValue(b); err != nil {
			return nil, err
		}
	}
	if m.results, b, err = readFormats(b); err != nil {
		return nil, err
	}
	if len(b) > 0 {
		return nil, errCut
	}
	return m, nil
}

// readValue takes a value off b; nil is NULL.
func readValue(b []byte) (value, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, errCut
	}
	size := int(int32(binary.BigEndian.Uint32(b)))
	b = b[4:]
	if size == -1 {
		return nil, b, nil
	}
	if size < 0 || size > len(b) {
		return nil, nil, errCut
	}
	return b[:size:size], b[size:], nil
}

// errCut is a message that ends too early, or too late.
var errCut = errors.New("message of another length than its contents")

// send sends a Bind with parameters of ours behind the client's own. Large
// values are not copied on their way.
func (m *bindMessage) send(p *peer, portal, name string, own []sqlfuncs.Param) error {
	all := append(m.params[:len(m.params):len(m.params)], own...)
	size := 4 + len(portal) + 1 + len(name) + 1 + 2 + 2*len(all) + 2 + 2 + 2*len(m.results)
	for _, v := range all {
		size += 4 + len(v.Value)
	}
	b := binary.BigEndian.AppendUint32([]byte{'B'}, uint32(size))
	b = append(append(b, portal...), 0)
	b = append(append(b, name...), 0)
	b = binary.BigEndian.AppendUint16(b, uint16(len(all)))
	for _, v := range all {
		b = binary.BigEndian.AppendUint16(b, uint16(v.Format))
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(all)))
	for _, v := range all {
		if v.Value == nil {
			b = binary.BigEndian.AppendUint32(b, 0xffffffff)
			continue
		}
		b = binary.BigEndian.AppendUint32(b, uint32(len(v.Value)))
		if err := p.write(b); err != nil {
			return err
		}
		if err := p.write(v.Value); err != nil {
			return err
		}
		b = b[:0]
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.results)))
	for _, f := range m.results {
		b = binary.BigEndian.AppendUint16(b, uint16(f))
	}
	return p.write(b)
}

// readFormats decodes a list of format codes.
func readFormats(b []byte) ([]sqlfuncs.Format, []byte, error) {
	if len(b) < 2 {
		return nil, nil, errCut
	}
	n := int(binary.BigEndian.Uint16(b))
	if b = b[2:]; len(b) < 2*n {
		return nil, nil, errCut
	}
	formats := make([]sqlfuncs.Format, n)
	for i := range formats {
		formats[i] = sqlfuncs.Format(binary.BigEndian.Uint16(b[2*i:]))
	}
	return formats, b[2*n:], nil
}

// readOIDs decodes the parameter types of a Parse.
func readOIDs(b []byte) ([]uint32, error) {
	if len(b) < 2 || len(b) != 2+4*int(binary.BigEndian.Uint16(b)) {
		return nil, errCut
	}
	oids := make([]uint32, binary.BigEndian.Uint16(b))
	for i := range oids {
		oids[i] = binary.BigEndian.Uint32(b[2+4*i:])
	}
	return oids, nil
}

// formatOf is the format of item i under a list of format codes.
func formatOf(formats []sqlfuncs.Format, i int) sqlfuncs.Format {
	switch {
	case len(formats) == 0:
		return sqlfuncs.Text
	case len(formats) == 1:
		return formats[0]
	case i < len(formats):
		return formats[i]
	}
	return sqlfuncs.Text
}

// parseMessage makes a Parse.
func parseMessage(name, text string, oids []uint32) []byte {
	b := append(append([]byte(name), 0), text...)
	b = binary.BigEndian.AppendUint16(append(b, 0), uint16(len(oids)))
	for _, oid := range oids {
		b = binary.BigEndian.AppendUint32(b, oid)
	}
	return message('P', b)
}

// executeMessage makes an Execute.
func executeMessage(portal string, limit uint32) []byte {
	return message('E', append([]byte(portal), 0), binary.BigEndian.AppendUint32(nil, limit))
}

// commandComplete makes a CommandComplete.
func commandComplete(tag string) []byte { return message('C', append([]byte(tag), 0)) }
