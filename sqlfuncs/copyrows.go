package sqlfuncs

import (
	"bytes"
	"encoding/binary"
	"errors"
)

var copySignature = []byte("PGCOPY\n\377\r\n\000")

var errCopyFormat = errors.New("the server sent COPY data in an unexpected form")

// A copyDecoder cuts the data of a COPY ... TO STDOUT (FORMAT binary) into
// rows, wherever the messages are cut.
type copyDecoder struct {
	row    func(fields [][]byte) error // fields are valid until it returns; nil is NULL
	rest   []byte                      // the start of a row that is not all there yet
	fields [][]byte
	begun  bool // the header was read
	ended  bool // the trailer was read
}

// chunk takes the next piece of data.
func (d *copyDecoder) chunk(data []byte) error {
	if len(d.rest) > 0 {
		d.rest = append(d.rest, data...)
		n, err := d.decode(d.rest)
		d.rest = d.rest[:copy(d.rest, d.rest[n:])]
		return err
	}
	n, err := d.decode(data)
	d.rest = append(d.rest, data[n:]...)
	return err
}

// decode reads what is whole and returns how much that was.
func (d *copyDecoder) decode(data []byte) (read int, err error) {
	if !d.begun {
		if len(data) < 19 {
			return 0, nil
		}
		if !bytes.Equal(data[:11], copySignature) {
			return 0, errCopyFormat
		}
		extension := int(binary.BigEndian.Uint32(data[15:]))
		if extension < 0 || extension > 1<<20 {
			return 0, errCopyFormat
		}
		if len(data) < 19+extension {
			return 0, nil
		}
		d.begun, read = true, 19+extension
	}
	for !d.ended {
		n, err := d.decodeRow(data[read:])
		if n == 0 || err != nil {
			return read, err
		}
		read += n
		if d.ended {
			break
		}
		if err := d.row(d.fields); err != nil {
			return read, err
		}
	}
	return read, nil
}

// decodeRow reads one row into d.fields and returns its length, 0 when it is
// not all there.
func (d *copyDecoder) decodeRow(b []byte) (int, error) {
	if len(b) < 2 {
		return 0, nil
	}
	n := int(int16(binary.BigEndian.Uint16(b)))
	if n < 0 {
		d.ended = true
		return 2, nil
	}
	d.fields = d.fields[:0]
	at := 2
	for range n {
		if len(b) < at+4 {
			return 0, nil
		}
		size := int(int32(binary.BigEndian.Uint32(b[at:])))
		at += 4
		if size < 0 {
			d.fields = append(d.fields, nil)
			continue
		}
		if len(b)-at < size {
			return 0, nil
		}
		d.fields = append(d.fields, b[at:at+size:at+size])
		at += size
	}
	return at, nil
}
